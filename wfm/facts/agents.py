"""Agents' seconds: wall clock, adherence and lost time, by quarter and by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from wfm.domain.grid import QUARTER_S
from wfm.facts.casework import DayCase
from wfm.facts.inputs import DayInputs
from wfm.facts.judged import Judged, of_top
from wfm.facts.measures import measures_of
from wfm.facts.pieces import SPAN, Ints, split_on_grid
from wfm.facts.rollup import Shorts, Sums, run_sums
from wfm.facts.seconds import STATE_MEASURES, counted_seconds
from wfm.facts.sums import known_sum
from wfm.facts.time_parts import Parts, Runs, activity_rows, blocks_of, reason_rows


@dataclass(frozen=True)
class AgentRows:
    """Rows of `agent_interval` around the day, before the day's own are taken out.

    `day_bin` and `shift_bin` are 0, 1, 2 for the day before, the day and the day after. `blocks`
    are their sums by agent, bins, team and site, with the number of `cells` in each.
    """

    frame: pl.DataFrame
    blocks: pl.DataFrame
    by_activity: pl.DataFrame
    by_reason: pl.DataFrame


def agent_rows(inputs: DayInputs, day: DayCase, judged: Judged) -> AgentRows:
    """Every agent's seconds by quarter, day and day of the shift; null where a feed is missing."""
    index, quarter, seconds = judged.on_grid
    point_shift = of_top(day.case.plan.shift, judged.flat_plan, judged.laid)
    point_bins = np.where(
        point_shift >= 0, day.shift_days[point_shift] + 1, judged.point_bin
    ) if len(day.shift_days) else judged.point_bin  # fmt: skip
    mine = (judged.point_bin == 1) | (point_bins == 1)
    if not mine.all():
        own = mine[judged.laid.point][index]
        index, quarter, seconds = index[own], quarter[own], seconds[own]
    point = judged.laid.point[index]
    # Pieces come in order of agent and time: each cell and planned activity is a run, seldom more.
    place_of_point = (judged.laid.at // SPAN << 34) | point_bins
    key = place_of_point[point] | (quarter << 2)
    activity = judged.point_activity[point]
    changes = (key[1:] != key[:-1]) | (activity[1:] != activity[:-1])
    runs = np.flatnonzero(np.append(True, changes)[: len(key)])
    key, activity = key[runs], activity[runs]
    cells, place = _cells_of(key)
    first = np.zeros(len(cells), np.int64)
    first[place] = point[runs]
    counts = counted_seconds(inputs, day, judged)
    kind = counts.kind[index]
    sums = run_sums(counts.masks, kind, seconds, runs)
    by_cell = sums.in_cells(place, len(cells))
    agent, day_bin = cells >> 34, judged.point_bin[first]
    frame = pl.DataFrame(
        {
            "agent": pl.Series(day.agents[agent], dtype=pl.UInt32),
            "q": (cells >> 2) & 0xFFFFFFFF,
            "day_bin": day_bin,
            "shift_bin": cells & 3,
            "healthy": day.case.healthy[agent, day_bin],
            "planned": day.planned[agent],
            **by_cell.columns(),
            "contact_active_s": _active(day, judged, cells >> 2, by_cell.of("busy_s")),
        }
    ).with_columns((pl.col("q") * QUARTER_S).alias("q_at"))
    placed = inputs.with_place(frame, "q_at")
    blocks, block_of = blocks_of(placed)
    nothing = len(day.case.activities)
    cut = Runs(block_of[place], np.where(activity == nothing, -1, activity), sums)
    parts = Parts(index, kind, runs, seconds, counts.masks)
    return AgentRows(
        _where_known(placed),
        _where_known(_summed(blocks, block_of, by_cell, placed["contact_active_s"])),
        _where_known(activity_rows(inputs, blocks, cut)),
        _where_known(reason_rows(inputs, day, judged, blocks, cut, parts)),
    )


def _cells_of(keys: Ints) -> tuple[Ints, Ints]:
    """The different keys in order, and the place of each; nearly always they come in order."""
    steps = keys[1:] != keys[:-1]
    if (keys[1:] < keys[:-1]).any():
        return np.unique(keys, return_inverse=True)
    fresh = np.append(True, steps)[: len(keys)]
    return keys[fresh], np.cumsum(fresh) - 1


def _summed(
    blocks: pl.DataFrame, block_of: Ints, cells: Sums, contact_active: pl.Series
) -> pl.DataFrame:
    n = blocks.height
    sums = cells.wide(block_of, n)
    active = np.bincount(block_of, contact_active.to_numpy(), n).astype(np.int64)
    sums["contact_active_s"] = active
    return blocks.with_columns(
        pl.Series("cells", np.bincount(block_of, minlength=n)),
        *(pl.Series(name, sums[name]) for name in measures_of("agent_interval")),
    )


def agent_intervals(inputs: DayInputs, rows: AgentRows) -> pl.DataFrame:
    """Rows of `agent_interval`: the quarters of the day, each with the day its shift belongs to."""
    zones = inputs.agents.select("agent", "zone")
    return (
        rows.frame.filter(pl.col("day_bin") == 1)
        .join(zones, on="agent", how="left")
        .with_columns(pl.col("q").cast(pl.Int32))
        .join(inputs.slots, on=["zone", "q"], how="left")
        .with_columns(
            pl.lit(inputs.day).alias("day"),
            pl.col("shift_bin")
            .replace_strict(
                {i: inputs.day + timedelta(days=i - 1) for i in range(3)}, return_dtype=pl.Date
            )
            .alias("shift_day"),
        )
    )


def agent_day_sums(rows: AgentRows, names: tuple[str, ...]) -> pl.DataFrame:
    """Sums of the day by agent and team; adherence by the day on which the shift starts."""
    by_shift = [name for name in names if name.startswith("adh_")]
    by_day = [name for name in names if not name.startswith("adh_")]
    parts = [
        _day_sums(rows.blocks, "day_bin", by_day),
        _day_sums(rows.blocks, "shift_bin", by_shift).rename({"cells": "shift_cells"}),
    ]
    return (
        pl.concat(parts, how="diagonal")
        .group_by("agent", "team", "site")
        .agg(pl.exclude("agent", "team", "site").sum())
        .with_columns(pl.when(pl.col(f"known:{name}") > 0).then(name).alias(name) for name in names)
    )


def _day_sums(blocks: pl.DataFrame, bins: str, names: list[str]) -> pl.DataFrame:
    return (
        blocks.filter(pl.col(bins) == 1)
        .group_by("agent", "team", "site")
        .agg(
            pl.col("cells").sum(),
            *(known_sum(name) for name in names),
            *(
                pl.col("cells").filter(pl.col(name).is_not_null()).sum().alias(f"known:{name}")
                for name in names
            ),
        )
    )


def _where_known(frame: pl.DataFrame) -> pl.DataFrame:
    names = [name for name in measures_of("agent_interval") if name in frame.columns]
    alive = {flag: bool(frame[flag].all()) for flag in ("healthy", "planned")}
    if all(alive.values()):
        return frame
    return frame.with_columns(pl.when(_known(name)).then(name).alias(name) for name in names)


def _known(measure: str) -> pl.Expr:
    """Whether the feeds of a measure were alive in a row."""
    needs_states, needs_plan = STATE_MEASURES.get(measure, (True, True))
    known = pl.lit(True)
    if needs_states:
        known = known & pl.col("healthy")
    if needs_plan:
        known = known & pl.col("planned")
    return known


def _active(day: DayCase, judged: Judged, cells: Ints, busy: Shorts) -> Ints:
    """Seconds in contacts, concurrent ones each counted, for each cell of agent and quarter.

    `cells` are keys of agent and quarter in order. A quarter partly in the shift gives two cells;
    contacts are counted on the first of them.
    """
    opens = np.append(True, cells[1:] != cells[:-1])[: len(cells)]
    once = np.flatnonzero(opens)
    found = np.zeros(len(cells), np.int64)
    spells, flat = day.case.states, judged.flat_states
    start, end = spells.layer.start, np.minimum(spells.layer.end, day.case.as_of_at)
    alone = flat.index is None
    if alone or np.maximum(end - start, 0).sum() == (flat.end - flat.start).sum():
        # No two spells overlap: in contacts is busy.
        if len(once):
            found[once] = np.add.reduceat(busy.astype(np.int64), once)
        return found
    index, quarter, seconds = split_on_grid(start[spells.busy], end[spells.busy])
    keys = (spells.layer.agent[spells.busy][index] << 32) | quarter
    at = np.searchsorted(cells[once], keys)
    known = np.flatnonzero(np.append(cells[once], -1)[at] == keys)
    found[once] = np.bincount(at[known], seconds[known], len(once)).astype(np.int64)
    return found
