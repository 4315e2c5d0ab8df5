"""A bound from prices alone: what need is worth, less the most that everybody's weeks can earn.

Any prices of queues give a bound. Cover is let go of (Lagrange): each missing agent-slot is paid at
its price, each person works the week that earns most, and no schedule can cost less than the sum.
Weeks stand alone, and rules as data and neighbouring weeks are let go of: fewer rules, lower sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from scheduling.problem import SLOTS, Agent, ContractRules, Neighbours, Problem
from scheduling.roster import Roster
from scheduling.shifts import Floats
from scheduling.sweep import Packing
from scheduling.tours import WEEK

# Loops add in another order than a proof on paper: this much a person-week may be off.
ROUNDING = 1e-9


class TourBound:
    """The people of a problem, by kind, ready to be priced."""

    def __init__(self, problem: Problem, relaxed: Mapping[tuple[str, int], ContractRules]) -> None:
        self.problem = problem
        kinds: dict[tuple[object, ...], int] = {}
        members: list[Agent] = []
        heads: list[int] = []
        for agent in problem.agents:
            special = any((agent.id, week) in relaxed for week in range(problem.weeks))
            key: tuple[object, ...] = (
                agent.contract, agent.unavailable_days, agent.window, agent.hours, agent.queues,
                agent.activities, agent.pins, agent.id if special else None,
            )  # fmt: skip
            if key not in kinds:
                kinds[key] = len(heads)
                heads.append(0)
                members.append(replace(agent, wishes=(), neighbours=Neighbours()))
            heads[kinds[key]] += 1
        self.heads = np.array(heads, dtype=np.int64)
        alone = replace(problem, agents=tuple(members), published=(), fairness=())
        roster = Roster(alone, relaxed)
        self.packing = Packing(roster, relaxed=True)
        self._present = self._already_there(problem)
        self._loosen(roster)

    def value(self, prices: Mapping[str, Floats]) -> float:
        """The bound at prices of each queue and slot of the horizon, between -over and +under."""
        from scheduling.kernels import least_worth

        sets = {*self._present, *self.packing.skill_sets}
        costs = costs_of(self.problem, sets, prices)
        table = np.array([costs[skills] for skills in self.packing.skill_sets])
        packing = self.packing
        worth = least_worth(
            table, self.heads, packing.crew, packing.menus, packing.graphs, packing.scratch
        )
        total = worth - ROUNDING * float(self.heads.sum()) * self.problem.weeks
        for queue, price in prices.items():
            need = np.array(self.problem.requirement[queue], dtype=float).ravel()
            total += float((need * price)[need > 0].sum())
        for skills, there in self._present.items():
            total += float((there * costs[skills]).sum())
        return float(total)

    def _already_there(self, problem: Problem) -> dict[tuple[str, ...], Floats]:
        """People whose shift of the day before runs into the horizon."""
        found: dict[tuple[str, ...], Floats] = {}
        for agent in problem.agents:
            for first, end in agent.neighbours.on_queue:
                skills = _skills(problem, agent)
                there = found.setdefault(skills, np.zeros(problem.days * SLOTS))
                there[first:end] += 1
        return found

    def _loosen(self, roster: Roster) -> None:
        """Who has no week at all under the rules gets one without the weekly minimum."""
        from scheduling.descent import below_minimum

        for plan in roster.plans:
            changed = False
            for week, rules in enumerate(plan.rules):
                graph = roster.book.graph(rules, 0, 0)
                off = None if plan.off is None else plan.off[week]
                gates = np.where(np.isfinite(plan.fees[week]), 0.0, np.inf)
                free = None if off is None else np.where(np.isfinite(off), 0.0, np.inf)
                if graph.best_week(gates.reshape(WEEK, -1), 0, 0, free) is None:
                    plan.rules[week], changed = below_minimum(rules), True
            if changed:
                self.packing.renew(plan)


def costs_of(
    problem: Problem, skill_sets: Iterable[tuple[str, ...]], prices: Mapping[str, Floats]
) -> dict[tuple[str, ...], Floats]:
    """What one more agent of each skill set adds in each slot: idle, or less its best queue.

    Prices 0.3 and 0.7 where both queues need somebody: -0.7 for who can serve both.
    """
    over, found = problem.overstaffed_slot, {}
    need = {q: np.array(rows).ravel() for q, rows in problem.requirement.items()}
    for skills in skill_sets:
        best = np.full(problem.days * SLOTS, -over)
        for queue in skills:
            best = np.maximum(best, np.where(need[queue] > 0, prices[queue], -over))
        found[skills] = -best
    return found


def _skills(problem: Problem, agent: Agent) -> tuple[str, ...]:
    return tuple(q for q in agent.queues if q in problem.requirement)
