"""What a week's schedule is worth against its requirement, the same for drafts and what is live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

NOTICE_S = 14 * 86_400  # the notice people are given of their shifts


@dataclass(frozen=True)
class DayCover:
    """A local day by quarter-hours: agents required, agents short, agents over.

    Short and over can both be there: one group lacks the people that another has too many of.
    """

    day: date
    q_from: int
    need: tuple[int, ...]
    short: tuple[int, ...]
    over: tuple[int, ...]

    @property
    def short_hours(self) -> float:
        """Agent-hours missing: four quarter-hours with one agent missing are one."""
        return sum(self.short) / 4

    @property
    def over_hours(self) -> float:
        """Agent-hours more than required."""
        return sum(self.over) / 4

    @property
    def worst(self) -> tuple[int, int]:
        """The most agents missing in a quarter-hour, and that quarter; (0, first) when none is."""
        most = max(self.short, default=0)
        return most, self.q_from + (self.short.index(most) if self.short else 0)


@dataclass(frozen=True)
class WeekCover:
    """What is in force in a site's week against its requirement, in agent-quarter-hours."""

    rq_version: int
    required: int
    short: int
    days: tuple[DayCover, ...]


@dataclass(frozen=True)
class RuleState:
    """One labour rule over all people of a week: how many were looked at, how many break it.

    `extreme` is the nearest anybody comes to the limit, in words: "shortest 11 h 30".
    """

    code: str
    words: str
    people: int
    broken: int
    extreme: str


@dataclass(frozen=True)
class WeekMeasures:
    """A schedule of a site's week, measured; None where something needed is not known."""

    rq_version: int
    required: int  # agent-quarter-hours required
    short: int
    over: int
    cost: float
    days: tuple[DayCover, ...]
    agents: int
    shifts: int
    paid_hours: float
    overtime_hours: float
    service_level: float | None
    service_days_under: int | None
    service_note: str
    violations: tuple[str, ...]
    violations_n: int
    rules: tuple[RuleState, ...]
    # Starts of the shifts that differ: a draft's from what is in force, what is in force from its
    # own baseline. Of a shift that is moved the earlier start counts.
    changes: tuple[int, ...]
    # Standard deviation of unpopular shifts over people, the quarter before and this week.
    uneven: float | None = None
    wages: float | None = None  # by the policy of the site

    def late(self, now: int) -> int:
        """Changed shifts that begin less than 14 days from now, and not before it."""
        return sum(now <= at < now + NOTICE_S for at in self.changes)

    @property
    def coverage_pct(self) -> float | None:
        """Requirement covered in percent: 498 of 64,026 missing are 99.2; None without one."""
        return 100 * (1 - self.short / self.required) if self.required else None

    @property
    def worst(self) -> tuple[int, int]:
        """The most agents missing in a quarter-hour of the week, and that quarter."""
        return max((day.worst for day in self.days), key=lambda found: found[0], default=(0, 0))
