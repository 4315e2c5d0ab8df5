"""Agents' seconds of a day by planned activity, and by the reason for being away or apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from wfm.domain.activities import STATE_GROUPS
from wfm.facts.casework import DayCase
from wfm.facts.inputs import DayInputs
from wfm.facts.judged import Judged
from wfm.facts.pieces import Ints, Mask
from wfm.facts.rollup import Shorts
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
    sums: Mapping[str, Shorts]


@dataclass(frozen=True)
class Parts:
    """Pieces cut on the grid: which piece, its block, its seconds; and what counts for what."""

    piece: Ints
    block: Ints
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
    sums = {
        name: np.bincount(key, runs.sums[name], blocks.height * kinds)[there].astype(np.int64)
        for name in ACTIVITY_MEASURES
    }
    numbers = [None, *(inputs.keys["activity"].get(a.code) for a in inputs.activities)]
    frame = blocks[there // kinds].with_columns(
        pl.Series("activity", numbers, pl.UInt16)[there % kinds],
        *(pl.Series(name, values) for name, values in sums.items()),
    )
    something = pl.any_horizontal(pl.col(name) > 0 for name in ACTIVITY_MEASURES)
    return _of_day(inputs, frame.filter(pl.col("activity").is_not_null() | something))


def reason_rows(
    inputs: DayInputs, day: DayCase, judged: Judged, blocks: pl.DataFrame, parts: Parts
) -> pl.DataFrame:
    """Time not ready and time out of adherence by its reason: the code of the state, else its kind.

    A break code during a planned meeting is "break"; no state at all is "logged_out".
    """
    masks = {name: parts.counts[name] for name in REASON_MEASURES}
    some = np.logical_or.reduce(list(masks.values()))
    chosen = np.flatnonzero(some[parts.piece])
    piece, seconds = parts.piece[chosen], parts.seconds[chosen]
    reason = _reasons(inputs, day, judged)
    width = int(reason.max(initial=0)) + 1
    key = parts.block[chosen] * width + reason[piece]
    found, place = np.unique(key, return_inverse=True)
    frame = blocks[found // width].with_columns(
        pl.Series("reason", found % width, pl.UInt16),
        *(
            pl.Series(name, np.bincount(place, seconds * mask[piece], len(found)).astype(np.int64))
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


def _reasons(inputs: DayInputs, day: DayCase, judged: Judged) -> Ints:
    """Number of the reason of each piece."""
    named = inputs.keys["reason"]
    by_group = np.array([named.get(group, 0) for group in STATE_GROUPS], np.int64)
    found: Ints = by_group[judged.group]
    state = judged.pieces.top[1]
    if day.spells.height:
        code = day.spells["reason"].fill_null(0).to_numpy().astype(np.int64)
        own = np.where(state >= 0, code[state], 0)
        found = np.where(own > 0, own, found)
    return found


def _of_day(inputs: DayInputs, frame: pl.DataFrame) -> pl.DataFrame:
    days = {i: inputs.day + timedelta(days=i - 1) for i in range(3)}
    return frame.filter(pl.col("day_bin") == 1).with_columns(
        pl.lit(inputs.day).alias("day"),
        pl.col("shift_bin").replace_strict(days, return_dtype=pl.Date).alias("shift_day"),
    )
