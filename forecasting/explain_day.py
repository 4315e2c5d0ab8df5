"""Any forecast day split exactly: level, weekday, season and trend, holiday, event.

Level is what a usual open day brings now (the mean of the live weekdays' recent medians); weekday
is the recent median of that weekday less the level; what the models forecast beyond it, before
special days and events, is season and trend. Each part is a difference between two whole numbers
of thousandths, so the parts sum to the total whatever the models were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from forecasting.series import Floats
from forecasting.training import Training
from wfm.domain.forecast_days import DayParts


def usual_days(training: Training) -> tuple[float, Mapping[int, float]]:
    """What an open day brings now, and each live weekday: the medians of its last eight days.

    Mondays of 120 and other weekdays of 95 have a level of 100 and a Monday part of +20.
    """
    medians = {}
    for weekday in training.live:
        rows = training.recent(weekday)
        if rows.size:
            medians[weekday] = float(np.median(training.totals[rows]))
    level = float(np.mean(list(medians.values()))) if medians else 0.0
    return level, medians


def split_days(
    training: Training,
    days: Sequence[date],
    totals: Floats,
    before_event: Floats | None = None,
    before_special: Floats | None = None,
    names: Mapping[date, tuple[str, ...]] | None = None,
) -> list[DayParts]:
    """The parts of each day's total, in thousandths of a contact.

    `before_event` and `before_special` are the totals that would be forecast without events, and
    without holidays and events; where they are not given nothing was laid on. A day on which the
    queue is closed by the calendar lost all its contacts to that.
    """
    level, medians = usual_days(training)
    base_level = _m(level)
    found = []
    for i, day in enumerate(days):
        final = _m(float(totals[i]))
        no_event = final if before_event is None else _m(float(before_event[i]))
        plain = no_event if before_special is None else _m(float(before_special[i]))
        usual = _m(medians.get(day.weekday(), 0.0 if day.weekday() not in training.live else level))
        closed = day.weekday() in training.live and training.calendar.is_closed(day)
        if closed and before_special is None:
            plain = usual
        found.append(
            DayParts(
                level=base_level,
                weekday=usual - base_level,
                season=plain - usual,
                holiday=no_event - plain,
                event=final - no_event,
                names=(names or {}).get(day, ()),
            )
        )
    return found


def _m(value: float) -> int:
    return int(np.rint(value * 1000))
