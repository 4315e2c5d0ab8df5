"""Errors of forecasts by named formulas; closed and unknown intervals are left out (FC-25)."""

from __future__ import annotations

import numpy as np
from scipy import special

from forecasting.series import Floats


def wape(actual: Floats, forecast: Floats) -> float | None:
    """100 · Σ|forecast − actual| / Σ actual: 10 and 10 for 8 and 12 is 20 %. None without any."""
    known = np.isfinite(actual)
    total = float(actual[known].sum())
    if total <= 0:
        return None
    return 100 * float(np.abs(forecast[known] - actual[known]).sum()) / total


def bias(actual: Floats, forecast: Floats) -> float | None:
    """100 · Σ(forecast − actual) / Σ actual: above 0 is too many forecast."""
    known = np.isfinite(actual)
    total = float(actual[known].sum())
    if total <= 0:
        return None
    return 100 * float((forecast[known] - actual[known]).sum()) / total


def coverage(actual: Floats, low: Floats, high: Floats) -> float | None:
    """Percentage of intervals whose actual lies inside the band, its edges included."""
    known = np.isfinite(actual)
    if not known.any():
        return None
    inside = (actual[known] >= low[known]) & (actual[known] <= high[known])
    return 100 * float(inside.mean())


def pinball(actual: Floats, low: Floats, high: Floats) -> float | None:
    """Mean of the 10 % and 90 % quantile losses × 2 / Σ actual, in percent."""
    known = np.isfinite(actual)
    y, total = actual[known], float(actual[known].sum())
    if total <= 0:
        return None

    def loss(forecast: Floats, level: float) -> float:
        miss = y - forecast[known]
        return float(np.maximum(level * miss, (level - 1) * miss).sum())

    return 100 * (loss(low, 0.1) + loss(high, 0.9)) / total


def mase(actual: Floats, forecast: Floats, naive_error: float) -> float | None:
    """Mean absolute error against that of last week's values before the first origin."""
    known = np.isfinite(actual)
    if not known.any() or not naive_error > 0:
        return None
    return float(np.abs(forecast[known] - actual[known]).mean()) / naive_error


def poisson_floor(means: Floats) -> float | None:
    """The WAPE that nobody can beat at such counts: 10 a cell have at least 25.0 %.

    A cell of mean μ misses by 2·e^(−μ)·μ^(k+1)/k! with k = ⌊μ⌋ on average, whoever forecasts it.
    """
    mu = means[np.isfinite(means) & (means > 0)]
    if not mu.size:
        return None
    k = np.floor(mu)
    missed = 2 * np.exp(-mu + (k + 1) * np.log(mu) - special.gammaln(k + 1))
    return 100 * float(missed.sum() / mu.sum())
