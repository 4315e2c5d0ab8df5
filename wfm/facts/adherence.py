"""The adherence engine: plan laid over states, judged in one fixed order, to the second.

Order: gaps filled, pieces classified, adjacent out pieces joined to raw spells over the whole
shift, tolerances on raw spells, exceptions, and only then (elsewhere) the split on the grid.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wfm.facts.case import Case
from wfm.facts.flat import flat
from wfm.facts.judged import (
    CALL_OVERRUN,
    CORRECTION,
    DISPLACED_BREAK,
    EXCEPTION,
    NO_CAUSE,
    PENDING,
    Judged,
    of_top,
)
from wfm.facts.laid import cut, inside_of, laid
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
from wfm.facts.overrun import overrun_exceptions
from wfm.facts.pieces import SPAN, Ints, packed, ranges
from wfm.facts.tolerances import OutSpells, out_spells


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
    activity = of_top(case.plan.activity, plan, pieces, nothing)
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
        now = of_top(case.current.activity, current, pieces, nothing, 1)
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
    shift = of_top(case.plan.shift, judged.flat_plan, judged.laid)
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
