"""Why an agent's week cannot be kept, before anything is solved: which rule, with the arithmetic.

Such an agent is scheduled below the weekly minimum, as fully as every other rule allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scheduling.descent import below_minimum
from scheduling.problem import SLOTS, Agent, ContractRules, Neighbours, Problem
from scheduling.roster import AgentPlan, Roster
from scheduling.shifts import Floats
from scheduling.soft import paid_slots
from scheduling.solution import Diagnosis, PlannedShift
from scheduling.terms import is_plain
from scheduling.tours import WEEK


@dataclass(frozen=True)
class Diagnosed:
    """The sentences, and the rules by which each such agent and week is scheduled instead.

    `problem` is without the pins and activities that had to be given up.
    """

    diagnoses: tuple[Diagnosis, ...]
    relaxed: Mapping[tuple[str, int], ContractRules]
    problem: Problem


def diagnose(problem: Problem) -> Diagnosed:
    """Agents and weeks without any tour that keeps every rule.

    "a7, week 1: days_per_week: needs 5 days, 3 possible" when two fit in no shift.
    """
    roster = Roster(problem)
    known: dict[tuple[object, ...], Explained | None] = {}
    given_up: dict[str, Agent] = {}
    diagnoses: list[Diagnosis] = []
    relaxed: dict[tuple[str, int], ContractRules] = {}
    for plan in roster.plans:
        for week in range(problem.weeks):
            key = _kind(problem, plan, week)
            if key not in known:
                known[key] = _explain(problem, roster, plan, week)
            found = known[key]
            if found is not None:
                whole = f"{plan.agent.id}, week {week + 1}: {found.sentence}"
                diagnoses.append(Diagnosis(plan.agent.id, week, found.rule, whole))
                relaxed[plan.agent.id, week] = found.rules
                if found.without:
                    agent = given_up.get(plan.agent.id, plan.agent)
                    given_up[agent.id] = _without(agent, week, found.without)
    if given_up:
        agents = tuple(given_up.get(agent.id, agent) for agent in problem.agents)
        problem = replace(problem, agents=agents)
    return Diagnosed(tuple(diagnoses), relaxed, problem)


@dataclass(frozen=True)
class Explained:
    """The rule to blame, its sentence, the rules to use instead, and what is given up for them."""

    rule: str
    sentence: str
    rules: ContractRules
    without: tuple[str, ...] = ()


def _without(agent: Agent, week: int, names: tuple[str, ...]) -> Agent:
    """The agent without the activities or pins of a week."""
    if "activities" in names:
        kept = tuple(a for a in agent.activities if a.day // WEEK != week)
        agent = replace(agent, activities=kept)
    if "pins" in names:
        agent = replace(agent, pins=tuple(p for p in agent.pins if p.day // WEEK != week))
    return agent


def _kind(problem: Problem, plan: AgentPlan, week: int) -> tuple[object, ...]:
    if not is_plain(problem, plan.agent) or plan.agent.hours or plan.rules[week].labour:
        return plan.agent.id, week
    off = frozenset(d - week * WEEK for d in plan.agent.unavailable_days if d // WEEK == week)
    return plan.agent.contract, plan.agent.window, off, week, plan.agent.neighbours


def _explain(problem: Problem, roster: Roster, plan: AgentPlan, week: int) -> Explained | None:
    """The rule to blame and what to do instead; None when a tour exists."""
    if _best(roster, plan, week, plan.rules[week], 0.0) is not None:
        return None
    rules = plan.rules[week]
    names, lower, chosen = _least_given_up(problem, plan, week)
    menu = roster.menu(plan)
    days, paid = len(chosen), int(sum(menu.paid[entry] for _, entry in chosen))
    instead = replace(lower, days_per_week=(days, days), paid_slots_per_week=(paid, paid))
    open_days = _open_days(roster, plan, week)
    low, least = rules.days_per_week[0], rules.paid_slots_per_week[0]
    blamed = [name for name, test in _TESTS.items() if test(problem, plan.agent, week)]
    if open_days < low:
        sentence = f"needs {low} days, {open_days} possible"
    else:
        sentence = (
            f"needs {low} days and {least / 4:g} paid hours; at most {days} days and "
            f"{paid / 4:g} hours keep the other rules"
        )
    cause = blamed[0] if blamed else "several rules together"
    if blamed:
        sentence += f"; lifting any one of these would do: {', '.join(blamed)}"
    else:
        sentence += "; no single rule, when lifted, is enough"
    if names:
        sentence += f". Given up: {' and '.join(names)}"
    sentence += f". Scheduled for {days} days, {paid / 4:g} paid hours"
    return Explained(cause, sentence, instead, names)


def squeezed(
    problem: Problem, weeks: Iterable[tuple[int, int]], shifts: Sequence[PlannedShift]
) -> tuple[Diagnosis, ...]:
    """Weeks that are possible alone but not beside the person's other weeks, as scheduled."""
    found = []
    for number, week in weeks:
        agent = problem.agents[number]
        rules = problem.contracts[agent.contract]
        own = [s for s in shifts if s.agent == agent.id and s.day // WEEK == week]
        days, paid = len(own), sum(paid_slots(problem, agent, shift) for shift in own)
        low, least = rules.days_per_week[0], rules.paid_slots_per_week[0]
        if days < low or paid < least:
            sentence = (
                f"{agent.id}, week {week + 1}: needs {low} days and {least / 4:g} paid hours; "
                f"beside the other weeks {days} days and {paid / 4:g} hours fit"
            )
            found.append(Diagnosis(agent.id, week, "weeks together", sentence))
    return tuple(found)


def _least_given_up(
    problem: Problem, plan: AgentPlan, week: int
) -> tuple[tuple[str, ...], ContractRules, tuple[tuple[int, int], ...]]:
    """What is given up beside the weekly minimum, the rules left, and the fullest week then."""
    rules = below_minimum(plan.rules[week])
    ladder: list[tuple[str, ...]] = [()]
    if plan.agent.activities:
        ladder.append(("activities",))
    if rules.labour:
        ladder.append(("rules",))
    if plan.agent.pins:
        ladder.append(("pins",))
    if len(ladder) > 2:
        ladder.append(tuple(name for names in ladder for name in names))
    for names in ladder:
        left = replace(rules, labour=()) if "rules" in names else rules
        alone = _alone(problem, _without(plan.agent, week, names), left)
        chosen = _best(alone, alone.plans[0], week, left, -1.0)
        if chosen is not None:
            return names, left, chosen
    return ladder[-1], rules, ()


def _alone(problem: Problem, agent: Agent, rules: ContractRules) -> Roster:
    return Roster(
        replace(
            problem, agents=(agent,), contracts={agent.contract: rules}, requirement={},
            fairness=(), published=tuple(s for s in problem.published if s.agent == agent.id),
        )
    )  # fmt: skip


def _best(
    roster: Roster, plan: AgentPlan, week: int, rules: ContractRules, a_paid_slot: float
) -> tuple[tuple[int, int], ...] | None:
    """The week with most paid time under other rules (or any, with a price of 0)."""
    held, plan.rules[week] = plan.rules[week], rules
    try:
        menu = roster.menu(plan)
        if len(menu.start) == 0:
            return () if rules.days_per_week[0] == 0 else None
        costs: Floats = roster.limits(plan, week) + a_paid_slot * menu.paid
        return roster.best_week(plan, week, costs)
    finally:
        plan.rules[week] = held


def _open_days(roster: Roster, plan: AgentPlan, week: int) -> int:
    limits = roster.limits(plan, week)
    return int(np.isfinite(limits).any(axis=1).sum()) if limits.size else 0


def _possible(problem: Problem, agent: Agent, week: int, rules: ContractRules) -> bool:
    """Whether one agent alone, with other rules, has a week."""
    roster = _alone(problem, agent, rules)
    return _best(roster, roster.plans[0], week, rules, 0.0) is not None


def _lift_days(problem: Problem, agent: Agent, week: int) -> bool:
    rules = problem.contracts[agent.contract]
    return _possible(problem, agent, week, replace(rules, days_per_week=(0, WEEK)))


def _lift_hours(problem: Problem, agent: Agent, week: int) -> bool:
    rules = problem.contracts[agent.contract]
    return _possible(problem, agent, week, replace(rules, paid_slots_per_week=(0, WEEK * SLOTS)))


def _lift_unavailable(problem: Problem, agent: Agent, week: int) -> bool:
    free = replace(agent, unavailable_days=frozenset())
    return _possible(problem, free, week, problem.contracts[agent.contract])


def _lift_window(problem: Problem, agent: Agent, week: int) -> bool:
    free = replace(agent, window=(0, 2 * SLOTS), hours=())
    return _possible(problem, free, week, problem.contracts[agent.contract])


def _lift_opening(problem: Problem, agent: Agent, week: int) -> bool:
    spans = [span for span in problem.opening if span is not None]
    widest = (min((a for a, _ in spans), default=0), max((b for _, b in spans), default=0))
    always = replace(problem, opening=(widest,) * problem.days)
    return _possible(always, agent, week, problem.contracts[agent.contract])


def _lift_rest(problem: Problem, agent: Agent, week: int) -> bool:
    rules = problem.contracts[agent.contract]
    return _possible(problem, agent, week, replace(rules, min_rest_slots=0))


def _lift_run(problem: Problem, agent: Agent, week: int) -> bool:
    around = replace(agent.neighbours, run=0, run_after=0)
    rules = replace(problem.contracts[agent.contract], max_consecutive_days=WEEK)
    return _possible(problem, replace(agent, neighbours=around), week, rules)


def _lift_neighbours(problem: Problem, agent: Agent, week: int) -> bool:
    free = replace(agent, neighbours=Neighbours())
    return _possible(problem, free, week, problem.contracts[agent.contract])


def _lift_activities(problem: Problem, agent: Agent, week: int) -> bool:
    free = _without(agent, week, ("activities",))
    return _possible(problem, free, week, problem.contracts[agent.contract])


def _lift_pins(problem: Problem, agent: Agent, week: int) -> bool:
    free = _without(agent, week, ("pins",))
    return _possible(problem, free, week, problem.contracts[agent.contract])


def _lift_labour(problem: Problem, agent: Agent, week: int) -> bool:
    rules = problem.contracts[agent.contract]
    return _possible(problem, agent, week, replace(rules, labour=()))


_TESTS: Mapping[str, Callable[[Problem, Agent, int], bool]] = {
    "unavailable_days": _lift_unavailable,
    "window": _lift_window,
    "opening": _lift_opening,
    "min_rest": _lift_rest,
    "max_consecutive_days": _lift_run,
    "published neighbouring weeks": _lift_neighbours,
    "activities": _lift_activities,
    "pins": _lift_pins,
    "rules of the contract": _lift_labour,
    "days_per_week": _lift_days,
    "paid_slots_per_week": _lift_hours,
}
