"""One queue's forecast: daily totals × shapes, with a band, handle time, and its own past error.

In a pool of processes set OMP_NUM_THREADS = OPENBLAS_NUM_THREADS = 1 before NumPy loads (FC-31):
the threads of the linear algebra otherwise cost several times the work.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from forecasting import (
    daily,
    ensemble,
    handle_time,
    metrics,
    naive,
    pairs,
    quantiles,
    ratios,
    shape,
    structure,
    unusual,
)
from forecasting.calendar import Calendar
from forecasting.ensemble import DailyTotals, Looked, combined, daily_totals
from forecasting.handle_time import HandleTime, TenureMix
from forecasting.series import Bools, Floats, History, Wholes
from forecasting.training import Training, future_days, prepare
from forecasting.unusual import Unusual
from wfm.domain.errors import BadInput

MODULES = (daily, ensemble, handle_time, pairs, quantiles, ratios, shape, structure, unusual)
METHOD = "structure, sarimax, level_weekday by lead × shapes of two memories; 2"
LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
CHECK_DAYS = 14  # the past error shown is that of the last two fortnights
CHECKS = 2
SPREAD_STEP = 3  # every third past origin tells the spread of intervals: they overlap much


@dataclass(frozen=True)
class ForecastConfig:
    """What a forecast may do: the calendar, and SARIMAX or not. The rest is one for all series.

    `dispersion` states the spread of the band, where it is not to be learned.
    """

    calendar: Calendar = field(default_factory=Calendar)
    use_sarimax: bool = True
    dispersion: float | None = None

    @property
    def settings_digest(self) -> str:
        """A hash of all that is set in the method, the same for every series and calendar."""
        set_once = [
            (module.__name__, name, value)
            for module in MODULES
            for name, value in sorted(vars(module).items())
            if name.isupper() and isinstance(value, int | float | tuple | dict)
        ]
        text = repr((METHOD, set_once, self.use_sarimax, self.dispersion))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def digest(self) -> str:
        """A hash that changes with any of the settings, and with the calendar."""
        calendar = self.calendar
        days = (sorted(calendar.closed_on), sorted(calendar.weekdays or range(7)))
        special = sorted((day, one.name, one.closed, one.like)
                         for day, one in calendar.special.items())  # fmt: skip
        overruled = (sorted(calendar.kept_on), sorted(calendar.left_out_on))
        text = repr(
            (self.settings_digest, calendar.opening, days, special, calendar.events, overruled)
        )
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, eq=False)
class Point:
    """Means per day and interval, with what they came from and what to know about them."""

    mean: Floats
    shares: Floats
    totals: DailyTotals
    shape_name: str
    notes: tuple[str, ...]

    @property
    def method(self) -> str:
        """The method in words: "mean of structure, sarimax, level_weekday × svd shape"."""
        parts = ", ".join(self.totals.models)
        parts = f"mean of {parts}" if len(self.totals.models) > 1 else parts
        return f"{parts} × {self.shape_name} shape"


@dataclass(frozen=True, eq=False)
class QueueForecast:
    """Contacts expected per day and interval, their 80 % band, handle time, and past errors."""

    first_on: date
    minutes: int
    mean: Floats
    p10: Floats
    p50: Floats
    p90: Floats
    handle: HandleTime | None  # None without handle seconds
    open_cells: Bools
    method: str
    notes: tuple[str, ...]
    dispersion: float
    past_wape: float | None
    past_naive_wape: float | None
    past_days: int
    past_contacts: float
    past_totals: Floats  # actual and forecast of the days looked back at, as 2 × days
    spread: quantiles.Spread
    day_spread: quantiles.Spread
    weights: tuple[Mapping[str, float], ...]  # of each model, by bucket of days ahead
    effects: Mapping[str, Floats]  # by part, the factor on each day's total; see `base`
    base: float | None  # the total that the factors multiply; None where there are no parts
    unusual: tuple[Unusual, ...]  # days that were not learned from, and why

    @property
    def dates(self) -> list[date]:
        return [self.first_on + timedelta(days=i) for i in range(self.mean.shape[0])]

    @property
    def leads(self) -> Wholes:
        """Days ahead of each row, 1 for the first."""
        return np.arange(1, self.mean.shape[0] + 1)

    def interval_quantile(self, level: float) -> Floats:
        """The count of each interval that is not exceeded with a probability."""
        return self.spread.quantile(self.mean, self.leads, level)

    def day_quantile(self, level: float) -> Floats:
        """The total of each day that is not exceeded with a probability.

        Learned from the errors of days: quantiles of intervals do not add up (FC-15).
        """
        return self.day_spread.quantile(self.mean.sum(axis=1)[:, None], self.leads, level)[:, 0]


def forecast_queue(
    history: History, horizon_days: int, config: ForecastConfig, tenure: TenureMix | None = None
) -> QueueForecast:
    """The forecast of the days after a history, with its error on the last weeks beside it.

    Uses what the history holds and nothing later; one week of it suffices, and is flagged.
    """
    if horizon_days < 1:
        raise BadInput(f"The horizon is {horizon_days} days: forecast at least one.")
    training = prepare(history, config.calendar)
    point = point_forecast(training, horizon_days, config)
    return with_band(history, training, point, config, tenure)


def with_band(
    history: History,
    training: Training,
    point: Point,
    config: ForecastConfig,
    tenure: TenureMix | None = None,
) -> QueueForecast:
    """A forecast of means with its band, learned at past origins, and all that is told of it."""
    horizon_days = point.mean.shape[0]
    notes = list(point.notes)
    spread, day_spread = spreads(history, training, point, config)
    if not spread.known and config.dispersion is None:
        notes.append("band by convention: the past is too short to learn its width")
    days = future_days(training, horizon_days)
    leads = np.arange(1, horizon_days + 1)
    open_cells = np.array(
        [training.open_cells[training.pattern(day)] & training.is_open(day) for day in days],
        dtype=bool,
    )
    checked = _checked(history, training, point.totals)
    parts = point.totals.structure
    return QueueForecast(
        first_on=training.end_on,
        minutes=history.minutes,
        mean=point.mean,
        p10=spread.quantile(point.mean, leads, 0.1),
        p50=spread.quantile(point.mean, leads, 0.5),
        p90=spread.quantile(point.mean, leads, 0.9),
        handle=handle_time.handle_time(history, horizon_days, tenure),
        open_cells=open_cells,
        method=point.method,
        notes=tuple(notes),
        dispersion=float(np.mean(spread.phi)),
        past_wape=metrics.wape(checked[0], checked[1]) if checked.size else None,
        past_naive_wape=metrics.wape(checked[0], checked[2]) if checked.size else None,
        past_days=checked.shape[1] if checked.size else 0,
        past_contacts=float(np.nansum(checked[0])) if checked.size else 0.0,
        past_totals=_day_totals(checked),
        spread=spread,
        day_spread=day_spread,
        weights=point.totals.weights,
        effects={} if parts is None else
        {name: np.exp(part) for name, part in parts.parts.items()},
        base=None if parts is None else float(np.exp(parts.mean)),
        unusual=training.unusual,
    )  # fmt: skip


def point_forecast(training: Training, horizon: int, config: ForecastConfig) -> Point:
    """Means only: the average of the daily models that can be trusted, times the day's shape."""
    days = future_days(training, horizon)
    notes = []
    if not training.usable.any():
        nothing = np.zeros((horizon, training.cells.shape[1]))
        none = DailyTotals(np.zeros(horizon), {"nothing": np.zeros(horizon)}, (), None, (), ())
        return Point(
            nothing, nothing, none, "flat", ("no contact in the history: 0 is forecast",)
        )  # fmt: skip
    if training.weeks < 8:
        notes.append(f"short history: {training.weeks:.1f} weeks of open days")
    unseen = [d for d in training.live if not training.recent(d).size]
    if unseen:
        notes.append(f"{len(unseen)} open weekdays never seen: the mean of the others is used")
    if training.flagged:
        notes.append(f"{len(training.flagged)} unusual days left out of learning")
    special = training.calendar.special
    new = [d for d in days if d in special and special[d].name in training.untold]
    if new:
        told = ", ".join(f"{special[d].name} ({d})" for d in new[:3])
        more = "" if len(new) <= 3 else f" and {len(new) - 3} more"
        notes.append(f"never seen, forecast as open: {told}{more}; say if closed")
    found = daily_totals(training, days, config.use_sarimax)
    notes.extend(found.notes)
    vectors = shape.shape_vectors(training)
    shares = shape.shares(training, vectors, days)
    totals = np.where([training.is_open(day) for day in days], found.totals, 0.0)
    return Point(
        totals[:, None] * shares,
        shares,
        found,
        "svd" if vectors is not None else "profile",
        tuple(notes),
    )


