"""Facts of one agent and day: shifts, lateness, breaks, and spells out of adherence."""

from __future__ import annotations

import numpy as np
import polars as pl

from wfm.facts.agents import AgentRows, agent_day_sums
from wfm.facts.casework import DayCase
from wfm.facts.inputs import DayInputs
from wfm.facts.judged import Judged
from wfm.facts.matrix import GROUP, LOGGED_OUT, OUT
from wfm.facts.measures import measures_of
from wfm.facts.overrun import overrun_seconds
from wfm.facts.pieces import Ints, Layer, Mask, joined_runs, packed, run_bounds
from wfm.facts.schema import SHIFT_CELLS, cells_column
from wfm.facts.seconds import Shifts, shifts_of

_BREAKS = (GROUP["break"], GROUP["meal"])
_PLANNED_ONLY = ("shifts_n", "breaks_n", "break_sched_s")


def agent_days(inputs: DayInputs, day: DayCase, judged: Judged, rows: AgentRows) -> pl.DataFrame:
    """Rows of `agent_day`: counts of the shifts that start on the day, and sums of the day.

    A shift 22:00-02:00 belongs wholly to the day of its start.
    """
    shifts = shifts_of(day, judged)
    counts = _per_shift(inputs, day, shifts)
    for name, values in _breaks(inputs, day, judged).items():
        counts[name] = values
    for name, values in _spells(inputs, day, judged).items():
        counts[name] = values
    mine = (day.shift_days == 0) & (shifts.end > 0) & (shifts.start < inputs.as_of_at)
    known = shifts.known[mine]
    frame = pl.DataFrame(
        {
            "agent": day.agents[shifts.agent[mine]],
            "at": shifts.start[mine],
            **{name: values[mine] for name, values in counts.items()},
            "known": known,
        }
    ).with_columns(
        pl.when(pl.col("known") | pl.lit(name in _PLANNED_ONLY)).then(name).alias(name)
        for name in counts
    )
    placed = inputs.with_place(frame.with_columns(pl.col("agent").cast(pl.UInt32)), "at")
    by_shift = placed.group_by("agent", "team", "site").agg(
        pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name)
        for name in counts
    )
    sums = agent_day_sums(rows, measures_of("agent_interval")).rename(
        {"cells": cells_column("agent_interval"), "shift_cells": SHIFT_CELLS}
    )
    place = ["agent", "team", "site"]
    joined = sums.join(by_shift, on=place, how="full", coalesce=True, nulls_equal=True)
    side = [c for c in joined.columns if c.startswith(("known:", "cells:"))]
    return joined.with_columns(pl.lit(inputs.day).alias("day"), pl.col(side).fill_null(0))


def _per_shift(inputs: DayInputs, day: DayCase, shifts: Shifts) -> dict[str, Ints]:
    grace = inputs.rules.punctual_s
    seen = shifts.first_at >= 0
    lateness = np.where(seen, np.maximum(shifts.first_at - shifts.start, 0), 0)
    over = shifts.end <= inputs.as_of_at
    left_early = seen & over & (shifts.last_at < shifts.end - grace)
    late = lateness > grace
    return {
        "shifts_n": np.ones(len(shifts.start), np.int64),
        "late_n": late.astype(np.int64),
        "late_s": np.where(late, lateness, 0),
        "early_n": left_early.astype(np.int64),
        "noshow_n": shifts.noshow.astype(np.int64),
    }


def _breaks(inputs: DayInputs, day: DayCase, judged: Judged) -> dict[str, Ints]:
    """Planned breaks and meals that are over, and those begun and ended within the tolerance."""
    n = len(day.shift_days)
    is_break = np.array([a.category in ("break", "meal") for a in inputs.activities] + [False])
    chosen = is_break[judged.activity]
    planned = joined_runs(judged.pieces, chosen, judged.shift * 1000 + judged.activity)
    spans = run_bounds(judged.pieces, planned)
    shift = np.zeros(len(spans.agent), np.int64)
    shift[planned[chosen]] = judged.shift[chosen]
    over = spans.end < inputs.as_of_at
    on_time = over & _taken_on_time(inputs, day, judged, spans)
    resting = np.isin(judged.group, _BREAKS) & (judged.shift >= 0)
    seconds = judged.pieces.seconds

    def per_shift(shift: Ints, weight: Ints) -> Ints:
        return np.bincount(shift, weight, n).astype(np.int64)

    return {
        "breaks_n": per_shift(shift, over.astype(np.int64)),
        "breaks_ontime_n": per_shift(shift, on_time.astype(np.int64)),
        "break_sched_s": per_shift(judged.shift[chosen], seconds[chosen]),
        "break_act_s": per_shift(judged.shift[resting], seconds[resting]),
    }


def _taken_on_time(inputs: DayInputs, day: DayCase, judged: Judged, spans: Layer) -> Mask:
    """Whether the rest that holds each planned break began and ended within the tolerance.

    A contact that runs into the break moves it: out of a call at 10:07, a break of 10:00-10:15
    is on time from 10:07 to 10:22.
    """
    grace, base = inputs.rules.punctual_s, day.case.base
    start = spans.start + overrun_seconds(day.case, judged, spans)
    end = start + spans.end - spans.start
    resting = np.isin(judged.group, (*_BREAKS, LOGGED_OUT))
    taken = run_bounds(judged.pieces, joined_runs(judged.pieces, resting))
    if not len(taken.agent):
        return np.zeros(len(spans.agent), bool)
    # The first rest that ends after the planned start is the one meant.
    ends = packed(taken.agent, taken.end, base)
    found = np.searchsorted(ends, packed(spans.agent, start, base), side="right")
    found = np.minimum(found, len(ends) - 1)
    on_time: Mask = (
        (taken.agent[found] == spans.agent)
        & (np.abs(taken.start[found] - start) <= grace)
        & (np.abs(taken.end[found] - end) <= grace)
    )
    return on_time


def _spells(inputs: DayInputs, day: DayCase, judged: Judged) -> dict[str, Ints]:
    """Spells out of adherence that no exception excuses wholly, and those longer than severe."""
    n = len(day.shift_days)
    out = (judged.verdict == OUT) & (judged.spell >= 0)
    spell, first = np.unique(judged.spell[out], return_index=True)
    shift = judged.shift[out][first]
    limits = np.array([rules.severe_s for rules in day.case.rulesets])
    severe = judged.spell_seconds[spell] > limits[day.case.rule_of[judged.agent[out][first]]]
    return {
        "adh_exc_n": np.bincount(shift, minlength=n).astype(np.int64),
        "adh_exc_severe_n": np.bincount(shift, severe, n).astype(np.int64),
    }
