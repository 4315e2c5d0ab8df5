"""Why an agent's week cannot be kept, before anything is solved: which rule, with the arithmetic.

Such an agent is scheduled below the weekly minimum, as fully as every other rule allows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from scheduling.descent import below_minimum
from scheduling.problem import SLOTS, Agent, ContractRules, Neighbours, Problem
from scheduling.roster import AgentPlan, Roster
from scheduling.shifts import Floats
from scheduling.solution import Diagnosis
from scheduling.tours import WEEK


@dataclass(frozen=True)
class Diagnosed:
    """The sentences, and the rules by which each such agent and week is scheduled instead."""

    diagnoses: tuple[Diagnosis, ...]
    relaxed: Mapping[tuple[str, int], ContractRules]


def diagnose(problem: Problem) -> Diagnosed:
    """Agents and weeks without any tour that keeps every rule.

    "a7, week 1: days_per_week: needs 5 days, 3 possible" when two fit in no shift.
    """
    roster = Roster(problem)
    known: dict[tuple[object, ...], tuple[str, str, ContractRules] | None] = {}
    diagnoses: list[Diagnosis] = []
    relaxed: dict[tuple[str, int], ContractRules] = {}
    for plan in roster.plans:
        for week in range(problem.weeks):
            key = _kind(plan, week)
            if key not in known:
                known[key] = _explain(problem, roster, plan, week)
            found = known[key]
            if found is not None:
                rule, sentence, rules = found
                whole = f"{plan.agent.id}, week {week + 1}: {sentence}"
                diagnoses.append(Diagnosis(plan.agent.id, week, rule, whole))
                relaxed[plan.agent.id, week] = rules
    return Diagnosed(tuple(diagnoses), relaxed)


def _kind(plan: AgentPlan, week: int) -> tuple[object, ...]:
    off = frozenset(d - week * WEEK for d in plan.agent.unavailable_days if d // WEEK == week)
    return plan.agent.contract, plan.agent.window, off, week, plan.agent.neighbours


def _explain(
    problem: Problem, roster: Roster, plan: AgentPlan, week: int
) -> tuple[str, str, ContractRules] | None:
    """The rule to blame, its sentence and the rules to use instead; None when a tour exists."""
    if _best(roster, plan, week, plan.rules[week], 0.0) is not None:
        return None
    rules = plan.rules[week]
    lower = below_minimum(rules)
    chosen = _best(roster, plan, week, lower, -1.0) or ()
    menu = roster.menu(plan)
    days, paid = len(chosen), int(sum(menu.paid[entry] for _, entry in chosen))
    instead = replace(rules, days_per_week=(days, days), paid_slots_per_week=(paid, paid))
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
    return cause, f"{sentence}. Scheduled for {days} days, {paid / 4:g} paid hours", instead


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
    alone = replace(problem, agents=(agent,), contracts={agent.contract: rules}, requirement={})
    roster = Roster(alone)
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
    free = replace(agent, window=(0, SLOTS))
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


_TESTS: Mapping[str, Callable[[Problem, Agent, int], bool]] = {
    "unavailable_days": _lift_unavailable,
    "window": _lift_window,
    "opening": _lift_opening,
    "min_rest": _lift_rest,
    "max_consecutive_days": _lift_run,
    "published neighbouring weeks": _lift_neighbours,
    "days_per_week": _lift_days,
    "paid_slots_per_week": _lift_hours,
}
