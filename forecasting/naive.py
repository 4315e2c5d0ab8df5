"""The simple forecasts that every other is shown beside: last week again, and six weeks' mean."""

from __future__ import annotations

import numpy as np

from forecasting.series import Floats
from forecasting.training import Training, future_days

BASELINES = ("seasonal_naive", "six_week_mean")


def seasonal_naive(training: Training, horizon: int) -> Floats:
    """The last known same weekday again, interval by interval; 0 where closed.

    Monday 10:00 had 12 contacts last week: 12 are forecast for every coming Monday 10:00.
    """
    return _same_weekdays(training, horizon, 1)


def six_week_mean(training: Training, horizon: int) -> Floats:
    """The mean of the last six known same weekdays, interval by interval; 0 where closed."""
    return _same_weekdays(training, horizon, 6)


def baseline(name: str, training: Training, horizon: int) -> Floats:
    """The baseline of a name."""
    return _same_weekdays(training, horizon, {"seasonal_naive": 1, "six_week_mean": 6}[name])


def _same_weekdays(training: Training, horizon: int, count: int) -> Floats:
    out = np.zeros((horizon, training.cells.shape[1]))
    for i, day in enumerate(future_days(training, horizon)):
        if not training.is_open(day):
            continue
        rows = training.recent(day.weekday(), count)
        if not rows.size:
            rows = np.flatnonzero(training.usable)[-max(training.season, 1) :]
        if not rows.size:
            continue
        known = ~np.isnan(training.cells[rows])
        sums = np.where(known, training.cells[rows], 0.0).sum(axis=0)
        mean = sums / np.maximum(known.sum(axis=0), 1)
        out[i] = np.where(training.open_cells[day.weekday()], mean, 0.0)
    return out
