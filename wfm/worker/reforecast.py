"""The rest of each running day forecast again after every quarter-hour, and written down.

What is moved is the forecast in force, overrides and all; how far it moves, past days of the
queue itself tell. Learning that takes a moment a queue, so it is done once a day, a few at a time.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from forecasting.handle_time import HandleTime, handle_time
from forecasting.intraday import DayModel, learn_day, update_day, update_handle_time
from forecasting.series import Bools, Floats
from forecasting.threads import use_one_thread
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import WfmError
from wfm.domain.grid import QUARTER_S, day_quarters, day_start, local_day, local_slot
from wfm.domain.organisation import Organisation, Queue
from wfm.domain.scope import ENTERPRISE
from wfm.facts.query import read_measures
from wfm.facts.reader import FactQuery, FactReader
from wfm.queries.facts import open_facts
from wfm.queries.health import feeds_of
from wfm.queries.organisation import read_organisation
from wfm.store.readers.plan_versions import forecasts_from
from wfm.store.store import Store
from wfm.store.writers.reforecasts import Rest, add_reforecasts
from wfm.worker.country import country_of
from wfm.worker.forecast_says import what_was_said
from wfm.worker.queue_forecasts import LIVE_CHANNELS, queue_config, site_config
from wfm.worker.queue_history import SLOTS, queue_pasts, unit_queues

LEARNED_A_STEP = 2  # queues; more wait for the next step
FORECAST, WORK = ("fc_contacts_n", "fc_work_s"), ("handled_n", "talk_s", "hold_s", "acw_s")

SoFar = dict[int, dict[str, float]]
log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Learned:
    """What a queue's day is moved by, learned before it began."""

    day: date
    model: DayModel
    handle: HandleTime | None


@dataclass
class Reforecaster:
    """Writes reforecasts; keeps what it learned for the day, and which quarter it told last."""

    store: Store
    clock: Clock
    _learned: dict[str, Learned] = field(default_factory=dict)
    _told: dict[str, tuple[date, int]] = field(default_factory=dict)

    def step(self) -> bool:
        """Whether there is more to learn at once, after the sites' days were looked at."""
        use_one_thread()
        organisation = read_organisation(self.store, ENTERPRISE)
        now = epoch_s(self.clock.now())
        came = [f.last_at for f in feeds_of(self.store) if f.table == "contact_leg"]
        if not came:
            return False
        known_to = min(now, max(came) + 60)
        more = False
        for site in organisation.sites:
            try:
                more |= self._site(organisation, site.org_id, known_to)
            except WfmError as error:
                log.warning("reforecast of %s: %s", site.org_id, error)
        return more

    def _site(self, organisation: Organisation, unit: str, known_to: int) -> bool:
        zone = organisation.zone(unit)
        day = local_day(known_to, zone)
        as_of = known_to // QUARTER_S
        if self._told.get(unit) == (day, as_of):
            return False
        with self.store.db.read() as connection:
            versions = [v for v in forecasts_from(connection, unit, day) if v.first_on <= day]
        if not versions:
            return False
        start = day_start(day, zone)
        # As facts choose it: the newest that was made before the day began.
        version = next((v for v in versions if v.created_at < start), versions[0])
        queues = unit_queues(organisation, unit, start)
        facts = open_facts(self.store)
        more = self._learn(facts, organisation, unit, queues, day)
        so_far = _so_far(facts, queues, day)
        rests = []
        for queue in queues:
            learned = self._learned.get(queue.queue_id)
            if learned is None or learned.day != day:
                continue
            mine = so_far.get(queue.queue_id, {})
            document = rest_document(learned, mine, day_quarters(day, zone), zone, as_of)
            if document is not None:
                rests.append(
                    Rest(queue.queue_id, day, as_of, unit, version.fc_version, document)
                )  # fmt: skip
        if rests:
            made_at = epoch_s(self.clock.now())
            self.store.db.retry(lambda connection: add_reforecasts(connection, rests, made_at))
        if not more:
            self._told[unit] = (day, as_of)
        return more

    def _learn(
        self, facts: FactReader, organisation: Organisation, unit: str, queues: Sequence[Queue],
        day: date,
    ) -> bool:  # fmt: skip
        """Whether some queue's day is still to be learned, after a few were."""
        waiting = [
            queue
            for queue in queues
            if queue.channel in LIVE_CHANNELS
            and (queue.queue_id not in self._learned or self._learned[queue.queue_id].day != day)
        ]
        if not waiting:
            return False
        zone = organisation.zone(unit)
        years = range(day.year - 4, day.year + 1)
        says = what_was_said(self.store, unit, country_of(zone), day_start(day, zone), years)
        config = site_config(organisation, unit)
        for past in queue_pasts(facts, waiting[:LEARNED_A_STEP], day):
            if past.history is None:
                nothing = np.zeros((0, 0))
                model = DayModel(day, 15, np.zeros(SLOTS, bool), np.zeros(SLOTS), nothing, nothing,
                                 False)  # fmt: skip
                self._learned[past.queue.queue_id] = Learned(day, model, None)
                continue
            history = past.history.before(day)
            model = learn_day(history, queue_config(past.queue, config, says))
            self._learned[past.queue.queue_id] = Learned(day, model, handle_time(history))
        return len(waiting) > LEARNED_A_STEP


