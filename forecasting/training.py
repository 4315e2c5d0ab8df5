"""The past made fit to learn from: closed days out, unusual days out, openings found (FC-2, 3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from forecasting.calendar import Calendar
from forecasting.series import Bools, Floats, History, Wholes
from forecasting.unusual import Unusual, cut_outages, gaps, unusual_rows

RECENT = 8  # same weekdays that tell what is usual now
CLOSED_UNDER = 8.0  # a day without a contact is a closed one where this many are usual
SHORT_CLOSURE = 3  # open weekdays in a row without data that may be a closure; more are a gap
ALIKE_NAMES = 3  # special days of a class seen closed, before one not seen is closed
OPEN_SHARE = 0.02  # of the usual: special days that brought more were open


@dataclass(frozen=True, eq=False)
class Training:
    """Open weekdays of the past in order, with the open intervals of each weekday.

    A row of `totals` or `cells` is `nan` where the day is unknown, closed or left out as unusual;
    it keeps its place, so that Tuesdays stay five open days apart in a five-day week.
    """

    end_on: date
    dates: tuple[date, ...]
    weekdays: Wholes  # of the pattern a day follows: that of its analog day where one is stated
    totals: Floats
    cells: Floats
    open_cells: Bools  # 7 x columns
    live: tuple[int, ...]  # weekdays with contacts, Monday 0
    unusual: tuple[Unusual, ...]
    shut_on: frozenset[date]  # special days found closed, and closures that nobody stated
    calendar: Calendar
    untold: frozenset[str] = frozenset()  # names of special days ahead that the past is silent on

    @property
    def season(self) -> int:
        """Open weekdays a week."""
        return len(self.live)

    @property
    def usable(self) -> Bools:
        return ~np.isnan(self.totals)

    @property
    def weeks(self) -> float:
        """Weeks of usable days: 31 days of a seven-day queue are 4.4."""
        return float(self.usable.sum()) / max(self.season, 1)

    @property
    def flagged(self) -> tuple[date, ...]:
        """Days that are known, and not learned from."""
        return tuple(one.first_on for one in self.unusual if one.left_out)

    def is_open(self, day: date) -> bool:
        """Whether contacts are expected on a day at all."""
        return day.weekday() in self.live and not self.is_closed(day)

    def is_closed(self, day: date) -> bool:
        """Whether a day is closed: stated, or a special day on which this queue does not open."""
        return day in self.shut_on or self.calendar.is_closed(day)

    def pattern(self, day: date) -> int:
        """The weekday whose pattern a day follows."""
        like = self.calendar.weekday(day)
        return like if like in self.live else day.weekday()

    def recent(self, weekday: int, count: int = RECENT) -> Wholes:
        """Rows of the last usable days of a weekday, newest first; special days are left out."""
        usual = self.usable & (self.weekdays == weekday)
        special = self.calendar.special
        if special:
            usual = usual & np.array([day not in special for day in self.dates], dtype=bool)
        return np.flatnonzero(usual)[::-1][:count]


def prepare(history: History, calendar: Calendar) -> Training:
    """The training data of a history, none of it later than the history's own end."""
    dates = history.dates
    weekdays = np.array([day.weekday() for day in dates], dtype=np.int64)
    values = history.offered.copy()
    closed = np.array([calendar.is_closed(day) for day in dates], dtype=bool)
    values[closed] = np.nan
    stated = calendar.stated_cells(history.minutes)
    if stated is not None:
        values[~stated[weekdays]] = np.nan
    totals = _totals(values)
    _drop_closed(values, totals, weekdays)
    open_cells = _open_cells(values, weekdays) if stated is None else stated
    live = tuple(day for day in range(7) if _is_live(totals, weekdays, day, stated))
    kept = np.isin(weekdays, live)
    days = tuple(day for day, keep in zip(dates, kept, strict=True) if keep)
    values, totals, weekdays = values[kept], totals[kept], weekdays[kept]
    shut, untold = _shut_specials(calendar, days, totals, weekdays, history.end_on)
    is_shut = np.array([day in shut for day in days], dtype=bool)
    values[is_shut], totals[is_shut] = np.nan, np.nan
    closures = _closures(days, totals, calendar)
    beside = _beside(days, closures | shut | set(calendar.special), calendar)
    outages = cut_outages(days, values, totals, weekdays, open_cells, beside, calendar)
    found = unusual_rows(days, totals, weekdays, beside, calendar)
    for one in found:
        if one.left_out:
            row = days.index(one.first_on)
            values[row], totals[row] = np.nan, np.nan
    unknown = gaps(days, totals, [one.first_on for one in found], closures | shut, calendar)
    pattern = np.array(
        [w if calendar.weekday(d) not in live else calendar.weekday(d)
         for d, w in zip(days, weekdays, strict=True)], dtype=np.int64
    )  # fmt: skip
    return Training(
        history.end_on,
        days,
        pattern,
        totals,
        values,
        open_cells,
        live,
        tuple(sorted((*outages, *found, *unknown), key=lambda one: one.first_on)),
        frozenset(shut | closures),
        calendar,
        untold,
    )


