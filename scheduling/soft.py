"""What a schedule costs beside cover: wishes not met, unevenness, changes, wages and overtime."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from scheduling.problem import Agent, Problem, PublishedShift
from scheduling.solution import PlannedShift, SoftCosts

Week = Mapping[int, PlannedShift]  # one person's shifts by day


def soft_costs(problem: Problem, shifts: Sequence[PlannedShift]) -> SoftCosts:
    """The costs beside cover of a schedule.

    A wish of 3 for a free Saturday that is worked, and a published shift begun 30 minutes later at
    0.5 a slot: preferences 3, changes 1.
    """
    own: dict[str, dict[int, PlannedShift]] = defaultdict(dict)
    for shift in shifts:
        own[shift.agent][shift.day] = shift
    published: dict[str, dict[int, PublishedShift]] = defaultdict(dict)
    for known in problem.published:
        published[known.agent][known.day] = known
    preferences = changes = wages = overtime = 0.0
    for agent in problem.agents:
        week = own.get(agent.id, {})
        preferences += _wishes(problem, agent, week)
        paid, extra = _wages(problem, agent, week)
        wages, overtime = wages + paid, overtime + extra
        if problem.published:
            changes += _changes(problem, week, published.get(agent.id, {}))
    return SoftCosts(
        round(preferences, 6),
        round(_unevenness(problem, own), 6),
        round(changes, 6),
        round(wages, 6),
        round(overtime, 6),
    )


def _wishes(problem: Problem, agent: Agent, week: Week) -> float:
    found = 0.0
    for wish in agent.wishes:
        for day in range(problem.days):
            if not wish.holds(day, problem.weekday(day)):
                continue
            shift = week.get(day)
            if shift is None:
                found += wish.cost if wish.want == "work" else 0.0
            elif wish.want == "off":
                found += wish.cost
            elif wish.want != "work":
                kind = problem.classes[wish.avoid or wish.want]
                inside = kind.has(problem.weekday(day), shift.start, shift.length)
                found += wish.cost if inside == bool(wish.avoid) else 0.0
    return found


def _wages(problem: Problem, agent: Agent, week: Week) -> tuple[float, float]:
    rules = problem.contracts[agent.contract]
    wages, paid = 0.0, defaultdict[int, int](int)
    for day, shift in week.items():
        slots = paid_slots(problem, agent, shift)
        paid[day // 7] += slots
        wages += rules.wage_slot * slots
        for name, price in rules.premiums:
            if problem.classes[name].has(problem.weekday(day), shift.start, shift.length):
                wages += price * shift.length
    return wages, sum(rules.overtime_cost(slots) for slots in paid.values())


def paid_slots(problem: Problem, agent: Agent, shift: PlannedShift) -> int:
    """Paid slots of a shift; of one that no contract knows, by its own breaks."""
    rules = problem.contracts[agent.contract]
    places = tuple(sorted((b.start, b.slots) for b in shift.breaks))
    for own in rules.own:
        theirs = tuple((own.start + b.earliest, b.slots) for b in own.breaks)
        if (own.start, own.length, theirs) == (shift.start, shift.length, places):
            return shift.length - sum(b.slots for b in own.breaks if not b.paid)
    return rules.paid(shift.length) if shift.length in rules.breaks else shift.length


def _changes(problem: Problem, week: Week, known: Mapping[int, PublishedShift]) -> float:
    cost, found = problem.change, 0.0
    for day in week.keys() | known.keys():
        shift, before = week.get(day), known.get(day)
        if shift is None or before is None:
            found += cost.shift
            continue
        ends = shift.start + shift.length - before.start - before.length
        found += cost.slot * max(abs(shift.start - before.start), abs(ends))
        places = {(b.kind, b.start, b.slots) for b in shift.breaks}
        found += cost.rest * len(set(before.breaks) - places)
    return found


def _unevenness(problem: Problem, own: Mapping[str, Week]) -> float:
    found = 0.0
    for name, weight in problem.fairness:
        counts = class_counts(problem, name, own)
        mean = sum(counts.values()) / sum(agent.share for agent in problem.agents)
        found += weight * sum((counts[a.id] - a.share * mean) ** 2 for a in problem.agents)
    return found


def class_counts(problem: Problem, name: str, own: Mapping[str, Week]) -> dict[str, float]:
    """How often each agent has had a class of shifts, with what the ledger brings along."""
    kind = problem.classes[name]
    return {
        agent.id: agent.ledger.get(name, 0.0)
        + sum(
            kind.has(problem.weekday(day), shift.start, shift.length)
            for day, shift in own.get(agent.id, {}).items()
        )
        for agent in problem.agents
    }
