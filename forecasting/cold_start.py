"""A new queue forecast from a sister: the sister's weeks at the new queue's own level (FC-16).

A week of history tells a level well and a pattern badly. So the pattern, with holidays, season and
trend, is that of a queue which has them, and only the level is the new queue's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from forecasting import quantiles
from forecasting.calendar import Calendar
from forecasting.forecast import ForecastConfig, QueueForecast, forecast_queue
from forecasting.handle_time import TenureMix, handle_time
from forecasting.series import History
from forecasting.training import Training, future_days, prepare
from wfm.domain.errors import BadInput

COLD_WEEKS = 8.0  # weeks of open days from which a queue has a pattern of its own
ALIKE = 0.5  # convention: least correlation of intervals with a sister that nobody chose
COMMON_DAYS = 7  # known days in common that a correlation needs
STATED_DAYS = 7.0  # a stated level counts as much as a week of history
LEVEL_DAYS = 28  # of the sister, that tell its own level
NEW_LEVEL = 0.05  # convention: spread of a level known from a week, beside the sister's own


@dataclass(frozen=True, eq=False)
class Sister:
    """A queue whose weeks a new queue may follow, and how many contacts a week are stated, if any.

    `chosen` by a planner; else it is followed only if it is alike.
    """

    name: str
    history: History
    calendar: Calendar
    chosen: bool = False
    level_week: float | None = None


def is_cold(training: Training | None) -> bool:
    """Whether a queue has under eight weeks of open days."""
    return training is None or training.weeks < COLD_WEEKS


def most_alike(history: History, others: Mapping[str, History]) -> str | None:
    """The name of the queue whose intervals correlate most, None where none reaches 0.5."""
    found = {
        name: value
        for name, other in others.items()
        if (value := likeness(history, other)) is not None and value >= ALIKE
    }
    return max(sorted(found), key=found.__getitem__) if found else None


def likeness(history: History, other: History) -> float | None:
    """The correlation of two queues' intervals on the days known of both; None under seven."""
    if other.minutes != history.minutes:
        return None
    mine, theirs = history.offered, other.span(history.first_on, history.days)
    both = np.isfinite(mine) & np.isfinite(theirs)
    if both.any(axis=1).sum() < COMMON_DAYS:
        return None
    x, y = mine[both], theirs[both]
    if not x.std() or not y.std():
        return None
    return float(np.corrcoef(x, y)[0, 1])


def cold_forecast(
    history: History,
    horizon: int,
    config: ForecastConfig,
    sister: Sister,
    tenure: TenureMix | None = None,
) -> tuple[QueueForecast, Training]:
    """The sister's forecast at the queue's own level, and what it was learned from, as its own.

    A sister with 1,000 contacts on the week both were open, and 150 of one's own: 15 % of whatever
    is forecast for the sister. A `level_week` that was stated counts as one week more.
    """
    origin = history.end_on
    past = sister.history.before(origin)
    if not past.known_days().any():
        raise BadInput(f"{sister.name} has no history before {origin}: choose another sister.")
    sister_config = replace(config, calendar=sister.calendar)
    like = forecast_queue(past, horizon, sister_config)
    theirs = prepare(past, sister.calendar)
    own, other, days = _levels(history, theirs, sister.level_week)
    if other <= 0:
        raise BadInput(
            f"Nothing tells the level of the new queue beside {sister.name}: state its contacts a "
            "week, or wait for its first day."
        )
    ratio = own / other
    mean = like.mean * ratio
    unusual = prepare(history, config.calendar).unusual if history.days else ()
    closed = np.array([config.calendar.is_closed(day) for day in like.dates], dtype=bool)
    stated = config.calendar.stated_cells(history.minutes)
    open_cells = like.open_cells & ~closed[:, None]
    if stated is not None:
        open_cells &= stated[[day.weekday() for day in like.dates]]
    mean = np.where(open_cells, mean, 0.0)
    spread, day_spread = (_widened(one, days) for one in (like.spread, like.day_spread))
    leads = like.leads
    level = f"{days:.0f} days of its own" if days else "a stated level"
    notes = [f"new queue: the weeks of {sister.name} at {level}"]
    if days and sister.level_week is not None:
        notes.append(f"a stated {sister.level_week:g} contacts a week count as one week more")
    found = replace(
        like,
        mean=mean,
        p10=spread.quantile(mean, leads, 0.1),
        p50=spread.quantile(mean, leads, 0.5),
        p90=spread.quantile(mean, leads, 0.9),
        handle=handle_time(history, horizon, tenure) or handle_time(past, horizon),
        open_cells=open_cells,
        method=f"weeks of {sister.name} × own level",
        notes=tuple(notes),
        spread=spread,
        day_spread=day_spread,
        base=None if like.base is None else like.base * ratio,
        past_wape=None,
        past_naive_wape=None,
        past_days=0,
        past_contacts=0.0,
        past_totals=np.zeros((2, 0)),
        unusual=unusual,
    )
    return found, replace(
        theirs, totals=theirs.totals * ratio, cells=theirs.cells * ratio, unusual=unusual,
        calendar=config.calendar,
    )  # fmt: skip


