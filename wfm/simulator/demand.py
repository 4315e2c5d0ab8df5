"""How many contacts come, when, and what each will ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from wfm.simulator.centre import PART_TIME, Centre, Group, Site
from wfm.simulator.chance import stream

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

QUARTERS = 96
_WEEKDAY = np.array([1.26, 1.10, 1.04, 1.02, 1.08, 0.80, 0.70])
_DAY_NOISE_CV = 0.08
# Share of an agent's working week that reaches the queue: leave, sickness, breaks and meetings off.
_PRODUCTIVE = 0.755
_MAX_WEEK_H = 37.5


@dataclass(frozen=True)
class Contacts:
    """What one group's contacts of one day are made of; one entry a leg, in order of arrival.

    The first `fresh_n` legs arrive by themselves; the rest are second legs of transfers, whose
    arrival the day decides (`child` gives the second leg of a first one, -1 without transfer).
    """

    fresh_n: int
    enqueued_at: list[int]  # seconds since the local day began
    queue: Ints
    contact_type: Ints
    talk_s: list[float]
    hold_s: list[int]
    acw_s: list[float]
    patience_s: list[int]
    ring_s: list[int]
    child: list[int]
    hold_from: Floats  # share of the talk before the hold
    ended_by_agent: NDArray[np.bool_]


def intraday_shape(site: Site, weekday: int) -> Floats:
    """Share of the day's contacts in each quarter-hour, 0 outside opening hours; sums to 1.

    A high morning, a dip at noon, a second peak in the afternoon and a thin evening.
    """
    span = site.opening.minutes(weekday)
    shape = np.zeros(QUARTERS)
    if span is None:
        return shape
    hour = (np.arange(QUARTERS) + 0.5) / 4
    base = (
        0.36
        + 0.80 * np.exp(-(((hour - 10.4) / 1.9) ** 2))
        + 0.72 * np.exp(-(((hour - 15.9) / 2.4) ** 2))
        + 0.20 * np.exp(-(((hour - 20.0) / 2.2) ** 2))
    )
    first, end = span[0] // 15, span[1] // 15
    shape[first:end] = base[first:end]
    # The first half-hour fills up, the last half-hour runs out.
    shape[first : first + 2] *= (0.5, 0.8)
    shape[end - 2 : end] *= (0.75, 0.45)
    return np.asarray(shape / shape.sum())


def agents_needed(load: Floats, safety: float) -> Floats:
    """Agents on queue for a load in agents: 9 agents of work and safety 0.9 need 11.7."""
    return np.asarray(load + safety * np.sqrt(load))


@lru_cache(maxsize=64)
def weekly_contacts(centre: Centre, group_id: str) -> float:
    """Contacts a week that the group's agents can just serve at the site's level of safety."""
    group = centre.group[group_id]
    hours = sum(
        _MAX_WEEK_H if a.contract_id != PART_TIME.contract_id else 18.75
        for a in centre.members[group_id]
    )
    supply = hours * _PRODUCTIVE * 4
    low, high = 0.0, 1e7
    for _ in range(60):
        middle = (low + high) / 2
        if week_need(centre, group, middle).sum() > supply:
            high = middle
        else:
            low = middle
    return low


def week_need(centre: Centre, group: Group, contacts: float) -> Floats:
    """Agents needed on queue by weekday and quarter-hour for so many contacts a week."""
    site = centre.site[group.site_id]
    handle_s = sum(q.share * q.handle_s * (1 + q.transfer_share) for q in group.queues)
    members = centre.members[group.group_id]
    handle_s *= sum(a.pace for a in members) / len(members)
    share = _WEEKDAY / _WEEKDAY.sum()
    load = np.array(
        [intraday_shape(site, d) * share[d] * contacts * handle_s / 900 for d in range(7)]
    )
    return agents_needed(load, site.safety)


def draw_contacts(centre: Centre, group: Group, day: date) -> Contacts:
    """The contacts of a group on a local day; the same for the same seed, group and day."""
    rng = stream(centre.seed, "contacts", group.group_id, day.toordinal())
    site, weekday = centre.site[group.site_id], day.weekday()
    shape = intraday_shape(site, weekday)
    mean = weekly_contacts(centre, group.group_id) * _WEEKDAY[weekday] / _WEEKDAY.sum()
    shares = np.array([q.share for q in group.queues])
    arrivals, queues = [], []
    for number, share in enumerate(shares):
        noise = rng.gamma(1 / _DAY_NOISE_CV**2, _DAY_NOISE_CV**2)
        counts = rng.poisson(shape * mean * share * noise)
        quarter = np.repeat(np.arange(QUARTERS), counts)
        arrivals.append(quarter * 900 + rng.integers(0, 900, len(quarter)))
        queues.append(np.full(len(quarter), number))
    at, queue = np.concatenate(arrivals), np.concatenate(queues)
    order = np.lexsort((queue, at))
    at, queue = at[order], queue[order]
    moved = rng.random(len(at)) < np.array([q.transfer_share for q in group.queues])[queue]
    child = np.full(len(at), -1)
    child[moved] = len(at) + np.arange(int(moved.sum()))
    queue = np.concatenate([queue, (queue[moved] + 1) % len(group.queues)])
    return _with_work(group, rng, at, queue, child)


def _with_work(
    group: Group, rng: np.random.Generator, at: Ints, queue: Ints, child: Ints
) -> Contacts:
    total, extra = len(queue), len(queue) - len(at)
    specs = group.queues
    kind, factor = np.zeros(total, dtype=np.int64), np.ones(total)
    for number, spec in enumerate(specs):
        rows = np.flatnonzero(queue == number)
        shares = np.cumsum([t.share for t in spec.types])
        picked = np.searchsorted(shares, rng.random(len(rows)) * shares[-1], side="right")
        kind[rows] = picked
        factor[rows] = np.array([t.talk_factor for t in spec.types])[picked]

    def of(name: str) -> Floats:
        return np.array([float(getattr(spec, name)) for spec in specs])[queue]

    sigma_talk, sigma_acw = 0.70, 0.55
    talk = of("talk_s") * factor * np.exp(rng.normal(-(sigma_talk**2) / 2, sigma_talk, total))
    acw = of("acw_s") * np.exp(rng.normal(-(sigma_acw**2) / 2, sigma_acw, total))
    held = rng.random(total) < of("hold_share")
    hold = np.where(held, np.maximum(rng.gamma(2.0, of("hold_s") / 2), 5), 0)
    return Contacts(
        fresh_n=len(at),
        enqueued_at=[*at.tolist(), *([0] * extra)],
        queue=queue,
        contact_type=kind,
        talk_s=np.clip(talk, 12, 3600).tolist(),
        hold_s=hold.astype(np.int64).tolist(),
        acw_s=np.clip(acw, 3, 1200).tolist(),
        patience_s=np.maximum(rng.exponential(of("patience_s")), 2).astype(np.int64).tolist(),
        ring_s=rng.integers(2, 6, total).tolist(),
        child=[*child.tolist(), *([-1] * extra)],
        hold_from=rng.uniform(0.2, 0.8, total),
        ended_by_agent=rng.random(total) < 0.22,
    )
