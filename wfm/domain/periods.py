"""Periods as people pick them: today, day, week, month, quarter, custom, and what to compare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

GRAINS = ("today", "day", "week", "weeks", "month", "quarter", "custom")
FOUR_WEEKS = 28


@dataclass(frozen=True)
class Period:
    """Local days from `first` up to, not including, `end`."""

    first: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.first:
            raise ValueError(f"period {self.first}..{self.end} is empty")

    @property
    def days(self) -> int:
        return (self.end - self.first).days

    def shifted_weeks(self, weeks: int) -> Period:
        """The same weekdays `weeks` later (negative: earlier)."""
        step = timedelta(weeks=weeks)
        return Period(self.first + step, self.end + step)

    def previous(self) -> Period:
        """The comparison period: as long, ending where this starts, on the same weekdays.

        A week is compared with the week before, a day with the same weekday of last week.
        """
        weeks = max(1, -(-self.days // 7))
        return self.shifted_weeks(-weeks)


def period_of(grain: str, day: date) -> Period:
    """The period of a grain that holds `day`; weeks begin on Monday, `weeks` are four of them.

    period_of("week", 2026-10-14) is Monday 12 to Sunday 18 October.
    """
    if grain in ("today", "day"):
        return Period(day, day + timedelta(days=1))
    if grain == "week":
        first = day - timedelta(days=day.weekday())
        return Period(first, first + timedelta(days=7))
    if grain == "weeks":
        first = day - timedelta(days=day.weekday())
        return Period(first, first + timedelta(days=FOUR_WEEKS))
    if grain == "month":
        first = day.replace(day=1)
        return Period(first, _month_after(first, 1))
    if grain == "quarter":
        first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
        return Period(first, _month_after(first, 3))
    raise ValueError(f"unknown grain {grain!r}; one of {', '.join(GRAINS[:-1])}")


def step_period(grain: str, day: date, steps: int) -> date:
    """A day inside the period `steps` after (or before) the one that holds `day`."""
    if grain in ("today", "day"):
        return day + timedelta(days=steps)
    if grain in ("week", "weeks"):
        # Four weeks are stepped through week by week, so that any week can be their first.
        return day + timedelta(weeks=steps)
    months = 1 if grain == "month" else 3
    return _month_after(period_of(grain, day).first, months * steps)


def week_of(text: str) -> Period:
    """The week of `YYYY-Www`: 2026-W42 is 12 to 18 October 2026."""
    year, _, week = text.partition("-W")
    first = date.fromisocalendar(int(year), int(week), 1)
    return Period(first, first + timedelta(days=7))


def _month_after(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
