"""Any forecast day split exactly: level, weekday, season and trend, holiday, event.

Level is what a usual open day brings now (the mean of the live weekdays' recent medians); weekday
is the recent median of that weekday less the level; what the models forecast beyond it, before
special days and events, is season and trend. Each part is a difference between two whole numbers
of thousandths, so the parts sum to the total whatever the models were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean, median

import numpy as np

from forecasting.series import Floats
from forecasting.training import RECENT, Training
from wfm.domain.forecast_days import DayParts


@dataclass(frozen=True)
class Usual:
    """What a queue brings on a usual day of each weekday on which it is open (Monday 0).

    Mondays of 120 and other weekdays of 95 have a level of 100 and a Monday part of +20.
    """

    medians: Mapping[int, float]

    @property
    def level(self) -> float:
        """The mean of the open weekdays."""
        return fmean(self.medians.values()) if self.medians else 0.0

    def on(self, weekday: int) -> float:
        """The usual total of a weekday, 0 where the queue is closed."""
        return self.medians.get(weekday, 0.0)


def usual_of(training: Training) -> Usual:
    """The medians of the last eight clean days of each live weekday."""
    found = {}
    for weekday in training.live:
        rows = training.recent(weekday)
        if rows.size:
            found[weekday] = float(np.median(training.totals[rows]))
    return Usual(found)


def usual_of_totals(totals: Mapping[date, float]) -> Usual:
    """The same from day totals alone, newest eight of each weekday; days of 0 are closed ones."""
    found: dict[int, list[float]] = {}
    for day in sorted(totals, reverse=True):
        kept = found.setdefault(day.weekday(), [])
        if totals[day] > 0 and len(kept) < RECENT:
            kept.append(totals[day])
    return Usual({weekday: median(kept) for weekday, kept in found.items() if kept})


def split_days(
    usual: Usual,
    days: Sequence[date],
    totals: Floats,
    before_event: Floats | None = None,
    before_special: Floats | None = None,
    names: Mapping[date, tuple[str, ...]] | None = None,
    closed: frozenset[date] = frozenset(),
) -> list[DayParts]:
    """The parts of each day's total, in thousandths of a contact.

    `before_event` and `before_special` are the totals that would be forecast without events, and
    without holidays and events; where they are not given nothing was laid on. On a `closed` day
    all that is usual is lost to the closing.
    """
    level = _m(usual.level)
    found = []
    for i, day in enumerate(days):
        final = _m(float(totals[i]))
        no_event = final if before_event is None else _m(float(before_event[i]))
        plain = no_event if before_special is None else _m(float(before_special[i]))
        expected = _m(usual.on(day.weekday()))
        if day in closed:
            plain, no_event = expected, final
        found.append(
            DayParts(
                level=level,
                weekday=expected - level,
                season=plain - expected,
                holiday=no_event - plain,
                event=final - no_event,
                names=(names or {}).get(day, ()),
            )
        )
    return found


def _m(value: float) -> int:
    return int(np.rint(value * 1000))
