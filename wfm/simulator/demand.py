"""How many contacts a group expects and gets, by queue and quarter-hour of the local clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from wfm.simulator.centre import CONTRACTS, VOICE, Centre, Group, QueueSpec, Site
from wfm.simulator.chance import stream
from wfm.simulator.influence import Demand, Influence
from wfm.simulator.local_day import QUARTERS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WEEKDAY = np.array([1.27, 1.10, 1.05, 1.03, 1.08, 0.79, 0.68])
DAY_NOISE_CV = 0.08
# Share of the paid week that reaches the queue, after leave, sickness, breaks, meetings, training.
PRODUCTIVE = 0.67
# Television spots: extra contacts fade with this time constant in seconds, so that 56.5, 91.8 and
# 99.3 % of them come inside 5, 15 and 30 minutes. A spot brings this share of the day's contacts.
_SPOT_S, _QUARTER_S = 360.0, 900
_SPOT_SHARE = 0.06


def intraday_shape(site: Site, weekday: int) -> Floats:
    """Share of the day's contacts in each quarter-hour, 0 outside opening hours; sums to 1.

    A peak from 9:30 to 11:30, a dip at noon, a second peak from 15:30 to 17:30; the quiet hours
    of the day have a third of the peak, the night a twentieth.
    """
    span = site.opening.minutes(weekday)
    shape = np.zeros(QUARTERS)
    if span is None:
        return shape
    hour = (np.arange(QUARTERS) + 0.5) / 4
    base = (
        0.38
        + 0.78 * np.exp(-(((hour - 10.5) / 1.7) ** 2))
        + 0.66 * np.exp(-(((hour - 16.4) / 2.2) ** 2))
    )
    base[(hour < 6) | (hour >= 22)] = 0.05
    first, end = span[0] // 15, span[1] // 15
    shape[first:end] = base[first:end]
    return np.asarray(shape / shape.sum())


def season(day: date) -> float:
    """How the year moves the volume: 3 % more in winter, and 2 % growth over the year."""
    return 1 + 0.03 * float(np.cos(2 * np.pi * (day.timetuple().tm_yday - 15) / 365.25))


def agents_needed(load: Floats, safety: float) -> Floats:
    """Agents on queue for a load in agents: 9 agents of work and safety 0.9 need 11.7."""
    return np.asarray(load + safety * np.sqrt(load))


class Volume:
    """What each group expects: so many contacts a week that its people can just serve them."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._weekly = {group.group_id: self._level(group) for group in centre.groups}

    def weekly(self, group_id: str) -> float:
        """Contacts of a mean week."""
        return self._weekly[group_id]

    def mean(self, group: Group, day: date) -> float:
        """Contacts that the group expects on a day."""
        share = WEEKDAY[day.weekday()] / WEEKDAY.sum()
        return float(self._weekly[group.group_id] * share * season(day))

    def need(self, group: Group, weekday: int, contacts: float | None = None) -> Floats:
        """Agents needed on queue by quarter-hour of a weekday."""
        site = self._centre.site[group.site_id]
        weekly = self._weekly[group.group_id] if contacts is None else contacts
        handle_s = sum(q.share * work_s(q) * (1 + q.transfer_share) for q in group.queues)
        share = WEEKDAY[weekday] / WEEKDAY.sum()
        load = intraday_shape(site, weekday) * share * weekly * handle_s / 900
        # A desk's e-mails wait for the quiet hours: no more than the load is needed for it.
        return agents_needed(load, site.safety if group.kind == VOICE else 0.6)

    def _level(self, group: Group) -> float:
        members = self._centre.members[group.group_id]
        hours = sum(CONTRACTS[a.contract_id].weekly_minutes[1] / 60 for a in members)
        supply = hours * PRODUCTIVE * 4
        low, high = 0.0, 1e7
        for _ in range(50):
            middle = (low + high) / 2
            need = sum(self.need(group, d, middle).sum() for d in range(7))
            low, high = (low, middle) if need > supply else (middle, high)
        return low


