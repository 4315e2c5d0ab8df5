"""The past forecast again, from rolling origins, with only what lay before each (FC-24, 25)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from forecasting import metrics, naive, quantiles
from forecasting.forecast import ForecastConfig, Point, actual_cells, point_forecast, with_band
from forecasting.series import Floats, History
from forecasting.training import Training, future_days, prepare
from wfm.domain.errors import BadInput

BUCKETS = {"d1": (0, 1), "d1_7": (0, 7), "d8_14": (7, 14), "d15_28": (14, 28), "all": (0, None)}


@dataclass(frozen=True)
class Score:
    """Errors of one method over all origins, in percent but for `mase`."""

    wape: dict[str, float | None]
    wape_day: float | None
    mase: float | None
    bias: float | None
    coverage80: float | None
    pinball: float | None


@dataclass(frozen=True)
class SpecialScore:
    """Errors on special days on which the queue was open, and without knowing of them, in percent.

    Without means: the same forecast from a calendar that has no special day.
    """

    days: int
    wape: float | None
    wape_without: float | None


@dataclass(frozen=True)
class Backtest:
    """Scores of the forecast and of the simple ones beside it, and the least possible error."""

    forecast: Score
    baselines: dict[str, Score]
    models: dict[str, Score]  # each of the average alone, with the same shapes
    special: SpecialScore | None  # None without open special days among those scored
    poisson_floor: float | None
    origins: tuple[date, ...]


@dataclass(frozen=True, eq=False)
class _Run:
    """One method's means and band at one origin."""

    mean: Floats
    low: Floats
    high: Floats


def rolling_origins(history: History, horizon: int, step: int, count: int) -> list[date]:
    """The last `count` origins that leave a full horizon, oldest first.

    Data up to 25 October, 28 days, step 8, 2 origins: 19 and 27 September.
    """
    last = history.end_on - timedelta(days=horizon)
    origins = [last - timedelta(days=step * i) for i in range(count)][::-1]
    if count < 1 or (origins[0] - history.first_on).days < 7:
        raise BadInput(
            f"{count} origins of {horizon} days, {step} days apart, need data from "
            f"{origins[0] - timedelta(days=7) if origins else last} on; it begins "
            f"{history.first_on}. Ask for fewer origins or a shorter horizon."
        )
    return origins


def backtest(
    history: History, origins: Sequence[date], horizon: int, config: ForecastConfig
) -> Backtest:
    """Scores over the origins; each forecast is made from the rows before its origin alone."""
    runs: dict[str, list[_Run]] = {}
    actuals: list[Floats] = []
    specials: list[tuple[Floats, Floats, Floats]] = []
    for origin in origins:
        past = history.before(origin)
        training = prepare(past, config.calendar)
        if past.end_on != origin or any(day >= origin for day in training.dates):
            raise AssertionError(f"training reaches {past.end_on}, past the origin {origin}")
        actuals.append(actual_cells(history.span(origin, horizon), origin, training))
        point = point_forecast(training, horizon, config)
        found = with_band(past, training, point, config)
        specials.extend(_special_days(past, actuals[-1], found.mean, config))
        runs.setdefault("forecast", []).append(_Run(found.mean, found.p10, found.p90))
        for name, mean in _others(past, training, point).items():
            phi = _dispersion(runs.setdefault(name, []), actuals, origins, origin)
            phi = quantiles.UNKNOWN if phi is None else phi
            low, high = (quantiles.quantile(mean, phi, level) for level in (0.1, 0.9))
            runs[name].append(_Run(mean, low, high))
    actual = np.stack(actuals)
    scale = _naive_error(history.before(origins[0]))
    scores = {
        name: _score(actual, made, scale)
        for name, made in runs.items()
        if len(made) == len(origins)
    }
    own = scores.pop("forecast")
    return Backtest(
        own,
        {name: scores.pop(name) for name in naive.BASELINES},
        scores,
        _special_score(specials),
        metrics.poisson_floor(_usual(actual, origins)),
        tuple(origins),
    )


