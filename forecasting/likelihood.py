"""How likely SARIMAX(1,0,1)(0,1,1) makes a past, many times faster than by its general filter.

The search for the parameters of `daily.sarimax` asks this some hundred times for each queue. The
difference over a season is taken into the autoregression, so that nine states do for weeks of seven
days where the general form has sixteen, and what is known is known exactly. Compiled on first use
and kept on disk, beside the source or where `NUMBA_CACHE_DIR` says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from scipy.optimize import minimize

from forecasting.series import Floats

DIFFUSE = 1e6  # variance of the state before the first day, as statsmodels has it
NUDGE = 1e-5
HOW: dict[str, Any] = {"error_model": "numpy", "nogil": True}
SIGNATURE = "int64(float64[:, ::1], float64[::1], int64, int64, float64[:, ::1])"


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    try:
        made = njit(SIGNATURE, cache=True, **HOW)(function)
    except RuntimeError:  # no folder for the cache can be written
        made = njit(SIGNATURE, **HOW)(function)
    return made  # type: ignore[no-any-return]


@_compiled
def surprises(
    columns: Floats, params: Floats, season: int, burn: int, out: Floats
) -> int:  # fmt: skip
    """How many rows count; fills `out` with each one's surprise over its deviation, and that.

    The first of `columns` is the series (`nan` unknown), the others are the terms beside it. A row
    of `out` holds a surprise for each column, and behind them the log variance. The first `burn`
    rows do not count.
    """
    width = season + 2
    ar, ma, seasonal = params[0], params[1], params[2]
    answers = np.zeros(width)
    answers[0] = 1.0
    answers[1] += ma
    answers[season] += seasonal
    answers[season + 1] += ma * seasonal
    keeps = np.zeros(width)  # (1 - ar B)(1 - B^season)
    keeps[0] += ar
    keeps[season - 1] += 1.0
    keeps[season] -= ar
    count = columns.shape[1]
    state = np.zeros((width + 1, count))
    spread = np.zeros((width + 1, width + 1))
    for i in range(width):
        spread[i, i] = DIFFUSE
    first = np.zeros(width + 1)
    used = 0
    for row in range(columns.shape[0]):
        for i in range(width):
            first[i] = spread[i, 0]
        variance = first[0]
        if np.isnan(columns[row, 0]):
            for i in range(width):
                for j in range(i + 1):
                    spread[i, j] = (
                        spread[i + 1, j + 1] + keeps[i] * keeps[j] * variance
                        + keeps[i] * first[j + 1] + keeps[j] * first[i + 1]
                        + answers[i] * answers[j]
                    )  # fmt: skip
            for c in range(count):
                top = state[0, c]
                for i in range(width):
                    state[i, c] = keeps[i] * top + state[i + 1, c]
            continue
        if variance <= 0.0:
            return -1
        for i in range(width):
            gain = first[i + 1] / variance
            for j in range(i + 1):
                spread[i, j] = (
                    spread[i + 1, j + 1] - gain * first[j + 1] + answers[i] * answers[j]
                )  # fmt: skip
        counts = row >= burn
        deviation = np.sqrt(variance)
        for c in range(count):
            value = columns[row, c]
            surprise = value - state[0, c]
            if counts:
                out[used, c] = surprise / deviation
            for i in range(width):
                state[i, c] = (
                    keeps[i] * value + state[i + 1, c] + first[i + 1] / variance * surprise
                )  # fmt: skip
        if counts:
            out[used, count] = np.log(variance)
            used += 1
    return used


def most_likely(
    columns: Floats, start: Floats, season: int, burn: int, steps: int
) -> Floats | None:  # fmt: skip
    """The most likely parameters: of the terms first, then (ar, ma, seasonal ma); None without any.

    Of a series with terms beside it only the three are searched: given them, the terms' own follow
    from least squares on the surprises.
    """
    out = np.empty((columns.shape[0], columns.shape[1] + 1))

    def loss(params: Floats) -> float:
        used = surprises(columns, params, season, burn, out)
        if used <= columns.shape[1]:
            return 1e10
        _, left = _terms(out[:used])
        if not left > 0:
            return 1e10
        value = 0.5 * (np.log(left / used) + out[:used, -1].mean())
        return float(value) if np.isfinite(value) else 1e10

    def both(params: Floats) -> tuple[float, Floats]:
        slope = np.empty(3)
        for i in range(3):
            away = np.zeros(3)
            away[i] = NUDGE
            slope[i] = (loss(params + away) - loss(params - away)) / (2 * NUDGE)
        return loss(params), slope

    found = minimize(both, start, jac=True, method="L-BFGS-B", options={"maxiter": steps})
    if not found.fun < 1e9:
        return None
    used = surprises(columns, found.x, season, burn, out)
    terms, _ = _terms(out[:used])
    return np.concatenate([terms, found.x])


def _terms(out: Floats) -> tuple[Floats, float]:
    """The parameters of the terms, and the sum of squares that they leave."""
    series, beside = out[:, 0], out[:, 1:-1]
    if not beside.shape[1]:
        return np.zeros(0), float(series @ series)
    params = np.asarray(np.linalg.lstsq(beside, series, rcond=None)[0], dtype=np.float64)
    left = series - beside @ params
    return params, float(left @ left)
