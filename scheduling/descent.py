"""Schedules that get better: agents one at a time take the best week for what the others leave.

Seeded: the same problem, seed and number of passes give the same schedule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from scheduling.exchange import Exchange
from scheduling.problem import ContractRules
from scheduling.roster import EMPTY, AgentPlan, Roster, WeekTour
from scheduling.shifts import Floats
from scheduling.solution import PlannedShift

SMOOTHING = 0.01
NOISE = 1e-3
STEEPNESS = 0.05
STALE_PASSES = 8
STALE_GAIN = 0.001


class Descent:
    """One run over a roster: a first schedule, then passes; the best one seen is kept."""

    def __init__(
        self,
        roster: Roster,
        seed: int,
        stop: Callable[[], bool],
        tell: Callable[[str, float, float, int], None],  # event, cost of cover, total, passes
    ) -> None:
        self.roster = roster
        self.random = np.random.default_rng(seed)
        self.stop = stop
        self.tell = tell
        self.passes = 0
        self.stopped = False
        self.best_cost = float("inf")  # of cover
        self.best_total = float("inf")  # with wishes, changes and wages
        self.best: tuple[tuple[WeekTour, ...], ...] = ()
        soft = roster.fairness is not None or any(p.has_terms for p in roster.plans)
        self.exchange = Exchange(roster, self.random, self._prices, stop) if soft else None
        self.squeezed: list[tuple[int, int]] = []  # (agent, week) below the weekly minimum

    def run(self, passes: int | None, stale_passes: int | None = STALE_PASSES) -> None:
        """Nothing; `best` holds a schedule unless stopped before the first was complete.

        It ends after the pass budget, or after so many passes in a row that gained next to nothing.
        """
        self._start()
        stale = 0
        while not self.stopped and stale != stale_passes and self.passes != passes:
            before = self.best_total
            self._pass()
            gain = (before - self.best_total) / before if before > 0 else 0.0
            stale = stale + 1 if gain < STALE_GAIN else 0

    def shifts(self) -> tuple[PlannedShift, ...]:
        """The shifts of the best schedule."""
        return tuple(s for weeks in self.best for tour in weeks for s in tour.shifts)

    def _start(self) -> None:
        order = self.random.permutation(len(self.roster.plans))
        for placed, number in enumerate(order, start=1):
            if self.stop():
                self.stopped = True
                return
            plan = self.roster.plans[number]
            for week in range(self.roster.problem.weeks):
                prices = self._opening_prices(plan, week, placed / len(order))
                kept = self.roster.published_week(plan, week)
                self.roster.put_in(plan, week, kept or self._first_week(plan, week, prices))
        self._keep()

    def _first_week(self, plan: AgentPlan, week: int, prices: Floats) -> WeekTour:
        tour = self.roster.price_week(plan, week, prices)
        if tour is None and week > 0:
            # The week before left too little rest or too long a run: give it a free last day.
            earlier = plan.weeks[week - 1]
            self.roster.take_out(plan, week - 1)
            spare = self.roster.price_week(plan, week - 1, prices, rested=True)
            self.roster.put_in(plan, week - 1, spare or earlier)
            tour = self.roster.price_week(plan, week, prices)
        if tour is None and week > 0:
            tour = self._before_its_neighbour(plan, week, prices)
        if tour is None:
            self.squeezed.append((plan.number, week))
            plan.rules[week] = below_minimum(plan.rules[week])
            tour = self.roster.price_week(plan, week, prices - 100.0)
        # What pins or rules of the week contradict each other in; the verifier tells it.
        return tour or EMPTY

    def _before_its_neighbour(self, plan: AgentPlan, week: int, prices: Floats) -> WeekTour | None:
        """The week first and the one before it around it, where pins leave no other order."""
        earlier = plan.weeks[week - 1]
        self.roster.take_out(plan, week - 1)
        tour = self.roster.price_week(plan, week, prices)
        around = None
        if tour is not None:
            self.roster.put_in(plan, week, tour)
            around = self.roster.price_week(plan, week - 1, self._prices(plan, week - 1))
            self.roster.take_out(plan, week)
        self.roster.put_in(plan, week - 1, around or earlier)
        return tour if around is not None else None

    def _pass(self) -> None:
        self.passes += 1
        for number in self.random.permutation(len(self.roster.plans)):
            if self.stop():
                self.stopped = True
                return
            plan = self.roster.plans[number]
            for week in range(self.roster.problem.weeks):
                earlier = plan.weeks[week]
                self.roster.take_out(plan, week)
                tour = self.roster.price_week(plan, week, self._prices(plan, week))
                self.roster.put_in(plan, week, tour or earlier)
            self._keep_if_better()
        if self.exchange is not None:
            self.stopped = not self.exchange.pass_over()
            self._keep_if_better()
        self.tell("pass", self.best_cost, self.best_total, self.passes)

    def _keep_if_better(self) -> None:
        if self.roster.total() < self.best_total - 1e-9:
            self._keep()

    def _keep(self) -> None:
        self.best_total = self.roster.total()
        self.best_cost = self.roster.cost()
        self.best = tuple(tuple(plan.weeks) for plan in self.roster.plans)
        self.tell("incumbent", self.best_cost, self.best_total, self.passes)

    def _opening_prices(self, plan: AgentPlan, week: int, share: float) -> Floats:
        """Prices while the schedule fills: by how far cover lags behind its share of the need."""
        span = self.roster.span(week)
        if plan.group is None:
            return self._idle_prices(span)
        slack = plan.group.slack(plan.hits, plan.misses, span, share)
        mean = plan.group.need[span].mean() or 1.0
        return self._noisy(np.clip(slack / (STEEPNESS * mean), -3.0, 3.0))

    def _prices(self, plan: AgentPlan, week: int) -> Floats:
        """What one more agent costs in each slot: -1 where somebody is missing, else 0.4."""
        span = self.roster.span(week)
        if plan.group is None:
            return self._idle_prices(span)
        slack = plan.group.slack(plan.hits, plan.misses, span)
        problem = self.roster.problem
        prices = np.where(slack < 0, -problem.understaffed_slot, problem.overstaffed_slot)
        return self._noisy(prices + SMOOTHING * (2.0 * slack + 1.0))

    def _idle_prices(self, span: slice) -> Floats:
        return self._noisy(np.full(span.stop - span.start, self.roster.problem.overstaffed_slot))

    def _noisy(self, prices: Floats) -> Floats:
        noisy: Floats = prices + NOISE * self.random.random(len(prices))
        return noisy


def below_minimum(rules: ContractRules) -> ContractRules:
    """The contract without its weekly minimum; every other rule stays."""
    return replace(
        rules,
        days_per_week=(0, rules.days_per_week[1]),
        paid_slots_per_week=(0, rules.paid_slots_per_week[1]),
    )
