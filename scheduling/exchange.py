"""Pairs of people who plan a week anew between them: what one would rather not do, another takes.

One person at a time cannot hand work on, since nobody else would come for what is covered. Only
what costs beside cover needs it: wishes, fairness, wages, changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from scheduling.roster import AgentPlan, Roster
from scheduling.shifts import Floats

LEAST_GAIN = 1e-6


class Exchange:
    """Exchanges over a roster, seeded; each is kept only when it lowers the total."""

    def __init__(
        self,
        roster: Roster,
        random: np.random.Generator,
        prices: Callable[[AgentPlan, int], Floats],
        stop: Callable[[], bool],
    ) -> None:
        self.roster, self.random, self.prices, self.stop = roster, random, prices, stop
        self._mates: dict[int, list[AgentPlan]] = {}
        for plan in roster.plans:
            self._mates.setdefault(id(plan.group), []).append(plan)

    def pass_over(self) -> bool:
        """Everybody whose week costs beside cover exchanges with somebody; False when stopped."""
        for plan, week in self._wanting():
            if self.stop():
                return False
            mates = self._mates[id(plan.group)]
            mate = mates[int(self.random.integers(0, len(mates)))]
            if mate is not plan:
                self._try(plan, mate, week)
        return True

    def _wanting(self) -> Iterator[tuple[AgentPlan, int]]:
        even = self.roster.fairness is None
        order = self.random.permutation(len(self.roster.plans))
        for number in order:
            plan = self.roster.plans[number]
            for week, tour in enumerate(plan.weeks):
                if tour.fee > 0 or not even:
                    yield plan, week

    def _try(self, plan: AgentPlan, mate: AgentPlan, week: int) -> None:
        """The mate plans first, then the one who wants; back as it was when nothing is gained."""
        roster = self.roster
        before, one, two = roster.total(), plan.weeks[week], mate.weeks[week]
        roster.take_out(plan, week)
        roster.take_out(mate, week)
        first = roster.price_week(mate, week, self.prices(mate, week))
        if first is not None:
            roster.put_in(mate, week, first)
            second = roster.price_week(plan, week, self.prices(plan, week))
            if second is not None:
                roster.put_in(plan, week, second)
                if roster.total() < before - LEAST_GAIN:
                    return
                roster.take_out(plan, week)
            roster.take_out(mate, week)
        roster.put_in(plan, week, one)
        roster.put_in(mate, week, two)