def _others(past: History, training: Training, point: Point) -> dict[str, Floats]:
    """The simple forecasts, and each model of the average alone with the same shapes."""
    horizon = point.mean.shape[0]
    found = {name: naive.baseline(name, past, training, horizon) for name in naive.BASELINES}
    days = future_days(training, horizon)
    is_open = np.array([training.is_open(day) for day in days])
    for name, totals in point.totals.models.items():
        found[name] = np.where(is_open, totals, 0.0)[:, None] * point.shares
    return found


def _special_days(
    past: History, actual: Floats, mean: Floats, config: ForecastConfig
) -> list[tuple[Floats, Floats, Floats]]:
    """Actual, forecast, and forecast without a word of special days, of those that were open."""
    special = config.calendar.special
    days = [past.end_on + timedelta(days=i) for i in range(actual.shape[0])]
    rows = [i for i, day in enumerate(days) if day in special and np.isfinite(actual[i]).any()]
    if not rows:
        return []
    calendar = replace(config.calendar, special={})
    training = prepare(past, calendar)
    without = point_forecast(training, actual.shape[0], replace(config, calendar=calendar)).mean
    return [(actual[i], mean[i], without[i]) for i in rows]


def _special_score(found: Sequence[tuple[Floats, Floats, Floats]]) -> SpecialScore | None:
    if not found:
        return None
    actual, mean, without = (np.array(part) for part in zip(*found, strict=True))
    return SpecialScore(len(found), metrics.wape(actual, mean), metrics.wape(actual, without))


def _dispersion(
    runs: list[_Run], actuals: list[Floats], origins: Sequence[date], now: date
) -> float | None:
    """Spread of a method's errors on days that had ended by `now`; None before there are any."""
    pieces = [
        (actual[: (now - origin).days], run.mean[: (now - origin).days])
        for run, actual, origin in zip(runs, actuals, origins, strict=False)
        if origin < now
    ]
    if not pieces:
        return None
    return quantiles.dispersion(
        np.concatenate([actual for actual, _ in pieces]), np.concatenate([m for _, m in pieces])
    )


def _score(actual: Floats, runs: list[_Run], scale: float) -> Score:
    mean = np.stack([run.mean for run in runs])
    low, high = np.stack([run.low for run in runs]), np.stack([run.high for run in runs])
    open_days = np.isfinite(actual).any(axis=2)
    day_actual = np.where(open_days, np.nansum(actual, axis=2), np.nan)
    day_mean = np.where(np.isfinite(actual), mean, 0.0).sum(axis=2)
    return Score(
        wape={
            name: metrics.wape(actual[:, first:end], mean[:, first:end])
            for name, (first, end) in BUCKETS.items()
        },
        wape_day=metrics.wape(day_actual, day_mean),
        mase=metrics.mase(actual, mean, scale),
        bias=metrics.bias(actual, mean),
        coverage80=metrics.coverage(actual, low, high),
        pinball=metrics.pinball(actual, low, high),
    )


def _naive_error(history: History) -> float:
    """Mean absolute difference of intervals a week apart before the first origin."""
    difference = np.abs(history.offered[7:] - history.offered[:-7])
    return float(np.nanmean(difference)) if np.isfinite(difference).any() else 0.0


def _usual(actual: Floats, origins: Sequence[date]) -> Floats:
    """Mean of each weekday's intervals over all days scored."""
    by_weekday: dict[int, list[Floats]] = {}
    for days, origin in zip(actual, origins, strict=True):
        for i, row in enumerate(days):
            weekday = (origin + timedelta(days=i)).weekday()
            by_weekday.setdefault(weekday, []).append(row)
    means: list[float] = []
    for rows in by_weekday.values():
        stacked = np.stack(rows)
        known = np.isfinite(stacked)
        sums = np.where(known, stacked, 0.0).sum(axis=0)
        # repeated as often as it was scored, so that the floor weighs as the errors do
        times = known.sum(axis=0)
        means.extend(np.repeat(sums / np.maximum(times, 1), times).tolist())
    return np.array(means)
