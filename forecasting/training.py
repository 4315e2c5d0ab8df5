"""The past made fit to learn from: closed days out, outliers replaced, openings found (FC-2, 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from forecasting.calendar import Calendar
from forecasting.series import Bools, Floats, History, Wholes

RECENT = 8  # same weekdays that tell what is usual now
CLOSED_UNDER = 8.0  # a day without a contact is a closed one where this many are usual
OUTLIER_DAYS = 9
OUTLIER_LEAST = 0.10


@dataclass(frozen=True, eq=False)
class Training:
    """Open weekdays of the past in order, cleaned, with the open intervals of each weekday.

    A row of `totals` or `cells` is `nan` where the day is unknown, closed or not usable; it keeps
    its place, so that Tuesdays stay five open days apart in a five-day week.
    """

    end_on: date
    dates: tuple[date, ...]
    weekdays: Wholes
    totals: Floats
    cells: Floats
    open_cells: Bools  # 7 x columns
    live: tuple[int, ...]  # weekdays with contacts, Monday 0
    flagged: tuple[date, ...]  # outliers, replaced here and kept in the history
    calendar: Calendar

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

    def is_open(self, day: date) -> bool:
        """Whether contacts are expected on a day at all."""
        return day.weekday() in self.live and not self.calendar.is_closed(day)

    def recent(self, weekday: int, count: int = RECENT) -> Wholes:
        """Rows of the last usable days of a weekday, newest first."""
        rows = np.flatnonzero(self.usable & (self.weekdays == weekday))
        return rows[::-1][:count]


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
    held = np.array([day in calendar.kept_on for day in days], dtype=bool)
    flagged = _replace_outliers(values, totals, weekdays, held)
    return Training(
        history.end_on,
        days,
        weekdays,
        totals,
        values,
        open_cells,
        live,
        tuple(days[i] for i in flagged),
        calendar,
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


def _replace_outliers(values: Floats, totals: Floats, weekdays: Wholes, held: Bools) -> list[int]:
    """Rows far from the median of nine same weekdays around them, set to it in total and shape.

    Rows that are `held` stay as they were: somebody said to learn from them.
    """
    deviation = np.full(totals.size, np.nan)
    around: dict[int, Wholes] = {}
    for weekday in np.unique(weekdays):
        rows = np.flatnonzero((weekdays == weekday) & (totals > 0))
        if rows.size < 5:
            continue
        half = OUTLIER_DAYS // 2
        for place, row in enumerate(rows.tolist()):
            low = min(max(place - half, 0), max(rows.size - OUTLIER_DAYS, 0))
            near = rows[low : low + OUTLIER_DAYS]
            around[row] = near
            deviation[row] = np.log(totals[row]) - np.median(np.log(totals[near]))
    spread = deviation[~np.isnan(deviation)]
    if spread.size == 0:
        return []
    limit = max(4 * 1.4826 * float(np.median(np.abs(spread))), OUTLIER_LEAST)
    # Counting noise alone moves a day of n contacts by about 1/sqrt(n) in logarithms.
    with np.errstate(invalid="ignore", divide="ignore"):
        far = np.abs(deviation) > np.maximum(limit, 4 / np.sqrt(totals))
    flagged = np.flatnonzero(far & ~held)
    clean = {row: np.setdiff1d(around[row], flagged) for row in flagged.tolist()}
    means = {
        row: (float(np.median(totals[near])), values[near].mean(axis=0))
        for row, near in clean.items()
        if near.size
    }
    for row, (total, shape) in means.items():
        values[row] = shape * total / np.nansum(shape) if np.nansum(shape) > 0 else shape
        totals[row] = total
    return sorted(means)
