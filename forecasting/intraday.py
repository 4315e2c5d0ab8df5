"""The rest of a day forecast again from what has come so far, for volume and handle time.

Two ways, averaged, both the rest given the first part, as errors of the intervals of one day move
together: on square roots, where the noise of counts is alike at every size. Once by the covariance
of past errors as they were (FC-18); once by one of four figures learned from them: what a whole day
shares, what hours near each other share, how near, and the noise of each. That one knows from the
forecast alone which intervals are busy, so a Friday is told of by Mondays. It took the place of a
shrunk ratio of what came to what was forecast (FC-17). A model is learned once, before the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.optimize import nnls

from forecasting import quantiles, shape
from forecasting.ensemble import combined, daily_totals
from forecasting.forecast import ForecastConfig
from forecasting.series import Bools, Floats, History, Wholes
from forecasting.training import prepare

DAYS = 60  # past days that tell how errors of a day move together
LEAST_DAYS = 10
LOOK_DAYS = tuple(range(1, 100))
STEADY = 25.0  # contacts added to both sides of a planner's ratio, so that few do not move it
CLIP = (0.4, 2.5)  # of what was forecast: no update goes further
NEAR = (1.0, 2.0, 4.0, 8.0, 16.0)  # intervals over which errors may be alike
SEEN_LEAST = 0.25  # of the expected day, before a special day is updated
QUARTER = 0.25
NOISE = 0.02  # of the mean variance, added so that the solve is steady
HANDLED = 100.0  # contacts' worth of trust in the handle time forecast


@dataclass(frozen=True, eq=False)
class DayModel:
    """A day's forecast, and what was said and came on past days, for its open intervals."""

    day: date
    minutes: int
    cells: Bools
    mean: Floats  # of all intervals of the day
    said: Floats  # past days × open intervals
    came: Floats
    special: bool


@dataclass(frozen=True, eq=False)
class Updated:
    """The day with what has come so far, and the rest forecast again with its 80 % band."""

    mean: Floats  # seen intervals hold what came
    p10: Floats
    p90: Floats
    rest: float
    rest_p10: float
    rest_p90: float
    ratio: float  # of the rest to what was forecast for it
    note: str


def learn_day(history: History, config: ForecastConfig) -> DayModel:
    """The model of the day after a history, and of how the errors of its days move together."""
    training = prepare(history, config.calendar)
    day = training.end_on
    weekday = training.pattern(day)
    columns = training.cells.shape[1]
    cells = training.open_cells[weekday] if training.is_open(day) else np.zeros(columns, bool)
    if not training.usable.any() or not cells.any():
        empty = np.zeros((0, int(cells.sum())))
        return DayModel(day, history.minutes, cells, np.zeros(columns), empty, empty, False)
    found = daily_totals(training, [day], config.use_sarimax, LOOK_DAYS)
    vectors = shape.shape_vectors(training)
    mean = found.totals[0] * shape.shares(training, vectors, [day])[0]
    said, came = [], []
    for looked in found.looked:
        row = looked.row
        if looked.origin != training.dates[row] or np.isnan(training.totals[row]):
            continue
        total = combined(looked, found.weights)[0]
        shares = shape.shares(training, vectors, [looked.origin], row)[0]
        actual = history.offered[(looked.origin - history.first_on).days]
        if np.isfinite(actual[cells]).all():
            said.append(total * shares[cells])
            came.append(actual[cells])
        if len(said) == DAYS:
            break
    width = int(cells.sum())
    return DayModel(
        day,
        history.minutes,
        cells,
        mean,
        np.array(said).reshape(-1, width),
        np.array(came).reshape(-1, width),
        day in training.calendar.special,
    )


