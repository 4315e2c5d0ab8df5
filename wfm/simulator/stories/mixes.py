"""Weeks with exact numbers of contacts by type, and exact mean handle times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from wfm.simulator.centre import Agent, Centre, QueueSpec, Site
from wfm.simulator.demand import WEEKDAY
from wfm.simulator.influence import Demand, Influence, Work
from wfm.simulator.local_day import QUARTERS
from wfm.simulator.stories.split import by_largest_remainder
from wfm.simulator.stories.when import calendar_today

# Callers who all stay on the line are all counted.
PATIENCE = 2000.0
Floats = NDArray[np.float64]
_VOICE = ("billing", "support", "tv_offer")


def before_closing(site: Site, day: date) -> Floats:
    """Nobody comes in the last half-hour, so that all who came are dealt with by the evening."""
    factors = np.ones(QUARTERS)
    if not site.day_from:
        closes = (site.opening.minutes(day.weekday()) or (0, 1440))[1] // 15
        factors[closes - 2 :] = 0.0
    return factors


@dataclass(frozen=True)
class Week:
    """Seven floor days from `first_back` days ago on: contacts and seconds by type."""

    first_back: int
    n: Mapping[str, int]
    aht_s: Mapping[str, float]

    def holds(self, today: date, day: date) -> bool:
        return 0 <= self.first_back - (today - day).days < 7

    def count_on(self, today: date, day: date, kind: str) -> int:
        """The type's contacts of a day: the week's, shared by weekday."""
        first = today - timedelta(days=self.first_back)
        weights = [float(WEEKDAY[(first + timedelta(days=n)).weekday()]) for n in range(7)]
        return by_largest_remainder(self.n.get(kind, 0), weights)[(day - first).days]


@dataclass(frozen=True)
class StatedWeeks(Influence):
    """Weeks of one site by telephone as stated; types that are not named get no contacts."""

    name: str
    role: str  # of the site, as `Roles` names it
    weeks: tuple[Week, ...]
    now: int

    def demand(self, centre: Centre, queue: QueueSpec, contact_type: str, day: date) -> Demand:
        week = self._week(centre, queue.queue_id, contact_type, day)
        if week is None:
            return Demand()
        today = calendar_today(self._site(centre), self.now)
        return Demand(
            before_closing(self._site(centre), day), week.count_on(today, day, contact_type),
            PATIENCE, settled=True,
        )  # fmt: skip

    def foreseen(self, centre: Centre, queue: QueueSpec, contact_type: str, day: date) -> Demand:
        return self.demand(centre, queue, contact_type, day)

    def work(
        self, centre: Centre, agent: Agent, queue: QueueSpec, contact_type: str, day: date
    ) -> Work:
        week = self._week(centre, queue.queue_id, contact_type, day)
        if week is None or contact_type not in week.aht_s:
            return Work()
        factor = week.aht_s[contact_type] / queue.handle_s
        return Work(factor, factor, factor, plain=True, steady=f"{self.name}-{contact_type}")

    def _week(self, centre: Centre, queue_id: str, kind: str, day: date) -> Week | None:
        site = self._site(centre)
        if kind not in _VOICE or not queue_id.startswith(f"{site.site_id}-"):
            return None
        today = calendar_today(site, self.now)
        return next((week for week in self.weeks if week.holds(today, day)), None)

    def _site(self, centre: Centre) -> Site:
        return centre.site[str(getattr(centre.roles, self.role))]
