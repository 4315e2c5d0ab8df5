"""Daily totals ahead: SARIMAX on logarithms, and exponentially weighted level × weekday (FC-5)."""

from __future__ import annotations

import warnings
from datetime import date

import numpy as np

from forecasting.series import Floats
from forecasting.training import Training

ALPHAS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5)
INDEX_WEEKS = 26
LONG_GAP_WEEKS = 4
SARIMAX_LEAST_WEEKS = 6
YEARS = 3
YEAR_DAYS = 365.25
FOURIER = 4
LOW_VOLUME = 30.0  # contacts a day under which logarithms mislead


def mean_totals(training: Training, days: list[date]) -> Floats:
    """The mean of the last eight same weekdays, half way to the mean of all weekdays when scarce.

    Arithmetic, so that a queue with a handful of contacts a day is not pulled down.
    """
    recent = np.flatnonzero(training.usable)[-8 * max(training.season, 1) :]
    overall = float(training.totals[recent].mean()) if recent.size else 0.0
    out = np.zeros(len(days))
    for i, day in enumerate(days):
        rows = training.recent(day.weekday())
        seen = float(training.totals[rows].sum())
        out[i] = (seen + 2 * overall) / (rows.size + 2)
    return out


def is_low_volume(training: Training) -> bool:
    """Whether a usual open day brings fewer than 30 contacts."""
    recent = np.flatnonzero(training.usable)[-8 * max(training.season, 1) :]
    return not recent.size or float(training.totals[recent].mean()) < LOW_VOLUME


def level_weekday(training: Training, days: list[date]) -> Floats:
    """Level with exponential weights × weekday index, both learned on logarithms.

    Level 1,000 and a Monday index of +20 %: 1,200 for every Monday ahead.
    """
    logs = _logs(training)
    index = _weekday_index(training, logs)
    clean = logs - index[training.weekdays]
    alpha = _best_alpha(clean, max(training.season, 1))
    level = _levels(clean, alpha, max(training.season, 1))[-1]
    return np.array([np.exp(level + index[day.weekday()]) for day in days])


def sarimax(training: Training, days: list[date]) -> Floats | None:
    """SARIMAX(1,0,1)(0,1,1) over open weekdays on log totals; None when it cannot be trusted.

    It needs six weeks since the last long gap, and is refused when it fails, is not finite, or
    climbs above three times the highest day of the last eight weeks (FC-32).
    """
    logs, dates = _logs(training), list(training.dates)
    season = training.season
    start = max(_after_long_gap(logs, season), len(dates) - round(YEARS * YEAR_DAYS / 7 * season))
    logs, dates = logs[start:], dates[start:]
    if season < 2 or np.isfinite(logs).sum() < SARIMAX_LEAST_WEEKS * season:
        return None
    ahead = _open_weekdays(training, days)
    terms = _yearly(dates, ahead)
    forecast = _fit(logs, season, len(ahead), terms)
    if forecast is None:
        return None
    totals = np.exp(np.minimum(forecast, 50.0))
    last = training.totals[training.usable][-8 * season :]
    if not np.isfinite(totals).all() or totals.max(initial=0.0) > 3 * last.max():
        return None
    place = {day: i for i, day in enumerate(ahead)}
    return np.array([totals[place[day]] if day in place else 0.0 for day in days])


def _fit(
    logs: Floats, season: int, steps: int, terms: tuple[Floats, Floats] | None
) -> Floats | None:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    past, ahead = terms if terms is not None else (None, None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model = SARIMAX(
                logs,
                exog=past,
                order=(1, 0, 1),
                seasonal_order=(0, 1, 1, season),
                enforce_stationarity=False,
                enforce_invertibility=False,
                concentrate_scale=True,
            )
            fitted = model.fit(disp=False, maxiter=40, cov_type="none")
            found = np.asarray(fitted.forecast(steps, exog=ahead), dtype=np.float64)
        except (np.linalg.LinAlgError, ValueError, FloatingPointError):
            return None
    return found if np.isfinite(found).all() else None


def _logs(training: Training) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.log(np.maximum(training.totals, 0.5))


def _open_weekdays(training: Training, days: list[date]) -> list[date]:
    """Days of open weekdays ahead; a holiday among them keeps its place."""
    return [day for day in days if day.weekday() in training.live]


def _yearly(past: list[date], ahead: list[date]) -> tuple[Floats, Floats] | None:
    if not past or (past[-1] - past[0]).days < 1.9 * YEAR_DAYS:
        return None

    def waves(days: list[date]) -> Floats:
        phase = np.array([day.toordinal() for day in days]) * 2 * np.pi / YEAR_DAYS
        return np.column_stack(
            [wave(k * phase) for k in range(1, FOURIER + 1) for wave in (np.sin, np.cos)]
        )

    return waves(past), waves(ahead)


def _after_long_gap(logs: Floats, season: int) -> int:
    """Row after the last stretch of more than four unknown weeks."""
    known = np.flatnonzero(np.isfinite(logs))
    gaps = np.flatnonzero(np.diff(known) > LONG_GAP_WEEKS * season)
    return int(known[gaps[-1] + 1]) if gaps.size else 0


def _weekday_index(training: Training, logs: Floats) -> Floats:
    """Median of the last 26 log deviations of each weekday from a centred two-week mean."""
    season = max(training.season, 1)
    known = np.isfinite(logs)
    filled = np.where(known, logs, 0.0)
    window = np.ones(2 * season + 1)
    if logs.size < window.size:
        mean = np.full(logs.size, filled.sum() / max(known.sum(), 1))
    else:
        count = np.convolve(known.astype(np.float64), window, mode="same")
        mean = np.convolve(filled, window, mode="same") / np.maximum(count, 1)
    deviation = np.where(known, logs - mean, np.nan)
    index = np.zeros(7)
    for weekday in training.live:
        rows = np.flatnonzero((training.weekdays == weekday) & known)[-INDEX_WEEKS:]
        if rows.size:
            index[weekday] = float(np.median(deviation[rows]))
    return index


def _levels(clean: Floats, alpha: float, season: int) -> Floats:
    """The level after each day; after a long gap it starts anew from the week that follows."""
    known = np.flatnonzero(np.isfinite(clean))
    levels = np.full(clean.size, np.nan)
    level, last = np.nan, -1
    for row in known:
        if last < 0 or row - last > LONG_GAP_WEEKS * season:
            near = known[(known >= row) & (known < row + season)]
            level = float(clean[near].mean())
        level += alpha * (clean[row] - level)
        levels[row] = level
        last = int(row)
    if known.size:
        levels[-1] = level
    return levels


def _best_alpha(clean: Floats, season: int) -> float:
    """The weight with the least past error a week ahead; 0.2 when the past is too short."""
    errors = []
    for alpha in ALPHAS:
        levels = _levels(clean, alpha, season)
        error = np.abs(clean[2 * season :] - levels[season:-season])[-INDEX_WEEKS * season :]
        error = error[np.isfinite(error)]
        errors.append(float(error.mean()) if error.size >= 2 * season else np.nan)
    if np.isnan(errors).any():
        return 0.2
    return ALPHAS[int(np.argmin(errors))]
