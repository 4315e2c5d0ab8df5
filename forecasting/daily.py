"""Daily totals by single models, on logarithms freed of what the calendar explains (FC-5).

Each model says the days ahead, and what it would have said from past days, with the parameters of
the whole past: that is how the models are weighed against each other.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecasting.series import Floats, Wholes
from forecasting.structure import LOOK_ROWS
from forecasting.training import RECENT, Training

ALPHAS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5)
INDEX_WEEKS = 26
LONG_GAP_WEEKS = 4
SARIMAX_LEAST_WEEKS = 6
SARIMAX_STEPS = 40
YEARS = 3
YEAR_DAYS = 365.25
FOURIER = 4
LOW_VOLUME = 30.0  # contacts a day under which logarithms mislead
MOST_RISE = 3.0  # times the highest day of the last eight weeks


@dataclass(frozen=True, eq=False)
class Said:
    """Log totals of the days ahead, and by past row those of the rows from there on."""

    ahead: Floats
    looked: dict[int, Floats]


def mean_totals(training: Training, days: Sequence[date], before: int | None = None) -> Floats:
    """The mean of the last eight same weekdays, half way to the mean of all weekdays when scarce.

    Arithmetic, so that a queue with a handful of contacts a day is not pulled down. Of the rows
    before `before`, when given.
    """
    end = training.totals.size if before is None else before
    recent = np.flatnonzero(training.usable[:end])[-8 * max(training.season, 1) :]
    overall = float(training.totals[recent].mean()) if recent.size else 0.0
    out = np.zeros(len(days))
    for i, day in enumerate(days):
        rows = training.recent(training.pattern(day), training.totals.size)
        rows = rows[rows < end][:RECENT]
        seen = float(training.totals[rows].sum())
        out[i] = (seen + 2 * overall) / (rows.size + 2)
    return out


def is_low_volume(training: Training) -> bool:
    """Whether a usual open day brings fewer than 30 contacts."""
    recent = np.flatnonzero(training.usable)[-8 * max(training.season, 1) :]
    return not recent.size or float(training.totals[recent].mean()) < LOW_VOLUME


def level_weekday(
    training: Training, logs: Floats, days: Sequence[date], origins: Sequence[int] = ()
) -> Said:
    """Level with exponential weights × weekday index, both learned on logarithms.

    Level 1,000 and a Monday index of +20 %: 1,200 for every Monday ahead.
    """
    season = max(training.season, 1)
    index = _weekday_index(training, logs)
    clean = logs - index[training.weekdays]
    levels = _filled(_levels(clean, _best_alpha(clean, season), season))
    ahead = index[np.array([training.pattern(day) for day in days], dtype=np.int64)]
    looked = {
        row: levels[row - 1] + index[training.weekdays[row : row + LOOK_ROWS]]
        for row in origins
        if row and np.isfinite(levels[row - 1])
    }
    return Said(levels[-1] + ahead, looked)


def sarimax(
    training: Training, logs: Floats, days: Sequence[date], origins: Sequence[int] = ()
) -> Said | None:
    """SARIMAX(1,0,1)(0,1,1) over open weekdays; None when it cannot be trusted.

    It needs six weeks since the last long gap, and is refused when it fails, is not finite, or
    climbs above three times the highest day of the last eight weeks (FC-32).
    """
    season = training.season
    dates = training.dates
    start = max(_after_long_gap(logs, season), len(dates) - round(YEARS * YEAR_DAYS / 7 * season))
    if season < 2 or np.isfinite(logs[start:]).sum() < SARIMAX_LEAST_WEEKS * season:
        return None
    coming = [day for day in days if day.weekday() in training.live]
    found = _fit(logs[start:], season, len(coming), _yearly(dates[start:], coming),
                 [row - start for row in origins if row - start >= 2 * season])  # fmt: skip
    if found is None:
        return None
    ahead, looked = found
    highest = float(np.nanmax(logs[-8 * season :], initial=-np.inf))
    if ahead.size and (not np.isfinite(ahead).all() or ahead.max() > highest + np.log(MOST_RISE)):
        return None
    place = {day: i for i, day in enumerate(coming)}
    by_day = np.array([ahead[place[day]] if day in place else -np.inf for day in days])
    return Said(by_day, {row + start: said for row, said in looked.items()})


def _fit(
    logs: Floats,
    season: int,
    steps: int,
    terms: tuple[Floats, Floats] | None,
    origins: Sequence[int],
) -> tuple[Floats, dict[int, Floats]] | None:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    from forecasting.likelihood import most_likely

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
            columns = np.column_stack([logs] if past is None else [logs, past])
            start = np.asarray(model.start_params, dtype=np.float64)[-3:]
            params = most_likely(columns, start, season, model.k_states, SARIMAX_STEPS)
            if params is None:
                return None
            model.update(params)
            states = np.asarray(model.ssm.filter().predicted_state)
        except (np.linalg.LinAlgError, ValueError, FloatingPointError):
            return None
    # What is foreseen at a row follows from the filtered state, without another fit.
    moves, reads = np.real(model["transition"]), np.real(model["design"])
    reads = reads[0, :, -1] if reads.ndim == 3 else reads[0]
    moves = moves[:, :, -1] if moves.ndim == 3 else moves
    shifts = np.zeros(logs.size + steps)
    if past is not None and ahead is not None:
        shifts = np.concatenate([past, ahead]) @ params[:-3]
    rows = [*origins, logs.size]
    counts = [min(logs.size - row, LOOK_ROWS) for row in origins] + [steps]
    state = states[:, rows]
    said = np.empty((max(counts), len(rows)))
    for i in range(said.shape[0]):
        said[i] = reads @ state
        state = moves @ state
    found = [said[:n, at] + shifts[row : row + n]
             for at, (row, n) in enumerate(zip(rows, counts, strict=True))]  # fmt: skip
    if not np.isfinite(found[-1]).all():
        return None
    return found[-1], dict(zip(origins, found[:-1], strict=True))


def _yearly(past: Sequence[date], ahead: Sequence[date]) -> tuple[Floats, Floats] | None:
    if not past or (past[-1] - past[0]).days < 1.9 * YEAR_DAYS:
        return None

    def waves(days: Sequence[date]) -> Floats:
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
    return levels


def _filled(levels: Floats) -> Floats:
    """The last level known at each row."""
    rows: Wholes = np.where(np.isfinite(levels), np.arange(levels.size), -1)
    last = np.maximum.accumulate(rows)
    return np.where(last >= 0, levels[last], np.nan)


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