def update_day(model: DayModel, seen: Sequence[float] | Floats) -> Updated:
    """The day given the contacts of its first intervals, from midnight on.

    Forecast 1,000, of which 250 by ten o'clock; 300 came, and on past days half of such a surplus
    held: the rest is about 750 × 1.18 ** 0.5, drawn to what the pattern of the morning says.
    """
    came = np.asarray(seen, dtype=np.float64)
    mean = model.mean.copy()
    known = np.nan_to_num(came)
    mean[: came.size] = known
    open_columns = np.flatnonzero(model.cells)
    cut = int((open_columns < came.size).sum())
    expected = model.mean[open_columns]
    note = _held(model, expected, cut)
    rest = expected[cut:]
    bands = quantiles.stated_spread(quantiles.UNKNOWN)
    total_bands = bands
    if not note:
        learned = learn_errors(model.said, model.came)
        rest = _rest(learned, expected[None, :], known[open_columns[:cut]][None, :], cut)[0]
    if model.said.shape[0] >= LEAST_DAYS and cut < expected.size:
        bands, total_bands = _spreads(model, cut)
    mean[open_columns[cut:]] = rest
    low, high = mean.copy(), mean.copy()
    one = np.ones(1, dtype=np.int64)
    for values, level in ((low, 0.1), (high, 0.9)):
        values[open_columns[cut:]] = bands.quantile(rest[None, :], one, level)[0]
    total = np.array([[rest.sum()]])
    ends = [float(total_bands.quantile(total, one, level)[0, 0]) for level in (0.1, 0.9)]
    before = float(expected[cut:].sum())
    ratio = float(rest.sum()) / before if before > 0 else 1.0
    return Updated(mean, low, high, float(rest.sum()), ends[0], ends[1], ratio, note)


def _held(model: DayModel, expected: Floats, cut: int) -> str:
    """Why the forecast stays as it was, "" when it is updated."""
    if expected.sum() <= 0:
        return "closed: nothing is expected"
    if cut == 0:
        return "no interval of the opening hours has ended yet"
    if model.said.shape[0] < LEAST_DAYS:
        return f"only {model.said.shape[0]} past days to learn from: not updated"
    if model.special and expected[:cut].sum() < SEEN_LEAST * expected.sum():
        return "special day: updated once a quarter of the expected day is over"
    return ""


@dataclass(frozen=True, eq=False)
class Errors:
    """How the errors of the intervals of a day move together, on square roots.

    `own` is their covariance as it was. `day` and `near` are the variances of what all intervals
    share and of what those within `span` intervals share, both relative to the forecast; `noise` is
    that of each interval alone.
    """

    own: Floats
    day: float
    near: float
    span: float
    noise: float


def learn_errors(said: Floats, came: Floats) -> Errors:
    """How errors of past days moved together; rows are days, columns their open intervals."""
    errors = np.sqrt(came + QUARTER) - np.sqrt(said + QUARTER)
    width = said.shape[1]
    apart = np.abs(np.subtract.outer(np.arange(width), np.arange(width)))
    square = errors.T @ errors
    return Errors(_own(square / said.shape[0], apart), *_shared(square, said, apart))


def _own(square: Floats, apart: Wholes) -> Floats:
    """The covariance of errors, its correlations drawn to what is usual.

    Half of each correlation is its own, half the mean of all pairs as far apart, not rising with
    distance: sixty days cannot tell a thousand pairs from chance.
    """
    scale = np.sqrt(np.maximum(np.diag(square), 1e-12))
    own = square / np.outer(scale, scale)
    sums = np.bincount(apart.ravel(), own.ravel(), minlength=scale.size)
    means = sums / np.bincount(apart.ravel(), minlength=scale.size)
    means = np.maximum.accumulate(means[::-1])[::-1]
    joint = (0.5 * own + 0.5 * means[apart]) * np.outer(scale, scale)
    joint += np.eye(scale.size) * NOISE * float(scale.mean()) ** 2
    return np.asarray(joint, dtype=np.float64)