def spreads(
    history: History, training: Training, point: Point, config: ForecastConfig
) -> tuple[quantiles.Spread, quantiles.Spread]:
    """How far intervals, and days, lay from what was said of them at past origins."""
    if config.dispersion is not None:
        stated = quantiles.stated_spread(config.dispersion)
        return stated, stated
    vectors = shape.shape_vectors(training)
    cells, totals = [], []
    for number, looked in enumerate(point.totals.looked):
        said = combined(looked, point.totals.weights)
        totals.append((looked.leads, looked.totals[:, None], said[:, None]))
        if number % SPREAD_STEP == 0:
            cells.append(_looked_cells(history, training, vectors, looked, said))
    return quantiles.learn_spread(cells), quantiles.learn_spread(totals)


def _looked_cells(
    history: History,
    training: Training,
    vectors: shape.Vectors | None,
    looked: Looked,
    said: Floats,
) -> tuple[Wholes, Floats, Floats]:
    """Days ahead, actual and forecast intervals of a past origin's known days."""
    rows = np.flatnonzero(np.isfinite(looked.totals))
    days = [training.dates[looked.row + row] for row in rows]
    shares = shape.shares(training, vectors, days, looked.row)
    actual = np.array(
        [history.offered[(day - history.first_on).days] for day in days]
    ).reshape(len(days), history.columns)  # fmt: skip
    cells = np.array([training.open_cells[training.pattern(day)] for day in days], dtype=bool)
    actual = np.where(cells.reshape(actual.shape), actual, np.nan)
    return looked.leads[rows], actual, said[rows][:, None] * shares


