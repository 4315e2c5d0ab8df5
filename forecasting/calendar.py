"""When a queue is open, and which days are unlike others: closed, special, with an analog day.

Opening hours and closed days are stated (FC-2, FC-34). A special day is one that people keep, like
a public holiday: whether the queue is closed on it, and how much it brings, its own past tells.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import ModuleType

import holidays
import numpy as np
from holidays.registry import IMPORT_LOCK

from forecasting.events import Event
from forecasting.series import DAY_MIN, Bools
from wfm.domain.errors import BadInput
from wfm.domain.opening import OpeningHours

OBSERVED = " (observed)"


@dataclass(frozen=True)
class SpecialDay:
    """A day unlike others of its weekday, by a name that comes again.

    `closed` None leaves it to the past of the queue; `like` is the weekday (Monday 0) that it
    resembles, where the user chose one.
    """

    name: str
    closed: bool | None = None
    like: int | None = None


@dataclass(frozen=True)
class Calendar:
    """Stated opening hours or weekdays, closed and special days, events, and overruled flags.

    Without hours a queue is open where its own past shows contacts on that weekday and interval.
    """

    opening: OpeningHours | None = None
    closed_on: frozenset[date] = frozenset()
    weekdays: frozenset[int] | None = None  # Monday 0; None: any
    kept_on: frozenset[date] = frozenset()  # unusual days that people say to learn from
    special: Mapping[date, SpecialDay] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    left_out_on: frozenset[date] = frozenset()  # days that people say not to learn from

    def is_closed(self, day: date) -> bool:
        """Whether a day is stated to be closed, by the list of days or by its weekday."""
        if day in self.closed_on:
            return True
        if self.weekdays is not None and day.weekday() not in self.weekdays:
            return True
        special = self.special.get(day)
        if special is not None and special.closed:
            return True
        return self.opening is not None and self.opening.minutes(day.weekday()) is None

    def weekday(self, day: date) -> int:
        """The weekday whose pattern a day follows: its own, or that of its analog day."""
        special = self.special.get(day)
        return day.weekday() if special is None or special.like is None else special.like

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
    return frozenset(special_days(country, years))


def special_days(country: str, years: Iterable[int]) -> dict[date, SpecialDay]:
    """Public holidays of a country as special days; moving ones keep their name from year to year.

    A holiday kept on another day goes by the same name, so that its effect is learned once.
    """
    try:
        found = _listed(country, years)
    except NotImplementedError:
        raise BadInput(
            f"No holiday list for country {country!r}; give a two-letter code such as US or DE."
        ) from None
    return {
        day: SpecialDay(str(name).split("; ")[0].removesuffix(OBSERVED))
        for day, name in sorted(found.items())
    }


def holiday_names(country: str, years: Iterable[int]) -> dict[date, str]:
    """Names of the national holidays of a country code, by day; nothing for one without a list."""
    try:
        found = _listed(country, years)
    except NotImplementedError:
        return {}
    return dict(found)


def _listed(country: str, years: Iterable[int]) -> Mapping[date, str]:
    """The holidays that the library lists for a country.

    The country's module is loaded alone, below an empty package: the package of the library loads
    all 250 countries, for which the first page that shows a holiday would wait.
    """
    name = f"{holidays.__name__}.countries"
    with IMPORT_LOCK:
        alone = name not in sys.modules
        if alone:
            package = ModuleType(name)
            package.__path__ = [str(Path(str(holidays.__file__)).parent / "countries")]
            sys.modules[name] = package
        try:
            found: Mapping[date, str] = holidays.country_holidays(
                country, years=sorted(set(years)), language="en_US"
            )
        finally:
            if alone:
                del sys.modules[name]
    return found
