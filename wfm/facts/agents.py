"""Agents' seconds: wall clock, adherence and lost time, by quarter and by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from wfm.domain.grid import QUARTER_S
from wfm.facts.adherence import Judged
from wfm.facts.casework import DayCase
from wfm.facts.inputs import DayInputs
from wfm.facts.measures import measures_of
from wfm.facts.pieces import Ints, split_on_grid
from wfm.facts.rollup import run_sums
from wfm.facts.seconds import STATE_MEASURES, counted_seconds
from wfm.facts.sums import known_sum
from wfm.facts.time_parts import BLOCK, Parts, Runs, activity_rows, reason_rows

KEYS = ["agent", "q", "day_bin", "shift_bin"]


@dataclass(frozen=True)
class AgentRows:
    """Rows of `agent_interval` around the day, before the day's own are taken out.

    `day_bin` and `shift_bin` are 0, 1, 2 for the day before, the day and the day after.
    """

    frame: pl.DataFrame
    by_activity: pl.DataFrame
    by_reason: pl.DataFrame


def agent_rows(inputs: DayInputs, day: DayCase, judged: Judged) -> AgentRows:
    """Every agent's seconds by quarter, day and day of the shift; null where a feed is missing."""
    index, quarter, seconds = split_on_grid(judged.pieces.start, judged.pieces.end)
    shift_bin = np.where(
        judged.shift >= 0, day.shift_days[judged.shift] + 1, judged.day_bin
    ) if len(day.shift_days) else judged.day_bin  # fmt: skip
    agent = judged.pieces.agent
    own = (judged.day_bin[index] == 1) | (shift_bin[index] == 1)
    index, quarter, seconds = index[own], quarter[own], seconds[own]
    # Pieces come in order of agent and time: each cell and planned activity is a run, seldom more.
    key = ((agent[index] * 4 + shift_bin[index]) << 32) | quarter
    activity = judged.activity[index]
    changes = (key[1:] != key[:-1]) | (activity[1:] != activity[:-1])
    runs = np.flatnonzero(np.append(True, changes)[: len(key)])
    cells, place = np.unique(key[runs], return_inverse=True)
    first = np.zeros(len(cells), np.int64)
    first[place] = index[runs]
    columns = {
        "cell": np.arange(len(cells)),
        "agent": day.agents[agent[first]],
        "q": cells & 0xFFFFFFFF,
        "day_bin": judged.day_bin[first],
        "shift_bin": shift_bin[first],
        "healthy": judged.healthy[first],
        "planned": day.planned[agent[first]],
    }
    counts = counted_seconds(inputs, day, judged)
    sums = run_sums(counts, index, seconds, runs)
    for name, values in sums.items():
        columns[name] = np.bincount(place, values, len(cells)).astype(np.int64)
    frame = pl.DataFrame(columns).join(_active(day), on=["agent", "q"], how="left")
    frame = _where_known(frame.with_columns(pl.col("contact_active_s").fill_null(0)))
    frame = frame.with_columns(
        pl.col("agent").cast(pl.UInt32), (pl.col("q") * QUARTER_S).alias("q_at")
    )
    # A quarter partly in the shift gives two rows; contacts are counted on one of them.
    frame = frame.sort(KEYS).with_columns(
        pl.when(pl.struct("agent", "q").is_first_distinct()).then("contact_active_s").otherwise(
            pl.when(pl.col("contact_active_s").is_not_null()).then(0)
        ).alias("contact_active_s")
    )  # fmt: skip
    placed = inputs.with_place(frame, "q_at").sort(KEYS)
    ordered = placed.select("cell", *BLOCK, "healthy", "planned").sort("cell")
    of_part = np.repeat(place, np.diff(np.append(runs, len(key))))
    return AgentRows(
        placed,
        _where_known(activity_rows(inputs, ordered, Runs(place, activity[runs], sums))),
        _where_known(
            reason_rows(inputs, day, judged, ordered, Parts(index, of_part, seconds, counts))
        ),
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
        _day_sums(rows.frame, "day_bin", by_day),
        _day_sums(rows.frame, "shift_bin", by_shift).rename({"cells": "shift_cells"}),
    ]
    return (
        pl.concat(parts, how="diagonal")
        .group_by("agent", "team", "site")
        .agg(pl.exclude("agent", "team", "site").sum())
        .with_columns(pl.when(pl.col(f"known:{name}") > 0).then(name).alias(name) for name in names)
    )


def _day_sums(frame: pl.DataFrame, bins: str, names: list[str]) -> pl.DataFrame:
    return (
        frame.filter(pl.col(bins) == 1)
        .group_by("agent", "team", "site")
        .agg(
            pl.len().alias("cells"),
            *(known_sum(name) for name in names),
            *(pl.col(name).is_not_null().sum().alias(f"known:{name}") for name in names),
        )
    )


def _where_known(frame: pl.DataFrame) -> pl.DataFrame:
    names = [name for name in measures_of("agent_interval") if name in frame.columns]
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


def _active(day: DayCase) -> pl.DataFrame:
    """Seconds in contacts, concurrent ones each counted, by agent and quarter."""
    spells, busy = day.case.states, day.case.states.busy
    start: Ints = spells.layer.start[busy]
    end: Ints = np.minimum(spells.layer.end[busy], day.case.as_of_at)
    index, quarter, seconds = split_on_grid(start, end)
    frame = pl.DataFrame(
        {"agent": day.agents[spells.layer.agent[busy][index]], "q": quarter, "s": seconds},
        schema={"agent": pl.Int64, "q": pl.Int64, "s": pl.Int64},
    )
    return frame.group_by("agent", "q").agg(pl.col("s").sum().alias("contact_active_s"))
