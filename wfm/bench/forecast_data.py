"""Made queues for the benchmark of forecasts: a year of half-hours and the four weeks after it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from forecasting.series import Floats, History

QUEUES, YEAR, AHEAD, SLOTS = 1_000, 365, 28, 48
FIRST = date(2025, 1, 6)


def made_queue(number: int) -> tuple[History, Floats]:
    """A year of one queue, day and night, and the 28 days after it; `nan` where it is closed.

    Levels of 60 to 6,000 a day (most near 600), weekdays and a season of its own, a level that
    wanders, days that differ by 5 % and half-hours beyond counting noise, two outages a year and
    ten closed holidays, one of them in the weeks ahead.
    """
    draw = np.random.default_rng([7, number])
    days = YEAR + AHEAD
    level = float(np.clip(draw.lognormal(np.log(600), 0.9), 60, 6_000))
    weekday = np.exp(draw.normal(0, 0.12, 7))
    weekday[0] *= 1.2
    season = draw.uniform(0.02, 0.12) * np.sin(
        2 * np.pi * (np.arange(days) / 365.25 + draw.uniform())
    )
    wander = np.cumsum(draw.normal(0, 0.012, days))
    hours = np.arange(SLOTS) / 2
    peaks = np.exp(-(((hours - draw.uniform(10, 11.5)) / 2.2) ** 2))
    peaks += draw.uniform(0.4, 0.9) * np.exp(-(((hours - draw.uniform(14.5, 17)) / 2.5) ** 2))
    shape = (0.08 + peaks) / (0.08 + peaks).sum()
    closed = set(draw.choice(YEAR, 9, replace=False).tolist()) | {YEAR + int(draw.integers(AHEAD))}
    values = np.full((days, SLOTS), np.nan)
    for i in range(days):
        on = (FIRST + timedelta(days=i)).weekday()
        if i in closed:
            continue
        total = level * weekday[on] * np.exp(season[i] + wander[i] + draw.normal(0, 0.05))
        spread = draw.gamma(40.0, 1 / 40.0, SLOTS)
        values[i] = draw.poisson(total * shape * spread)
    for at in draw.choice(YEAR - 1, 2, replace=False):
        values[at, 22:28] *= 0.0
    return History(FIRST, 30, values[:YEAR]), values[YEAR:]
