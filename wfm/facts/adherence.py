"""The adherence engine: plan laid over states, judged in one fixed order, to the second.

Order: gaps filled, pieces classified, adjacent out pieces joined to raw spells over the whole
shift, tolerances on raw spells, exceptions, and only then (elsewhere) the split on the grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from wfm.domain.activities import Activity
from wfm.domain.adherence import AdherenceRules
from wfm.facts.flat import Flat, Kinds, flat
from wfm.facts.laid import Laid, cut, inside_of, laid
from wfm.facts.matrix import (
    IGNORED,
    IN,
    LOGGED_OUT,
    NEUTRAL,
    OUT,
    OUTSIDE,
    UNKNOWN_GROUP,
    rule_matrix,
)
from wfm.facts.overrun import ContactRuns, contact_runs, overrun_exceptions
from wfm.facts.pieces import SPAN, Codes, Ints, Layer, Mask, Pieces, packed, ranges, split_on_grid
from wfm.facts.tolerances import OutSpells, out_spells

CAUSES = ("", "exception", "call_overrun", "displaced_break", "schedule_correction", "pending")
NO_CAUSE, EXCEPTION, CALL_OVERRUN, DISPLACED_BREAK, CORRECTION, PENDING = range(6)


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
    group: Codes
    busy: Mask
    wrapping: Mask
    contact: Ints


@dataclass(frozen=True)
class Case:
    """All that adherence is judged by, for a number of agents.

    `day_edges` are each agent's starts of the day and of the next; `healthy` tells for the day
    before, the day and the day after whether the agent's state feed was alive. `current` is the
    newest plan where it may correct the judged one, and the very same value where it may not.
    """

    plan: Plan
    current: Plan
    states: States
    day_edges: Ints  # (agents, 2)
    healthy: Mask  # (agents, 3)
    activities: tuple[Activity, ...]
    rulesets: tuple[AdherenceRules, ...]
    rule_of: Ints  # per agent: which ruleset
    base: int
    as_of_at: int
    exceptions: Layer | None = None
    pending: Layer | None = None  # told but not decided: changes no number
    baseline: Plan | None = None  # as first published, for what the plan assumed
    logged_out_ok: Mask | None = None  # per activity; None: unpaid meals and time off


@dataclass(frozen=True)
class Judged:
    """Pieces of time with their verdict, what was planned and done in each, and out spells."""

    case: Case
    laid: Laid
    flat_states: Flat
    seen: Flat  # the flat states the pieces tell of: all, or joined where the group goes on
    seen_group: Codes
    flat_plan: Flat
    flat_baseline: Flat
    group: Codes
    verdict: Codes
    cause: Codes
    spells: OutSpells
    point_activity: Ints  # of each point; the number of activities: nothing scheduled
    point_bin: Ints

    @cached_property
    def agent(self) -> Ints:
        """Agent of each piece."""
        return (self.laid.at // SPAN)[self.laid.point]

    @cached_property
    def pieces(self) -> Pieces:
        """The pieces as spans, with the planned segment and the state on top (-1: none)."""
        shift = self.case.base - self.agent * SPAN
        segment = _top(self.flat_plan, self.laid.tops[0])[self.laid.point]
        state = _top(self.seen, self.laid.state)
        return Pieces(self.agent, self.laid.start + shift, self.laid.end + shift, (segment, state))

    @cached_property
    def on_grid(self) -> tuple[Ints, Ints, Ints]:
        """The pieces split on the quarter-hour grid: index of the piece, quarter, seconds in it."""
        return split_on_grid(self.pieces.start, self.pieces.end)

    @cached_property
    def activity(self) -> Ints:
        """Planned activity of each piece; -1: nothing scheduled."""
        nothing = len(self.case.activities)
        found = self.point_activity[self.laid.point]
        return np.where(found == nothing, -1, found)

    @cached_property
    def shift(self) -> Ints:
        """Shift of each piece; -1: outside every shift."""
        return _of_top(self.case.plan.shift, self.flat_plan, self.laid)[self.laid.point]

    @cached_property
    def day_bin(self) -> Ints:
        """0 the day before, 1 the day, 2 the day after, of each piece."""
        return self.point_bin[self.laid.point]

    @cached_property
    def healthy(self) -> Mask:
        """Whether the agent's state feed was alive on the day of each piece."""
        return self.case.healthy[self.agent, self.day_bin]

    @cached_property
    def planned_open(self) -> Mask:
        """Whether each piece is scheduled on queue."""
        return _on_queue(self.case.activities)[self.point_activity][self.laid.point]

    @cached_property
    def contacts(self) -> ContactRuns:
        """The contacts as unbroken runs."""
        return contact_runs(self.flat_states, self.case.states)

    @cached_property
    def spell(self) -> Ints:
        """Number of the raw out spell of each piece that counts beyond the tolerance, else -1."""
        number = np.full(len(self.verdict), -1)
        counts = self.spells.counts
        lo, n = inside_of(self.laid, self.spells.counts_from[counts], self.spells.counts_to[counts])
        number[ranges(lo, n)] = np.repeat(counts, n)
        return number

    def as_first_published(self, values: Mask) -> Mask:
        """A yes or no of the baseline's segments for each piece; no where it planned nothing."""
        return np.append(self.flat_baseline.of(values), False)[self.laid.tops[2]][self.laid.point]

    @property
    def spells_left(self) -> Ints:
        """Numbers of the spells that count and that no exception excuses wholly."""
        counts = self.spells.counts
        lo, n = inside_of(self.laid, self.spells.counts_from[counts], self.spells.counts_to[counts])
        out = np.append(0, np.cumsum(self.verdict == OUT))
        left: Ints = counts[out[lo + n] > out[lo]]
        return left

    @property
    def spell_seconds(self) -> Ints:
        """Length of each raw spell, before tolerances and exceptions."""
        return self.spells.seconds

    def planned_runs(self, kind: Ints) -> tuple[Flat, Kinds]:
        """Planned time of one kind joined, and the kind; `kind` of each activity, below 0 none."""
        return self.flat_plan.runs(kind[self.flat_plan.of(self.case.plan.activity)])