def work_s(queue: QueueSpec) -> float:
    """Agent seconds that a contact takes: a chat shares its agent with another one."""
    return queue.handle_s / (1.45 if queue.channel == "chat" else 1.0)


def quarter_means(
    centre: Centre, volume: Volume, group: Group, queue: QueueSpec, day: date
) -> Floats:
    """Expected contacts of a queue in the 96 quarter-hours of the local clock, spots included."""
    shape = intraday_shape(centre.site[group.site_id], day.weekday())
    extra = spot_means(centre, volume, group, queue, day)
    return np.asarray(shape * volume.mean(group, day) * queue.share + extra)


def spot_means(centre: Centre, volume: Volume, group: Group, queue: QueueSpec, day: date) -> Floats:
    """Of these the contacts that television spots bring; none on most days and in most queues."""
    means = np.zeros(QUARTERS)
    if queue.kind == "tv_offer":
        brings = volume.mean(group, day) * queue.share * _SPOT_SHARE
        for quarter in spots_on(centre, centre.site[group.site_id], day):
            since = (np.arange(QUARTERS) - quarter) * _QUARTER_S / _SPOT_S
            left = np.where(since >= 0, np.exp(-np.maximum(since, 0)), 0.0)
            means += brings * left * _faded(_QUARTER_S)
    return means


def fading_seconds(rng: np.random.Generator, count: int) -> Ints:
    """Seconds into a quarter-hour at which contacts come that fade after a spot.

    As what fades forgets its age, they lie alike in the spot's own quarter-hour and in later ones.
    """
    at = -_SPOT_S * np.log1p(-rng.random(count) * _faded(_QUARTER_S))
    return np.minimum(at.astype(np.int64), _QUARTER_S - 1)


def _faded(seconds: float) -> float:
    """Share of a spot's contacts that have come after so many seconds: .918 after 900."""
    return 1 - float(np.exp(-seconds / _SPOT_S))


def spots_on(centre: Centre, site: Site, day: date) -> tuple[int, ...]:
    """Quarter-hours of the local clock in which television spots run: some Tuesdays, Saturdays."""
    rng = stream(centre.seed, "spots", site.site_id, day.toordinal())
    if day.weekday() not in (1, 5) or rng.random() < 0.5:
        return ()
    return tuple(sorted(int(q) for q in rng.choice([41, 54, 67, 73], 2, replace=False)))


def bent(influences: Sequence[Influence], centre: Centre, queue: QueueSpec, day: date) -> Demand:
    """What all stories together do to a queue's contacts of a day."""
    return _together(one.demand(centre, queue, queue.kind, day) for one in influences)


def planned_means(
    centre: Centre, volume: Volume, influences: Sequence[Influence], group: Group,
    queue: QueueSpec, day: date,
) -> Floats:  # fmt: skip
    """Contacts of a queue in the 96 quarter-hours of the local clock as planners expected them."""
    means = quarter_means(centre, volume, group, queue, day)
    told = _together(one.foreseen(centre, queue, queue.kind, day) for one in influences)
    means = np.maximum(means * told.factors, 0)
    total = float(means.sum())
    return means if told.count is None or not total else means * (told.count / total)


def _together(demands: Iterable[Demand]) -> Demand:
    factors: Floats | float = 1.0
    count, patience, settled = None, 1.0, False
    for one in demands:
        factors = factors * one.factors
        count = count if one.count is None else one.count
        patience, settled = patience * one.patience, settled or one.settled
    return Demand(factors, count, patience, settled)


def day_noise(centre: Centre, queue: QueueSpec, day: date) -> float:
    """By how much a whole day differs from what was to be expected: gamma, cv .08."""
    rng = stream(centre.seed, "day-noise", queue.queue_id, day.toordinal())
    return float(rng.gamma(1 / DAY_NOISE_CV**2, DAY_NOISE_CV**2))
