"""Each queue of a site forecast from its past: by its own models, or as a new one from a sister."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from forecasting.calendar import Calendar
from forecasting.cold_start import Sister, cold_forecast, flat_start, is_cold, most_alike
from forecasting.forecast import ForecastConfig, QueueForecast, forecast_queue
from forecasting.handle_time import TenureMix
from forecasting.series import Floats, History
from forecasting.training import Training, prepare
from wfm.domain.errors import BadInput
from wfm.domain.language import say
from wfm.domain.opening import parse_opening
from wfm.domain.organisation import Organisation, Queue
from wfm.domain.progress import Progress
from wfm.worker.forecast_says import Says
from wfm.worker.queue_history import SLOTS, QueuePast

# Contacts that somebody answers while the customer waits; others may wait, and come at any hour.
LIVE_CHANNELS = ("voice", "chat", "callback")
NO_CONTACT = "no contact before the origin: 0 is forecast"
NO_HANDLE_TIME = "no handle time known: that of the site's other queues is used"
DEFERRED = "may wait: arrivals are forecast around the clock, and the same work for each"


@dataclass(frozen=True, eq=False)
class Forecasted:
    """One queue's forecast with its past, its zone, and handle seconds by day and slot if known."""

    past: QueuePast
    zone: str
    found: QueueForecast | None
    aht_s: Floats | None
    notes: tuple[str, ...]
    training: Training | None = None


def forecast_queues(
    organisation: Organisation,
    pasts: Sequence[QueuePast],
    origin: date,
    days: int,
    config: ForecastConfig,
    says: Says,
    mixes: Mapping[str, TenureMix],
    progress: Progress,
) -> list[Forecasted]:
    """The forecast of each queue for the days from `origin` on, from what lies before it."""
    made = []
    for i, past in enumerate(pasts):
        queue_id = past.queue.queue_id
        progress(say("Forecasting {queue}", queue=queue_id), 25 + 70 * i / len(pasts), queue=i + 1)
        zone = organisation.queue_zone(past.queue)
        own = queue_config(past.queue, config, says)
        history = past.history or History(origin, 15, np.zeros((0, SLOTS)))
        history = history.before(origin)
        training = prepare(history, own.calendar) if history.days else None
        sister = _sister(past, pasts, config, says, origin) if is_cold(training) else None
        if sister is not None and sister.history.days:
            found, training = cold_forecast(history, days, own, sister, mixes.get(queue_id))
        elif sister is not None and sister.level_week is not None and training is None:
            found, training = flat_start(history, sister.level_week, days, own)
        elif training is None:
            made.append(Forecasted(past, zone, None, None, (NO_CONTACT,)))
            continue
        else:
            found = forecast_queue(history, days, own, mixes.get(queue_id))
        made.append(_told(past, zone, found, training))
    return _lend_handle_time(made)


def site_config(organisation: Organisation, unit: str) -> ForecastConfig:
    """The settings of a site's forecasts: its opening hours, where they are known."""
    hours = organisation.unit(unit).opening_hours
    opening = parse_opening(hours) if hours and hours.strip() else None
    return ForecastConfig(Calendar(opening))


def queue_config(queue: Queue, config: ForecastConfig, says: Says) -> ForecastConfig:
    """A queue's settings: all that was said of it; opening hours only for what cannot wait."""
    if queue.channel not in LIVE_CHANNELS:
        config = replace(config, calendar=replace(config.calendar, opening=None))
    return says.config(queue.queue_id, config)


def _sister(
    past: QueuePast, pasts: Sequence[QueuePast], config: ForecastConfig, says: Says, origin: date
) -> Sister | None:
    """The queue that planners chose, else the one most alike; None where neither is there."""
    queue = past.queue
    name, level = says.start(queue.queue_id)
    others = {
        one.queue.queue_id: one
        for one in pasts
        if one.history is not None
        and one.queue.queue_id != queue.queue_id
        and (one.queue.channel in LIVE_CHANNELS) == (queue.channel in LIVE_CHANNELS)
    }
    if name and name not in {one.queue.queue_id for one in pasts if one.history is not None}:
        raise BadInput(
            say(
                "{name} was chosen as the sister of {queue_id} and has no history; of this "
                "site {names} has some. Choose again, or state the contacts a week alone.",
                name=name,
                queue_id=queue.queue_id,
                names=", ".join(sorted(others)) or say("no other queue"),
            )
        )
    chosen = bool(name)
    if not chosen and past.history is not None:
        grown = {
            key: one.history.before(origin)
            for key, one in others.items()
            if one.history is not None
            and not is_cold(prepare(one.history.before(origin), _calendar(one.queue, config, says)))
        }
        name = most_alike(past.history.before(origin), grown) or ""
    by_id = {one.queue.queue_id: one for one in pasts}
    if name:
        like = by_id[name]
        assert like.history is not None
        return Sister(name, like.history, _calendar(like.queue, config, says), chosen, level)
    if level is None:
        return None
    nothing = History(origin, 15, np.zeros((0, SLOTS)))
    return Sister("", nothing, config.calendar, False, level)


def _calendar(queue: Queue, config: ForecastConfig, says: Says) -> Calendar:
    return queue_config(queue, config, says).calendar


def _told(past: QueuePast, zone: str, found: QueueForecast, training: Training) -> Forecasted:
    notes = found.notes + ((past.label,) if past.label else ())
    handle = found.handle
    if past.queue.channel not in LIVE_CHANNELS:
        notes += (DEFERRED,)
        handle = None if handle is None else handle.same_for_all()
        found = replace(found, handle=handle)
    return Forecasted(
        past, zone, found, None if handle is None else handle.seconds, notes, training
    )


def _lend_handle_time(made: Sequence[Forecasted]) -> list[Forecasted]:
    """Queues without handle seconds get the mean of the others, and say so."""
    known = [one for one in made if one.aht_s is not None and one.found is not None]
    contacts = sum(float(one.found.mean.sum()) for one in known if one.found is not None)
    if contacts <= 0:
        return list(made)
    work = sum(
        float((one.found.mean * one.aht_s).sum())
        for one in known
        if one.found is not None and one.aht_s is not None
    )
    lent = np.full((1, SLOTS), work / contacts)
    return [
        one
        if one.aht_s is not None or one.found is None
        else replace(one, aht_s=lent, notes=(*one.notes, NO_HANDLE_TIME))
        for one in made
    ]
