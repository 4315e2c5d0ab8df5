"""Where a schedule leaves work uncovered, and what keeps each person from being there."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import Any

from scheduling.problem import SLOTS, Agent, ContractRules, Problem
from scheduling.problem_file import problem_of
from scheduling.relaxations import Relaxation, Relaxations
from scheduling.solution import PlannedShift, Solution
from scheduling.verify import Shortfall, verify

BLOCKERS = {
    "skill": "cannot serve the queue",
    "on_break": "on a break",
    "working": "already at work",
    "closed": "the site is closed",
    "unavailable": "not available that day",
    "window": "outside their hours",
    "no_shift_fits": "no shift length of their contract fits there",
    "works_other_hours": "works other hours that day",
    "weekly_days": "has all days of the week",
    "weekly_hours": "has all hours of the week",
    "rest": "too little rest to the next shift",
    "consecutive": "too many days in a row",
    "free": "nothing: a better exchange may exist",
}


@dataclass(frozen=True)
class Uncovered:
    """Consecutive slots in which a queue lacks somebody, with heads by what blocks them."""

    queue: str
    day: int
    first_slot: int
    end_slot: int
    agent_slots: int
    most_missing: int
    blockers: tuple[tuple[str, int], ...]  # (code of BLOCKERS, heads), most first
    price: float | None  # what one more agent there is worth
    relaxations: tuple[Relaxation, ...] = ()  # rules lifted for one person, what saves most first


def explain(
    problem_data: Any, solution_data: Any, solution: Solution, *, lifted: int = 20
) -> tuple[Uncovered, ...]:
    """Uncovered stretches of a schedule, largest first; of so many, what lifting a rule buys."""
    problem = problem_of(problem_data)
    found = verify(problem_data, solution_data).shortfalls
    shifts: dict[str, dict[int, PlannedShift]] = defaultdict(dict)
    for shift in solution.shifts:
        shifts[shift.agent][shift.day] = shift
    stretches = []
    people: list[dict[str, list[str]]] = []
    for run in _stretches(found):
        middle = max(run, key=lambda s: s.missing)
        blocked: dict[str, list[str]] = defaultdict(list)
        for agent in problem.agents:
            code = blocker(problem, agent, shifts.get(agent.id, {}), middle)
            blocked[code].append(agent.id)
        people.append(blocked)
        heads = Counter({code: len(agents) for code, agents in blocked.items()})
        stretches.append(
            Uncovered(
                queue=middle.queue,
                day=middle.day,
                first_slot=run[0].slot,
                end_slot=run[-1].slot + 1,
                agent_slots=sum(s.missing for s in run),
                most_missing=middle.missing,
                blockers=tuple(heads.most_common()),
                price=_price(solution, middle),
            )
        )
    order = sorted(
        range(len(stretches)),
        key=lambda i: (-stretches[i].agent_slots, stretches[i].day, stretches[i].first_slot),
    )
    try:
        rules = Relaxations(problem, solution.shifts)
    except LookupError:
        return tuple(stretches[i] for i in order)
    return tuple(
        replace(stretches[i], relaxations=_lifted(rules, people[i], stretches[i].day))
        if place < lifted
        else stretches[i]
        for place, i in enumerate(order)
    )


def _lifted(rules: Relaxations, people: dict[str, list[str]], day: int) -> tuple[Relaxation, ...]:
    found = [rules.best(code, agents, day) for code, agents in people.items()]
    return tuple(sorted((one for one in found if one), key=lambda one: (-one.saves, one.code)))


def blocker(problem: Problem, agent: Agent, own: dict[int, PlannedShift], at: Shortfall) -> str:
    """What keeps one agent from a queue and slot: the first reason that holds."""
    rules = problem.contracts[agent.contract]
    if at.queue not in agent.queues:
        return "skill"
    shift = own.get(at.day)
    if shift is not None and shift.start <= at.slot < shift.start + shift.length:
        resting = any(b.start <= at.slot < b.start + b.slots for b in shift.breaks)
        return "on_break" if resting else "working"
    opening = problem.opening[at.day]
    if opening is None or not opening[0] <= at.slot < opening[1]:
        return "closed"
    if at.day in agent.unavailable_days:
        return "unavailable"
    if not agent.window[0] <= at.slot < agent.window[1]:
        return "window"
    starts = _starts(problem, agent, rules, at)
    if not starts:
        return "no_shift_fits"
    if shift is not None:
        return "works_other_hours"
    return _week_blocker(rules, own, at, starts)


def _week_blocker(
    rules: ContractRules,
    own: dict[int, PlannedShift],
    at: Shortfall,
    starts: list[tuple[int, int]],
) -> str:
    week = [s for d, s in own.items() if d // 7 == at.day // 7]
    if len(week) >= rules.days_per_week[1]:
        return "weekly_days"
    paid = sum(rules.paid(s.length) for s in week)
    room = rules.paid_slots_per_week[1] - paid
    starts = [(s, n) for s, n in starts if rules.paid(n) <= room]
    if not starts:
        return "weekly_hours"
    before, after = own.get(at.day - 1), own.get(at.day + 1)
    if before is not None:
        earliest = before.start + before.length + rules.min_rest_slots - SLOTS
        starts = [(s, n) for s, n in starts if s >= earliest]
    if after is not None:
        latest = after.start + SLOTS - rules.min_rest_slots
        starts = [(s, n) for s, n in starts if s + n <= latest]
    if not starts:
        return "rest"
    run, day = 1, at.day - 1
    while day in own:
        run, day = run + 1, day - 1
    day = at.day + 1
    while day in own:
        run, day = run + 1, day + 1
    return "consecutive" if run > rules.max_consecutive_days else "free"


def _starts(
    problem: Problem, agent: Agent, rules: ContractRules, at: Shortfall
) -> list[tuple[int, int]]:
    """Starts and lengths of shifts that would hold the slot."""
    opening = problem.opening[at.day] or (0, 0)
    first, end = max(opening[0], agent.window[0]), min(opening[1], agent.window[1])
    first += (problem.grid_from - first) % rules.start_every_slots
    return [
        (start, length)
        for length in rules.shift_lengths
        for start in range(first, min(end - length + 1, SLOTS), rules.start_every_slots)
        if start <= at.slot < start + length
    ]


def _stretches(found: tuple[Shortfall, ...]) -> list[list[Shortfall]]:
    runs: list[list[Shortfall]] = []
    for item in sorted(found, key=lambda s: (s.queue, s.day, s.slot)):
        last = runs[-1][-1] if runs else None
        if last and (last.queue, last.day, last.slot + 1) == (item.queue, item.day, item.slot):
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


def _price(solution: Solution, at: Shortfall) -> float | None:
    if solution.prices is None or at.queue not in solution.prices:
        return None
    return solution.prices[at.queue][at.day][at.slot]
