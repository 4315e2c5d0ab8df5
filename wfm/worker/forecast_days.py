"""A site's forecast by day: contacts, the band of the day's total, and the past error by day.

The band of a day is not the sum of the bands of its quarter-hours: their errors partly cancel. It
is learned from the totals of the days looked back at, all queues together.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from forecasting import quantiles
from forecasting.forecast import QueueForecast

LEAST_DAYS = 7


def day_rows(found: Sequence[QueueForecast], first: date, days: int) -> list[dict[str, Any]]:
    """Contacts of each day with P10 and P90 of the day's total, as JSON rows."""
    totals = np.zeros(days)
    for one in found:
        totals[: one.mean.shape[0]] += one.mean.sum(axis=1)[:days]
    phi, _ = day_spread(found)
    low, high = (quantiles.quantile(totals, phi, level) for level in (0.1, 0.9))
    return [
        {
            "on": (first + timedelta(days=i)).isoformat(),
            "contacts": round(float(totals[i]), 1),
            "p10": round(float(low[i]), 1),
            "p90": round(float(high[i]), 1),
        }
        for i in range(days)
    ]


def handle_time_told(found: QueueForecast | None) -> dict[str, Any]:
    """P10 and P90 of a usual day's handle time, and what the mix of people does to it in percent.

    +1.5 %: on average over the days ahead, as people new to the queue come to handle more of it.
    """
    if found is None or found.handle is None:
        return {"aht_p10_s": None, "aht_p90_s": None, "aht_mix_pct": None}
    some = found.mean.sum(axis=1) > 0
    bands = [found.handle.day_quantile(level, found.mean)[some] for level in (0.1, 0.9)]
    low, high = (round(float(band.mean()), 1) if band.size else None for band in bands)
    mix = 100 * (float(found.handle.mix.mean()) - 1)
    return {"aht_p10_s": low, "aht_p90_s": high, "aht_mix_pct": round(mix, 2)}


def past_errors(found: Sequence[QueueForecast]) -> dict[str, Any]:
    """Bias and error of the day's totals on the days looked back at, in percent; None unknown."""
    actual, forecast = _past(found)
    _, words = day_spread(found)
    came = float(actual.sum())
    if came <= 0:
        return {"past_bias": None, "past_day_wape": None, "day_band": words}
    return {
        "past_bias": round(100 * float(forecast.sum() - came) / came, 2),
        "past_day_wape": round(100 * float(np.abs(forecast - actual).sum()) / came, 2),
        "day_band": words,
    }


def day_spread(found: Sequence[QueueForecast]) -> tuple[float, str]:
    """The spread of a day's total beyond counting noise, and where it is from, in words."""
    actual, forecast = _past(found)
    if actual.size < LEAST_DAYS:
        return quantiles.UNKNOWN, "by convention: the past is too short to learn it"
    return quantiles.dispersion(actual, forecast), f"learned from {actual.size} past days"


def _past(found: Sequence[QueueForecast]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Actual and forecast totals of the days that every queue was looked back at."""
    looked = [one.past_totals for one in found if one.past_totals.shape[1]]
    if not looked:
        return np.zeros((2, 0))
    common = min(part.shape[1] for part in looked)
    return np.asarray(np.sum([part[:, -common:] for part in looked], axis=0), dtype=np.float64)