def _checked(history: History, training: Training, found: DailyTotals) -> Floats:
    """Actual, forecast and last week's values of the last two fortnights, as 3 × days × intervals.

    Each fortnight is forecast from the days before it; the sizes of the models' parts, which hardly
    move, are those of the whole past.
    """
    vectors = shape.shape_vectors(training)
    pieces = []
    for check in range(CHECKS, 0, -1):
        origin = training.end_on - timedelta(days=check * CHECK_DAYS)
        looked = next((one for one in found.looked if one.origin == origin), None)
        if looked is None:
            continue
        said = combined(looked, found.weights)
        leads, _, mean = _looked_cells(history, training, vectors, looked, said)
        forecast = np.full((CHECK_DAYS, history.columns), np.nan)
        inside = leads <= CHECK_DAYS
        forecast[leads[inside] - 1] = mean[inside]
        actual = actual_cells(history.span(origin, CHECK_DAYS), origin, training)
        past = history.before(origin)
        week = naive.baseline(
            "seasonal_naive", past, replace(training, end_on=origin), CHECK_DAYS
        )  # fmt: skip
        actual = np.where(np.isfinite(forecast), actual, np.nan)
        pieces.append(np.stack([actual, forecast, week]))
    return np.concatenate(pieces, axis=1) if pieces else np.empty((0, 0, 0))


def _day_totals(checked: Floats) -> Floats:
    """Totals of the days looked back at; an interval that is not known counts in neither."""
    if not checked.size:
        return np.zeros((2, 0))
    known = np.isfinite(checked[0])
    return np.array([np.where(known, part, 0.0).sum(axis=1) for part in checked[:2]])


def actual_cells(values: Floats, first: date, training: Training) -> Floats:
    """What came, `nan` on closed days and outside opening: those are not scored."""
    out = values.copy()
    for i in range(out.shape[0]):
        day = first + timedelta(days=i)
        if training.calendar.is_closed(day) or np.nansum(out[i]) == 0:
            out[i] = np.nan
        elif training.calendar.opening is not None:
            out[i][~training.open_cells[day.weekday()]] = np.nan
    return out