def judge(case: Case, by_state: bool = True) -> Judged:
    """Every second up to the as-of time judged: in, out, neutral, ignored, unknown or outside.

    On queue 09:10-10:10 against a schedule of 09:00-10:00: 600 s out, 3,000 s in, 600 s outside.
    Without `by_state` touching states of one group are one: the verdicts are the same and the
    pieces fewer, but they no longer tell available from talking.
    """
    judged = _with_tolerances(classify(case, by_state))
    return _with_exceptions(judged)


def classify(case: Case, by_state: bool = True) -> Judged:
    """Each piece by the rule matrix alone, before tolerances and exceptions."""
    states = flat(case.states.layer, case.base, case.as_of_at)
    plan = flat(case.plan.layer, case.base, case.as_of_at)
    changed = case.current is not case.plan
    current = flat(case.current.layer, case.base, case.as_of_at) if changed else plan
    agents = np.arange(len(case.day_edges))
    edges = np.clip(case.day_edges, case.base, case.base + SPAN - 1)
    first = (
        plan
        if case.baseline is None or case.baseline is case.plan
        else flat(case.baseline.layer, case.base, case.as_of_at)
    )
    points = [packed(agents, edges[:, side], case.base) for side in (0, 1)]
    group_of = states.of(case.states.group)
    seen, group_of = (states, group_of) if by_state else states.joined(group_of)
    pieces = laid(seen, (plan, current, first), np.concatenate(points))
    who = pieces.at // SPAN
    day_bin = (pieces.at >= points[0][who]).astype(np.int64) + (pieces.at >= points[1][who])
    nothing = len(case.activities)
    activity = _of_top(case.plan.activity, plan, pieces, nothing)
    # No state on a day with a live feed is signed out; without a feed it is unknown.
    gap = np.where(case.healthy[who, day_bin], LOGGED_OUT, UNKNOWN_GROUP).astype(np.uint8)
    group = np.append(group_of, np.uint8(0))[pieces.state]
    empty = np.flatnonzero(pieces.state < 0)
    group[empty] = gap[pieces.point[empty]]
    matrix = np.stack(
        [rule_matrix(case.activities, rules, case.logged_out_ok) for rules in case.rulesets]
    )
    width = matrix.shape[2]
    row = (case.rule_of[who] * (nothing + 1) + activity) * width
    cell = row[pieces.point]
    cell += group
    verdict = matrix.reshape(-1)[cell]
    cause = np.zeros(len(verdict), np.uint8)
    if changed:
        now = _of_top(case.current.activity, current, pieces, nothing, 1)
        moved = np.flatnonzero((now != activity)[pieces.point] & (verdict == OUT))
        point = pieces.point[moved]
        better = matrix[case.rule_of[who[point]], now[point], group[moved]]
        cause[moved[np.isin(better, (IN, NEUTRAL, IGNORED))]] = CORRECTION
    none = np.empty(0, np.int64)
    return Judged(
        case, pieces, states, seen, group_of, plan, first, group, verdict, cause,
        OutSpells(none, none, none, none, none), activity, day_bin,
    )  # fmt: skip


