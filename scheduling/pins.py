"""Shifts that people were promised but the contract does not know: on no grid, edited by hand.

Each becomes an option of that person on that day alone, in a copy of the contract; a problem
whose pins and published shifts all lie inside their contracts comes back as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from scheduling.problem import (
    Agent,
    Break,
    ContractRules,
    OwnShift,
    PinnedBreak,
    Problem,
    PublishedShift,
)  # fmt: skip
from scheduling.shifts import separate_windows
from wfm.domain.errors import BadInput

Placed = tuple[int, int, tuple[Break, ...]]  # start, length, breaks where they are


def with_own_shifts(problem: Problem) -> Problem:
    """The problem with a contract of their own for people whose shifts no contract allows."""
    published: dict[str, list[PublishedShift]] = defaultdict(list)
    for shift in problem.published:
        published[shift.agent].append(shift)
    contracts, agents = dict(problem.contracts), []
    for agent in problem.agents:
        own = _own(problem, agent, published.get(agent.id, ()))
        if own:
            rules = problem.contracts[agent.contract]
            name = f"{rules.name} of {agent.id}"
            contracts[name] = replace(rules, name=name, own=own)
            agent = replace(agent, contract=name)
        agents.append(agent)
    if len(contracts) == len(problem.contracts):
        return problem
    return replace(problem, contracts=contracts, agents=tuple(agents))


def is_possible(
    problem: Problem, agent: Agent, day: int, start: int, length: int,
    breaks: Sequence[tuple[int, int]] | None,
) -> bool:  # fmt: skip
    """Whether a shift with breaks (first slot, slots) is one that the contract allows that day."""
    rules, span = problem.contracts[agent.contract], problem.opening[day]
    if span is None or day in agent.unavailable_days or length not in rules.shift_lengths:
        return False
    window = agent.window_on(day)
    if start < max(span[0], window[0]) or start + length > min(span[1], window[1]):
        return False
    if (start - problem.grid_from) % rules.start_every_slots:
        return False
    if breaks is None:
        return True
    owed = separate_windows(rules.breaks[length], length)
    return len(owed) == len(breaks) and all(
        rule.slots == slots and start + rule.earliest <= first <= start + rule.latest
        for rule, (first, slots) in zip(owed, sorted(breaks), strict=True)
    )


def _own(
    problem: Problem, agent: Agent, published: Sequence[PublishedShift]
) -> tuple[OwnShift, ...]:
    found: dict[Placed, set[int]] = defaultdict(set)
    rules = problem.contracts[agent.contract]
    known = {shift.day: shift for shift in published}
    for pin in agent.pins:
        if pin.off:
            continue
        places = None if pin.breaks is None else [(b.start, b.slots) for b in pin.breaks]
        if is_possible(problem, agent, pin.day, pin.start, pin.length, places):
            continue
        breaks = pin.breaks
        before = known.get(pin.day)
        same = before is not None and (before.start, before.length) == (pin.start, pin.length)
        if breaks is None and before is not None and same:
            breaks = _as_pinned(before)
        if breaks is None:
            raise BadInput(
                f"agent {agent.id!r}: the shift pinned on day {pin.day} is none of the contract; "
                "give its breaks as well."
            )
        found[_placed(rules, pin.start, pin.length, breaks)].add(pin.day)
    for shift in published:
        places = [(start, slots) for _, start, slots in shift.breaks]
        if not is_possible(problem, agent, shift.day, shift.start, shift.length, places):
            breaks = _as_pinned(shift)
            found[_placed(rules, shift.start, shift.length, breaks)].add(shift.day)
    return tuple(
        OwnShift(start, length, breaks, frozenset(days))
        for (start, length, breaks), days in sorted(found.items(), key=lambda item: item[0][:2])
    )


def _as_pinned(shift: PublishedShift) -> tuple[PinnedBreak, ...]:
    told = shift.paid or (None,) * len(shift.breaks)
    return tuple(
        PinnedBreak(kind, start, slots, paid)
        for (kind, start, slots), paid in zip(shift.breaks, told, strict=True)
    )


def _placed(rules: ContractRules, start: int, length: int, breaks: Sequence[PinnedBreak]) -> Placed:
    """A shift with its breaks in place; a kind that the contract never leaves unpaid is paid."""
    unpaid = {b.kind for plan in rules.breaks.values() for b in plan if not b.paid}
    return start, length, tuple(
        Break(
            b.kind, b.slots, b.kind not in unpaid if b.paid is None else b.paid,
            b.start - start, b.start - start,
        )
        for b in sorted(breaks, key=lambda b: b.start)
    )  # fmt: skip