def _levels(
    history: History, theirs: Training, level_week: float | None
) -> tuple[float, float, float]:
    """Contacts of one's own and of the sister over the same days, and how many days those are."""
    place = {day: row for row, day in enumerate(theirs.dates)}
    own, other, days = 0.0, 0.0, 0
    for row, day in enumerate(history.dates):
        at = place.get(day)
        if at is None or np.isnan(theirs.totals[at]):
            continue
        both = np.isfinite(history.offered[row]) & np.isfinite(theirs.cells[at])
        if both.any():
            own += float(history.offered[row][both].sum())
            other += float(theirs.cells[at][both].sum())
            days += 1
    if level_week is not None:
        recent = theirs.totals[theirs.usable][-LEVEL_DAYS // 7 * max(theirs.season, 1) :]
        own += level_week
        other += float(recent.mean()) * theirs.season if recent.size else 0.0
    return own, other, float(days)


def _widened(spread: quantiles.Spread, days: float) -> quantiles.Spread:
    """The sister's spread with what is not known of one's own level: less with every day."""
    more = NEW_LEVEL**2 * STATED_DAYS / max(days, 1.0)
    return replace(spread, phi=tuple(phi + more for phi in spread.phi))


def flat_start(
    history: History, level_week: float, horizon: int, config: ForecastConfig
) -> tuple[QueueForecast, Training]:
    """A queue of which only a level is stated: its contacts a week spread evenly over open time.

    700 a week in 70 open hours are 10 an hour. It is flagged: no day has a pattern.
    """
    cells = config.calendar.stated_cells(history.minutes)
    cells = np.ones((7, history.columns), dtype=bool) if cells is None else cells
    if not cells.any():
        raise BadInput("A queue that is never open cannot be started; give it opening hours.")
    training = Training(
        history.end_on, (), np.zeros(0, dtype=np.int64), np.zeros(0),
        np.zeros((0, history.columns)), cells,
        tuple(day for day in range(7) if cells[day].any()), (), frozenset(), config.calendar,
    )  # fmt: skip
    days = future_days(training, horizon)
    is_open = np.array([training.is_open(day) for day in days], dtype=bool)
    open_cells = cells[[day.weekday() for day in days]] & is_open[:, None]
    mean = np.where(open_cells, level_week / float(cells.sum()), 0.0)
    spread = quantiles.stated_spread(quantiles.UNKNOWN)
    leads = np.arange(1, horizon + 1)
    low, mid, high = (spread.quantile(mean, leads, level) for level in (0.1, 0.5, 0.9))
    note = f"new queue: {level_week:g} contacts a week as stated, evenly over open time; no pattern"
    found = QueueForecast(
        history.end_on, history.minutes, mean, low, mid, high, handle_time(history, horizon),
        open_cells, "stated level, flat week", (note,), quantiles.UNKNOWN, None, None, 0, 0.0,
        np.zeros((2, 0)), spread, spread, (), {}, None, (),
    )  # fmt: skip
    return found, training
