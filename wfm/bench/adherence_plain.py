"""Adherence of one agent after the other in plain Python loops: what the kernel is measured by.

The same rules in the same order as the engine, written without arrays and without its code.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from wfm.domain.activities import STATE_GROUPS
from wfm.domain.grid import QUARTER_S
from wfm.facts.case import Case
from wfm.facts.matrix import IN, LOGGED_OUT, NEUTRAL, OUT, UNKNOWN_GROUP, rule_matrix
from wfm.facts.overrun import OFF_QUEUE

Span = list[int]  # start, end, activity or group
Cells = list[list[int]]


def plain_adherence(case: Case, quarters: int) -> tuple[list[Cells], list[int]]:
    """Seconds by agent, quarter of the day and verdict, and out spells left by agent.

    `case` has one set of rules, grace counted whole, spells in order that do not overlap, and one
    shift an agent.
    """
    rules = case.rulesets[0]
    matrix = [list(map(int, row)) for row in rule_matrix(case.activities, rules)]
    plans = _by_agent(case.plan.layer.agent, case.plan.layer.start, case.plan.layer.end,
                      case.plan.activity)  # fmt: skip
    states = _by_agent(case.states.layer.agent, case.states.layer.start, case.states.layer.end,
                       case.states.group, case.states.busy, case.states.wrapping,
                       case.states.contact)  # fmt: skip
    excused: dict[int, list[Span]] = {}
    if case.exceptions is not None:
        layer = case.exceptions
        excused = _by_agent(layer.agent, layer.start, layer.end)
    numbers = [OFF_QUEUE.index(a.category) if a.category in OFF_QUEUE else -1
               for a in case.activities]  # fmt: skip
    cells, spells = [], []
    for agent, (day_from, _) in enumerate(case.day_edges.tolist()):
        plan, own = plans.get(agent, []), states.get(agent, [])
        gap = LOGGED_OUT if case.healthy[agent, 1] else UNKNOWN_GROUP
        pieces = [
            [start, end, matrix[activity][group], activity]
            for start, end, activity, group in _pieces(plan, own, gap, len(matrix) - 1)
        ]
        free = list(excused.get(agent, []))
        if rules.call_overrun:
            free += _overruns(plan, own, numbers, rules.transition_s, rules.acw_overrun_cap_s)
        left = 0
        for spell in _out_spells(pieces):
            if spell[-1][1] - spell[0][0] <= rules.grace_s:
                for piece in spell:
                    piece[2] = IN
            elif not _covered(spell, free):
                left += 1
        cells.append(_booked(pieces, free, day_from, quarters))
        spells.append(left)
    return cells, spells


def _by_agent(agents, *columns) -> dict[int, list[Span]]:  # type: ignore[no-untyped-def]
    found: dict[int, list[Span]] = {}
    for agent, *row in zip(agents.tolist(), *(c.tolist() for c in columns), strict=True):
        found.setdefault(agent, []).append(row)
    return found


def _pieces(plan: list[Span], states: list[Span], gap: int, nothing: int) -> Iterator[Span]:
    """Start, end, activity and group of each piece: the two lists walked side by side."""
    edges = sorted({edge for span in plan + states for edge in span[:2]})
    i = j = 0
    for start, end in itertools.pairwise(edges):
        while i < len(plan) and plan[i][1] <= start:
            i += 1
        while j < len(states) and states[j][1] <= start:
            j += 1
        planned = i < len(plan) and plan[i][0] <= start
        known = j < len(states) and states[j][0] <= start
        if planned or known:
            yield [start, end, plan[i][2] if planned else nothing, states[j][2] if known else gap]


def _out_spells(pieces: list[Span]) -> Iterator[list[Span]]:
    spell: list[Span] = []
    for piece in pieces:
        if piece[2] == OUT:
            if spell and spell[-1][1] != piece[0]:
                yield spell
                spell = []
            spell.append(piece)
        elif spell:
            yield spell
            spell = []
    if spell:
        yield spell


def _covered(spell: list[Span], free: list[Span]) -> bool:
    """Whether excused time covers a spell wholly."""
    at = spell[0][0]
    for start, end, *_ in sorted(free):
        if start <= at < end:
            at = end
    return at >= spell[-1][1]


def _booked(pieces: list[Span], free: list[Span], day_from: int, quarters: int) -> Cells:
    cells = [[0] * 6 for _ in range(quarters)]
    for start, end, verdict, _ in pieces:
        parts = _parts(start, end, free) if verdict == OUT else [(start, end, verdict)]
        for first, last, code in parts:
            at = first
            while at < last:
                quarter = (at - day_from) // QUARTER_S
                stop = min(last, day_from + (quarter + 1) * QUARTER_S)
                if 0 <= quarter < quarters:
                    cells[quarter][code] += stop - at
                at = stop
    return cells


def _parts(start: int, end: int, free: list[Span]) -> Iterator[tuple[int, int, int]]:
    """An out piece cut where excused time begins or ends, each part with its verdict."""
    edges = {start, end}
    for span in free:
        edges |= {edge for edge in span[:2] if start < edge < end}
    ordered = sorted(edges)
    for first, last in itertools.pairwise(ordered):
        inside = any(span[0] <= first and last <= span[1] for span in free)
        yield first, last, NEUTRAL if inside else OUT


def _overruns(
    plan: list[Span], states: list[Span], numbers: list[int], transition: int, cap: int
) -> list[Span]:
    contacts = _contacts(states)
    free: list[Span] = []
    for start, end, activity in _joined(plan):
        if numbers[activity] < 0:
            continue
        contact = next((c for c in contacts if c[0] < start < c[1]), None)
        if contact is None:
            continue
        until = max(start, min(contact[1], contact[2] + cap, end))
        free.append([start, until])
        taken = _taken(states, _same(OFF_QUEUE[numbers[activity]]), contact[1], transition)
        if taken is not None:
            begin = max(end, taken[0])
            free.append([begin, max(begin, min(taken[1], begin + until - start))])
    return free


def _contacts(states: list[Span]) -> list[Span]:
    """Start, end and begin of wrap-up of each unbroken contact."""
    runs: list[Span] = []
    last: Span | None = None
    for state in states:
        start, end, _, busy, wrapping, contact = state
        if not busy:
            last = None
            continue
        new = (
            last is None
            or last[1] != start
            or (last[5] != contact and last[5] >= 0 and contact >= 0)
            or (last[4] and not wrapping)
        )
        if new:
            runs.append([start, end, 1 << 60])
        runs[-1][1] = end
        if wrapping and runs[-1][2] == 1 << 60:
            runs[-1][2] = start
        last = state
    return runs


def _joined(plan: list[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end, activity in plan:
        if found and found[-1][1] == start and found[-1][2] == activity:
            found[-1][1] = end
        else:
            found.append([start, end, activity])
    return found


def _same(name: str) -> tuple[int, ...]:
    """Codes of the states in which a displaced activity may be taken: break and meal are alike."""
    names = ("break", "meal") if name in ("break", "meal") else (name,)
    return tuple(STATE_GROUPS.index(one) for one in names)


def _taken(states: list[Span], codes: tuple[int, ...], after: int, within: int) -> Span | None:
    """The first run of some states that begins soon after an instant."""
    run: Span | None = None
    for start, end, group, *_ in states:
        if group not in codes:
            continue
        if run is not None and run[1] == start:
            run[1] = end
        elif run is not None and after <= run[0]:
            break
        else:
            run = [start, end]
    return run if run is not None and after <= run[0] <= after + within else None
