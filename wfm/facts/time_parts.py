"""Agents' seconds of a day by planned activity, and by the reason for being away or apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from wfm.domain.activities import STATE_GROUPS
from wfm.facts.casework import DayCase
from wfm.facts.inputs import DayInputs
from wfm.facts.judged import Judged
from wfm.facts.pieces import Ints, Mask
from wfm.facts.rollup import Sums
from wfm.facts.schema import ACTIVITY_MEASURES, REASON_MEASURES

BLOCK = ["agent", "day_bin", "shift_bin", "team", "site"]
_KEPT = [*BLOCK, "healthy", "planned"]


@dataclass(frozen=True)
class Runs:
    """Unbroken stretches of one quarter and planned activity: seconds by measure.

    `block` is the row of the blocks they lie in, `activity` a small number, -1 nothing scheduled.
    """

    block: Ints
    activity: Ints
    sums: Sums


@dataclass(frozen=True)
class Parts:
    """Pieces cut on the grid: which piece, its kind, its seconds; what counts for what.

    `runs` are the first parts of the runs, `counts` tells for each kind, by measure, whether its
    seconds count.
    """

    piece: Ints
    kind: NDArray[np.int32]
    runs: Ints
    seconds: Ints
    counts: Mapping[str, Mask]


def activity_rows(inputs: DayInputs, blocks: pl.DataFrame, runs: Runs) -> pl.DataFrame:
    """Sums of the day by agent, place, day of the shift and planned activity.

    Time with nothing scheduled has no activity; where nothing is scheduled and nothing was done
    there is no row.
    """
    kinds = len(inputs.activities) + 1
    key = runs.block * kinds + runs.activity + 1
    there = np.flatnonzero(np.bincount(key, minlength=blocks.height * kinds))
    number = np.zeros(blocks.height * kinds, np.int64)
    number[there] = np.arange(len(there))
    sums = runs.sums.wide(number[key], len(there))
    numbers = [None, *(inputs.keys["activity"].get(a.code) for a in inputs.activities)]
    frame = blocks[there // kinds].with_columns(
        pl.Series("activity", numbers, pl.UInt16)[there % kinds],
        *(pl.Series(name, sums[name]) for name in ACTIVITY_MEASURES),
    )
    something = pl.any_horizontal(pl.col(name) > 0 for name in ACTIVITY_MEASURES)
    return _of_day(inputs, frame.filter(pl.col("activity").is_not_null() | something))


def reason_rows(
    inputs: DayInputs, day: DayCase, judged: Judged, blocks: pl.DataFrame, runs: Runs, parts: Parts
) -> pl.DataFrame:
    """Time not ready and time out of adherence by its reason: the code of the state, else its kind.

    A break code during a planned meeting is "break"; no state at all is "logged_out".
    """
    masks = {name: parts.counts[name] for name in REASON_MEASURES}
    some = np.logical_or.reduce(list(masks.values()))
    chosen = np.flatnonzero(some[parts.kind])
    piece, kind, seconds = parts.piece[chosen], parts.kind[chosen], parts.seconds[chosen]
    reason = _reasons(inputs, day, judged, piece)
    used = np.flatnonzero(np.bincount(reason))
    width = max(len(used), 1)
    number = np.zeros(len(used) and int(used[-1]) + 1, np.int64)
    number[used] = np.arange(len(used))
    block = runs.block[np.searchsorted(parts.runs, chosen, side="right") - 1]
    key = block * width + number[reason]
    there = np.flatnonzero(np.bincount(key, minlength=1))
    frame = blocks[there // width].with_columns(
        pl.Series("reason", used[there % width], pl.UInt16),
        *(
            pl.Series(name, np.bincount(key, seconds * mask[kind])[there].astype(np.int64))
            for name, mask in masks.items()
        ),
    )
    return _of_day(inputs, frame)


def blocks_of(cells: pl.DataFrame) -> tuple[pl.DataFrame, Ints]:
    """One row for each agent, day, day of the shift and place; and the row of each cell.

    Cells are in order of agent and time: nearly always a block is one stretch of them.
    """
    changed = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in BLOCK)
    run = cells.select(changed.cum_sum()).to_series().to_numpy().astype(np.int64)
    run -= run[0] if len(run) else 0
    stretches = cells.select(_KEPT).filter(
        pl.Series(np.append(True, run[1:] != run[:-1])[: len(run)], dtype=pl.Boolean)
    )
    blocks = stretches.unique(BLOCK, keep="first", maintain_order=True)
    numbered = blocks.select(BLOCK).with_row_index("block")
    joined = stretches.select(BLOCK).join(
        numbered, on=BLOCK, how="left", nulls_equal=True, maintain_order="left"
    )
    return blocks, joined["block"].to_numpy().astype(np.int64)[run]


def _reasons(inputs: DayInputs, day: DayCase, judged: Judged, piece: Ints) -> Ints:
    """Number of the reason of some pieces."""
    named = inputs.keys["reason"]
    by_group = np.array([named.get(group, 0) for group in STATE_GROUPS], np.int64)
    found: Ints = by_group[judged.group[piece]]
    if day.spells.height:
        code = np.append(day.spells["reason"].fill_null(0).to_numpy().astype(np.int64), 0)
        own = code[judged.pieces.top[1][piece]]
        found = np.where(own > 0, own, found)
    return found


def _of_day(inputs: DayInputs, frame: pl.DataFrame) -> pl.DataFrame:
    days = {i: inputs.day + timedelta(days=i - 1) for i in range(3)}
    return frame.filter(pl.col("day_bin") == 1).with_columns(
        pl.lit(inputs.day).alias("day"),
        pl.col("shift_bin").replace_strict(days, return_dtype=pl.Date).alias("shift_day"),
    )