def future_days(training: Training, horizon: int) -> list[date]:
    """The days to forecast, from the end of the history."""
    return [training.end_on + timedelta(days=i) for i in range(horizon)]


def _totals(values: Floats) -> Floats:
    known = ~np.isnan(values).all(axis=1)
    totals = np.full(values.shape[0], np.nan)
    totals[known] = np.nansum(values[known], axis=1)
    return totals


def _drop_closed(values: Floats, totals: Floats, weekdays: Wholes) -> None:
    """Open days without any contact, where several are usual, were closed: they become unknown."""
    for weekday in range(7):
        rows = np.flatnonzero((weekdays == weekday) & ~np.isnan(totals))
        busy = totals[rows][totals[rows] > 0]
        if busy.size and float(np.median(busy)) >= CLOSED_UNDER:
            empty = rows[totals[rows] == 0]
            values[empty] = np.nan
            totals[empty] = np.nan


def _open_cells(values: Floats, weekdays: Wholes) -> Bools:
    """Intervals known on at least half of the last same weekdays that are known at all."""
    known = ~np.isnan(values)
    cells = np.zeros((7, values.shape[1]), dtype=bool)
    for weekday in range(7):
        rows = np.flatnonzero((weekdays == weekday) & known.any(axis=1))[-RECENT:]
        if rows.size:
            cells[weekday] = known[rows].mean(axis=0) >= 0.5
    return cells


def _is_live(totals: Floats, weekdays: Wholes, weekday: int, stated: Bools | None) -> bool:
    rows = np.flatnonzero((weekdays == weekday) & ~np.isnan(totals))[-RECENT:]
    if rows.size == 0:
        return stated is not None and bool(stated[weekday].any())
    return bool(totals[rows].sum() > 0)


def _shut_specials(
    calendar: Calendar, days: Sequence[date], totals: Floats, weekdays: Wholes, end: date
) -> tuple[set[date], frozenset[str]]:
    """Special days on which the queue is closed, and the names that nothing tells of.

    Its own past tells: by the same name (closed last Independence Day, closed on this one), else by
    its class, when three names of it at least were seen and all were closed. One that nothing
    tells of is open: a wrong closing leaves nobody for a whole day.
    """
    open_ones: dict[str, list[bool]] = {}
    index = {day: row for row, day in enumerate(days)}
    usual = {w: np.nanmedian(totals[weekdays == w]) for w in set(weekdays.tolist())
             if np.isfinite(totals[weekdays == w]).any()}  # fmt: skip
    undecided = [day for day, special in calendar.special.items() if special.closed is None]
    shut: set[date] = set()
    for day in undecided:
        row = index.get(day)
        if row is None:
            continue
        came = np.nan_to_num(totals[row])
        was_open = bool(came > OPEN_SHARE * usual.get(int(weekdays[row]), np.inf))
        open_ones.setdefault(calendar.special[day].name, []).append(was_open)
        if np.isnan(totals[row]) or totals[row] == 0:
            shut.add(day)
    classes = _classes(calendar)
    closed_names: dict[str, list[bool]] = {}
    for name, ones in open_ones.items():
        closed_names.setdefault(classes[name], []).append(not any(ones))
    untold: set[str] = set()
    for day in undecided:
        if day in index or day < end:
            continue
        name = calendar.special[day].name
        seen = open_ones.get(name)
        if seen is not None:
            if float(np.mean(seen)) < 0.5:
                shut.add(day)
            continue
        alike = closed_names.get(classes[name], [])
        if len(alike) >= ALIKE_NAMES and all(alike):
            shut.add(day)
        else:
            untold.add(name)
    return shut, frozenset(untold)


def _classes(calendar: Calendar) -> dict[str, str]:
    """How each special day comes again: on a date, on a weekday of a month, or otherwise."""
    dates: dict[str, list[date]] = {}
    for day, special in calendar.special.items():
        dates.setdefault(special.name, []).append(day)
    found = {}
    for name, ones in dates.items():
        by_date = Counter((day.month, day.day) for day in ones)
        if max(by_date.values()) * 2 > len(ones):
            found[name] = "date" if len(ones) > 1 else f"once {name}"
        else:
            found[name] = "weekday" if len({d.weekday() for d in ones}) == 1 else "moving"
    return found


def _closures(days: Sequence[date], totals: Floats, calendar: Calendar) -> set[date]:
    """Up to three open weekdays in a row without data between known ones: nobody stated them."""
    known = np.flatnonzero(np.isfinite(totals))
    found: set[date] = set()
    for before, after in pairwise(known.tolist()):
        missing = [d for d in days[before + 1 : after] if not calendar.is_closed(d)]
        if len(missing) <= SHORT_CLOSURE:
            found.update(missing)
    return found


def _beside(days: Sequence[date], off: set[date], calendar: Calendar) -> set[date]:
    """Days off and special, and the open weekdays next to them: they may well be unlike others."""
    unlike = [day in off or calendar.is_closed(day) for day in days]
    found = set(off)
    for row, day in enumerate(days):
        if any(unlike[max(row - 1, 0) : row + 2]):
            found.add(day)
    return found
