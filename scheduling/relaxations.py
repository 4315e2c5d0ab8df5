"""What lifting one rule for one person would buy: their best week without it, others as they are.

The others' weeks stand, so the cost of the new week is exact, and so is what it saves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scheduling.problem import SLOTS, Problem
from scheduling.roster import AgentPlan, Pick, Roster
from scheduling.shifts import Floats
from scheduling.solution import PlannedShift
from scheduling.tours import WEEK

# Rules that somebody could lift, and what lifting means.
LIFTS: Mapping[str, str] = {
    "weekly_days": "one more shift in the week",
    "weekly_hours": "hours for one more shift",
    "rest": "less rest between two shifts",
    "window": "any hour of the day",
    "unavailable": "work on that day",
    "consecutive": "more days in a row",
}
# People tried for each rule: those who come first are as good as others of their kind.
TRIED = 4
LEAST = 1e-6


@dataclass(frozen=True)
class Relaxation:
    """A rule lifted for one person in one week, and the cost of cover that it saves."""

    code: str
    agent: str
    week: int
    saves: float


class Relaxations:
    """A schedule in which single rules are lifted and put back.

    `LookupError` when a shift is none of its contract: then nothing can be said.
    """

    def __init__(self, problem: Problem, shifts: Iterable[PlannedShift]) -> None:
        self.roster = Roster(problem)
        self._plans = {plan.agent.id: plan for plan in self.roster.plans}
        self._known: dict[tuple[str, str, int, int], float] = {}
        own: dict[tuple[str, int], list[PlannedShift]] = {}
        for shift in shifts:
            own.setdefault((shift.agent, shift.day // WEEK), []).append(shift)
        for (agent, week), found in own.items():
            plan = self._plans[agent]
            picks = tuple(_pick(self.roster, plan, shift) for shift in found)
            self.roster.put_in(plan, week, self.roster.tour_of(plan, week, picks))

    def best(self, code: str, agents: Sequence[str], day: int) -> Relaxation | None:
        """The best of the first few people for whom the rule is lifted; None when none gains."""
        if code not in LIFTS:
            return None
        week = day // WEEK
        found = [
            Relaxation(code, agent, week, round(self._saves(code, agent, day), 3))
            for agent in agents[:TRIED]
        ]
        best = max(found, key=lambda one: one.saves, default=None)
        return best if best is not None and best.saves > LEAST else None

    def _saves(self, code: str, agent: str, day: int) -> float:
        key = (code, agent, day // WEEK, day if code == "unavailable" else -1)
        if key not in self._known:
            self._known[key] = self._try(code, self._plans[agent], day)
        return self._known[key]

    def _try(self, code: str, plan: AgentPlan, day: int) -> float:
        """Cost saved by the best week without the rule; everything is put back."""
        roster, week = self.roster, day // WEEK
        own_options = plan.has_terms and code in ("window", "unavailable")
        if plan.group is None or own_options:
            return 0.0
        before, tour = roster.cost(), plan.weeks[week]
        rules, fees = plan.rules[week], plan.fees
        roster.take_out(plan, week)
        self._lift(code, plan, day)
        lifted = roster.price_week(plan, week, self._prices(plan, week))
        saved = 0.0
        if lifted is not None:
            roster.put_in(plan, week, lifted)
            saved = before - roster.cost()
            roster.take_out(plan, week)
        plan.rules[week], plan.fees = rules, fees
        roster.put_in(plan, week, tour)
        return max(0.0, saved)

    def _lift(self, code: str, plan: AgentPlan, day: int) -> None:
        week, agent = day // WEEK, plan.agent
        rules = plan.rules[week]
        (low, high), (least, most) = rules.days_per_week, rules.paid_slots_per_week
        longest = max(rules.paid(n) for n in rules.shift_lengths)
        if code in ("weekly_days", "weekly_hours"):
            more = high + 1 if code == "weekly_days" else high
            rules = replace(
                rules, days_per_week=(low, more), paid_slots_per_week=(least, most + longest)
            )
        elif code == "rest":
            rules = replace(rules, min_rest_slots=0)
        elif code == "consecutive":
            rules = replace(rules, max_consecutive_days=2 * SLOTS)
        elif code == "window":
            plan.fees = self.roster.blocks(replace(agent, window=(0, 2 * SLOTS), hours=()))
        elif code == "unavailable":
            free = agent.unavailable_days - {day}
            plan.fees = self.roster.blocks(replace(agent, unavailable_days=free))
        plan.rules[week] = rules

    def _prices(self, plan: AgentPlan, week: int) -> Floats:
        """What one more agent costs in each slot, exactly."""
        assert plan.group is not None
        slack = plan.group.slack(plan.hits, plan.misses, self.roster.span(week))
        problem = self.roster.problem
        return np.where(slack < 0, -problem.understaffed_slot, problem.overstaffed_slot)


def _pick(roster: Roster, plan: AgentPlan, shift: PlannedShift) -> Pick:
    """A planned shift as an entry of its contract's menu."""
    menu = roster.menu(plan)
    same = np.flatnonzero((menu.start == shift.start) & (menu.length == shift.length))
    places = tuple(b.start for b in sorted(shift.breaks, key=lambda b: b.start))
    fits = [int(e) for e in same if len(menu.forms[int(menu.form[e])]) == len(places)]
    if not fits:
        raise LookupError(f"{shift.agent}, day {shift.day}: no shift of the contract")
    return shift.day % WEEK, fits[0], places