def _shared(square: Floats, said: Floats, apart: Wholes) -> tuple[float, float, float, float]:
    """Variance of the day, of hours near each other, their span, and noise, by least squares.

    Of the products of errors of two intervals, over those of the roots of what was forecast.
    """
    roots = np.sqrt(said)
    expected = roots.T @ roots
    width = apart.shape[0]
    sums = np.bincount(apart.ravel(), square.ravel(), minlength=width)
    sizes = np.bincount(apart.ravel(), expected.ravel(), minlength=width)
    weights = np.sqrt(np.maximum(sizes[1:], 0.0))
    products = sums[1:] / np.maximum(sizes[1:], 1e-9)
    lags = np.arange(1, width)
    best = (np.inf, 0.0, 0.0, NEAR[0])
    for span in NEAR if width > 1 else ():
        sides = np.column_stack([np.ones(width - 1), np.exp(-lags / span)]) * weights[:, None]
        (day, near), left = nnls(sides, products * weights)
        if left < best[0]:
            best = (left, float(day), float(near), span)
    _, day, near, span = best
    alone = np.trace(square) - (day + near) * np.trace(expected)
    return day, near, span, max(float(alone) / said.size, NOISE)


def _rest(learned: Errors, expected: Floats, seen: Floats, cut: int) -> Floats:
    """The rest of each day (a row each) given its first `cut` intervals."""
    error = np.sqrt(seen + QUARTER) - np.sqrt(expected[:, :cut] + QUARTER)
    own = learned.own
    moved = np.linalg.solve(own[:cut, :cut], error.T).T @ own[:cut, cut:]
    roots = np.sqrt(np.maximum(expected, 0.0))
    width = expected.shape[1]
    lags = np.arange(width)
    apart = np.abs(np.subtract.outer(lags, lags))
    alike = learned.day + learned.near * np.exp(-apart / learned.span)
    shared = np.empty_like(moved)
    for row in range(expected.shape[0]):
        joint = np.outer(roots[row], roots[row][:cut]) * alike[:, :cut]
        solved = np.linalg.solve(joint[:cut] + learned.noise * np.eye(cut), error[row])
        shared[row] = joint[cut:] @ solved
    before = expected[:, cut:]
    found = np.zeros_like(before)
    for part in (moved, shared):
        root = np.maximum(np.sqrt(before + QUARTER) + part, 0.0)
        found += np.maximum(root**2 - QUARTER, 0.0) / 2
    return np.asarray(np.clip(found, CLIP[0] * before, CLIP[1] * before), dtype=np.float64)


def _spreads(model: DayModel, cut: int) -> tuple[quantiles.Spread, quantiles.Spread]:
    """How far the rest of past days lay from its update: of their intervals, and of its total.

    In five parts, each updated by what the other four tell.
    """
    days = model.said.shape[0]
    rests = np.zeros((days, model.said.shape[1] - cut))
    for part in range(5):
        held = np.arange(days) % 5 == part
        learned = learn_errors(model.said[~held], model.came[~held])
        rests[held] = _rest(learned, model.said[held], model.came[held, :cut], cut)
    one = np.ones(1, dtype=np.int64)
    came = model.came[:, cut:]
    cells = [(one, came[i : i + 1], rests[i : i + 1]) for i in range(days)]
    totals = [
        (one, c.sum(axis=1, keepdims=True), r.sum(axis=1, keepdims=True)) for _, c, r in cells
    ]
    return quantiles.learn_spread(cells), quantiles.learn_spread(totals)


def update_handle_time(
    forecast_s: Floats, contacts: Floats, seconds: Floats
) -> tuple[Floats, float]:
    """Handle time of every interval given that of the contacts finished so far, and the factor.

    180 s forecast and 200 s seen over 100 contacts: half way, 190 s. Nothing seen leaves it.
    """
    known = np.isfinite(contacts) & np.isfinite(seconds) & (contacts > 0)
    n = contacts[known]
    expected = float((n * forecast_s[: contacts.size][known]).sum())
    if expected <= 0:
        return forecast_s, 1.0
    trust = HANDLED * expected / float(n.sum())
    factor = float(np.clip((seconds[known].sum() + trust) / (expected + trust), *CLIP))
    return forecast_s * factor, factor


def seen_columns(model: DayModel, share: float) -> int:
    """Intervals from midnight after which a share of the expected day is over: 0.25 of it."""
    total = float(model.mean.sum())
    if total <= 0:
        return 0
    return int(np.searchsorted(np.cumsum(model.mean), share * total - 1e-9)) + 1
