"""Long-term capacity: what each week needs, who is there, what is missing, what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class HiringClass:
    """People who begin together on a day."""

    start_on: date
    heads: float


@dataclass(frozen=True)
class CapacityTerms:
    """What a capacity plan assumes; shares are 0 to 1.

    `ramp` is the productivity of a new hire by month of service, 1 afterwards: (0, 0.5, 0.8).
    """

    occupancy: float
    shrinkage: float
    paid_hours_week: float
    attrition_month: float
    heads: float
    ramp: Sequence[float]
    classes: Sequence[HiringClass] = ()
    cost_per_hour: float = 0.0
    lead_weeks: float = 0.0


@dataclass(frozen=True)
class WeekDemand:
    """A week's contacts with P10 and P90, and handle time in seconds."""

    first_on: date
    contacts: float
    p10: float
    p90: float
    aht_s: float


@dataclass(frozen=True)
class CapacityWeek:
    """One week: full-time equivalents required with their band, people, and what is missing.

    `effective` counts new people by their ramp; `gap` is effective less required.
    """

    first_on: date
    contacts: float
    required: float
    required_p10: float
    required_p90: float
    heads: float
    effective: float
    cost: float

    @property
    def gap(self) -> float:
        return self.effective - self.required

    @property
    def gap_p90(self) -> float:
        """What is left or missing if as much comes as in one week of ten."""
        return self.effective - self.required_p90


@dataclass(frozen=True)
class Hire:
    """People to hire: how many, the last day on which they may begin to be in time, and for when.

    `decide_on` is that day less the weeks that hiring takes.
    """

    heads: float
    start_on: date
    decide_on: date
    short_on: date


@dataclass(frozen=True)
class CapacityPlan:
    """The weeks of a site, the first hire that is needed, and where the figures came from."""

    unit: str
    weeks: tuple[CapacityWeek, ...]
    hire: Hire | None
    terms: CapacityTerms
    notes: tuple[str, ...] = ()

    @property
    def cost(self) -> float:
        """Of the people there, over all weeks."""
        return sum(week.cost for week in self.weeks)

    @property
    def contacts(self) -> float:
        """Contacts of all weeks."""
        return sum(week.contacts for week in self.weeks)

    @property
    def required_mean(self) -> float:
        """Full-time equivalents required in a week, on average."""
        return sum(week.required for week in self.weeks) / max(len(self.weeks), 1)

    @property
    def peak(self) -> CapacityWeek | None:
        """The week that requires most."""
        return max(self.weeks, key=lambda week: week.required, default=None)

    @property
    def worst(self) -> CapacityWeek | None:
        """The week that is shortest of people."""
        return min(self.weeks, key=lambda week: week.gap, default=None)

    @property
    def required_cost(self) -> float:
        """Paid hours of the people required, in money, over all weeks."""
        paid = self.terms.paid_hours_week * self.terms.cost_per_hour
        return paid * sum(week.required for week in self.weeks)
