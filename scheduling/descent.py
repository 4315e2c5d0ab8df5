"""Schedules that get better: agents one at a time take the best week for what the others leave.

Seeded: the same problem, seed and number of passes give the same schedule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from scheduling.exchange import Exchange
from scheduling.pace import Pace
from scheduling.packed import Guide, Mood
from scheduling.problem import ContractRules
from scheduling.roster import EMPTY, AgentPlan, Roster, WeekTour
from scheduling.shifts import Floats, Ints
from scheduling.solution import PlannedShift
from scheduling.sweep import Sweep

# Weeks of people between two looks at whether to stop.
CHUNK = 256


class Descent:
    """One run over a roster: a first schedule, then passes; the best one seen is kept."""

    def __init__(
        self,
        roster: Roster,
        seed: int,
        stop: Callable[[], bool],
        tell: Callable[[str, float, float, int], None],  # event, cost of cover, total, passes
        pace: Pace,
    ) -> None:
        self.roster = roster
        self.sweep = Sweep(roster, seed)
        self.random = np.random.default_rng(seed)
        self.stop = stop
        self.tell = tell
        self.pace = pace
        self.mood = pace.sharp()
        self.passes = 0
        self.stopped = False
        self.best_cost = float("inf")  # of cover
        self.best_total = float("inf")  # with wishes, changes and wages
        self.best: Kept | None = None
        soft = roster.fairness is not None or any(p.has_terms for p in roster.plans)
        self.exchange = Exchange(roster, self.random, self._prices, stop) if soft else None
        self.squeezed: list[tuple[int, int]] = []  # (agent, week) below the weekly minimum

    def lead(self, guide: Guide) -> None:
        """From now on prices follow a bound's, see `pace`."""
        self.sweep.lead(guide)
        self.pace.led = True

    def start(self, unwanted: Callable[[], bool]) -> None:
        """A first schedule, unless it is no longer wanted before it is complete."""
        order = self.random.permutation(len(self.roster.plans))
        placed = 0
        while placed < len(order):
            if unwanted():
                self.stopped = True
                return
            plan = self.roster.plans[order[placed]]
            # Shares of the need grow person by person, but not finer than one in 200.
            some = order[placed : placed + 1 + len(order) // 200]
            mood = self.pace.opening(min(1.0, (placed + len(some)) / len(order)))
            if self.sweep.by_hand[plan.number] or self.roster.problem.published:
                self._first_weeks(plan, mood)
                placed += 1
                continue
            packed = some[: _lead(~self.sweep.by_hand[some])]
            done = self.sweep.run(packed, mood)
            placed += done
            if done < len(packed):
                self._first_weeks(self.roster.plans[order[placed]], mood)
                placed += 1
        self._keep()

    def descend(self) -> None:
        """One pass: everybody once, in an order drawn anew."""
        self.passes += 1
        self.mood = self.pace.now()
        order = self.random.permutation(len(self.roster.plans))
        size = max(1, CHUNK // self.roster.problem.weeks)
        at = 0
        while at < len(order):
            if self.stop():
                self.stopped = True
                return
            by_hand = self.sweep.by_hand[order[at : at + size]]
            packed = _lead(~by_hand)
            if packed:
                self.sweep.run(order[at : at + packed], self.mood)
                at += packed
            else:
                self._again(self.roster.plans[order[at]])
                at += 1
        self._keep_if_better()
        if self.exchange is not None:
            self._exchange()
            self._keep_if_better()
        self.tell("pass", self.best_cost, self.best_total, self.passes)

    def shifts(self) -> tuple[PlannedShift, ...]:
        """The shifts of the best schedule."""
        if self.best is None:
            return ()
        found: list[PlannedShift] = []
        for plan in self.roster.plans:
            weeks: Iterable[WeekTour] = self.best.by_hand.get(plan.number, ())
            if not self.sweep.by_hand[plan.number]:
                n = plan.number
                weeks = self.sweep.weeks(plan, self.best.entry[n], self.best.rest[n])
            found.extend(shift for tour in weeks for shift in tour.shifts)
        return tuple(found)

    def _again(self, plan: AgentPlan) -> None:
        for week in range(self.roster.problem.weeks):
            earlier = plan.weeks[week]
            self.roster.take_out(plan, week)
            tour = self.roster.price_week(plan, week, self._prices(plan, week))
            self.roster.put_in(plan, week, tour or earlier)

    def _exchange(self) -> None:
        assert self.exchange is not None
        packed = [plan for plan in self.roster.plans if not self.sweep.by_hand[plan.number]]
        for plan in packed:
            self.sweep.store(plan)
        self.stopped = not self.exchange.pass_over()
        for plan in packed:
            self.sweep.load(plan)

    def _first_weeks(self, plan: AgentPlan, mood: Mood) -> None:
        """The weeks of somebody for whom they are not plainly found."""
        self.mood = mood
        packed = not self.sweep.by_hand[plan.number]
        if packed:
            self.sweep.empty(plan)
        for week in range(self.roster.problem.weeks):
            kept = self.roster.published_week(plan, week)
            prices = self._prices(plan, week)
            self.roster.put_in(plan, week, kept or self._first_week(plan, week, prices))
        if packed:
            self.sweep.load(plan)

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
            self.sweep.packing.renew(plan)
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

    def _keep_if_better(self) -> None:
        if self.sweep.total() < self.best_total - 1e-9:
            self._keep()

    def _keep(self) -> None:
        sweep = self.sweep
        self.best_total, self.best_cost = sweep.total(), sweep.cost()
        by_hand = {int(n): tuple(self.roster.plans[n].weeks) for n in np.flatnonzero(sweep.by_hand)}
        self.best = Kept(sweep.tours.entry.copy(), sweep.tours.rest.copy(), by_hand)
        self.tell("incumbent", self.best_cost, self.best_total, self.passes)

    def _prices(self, plan: AgentPlan, week: int) -> Floats:
        """What one more agent costs in each slot: -1 where somebody is missing, else 0.4."""
        return self.sweep.prices(plan, week, self.mood)


@dataclass(frozen=True)
class Kept:
    """A schedule that was the best: arrays, and weeks of those dealt with by hand."""

    entry: Ints
    rest: Ints
    by_hand: Mapping[int, tuple[WeekTour, ...]]


def _lead(flags: npt.NDArray[np.bool_]) -> int:
    """How many flags are set before the first that is not."""
    return int(np.argmin(flags)) if not flags.all() else len(flags)


def below_minimum(rules: ContractRules) -> ContractRules:
    """The contract without its weekly minimum; every other rule stays."""
    return replace(
        rules,
        days_per_week=(0, rules.days_per_week[1]),
        paid_slots_per_week=(0, rules.paid_slots_per_week[1]),
    )
