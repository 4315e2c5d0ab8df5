"""A queue's past as days × intervals in local time, where missing is not zero (FC-1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from wfm.domain.errors import BadInput

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Wholes = NDArray[np.int64]
DAY_MIN = 1440


@dataclass(frozen=True, eq=False)
class History:
    """What is known of one queue: one row a day from `first_on`, one column an interval.

    `offered[2, 40]` at 15 minutes is what came from 10:00 to 10:15 on the third day; `nan` is not
    known or not open, 0 is open with no contact. `handled` and `handle_s` are the contacts
    finished in the interval and their seconds, where a feed tells them.
    """

    first_on: date
    minutes: int
    offered: Floats
    handled: Floats | None = None
    handle_s: Floats | None = None

    def __post_init__(self) -> None:
        if DAY_MIN % self.minutes or self.offered.shape[1] != DAY_MIN // self.minutes:
            raise ValueError(
                f"{self.offered.shape[1]} columns of {self.minutes} minutes do not make a day."
            )

    @property
    def days(self) -> int:
        return int(self.offered.shape[0])

    @property
    def columns(self) -> int:
        return int(self.offered.shape[1])

    @property
    def end_on(self) -> date:
        """The day after the last row: the first day that may be forecast."""
        return self.first_on + timedelta(days=self.days)

    @property
    def dates(self) -> list[date]:
        return [self.first_on + timedelta(days=i) for i in range(self.days)]

    def before(self, origin: date) -> History:
        """Rows before `origin`, and none of it or later; days without data up to it are unknown."""
        rows = (origin - self.first_on).days
        if rows < 0:
            raise BadInput(f"No history before {origin}: the first day known is {self.first_on}.")
        return History(
            self.first_on,
            self.minutes,
            _rows(self.offered, rows),
            None if self.handled is None else _rows(self.handled, rows),
            None if self.handle_s is None else _rows(self.handle_s, rows),
        )

    def span(self, first: date, days: int) -> Floats:
        """Offered contacts of some days, `nan` where nothing is known."""
        start = (first - self.first_on).days
        out = np.full((days, self.columns), np.nan)
        low, high = max(start, 0), min(start + days, self.days)
        if high > low:
            out[low - start : high - start] = self.offered[low:high]
        return out

    def known_days(self) -> Bools:
        """Days of which at least one interval is known."""
        return np.asarray((~np.isnan(self.offered)).any(axis=1), dtype=np.bool_)


def _rows(values: Floats, rows: int) -> Floats:
    kept = values[:rows]
    if kept.shape[0] == rows:
        return kept
    return np.vstack([kept, np.full((rows - kept.shape[0], values.shape[1]), np.nan)])


def history_of(stamps: Sequence[datetime], values: Iterable[float | None], minutes: int) -> History:
    """The history of local interval starts and their values; what is not listed stays unknown.

    An hour that comes twice when clocks go back is summed; a missing hour stays unknown.
    """
    if not stamps:
        raise BadInput("The series has no rows: give at least one week of intervals.")
    first = min(stamps).date()
    days = (max(stamps).date() - first).days + 1
    matrix = np.full((days, DAY_MIN // minutes), np.nan)
    for stamp, value in zip(stamps, values, strict=True):
        minute = stamp.hour * 60 + stamp.minute
        if minute % minutes or stamp.second:
            raise BadInput(
                f"{stamp:%Y-%m-%d %H:%M:%S} is not the start of a {minutes}-minute interval."
            )
        if value is None or np.isnan(value):
            continue
        if value < 0:
            raise BadInput(
                f"{stamp:%Y-%m-%d %H:%M} has {value:g} contacts: a count is never below 0."
            )
        cell = (stamp.date() - first).days, minute // minutes
        matrix[cell] = value if np.isnan(matrix[cell]) else matrix[cell] + value
    return History(first, minutes, matrix)
