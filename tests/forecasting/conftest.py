"""Seeded series of a made-up queue, for the forecasting room's tests."""

import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from forecasting.series import History
from forecasting.threads import use_one_thread

use_one_thread()  # tests run side by side

WEEK = np.array([1.25, 1.05, 1.0, 0.95, 0.9, 0.5, 0.0])


def make_history(days, seed=7, level=900.0, first=date(2026, 1, 5), minutes=30):
    """A queue open 08:00-20:00 Monday to Saturday, busiest on Mondays and at 11:00."""
    rng = np.random.default_rng(seed)
    columns = 1440 // minutes
    hours = (np.arange(columns) * minutes + minutes / 2) / 60
    curve = np.where((hours >= 8) & (hours < 20), 1 + np.exp(-(((hours - 11) / 2) ** 2)), 0.0)
    curve /= curve.sum()
    offered = np.full((days, columns), np.nan)
    drift = 1.0
    for i in range(days):
        drift *= np.exp(rng.normal(0, 0.02))
        weekday = (first + timedelta(days=i)).weekday()
        if WEEK[weekday] > 0:
            mean = level * drift * WEEK[weekday] * np.exp(rng.normal(0, 0.04)) * curve
            offered[i, curve > 0] = rng.poisson(mean[curve > 0])
    return History(first, minutes, offered)


@pytest.fixture
def history():
    """Sixteen weeks of the made-up queue."""
    return make_history(112)


@pytest.fixture(scope="session")
def history_of_days():
    """A maker of histories of any length."""
    return make_history