def _so_far(facts: FactReader, queues: Sequence[Queue], day: date) -> dict[str, SoFar]:
    """By queue and quarter, what was forecast of the day and what has come."""
    ids = tuple(queue.queue_id for queue in queues)
    found: dict[str, SoFar] = {}
    for names in (FORECAST, ("offered_n",), WORK):
        query = FactQuery(names, day, day + timedelta(days=1), ("queue", "q"), queues=ids)
        for row in read_measures(facts, ENTERPRISE, query).iter_rows(named=True):
            cell = found.setdefault(str(row["queue"]), {}).setdefault(int(row["q"]), {})
            cell.update({name: float(row[name]) for name in names if row[name] is not None})
    return found


def rest_document(
    learned: Learned, so_far: SoFar, quarters: Sequence[int], zone: str, as_of: int
) -> dict[str, object] | None:
    """The rest of the day as it is kept; None where no forecast is in force for the queue.

    `quarters` lists what is left as [q, contacts, P10, P90, seconds a contact].
    """
    slots = [local_slot(q * QUARTER_S, zone) for q in quarters]
    times = np.bincount(slots, minlength=SLOTS)
    forecast, work, offered, handled, seconds = np.zeros((5, SLOTS))
    place = dict(zip(quarters, slots, strict=True))
    for q, cell in so_far.items():
        slot = place.get(q)
        if slot is None:
            continue
        forecast[slot] += cell.get("fc_contacts_n", 0.0)
        work[slot] += cell.get("fc_work_s", 0.0)
        if q < as_of:
            offered[slot] += cell.get("offered_n", 0.0)
            handled[slot] += cell.get("handled_n", 0.0)
            seconds[slot] += sum(cell.get(name, 0.0) for name in WORK[1:])
    if forecast.sum() <= 0:
        return None
    left = [q for q in quarters if q >= as_of]
    cut = place[left[0]] if left else SLOTS
    model = replace(learned.model, mean=forecast)
    found = update_day(model, offered[:cut])
    told = np.flatnonzero(forecast > 0)
    rest = np.arange(SLOTS) >= cut
    aht = np.where(forecast > 0, work / np.where(forecast > 0, forecast, 1.0), np.nan)
    bands = _handle_time(learned, aht, handled, seconds, found.mean, rest & (forecast > 0))
    listed = []
    for q, slot in zip(quarters, slots, strict=True):
        if q >= as_of and slot in told:
            each = None if bands is None or np.isnan(bands[0][slot]) else float(bands[0][slot])
            parts = (found.mean, found.p10, found.p90)
            listed.append(
                [q, *(round(float(part[slot]) / times[slot], 3) for part in parts),
                 None if each is None else round(each, 1)]
            )  # fmt: skip
    return {
        "quarters": listed,
        "rest": round(float(found.mean[rest].sum()), 3),
        "rest_p10": round(found.rest_p10, 3),
        "rest_p90": round(found.rest_p90, 3),
        "forecast": round(float(forecast[rest].sum()), 3),
        "seen": round(float(offered[:cut].sum()), 3),
        "aht_s": None if bands is None else round(bands[1], 1),
        "aht_p10_s": None if bands is None else round(bands[2], 1),
        "aht_p90_s": None if bands is None else round(bands[3], 1),
        "aht_factor": None if bands is None else round(bands[4], 4),
        "note": found.note,
    }


def _handle_time(
    learned: Learned, aht: Floats, handled: Floats, seconds: Floats, contacts: Floats, rest: Bools
) -> tuple[Floats, float, float, float, float] | None:
    """Seconds a contact by slot, of the rest as a whole with P10 and P90, and the factor."""
    if not np.nansum(aht) or not contacts[rest].sum():
        return None
    moved, factor = update_handle_time(np.nan_to_num(aht), handled, seconds)
    n = contacts[rest]
    mean = float((n * moved[rest]).sum() / n.sum())
    if learned.handle is None:
        return moved, mean, mean, mean, factor
    low, high = (float(learned.handle.day_spread.factor(p, n.sum())) for p in (0.1, 0.9))
    return np.where(np.isnan(aht), np.nan, moved), mean, mean * low, mean * high, factor
