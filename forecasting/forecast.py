"""One queue's forecast: daily totals × shapes, with a band, handle time, and its own past error.

In a pool of processes set OMP_NUM_THREADS = OPENBLAS_NUM_THREADS = 1 before NumPy loads (FC-31):
the threads of the linear algebra otherwise cost several times the work.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from forecasting import daily, metrics, naive, quantiles, shape
from forecasting.calendar import Calendar
from forecasting.handle_time import handle_time
from forecasting.series import Bools, Floats, History
from forecasting.training import Training, future_days, prepare
from wfm.domain.errors import BadInput

METHOD = "daily totals × shape"


@dataclass(frozen=True)
class ForecastConfig:
    """What a forecast may do: the calendar, SARIMAX or not, and how it checks itself.

    It looks back `checks` times by `check_days`, forecasts those days from what lay before them,
    and tells that error; with 0 checks `dispersion` sets the band.
    """

    calendar: Calendar = field(default_factory=Calendar)
    use_sarimax: bool = True
    checks: int = 2
    check_days: int = 14
    dispersion: float | None = None

    @property
    def digest(self) -> str:
        """A hash that changes with any of the settings."""
        calendar = self.calendar
        days = (
            sorted(calendar.closed_on), sorted(calendar.weekdays or range(7)),
            sorted(calendar.kept_on),
        )  # fmt: skip
        rest = (self.use_sarimax, self.checks, self.check_days, self.dispersion)
        text = repr((METHOD, calendar.opening, days, rest))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, eq=False)
class Point:
    """Means per day and interval, with the parts they came from and what to know about them."""

    mean: Floats
    daily_parts: tuple[str, ...]
    shape_name: str
    notes: tuple[str, ...]

    @property
    def method(self) -> str:
        """The method in words: "mean of sarimax, level_weekday, svd × svd shape"."""
        parts = ", ".join(self.daily_parts)
        parts = f"mean of {parts}" if len(self.daily_parts) > 1 else parts
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
    aht_s: Floats | None  # per interval of the day; None without handle seconds
    open_cells: Bools
    method: str
    notes: tuple[str, ...]
    dispersion: float
    past_wape: float | None  # on the days looked back at; None when the past is too short
    past_naive_wape: float | None
    past_days: int
    past_contacts: float  # what came on those days
    # Contacts of each day looked back at, as they came and as forecast: 2 × days, newest last.
    past_totals: Floats = field(default_factory=lambda: np.zeros((2, 0)))

    @property
    def dates(self) -> list[date]:
        return [self.first_on + timedelta(days=i) for i in range(self.mean.shape[0])]


def forecast_queue(history: History, horizon_days: int, config: ForecastConfig) -> QueueForecast:
    """The forecast of the days after a history, with its error on the last weeks beside it.

    Uses what the history holds and nothing later; one week of it suffices, and is flagged.
    """
    if horizon_days < 1:
        raise BadInput(f"The horizon is {horizon_days} days: forecast at least one.")
    training = prepare(history, config.calendar)
    point = point_forecast(training, horizon_days, config)
    looked = _look_back(history, config)
    notes = list(point.notes)
    phi = config.dispersion
    if phi is None:
        phi = quantiles.UNKNOWN
        if looked.size:
            phi = quantiles.dispersion(looked[0], looked[1])
        else:
            notes.append("band by convention: the past is too short to learn its width")
    days = future_days(training, horizon_days)
    open_cells = np.array(
        [training.open_cells[day.weekday()] & training.is_open(day) for day in days], dtype=bool
    )
    return QueueForecast(
        first_on=training.end_on,
        minutes=history.minutes,
        mean=point.mean,
        p10=quantiles.quantile(point.mean, phi, 0.1),
        p50=quantiles.quantile(point.mean, phi, 0.5),
        p90=quantiles.quantile(point.mean, phi, 0.9),
        aht_s=handle_time(history),
        open_cells=open_cells,
        method=point.method,
        notes=tuple(notes),
        dispersion=phi,
        past_wape=metrics.wape(looked[0], looked[1]) if looked.size else None,
        past_naive_wape=metrics.wape(looked[0], looked[2]) if looked.size else None,
        past_days=0 if not looked.size else looked.shape[1],
        past_contacts=float(np.nansum(looked[0])) if looked.size else 0.0,
        past_totals=_day_totals(looked),
    )


def point_forecast(training: Training, horizon: int, config: ForecastConfig) -> Point:
    """Means only: the average of the daily models that can be trusted, times the day's shape."""
    days = future_days(training, horizon)
    notes = []
    if not training.usable.any():
        return Point(
            np.zeros((horizon, training.cells.shape[1])),
            ("nothing",),
            "flat",
            ("no contact in the history: 0 is forecast",),
        )
    if training.weeks < 8:
        notes.append(f"short history: {training.weeks:.1f} weeks of open days")
    unseen = [d for d in training.live if not training.recent(d).size]
    if unseen:
        notes.append(f"{len(unseen)} open weekdays never seen: the mean of the others is used")
    if training.flagged:
        notes.append(f"{len(training.flagged)} unusual days replaced for learning")
    svd = shape.svd_shares(training, days)
    shaped = svd if svd is not None else shape.profile_shares(training, days)
    parts: dict[str, Floats] = {}
    if daily.is_low_volume(training) or unseen:
        parts["weekday_mean"] = daily.mean_totals(training, days)
    else:
        total = daily.sarimax(training, days) if config.use_sarimax else None
        if total is not None:
            parts["sarimax"] = total
        elif config.use_sarimax:
            notes.append("SARIMAX left out: too short a past, or it did not hold")
        parts["level_weekday"] = daily.level_weekday(training, days)
        if svd is not None and svd.totals is not None:
            parts["svd"] = svd.totals
    totals = np.mean(list(parts.values()), axis=0)
    totals = np.where([training.is_open(day) for day in days], totals, 0.0)
    return Point(
        totals[:, None] * shaped.shares,
        tuple(parts),
        "svd" if svd is not None else "profile",
        tuple(notes),
    )


def _day_totals(looked: Floats) -> Floats:
    """Totals of the days looked back at; an interval that is not known counts in neither."""
    if not looked.size:
        return np.zeros((2, 0))
    known = np.isfinite(looked[0])
    return np.array([np.where(known, part, 0.0).sum(axis=1) for part in looked[:2]])


def _look_back(history: History, config: ForecastConfig) -> Floats:
    """Actual, forecast and seasonal naive of the days looked back at, as 3 × days × intervals."""
    pieces = []
    for check in range(config.checks, 0, -1):
        origin = history.end_on - timedelta(days=check * config.check_days)
        if (origin - history.first_on).days < 14:
            continue
        past = prepare(history.before(origin), config.calendar)
        if past.weeks < 2:
            continue
        actual = actual_cells(history.span(origin, config.check_days), origin, past)
        pieces.append(
            np.stack(
                [
                    actual,
                    point_forecast(past, config.check_days, config).mean,
                    naive.seasonal_naive(past, config.check_days),
                ]
            )
        )
    return np.concatenate(pieces, axis=1) if pieces else np.empty((0, 0, 0))


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