def _with_tolerances(judged: Judged) -> Judged:
    """Raw spells within grace or window are in; others count whole, or the part above."""
    case = judged.case
    shift = _of_top(case.plan.shift, judged.flat_plan, judged.laid)
    spells = out_spells(case, judged.laid, judged.verdict, judged.point_activity, shift)
    judged = replace(judged, spells=spells)
    eased = np.flatnonzero((spells.counts_from > spells.start) | (spells.counts_to < spells.end))
    if not len(eased):
        return judged
    start, end = spells.start[eased], spells.end[eased]
    low, high = spells.counts_from[eased], spells.counts_to[eased]
    judged = _recut(judged, np.concatenate([low, high]))
    verdict, cause = judged.verdict.copy(), judged.cause.copy()
    for first, last in ((start, np.minimum(low, end)), (high, end)):
        forgiven = ranges(*inside_of(judged.laid, first, last))
        verdict[forgiven], cause[forgiven] = IN, NO_CAUSE
    return replace(judged, verdict=verdict, cause=cause)


def _with_exceptions(judged: Judged) -> Judged:
    """Out seconds inside an exception become neutral; the spell keeps its number and length."""
    case = judged.case
    found: list[tuple[int, Ints, Ints]] = []
    for code, layer in ((EXCEPTION, case.exceptions), (PENDING, case.pending)):
        if layer is not None:
            start = packed(layer.agent, layer.start, case.base)
            found.append((code, start, packed(layer.agent, layer.end, case.base)))
    if any(rules.call_overrun for rules in case.rulesets):
        run, displaced, after = overrun_exceptions(case, judged)
        found[1:1] = [(CALL_OVERRUN, *run), (DISPLACED_BREAK, *displaced), (CALL_OVERRUN, *after)]
    if not found and not judged.cause.any():
        return judged
    edges = [edge for _, start, end in found for edge in (start, end)]
    judged = _recut(judged, np.concatenate(edges)) if edges else judged
    verdict, cause = judged.verdict.copy(), judged.cause.copy()
    for code, start, end in sorted(found, key=lambda one: one[0] == PENDING):
        hit = ranges(*inside_of(judged.laid, start, end))
        hit = hit[(cause[hit] == NO_CAUSE) & np.isin(verdict[hit], (OUT, OUTSIDE))]
        cause[hit] = code
    excused = (verdict == OUT) & (cause != NO_CAUSE) & (cause != PENDING)
    verdict[excused] = NEUTRAL
    return replace(judged, verdict=verdict, cause=cause)


def _recut(judged: Judged, keys: Ints) -> Judged:
    pieces, owner = cut(judged.laid, keys)
    if owner is None:
        return judged
    return replace(
        judged,
        laid=pieces,
        group=judged.group[owner],
        verdict=judged.verdict[owner],
        cause=judged.cause[owner],
    )


def _of_top(values: Ints, plan: Flat, pieces: Laid, nothing: int = -1, top: int = 0) -> Ints:
    """A value of the planned segment at each point, `nothing` where none is planned."""
    return np.append(plan.of(values), nothing)[pieces.tops[top]]


def _top(spells: Flat, index: Ints) -> Ints:
    return np.append(spells.spell, -1)[index]


def _on_queue(activities: Sequence[Activity]) -> Mask:
    return np.array([a.category == "on_queue" for a in activities] + [False])
