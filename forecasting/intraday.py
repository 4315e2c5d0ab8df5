"""The rest of a day forecast again from what has come so far, for volume and handle time.

Two ways, averaged. The ratio of what came to what was forecast, shrunk by how far such ratios held
for the rest of past days (FC-17); and the rest given the first part, as errors of the intervals of
one day move together: on square roots, where the noise of counts is alike at every size (FC-18).
A model is learned once, before the day; an update is a small linear solve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecasting import quantiles, shape
from forecasting.ensemble import combined, daily_totals
from forecasting.forecast import ForecastConfig
from forecasting.series import Bools, Floats, History
from forecasting.training import prepare

DAYS = 60  # past days that tell how errors of a day move together
LEAST_DAYS = 10
LOOK_DAYS = tuple(range(1, 100))
STEADY = 25.0  # contacts added to both sides of a ratio, so that few do not move it
CLIP = (0.4, 2.5)
SLOPE_MOST = 1.2
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
        known_open = known[open_columns[:cut]]
        rest = _rest(model.said, model.came, expected, known_open, cut)
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


def _rest(said: Floats, came: Floats, expected: Floats, seen: Floats, cut: int) -> Floats:
    ratio = _by_ratio(said, came, expected, seen, cut)
    together = _together(said, came, expected, seen, cut)
    return np.asarray((ratio + together) / 2, dtype=np.float64)


def _ratio(came: Floats, said: Floats) -> Floats:
    found = (came.sum(axis=-1) + STEADY) / (said.sum(axis=-1) + STEADY)
    return np.asarray(np.clip(found, *CLIP), dtype=np.float64)


def _by_ratio(said: Floats, came: Floats, expected: Floats, seen: Floats, cut: int) -> Floats:
    """The rest times the ratio so far, to the power that such ratios held on past days."""
    early = np.log(_ratio(came[:, :cut], said[:, :cut]))
    late = np.log(_ratio(came[:, cut:], said[:, cut:]))
    slope = float(np.clip((early * late).sum() / max((early**2).sum(), 1e-9), 0.0, SLOPE_MOST))
    return np.asarray(expected[cut:] * _ratio(seen, expected[:cut]) ** slope, dtype=np.float64)


def _together(said: Floats, came: Floats, expected: Floats, seen: Floats, cut: int) -> Floats:
    """The rest given the first part, by the covariance of the errors of past days.

    Half of each correlation is its own, half the mean of all pairs as far apart, not rising with
    distance: sixty days cannot tell a thousand pairs from chance.
    """
    errors = np.sqrt(came + QUARTER) - np.sqrt(said + QUARTER)
    square = errors.T @ errors / errors.shape[0]
    scale = np.sqrt(np.maximum(np.diag(square), 1e-12))
    own = square / np.outer(scale, scale)
    width = scale.size
    apart = np.abs(np.subtract.outer(np.arange(width), np.arange(width)))
    sums = np.bincount(apart.ravel(), own.ravel(), minlength=width)
    means = sums / np.bincount(apart.ravel(), minlength=width)
    means = np.maximum.accumulate(means[::-1])[::-1]
    joint = (0.5 * own + 0.5 * means[apart]) * np.outer(scale, scale)
    joint += np.eye(width) * NOISE * float(scale.mean()) ** 2
    error = np.sqrt(seen + QUARTER) - np.sqrt(expected[:cut] + QUARTER)
    moved = joint[cut:, :cut] @ np.linalg.solve(joint[:cut, :cut], error)
    roots = np.maximum(np.sqrt(expected[cut:] + QUARTER) + moved, 0.0)
    return np.asarray(np.maximum(roots**2 - QUARTER, 0.0), dtype=np.float64)


def _spreads(model: DayModel, cut: int) -> tuple[quantiles.Spread, quantiles.Spread]:
    """How far the rest of past days lay from its update: of their intervals, and of its total.

    In five parts, each updated by what the other four tell.
    """
    days = model.said.shape[0]
    rests = np.zeros((days, model.said.shape[1] - cut))
    for part in range(5):
        held = np.arange(days) % 5 == part
        for row in np.flatnonzero(held):
            rests[row] = _rest(
                model.said[~held], model.came[~held], model.said[row], model.came[row, :cut], cut
            )
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
