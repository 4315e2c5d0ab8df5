"""When a queue is open: weekly hours, days closed, and what the past itself shows (FC-2, FC-34)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import holidays
import numpy as np

from forecasting.series import DAY_MIN, Bools
from wfm.domain.errors import BadInput
from wfm.domain.opening import OpeningHours


@dataclass(frozen=True)
class Calendar:
    """Stated opening hours or weekdays, if any, and days known to be closed.

    Without hours a queue is open where its own past shows contacts on that weekday and interval.
    """

    opening: OpeningHours | None = None
    closed_on: frozenset[date] = frozenset()
    weekdays: frozenset[int] | None = None  # Monday 0; None: any
    kept_on: frozenset[date] = frozenset()  # unusual days that people say to learn from

    def is_closed(self, day: date) -> bool:
        """Whether a day is known to be closed, by the list of days or by its weekday."""
        if day in self.closed_on:
            return True
        if self.weekdays is not None and day.weekday() not in self.weekdays:
            return True
        return self.opening is not None and self.opening.minutes(day.weekday()) is None

    def stated_cells(self, minutes: int) -> Bools | None:
        """Open intervals of each weekday (Monday first) by the stated hours, None without any."""
        if self.opening is None:
            return None
        cells = np.zeros((7, DAY_MIN // minutes), dtype=bool)
        for weekday in range(7):
            span = self.opening.minutes(weekday)
            if span is not None and (self.weekdays is None or weekday in self.weekdays):
                starts = np.arange(0, DAY_MIN, minutes)
                cells[weekday] = (starts + minutes > span[0]) & (starts < span[1])
        return cells


def country_holidays(country: str, years: Iterable[int]) -> frozenset[date]:
    """Public holidays of a country code: "US" of 2026 holds 2026-07-04.

    A company's own closed days differ: hand in those it keeps.
    """
    try:
        found = holidays.country_holidays(country, years=sorted(set(years)))
    except NotImplementedError:
        raise BadInput(
            f"No holiday list for country {country!r}; give a two-letter code such as US or DE."
        ) from None
    return frozenset(found)


def holiday_names(country: str, years: Iterable[int]) -> dict[date, str]:
    """Names of the national holidays of a country code, by day; nothing for one without a list."""
    try:
        found = holidays.country_holidays(country, years=sorted(set(years)), language="en_US")
    except NotImplementedError:
        return {}
    return dict(found)
