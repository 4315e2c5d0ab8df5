"""The simple forecasts that every other is shown beside: last week again, and six weeks' mean.

They see the values as they came, outliers and all, as a planner who copies weeks does; only closed
days are passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from forecasting.series import Floats, History
from forecasting.training import Training, future_days

WEEKS: Mapping[str, int] = MappingProxyType({"seasonal_naive": 1, "six_week_mean": 6})
BASELINES = tuple(WEEKS)


def baseline(name: str, history: History, training: Training, horizon: int) -> Floats:
    """The mean of the last known same weekdays, interval by interval; 0 where closed.

    One for `seasonal_naive`: Monday 10:00 had 12 contacts last week, so 12 are forecast for every
    coming Monday 10:00. Six for `six_week_mean`.
    """
    known = np.isfinite(history.offered).any(axis=1) & (np.nansum(history.offered, axis=1) > 0)
    closed = np.array([training.is_closed(day) for day in history.dates], dtype=bool)
    weekdays = np.array([day.weekday() for day in history.dates], dtype=np.int64)
    out = np.zeros((horizon, history.columns))
    for i, day in enumerate(future_days(training, horizon)):
        if not training.is_open(day):
            continue
        rows = np.flatnonzero(known & ~closed & (weekdays == day.weekday()))[-WEEKS[name] :]
        if not rows.size:
            rows = np.flatnonzero(known & ~closed)[-max(training.season, 1) :]
        if not rows.size:
            continue
        cells = history.offered[rows]
        some = np.isfinite(cells)
        mean = np.where(some, cells, 0.0).sum(axis=0) / np.maximum(some.sum(axis=0), 1)
        out[i] = np.where(training.open_cells[day.weekday()], mean, 0.0)
    return out
