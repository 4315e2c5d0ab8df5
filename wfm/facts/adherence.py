"""The adherence engine: plan laid over states, judged in one fixed order, to the second.

Order: gaps filled, pieces classified, adjacent out pieces joined to raw spells over the whole
shift, tolerances on raw spells, exceptions, and only then (elsewhere) the split on the grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from wfm.domain.activities import STATE_GROUPS, Activity
from wfm.facts.overrun import ContactRuns, contact_runs, overrun_exceptions
from wfm.facts.pieces import (
    Ints,
    Layer,
    Mask,
    Pieces,
    covered_by,
    cut_at,
    joined_runs,
    overlay,
)
from wfm.facts.plan import AWAY
from wfm.facts.rules import FactRules

VERDICTS = ("outside", "in", "out", "neutral", "ignored", "unknown")
OUTSIDE, IN, OUT, NEUTRAL, IGNORED, UNKNOWN = range(6)
CAUSES = ("", "exception", "call_overrun", "displaced_break", "schedule_correction")
NO_CAUSE, EXCEPTION, CALL_OVERRUN, DISPLACED_BREAK, CORRECTION = range(5)
GROUP = {name: code for code, name in enumerate(STATE_GROUPS)}
LOGGED_OUT, UNKNOWN_GROUP, ON_QUEUE = (
    GROUP["logged_out"], GROUP["unknown"], GROUP["on_queue"],
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """Planned segments in painting order: their activity and shift as small numbers."""

    layer: Layer
    activity: Ints
    shift: Ints
    paid: Mask


@dataclass(frozen=True)
class States:
    """State spells in painting order: group, whether in a contact, wrapping up, which contact."""

    layer: Layer
    group: Ints
    busy: Mask
    wrapping: Mask
    contact: Ints


@dataclass(frozen=True)
class Case:
    """All that adherence is judged by, for a number of agents.

    `day_edges` are each agent's starts of the day and of the next; `healthy` tells for the day
    before, the day and the day after whether the agent's state feed was alive.
    """

    plan: Plan
    current: Plan
    states: States
    day_edges: Ints  # (agents, 2)
    healthy: Mask  # (agents, 3)
    activities: tuple[Activity, ...]
    rules: FactRules
    base: int
    as_of_at: int
    exceptions: Layer | None = None
    logged_out_ok: Mask | None = None  # per activity; None: unpaid meals and time off


@dataclass(frozen=True)
class Judged:
    """Pieces of time with their verdict; `spell` numbers raw out spells beyond the tolerance."""

    pieces: Pieces  # layers: plan, current plan, states
    group: Ints
    activity: Ints  # -1: nothing scheduled
    shift: Ints  # -1: outside every shift
    verdict: Ints
    cause: Ints
    spell: Ints
    spell_seconds: Ints  # of each spell, before exceptions
    day_bin: Ints  # 0 the day before, 1 the day, 2 the day after
    healthy: Mask
    contacts: ContactRuns
    planned_open: Mask  # scheduled on queue


def judge(case: Case) -> Judged:
    """Every second up to the as-of time judged: in, out, neutral, ignored, unknown or outside.

    On queue 09:10-10:10 against a schedule of 09:00-10:00: 600 s out, 3,000 s in, 600 s outside.
    """
    pieces = _laid(case)
    judged = _classified(case, pieces)
    judged = _with_tolerances(case, judged)
    return _with_exceptions(case, judged)


def rule_matrix(
    activities: Sequence[Activity], rules: FactRules, logged_out_ok: Mask | None = None
) -> Ints:
    """Verdict of each activity (rows, the last one "nothing scheduled") in each state group."""
    matrix = np.full((len(activities) + 1, len(STATE_GROUPS)), OUT, np.int64)
    for row, activity in enumerate(activities):
        for code, group in enumerate(STATE_GROUPS):
            if _same(activity.category, group, rules):
                matrix[row, code] = IN
        free = activity.category in ("meal",) and not activity.paid
        if free if logged_out_ok is None else bool(logged_out_ok[row]):
            matrix[row, LOGGED_OUT] = IN
        if activity.adherence == "neutral" or activity.category == "system":
            matrix[row, :] = NEUTRAL
        matrix[row, UNKNOWN_GROUP] = UNKNOWN
        if activity.adherence == "ignore" or activity.category in AWAY:
            matrix[row, :] = IGNORED
    matrix[-1, :] = OUTSIDE
    return matrix


def _same(category: str, group: str, rules: FactRules) -> bool:
    if category == "on_queue" or group in ("on_queue", "logged_out", "unknown"):
        return category == group
    if rules.equivalence == "all_non_productive":
        return True
    if rules.equivalence == "breaks_only" and category in ("break", "meal"):
        return group in ("break", "meal")
    return category == group


def _laid(case: Case) -> Pieces:
    layers = [
        replace(layer, end=np.maximum(layer.start, np.minimum(layer.end, case.as_of_at)))
        for layer in (case.plan.layer, case.current.layer, case.states.layer)
    ]
    pieces = overlay(layers, case.base)
    agents = np.arange(len(case.day_edges))
    for edge in (0, 1):
        pieces, _ = cut_at(pieces, agents, case.day_edges[:, edge], case.base)
    return pieces


def _classified(case: Case, pieces: Pieces) -> Judged:
    seg, now, state = pieces.top
    day_bin = (pieces.start >= case.day_edges[pieces.agent, 0]).astype(np.int64) + (
        pieces.start >= case.day_edges[pieces.agent, 1]
    )
    healthy = case.healthy[pieces.agent, day_bin]
    gap = np.where(healthy, LOGGED_OUT, UNKNOWN_GROUP)
    group = np.where(state >= 0, _at(case.states.group, state), gap)
    activity = np.where(seg >= 0, _at(case.plan.activity, seg), -1)
    shift = np.where(seg >= 0, _at(case.plan.shift, seg), -1)
    matrix = rule_matrix(case.activities, case.rules, case.logged_out_ok)
    verdict = matrix[activity, group]
    planned_now = np.where(now >= 0, _at(case.current.activity, now), -1)
    corrected = (verdict == OUT) & np.isin(matrix[planned_now, group], (IN, NEUTRAL, IGNORED))
    cause = np.where(corrected & (planned_now != activity), CORRECTION, NO_CAUSE)
    on_queue = np.array([a.category == "on_queue" for a in case.activities] + [False])
    return Judged(
        pieces, group, activity, shift, verdict, cause, np.full(len(verdict), -1),
        np.empty(0, np.int64), day_bin, healthy, contact_runs(pieces, case.states),
        on_queue[activity],
    )  # fmt: skip


def _with_tolerances(case: Case, judged: Judged) -> Judged:
    """Raw spells no longer than the grace are in; longer ones count whole, or the part above."""
    spell = joined_runs(judged.pieces, judged.verdict == OUT, judged.shift)
    n = int(spell.max(initial=-1)) + 1
    out = spell >= 0
    length = np.bincount(spell[out], judged.pieces.seconds[out], n).astype(np.int64)
    grace = case.rules.grace_s
    if grace and case.rules.count_mode == "excess":
        first = np.full(n, np.iinfo(np.int64).max)
        np.minimum.at(first, spell[out], judged.pieces.start[out])
        who = np.zeros(n, np.int64)
        who[spell[out]] = judged.pieces.agent[out]
        judged, owner = _recut(case, judged, who, first + grace)
        spell = spell[owner]
        forgiven = (spell >= 0) & (judged.pieces.start < _at(first, spell) + grace)
    else:
        forgiven = out & (_at(length, spell) <= grace)
    return replace(
        judged,
        verdict=np.where(forgiven, IN, judged.verdict),
        spell=np.where(forgiven, -1, spell),
        spell_seconds=length,
    )


def _with_exceptions(case: Case, judged: Judged) -> Judged:
    """Out seconds inside an exception become neutral; the spell keeps its number and length."""
    found: list[tuple[int, Layer]] = []
    if case.exceptions is not None:
        found.append((EXCEPTION, case.exceptions))
    if case.rules.call_overrun:
        run, displaced, after = overrun_exceptions(case, judged)
        found += [(CALL_OVERRUN, run), (DISPLACED_BREAK, displaced), (CALL_OVERRUN, after)]
    edges = [(layer.agent, edge) for _, layer in found for edge in (layer.start, layer.end)]
    if edges:
        who = np.concatenate([agent for agent, _ in edges])
        judged, _ = _recut(case, judged, who, np.concatenate([at for _, at in edges]))
    cause = np.where(judged.verdict == OUT, judged.cause, NO_CAUSE)
    open_to_excuse = np.isin(judged.verdict, (OUT, OUTSIDE))
    for code, layer in found:
        hit = (covered_by(judged.pieces, layer, case.base) >= 0) & open_to_excuse
        cause = np.where(hit & (cause == NO_CAUSE), code, cause)
    excused = (judged.verdict == OUT) & (cause != NO_CAUSE)
    return replace(judged, verdict=np.where(excused, NEUTRAL, judged.verdict), cause=cause)


def _recut(case: Case, judged: Judged, who: Ints, at: Ints) -> tuple[Judged, Ints]:
    pieces, owner = cut_at(judged.pieces, who, at, case.base)
    cut = replace(
        judged,
        pieces=pieces,
        group=judged.group[owner],
        activity=judged.activity[owner],
        shift=judged.shift[owner],
        verdict=judged.verdict[owner],
        cause=judged.cause[owner],
        spell=judged.spell[owner],
        day_bin=judged.day_bin[owner],
        healthy=judged.healthy[owner],
        planned_open=judged.planned_open[owner],
    )
    return cut, owner


def _at(values: Ints, index: Ints) -> Ints:
    """Values at indexes, whatever where the index is -1 (an empty table gives zeros)."""
    return values[index] if len(values) else np.zeros(len(index), np.int64)
