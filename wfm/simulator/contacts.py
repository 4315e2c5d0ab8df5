"""What the contacts of one group and day are made of: when they come and what they ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from wfm.simulator.centre import Centre, Group, QueueSpec
from wfm.simulator.chance import stream
from wfm.simulator.demand import (
    Volume,
    bent,
    day_noise,
    fading_seconds,
    quarter_means,
    spot_means,
)
from wfm.simulator.influence import Demand, Influence
from wfm.simulator.local_day import LocalDay, local_day

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Of talk and of after-contact work, so that handle time as a whole has a cv of 1 and, at a mean of
# 300 s, a median near 212 s.
SIGMA_TALK, SIGMA_ACW = 0.97, 0.85
_MISSED_SHARE = 0.015  # of offers that ring unanswered
MISSED_RING_S = 15
# E-mails are answered on the day they come, the next one, or the one after.
_MAIL_DAYS = (0.80, 0.17, 0.03)
_CUSTOMERS_A_DAY = 34  # customers of a queue for each contact of a mean day


@dataclass(frozen=True)
class Contacts:
    """One entry a leg, in order of arrival; work at an agent of average pace.

    The first `fresh_n` legs arrive by themselves; the rest are second legs of transfers, whose
    arrival the day decides (`child` gives the second leg of a first one, -1 without transfer).
    """

    fresh_n: int
    number: Ints  # of the contact among those of its group and day of arrival
    came_on: Ints  # days before the floor day
    enqueued_at: list[int]  # seconds since the local midnight
    queue: list[int]
    talk_s: list[float]
    hold_s: list[int]
    acw_s: list[float]
    patience_s: list[int]
    ring_s: list[int]
    missed: list[bool]
    child: list[int]
    hold_from: Floats  # share of the talk before the hold
    ended_by_agent: NDArray[np.bool_]
    customer: Ints


def draw_contacts(
    centre: Centre, volume: Volume, influences: Sequence[Influence], group: Group, day: date
) -> Contacts:
    """The contacts of a group's floor day; the same for the same seed, group and day."""
    site = centre.site[group.site_id]
    clock = local_day(site.timezone, day, site.day_from)
    parts = []
    for place, queue in enumerate(group.queues):
        if queue.deferred_s is None:
            parts.append(_arrivals(centre, volume, influences, group, place, day, clock, 0))
            continue
        for back in range(len(_MAIL_DAYS)):
            came = day - timedelta(days=back)
            parts.append(_mail(centre, volume, influences, group, place, came, back, clock))
    columns = [np.concatenate([part[i] for part in parts]) for i in range(7)]
    order = np.lexsort((columns[2], columns[1], columns[0]))
    at, queue_of, number, since, patience, settled, customer = (c[order] for c in columns)
    rng = stream(centre.seed, "contacts", group.group_id, day.toordinal())
    share = np.array([q.transfer_share for q in group.queues])
    moved = (rng.random(len(at)) < share[queue_of]) & (settled == 0)
    child = np.full(len(at), -1)
    child[moved] = len(at) + np.arange(int(moved.sum()))
    second = np.flatnonzero(moved)
    queues = np.concatenate([queue_of, (queue_of[second] + 1) % len(group.queues)])
    return _with_work(
        group, rng, at, queues.astype(np.int64), child, np.concatenate([number, number[second]]),
        np.concatenate([since, since[second]]), np.concatenate([patience, patience[second]]),
        np.concatenate([customer, customer[second]]),
    )  # fmt: skip


def quarter_counts(
    rng: np.random.Generator, means: Floats, demand: Demand, noise: float, wall: Ints
) -> Ints:
    """Contacts in each quarter-hour of the floor day: Poisson, or exactly as many as stated."""
    bent_means = np.maximum(means * demand.factors, 0)[wall]
    if demand.count is None:
        return rng.poisson(bent_means * noise)
    total = bent_means.sum()
    shape = bent_means / total if total > 0 else np.full(len(wall), 1 / len(wall))
    return rng.multinomial(demand.count, shape)


def _arrivals(
    centre: Centre,
    volume: Volume,
    influences: Sequence[Influence],
    group: Group,
    place: int,
    day: date,
    clock: LocalDay,
    back: int,
) -> tuple[Ints, ...]:
    queue = group.queues[place]
    rng = stream(centre.seed, "arrivals", queue.queue_id, day.toordinal())
    demand = bent(influences, centre, queue, day)
    wall = np.array([shown for _, shown in clock.quarters])
    begins = np.array([at for at, _ in clock.quarters])
    means = quarter_means(centre, volume, group, queue, day)
    counts = quarter_counts(rng, means, demand, day_noise(centre, queue, day), wall)
    within = rng.integers(0, 900, int(counts.sum()))
    extra = spot_means(centre, volume, group, queue, day)
    if extra.any():
        share = np.divide(extra, means, out=np.zeros(len(means)), where=means > 0)[wall]
        fades = rng.random(len(within)) < np.repeat(share, counts)
        within[fades] = fading_seconds(rng, int(fades.sum()))
    at = np.repeat(begins, counts) + within
    return _described(rng, centre, volume, group, place, demand, np.sort(at), back)


def _mail(
    centre: Centre,
    volume: Volume,
    influences: Sequence[Influence],
    group: Group,
    place: int,
    came: date,
    back: int,
    clock: LocalDay,
) -> tuple[Ints, ...]:
    """The mails of a day that are due to be worked on `back` days later, as waiting since then."""
    site = centre.site[group.site_id]
    then = local_day(site.timezone, came, site.day_from)
    found = _arrivals(centre, volume, influences, group, place, came, then, back)
    queue_id = group.queues[place].queue_id
    rng = stream(centre.seed, "mail-day", queue_id, came.toordinal())
    keep = rng.choice(len(_MAIL_DAYS), len(found[0]), p=_MAIL_DAYS) == back
    at = found[0] + then.zero_at - clock.zero_at
    return (at[keep], *(part[keep] for part in found[1:]))


def _described(
    rng: np.random.Generator,
    centre: Centre,
    volume: Volume,
    group: Group,
    place: int,
    demand: Demand,
    at: Ints,
    back: int,
) -> tuple[Ints, ...]:
    """Columns of fresh contacts: at, queue, number, days back, patience, settled, customer."""
    count = len(at)
    queue = group.queues[place]
    mean_s = min(queue.patience_s, 1e7) * demand.patience
    patience = np.maximum(rng.exponential(mean_s, count), 2).astype(np.int64)
    pool = max(20, int(volume.weekly(group.group_id) * queue.share / 7 * _CUSTOMERS_A_DAY))
    # A few customers call often: squared, so that the first of the pool come more.
    customer = (rng.random(count) ** 2 * pool).astype(np.int64) * 8 + place
    return (
        at.astype(np.int64), np.full(count, place), np.arange(count), np.full(count, back),
        patience, np.full(count, int(demand.settled)), customer,
    )  # fmt: skip


def _with_work(
    group: Group,
    rng: np.random.Generator,
    at: Ints,
    queue: Ints,
    child: Ints,
    number: Ints,
    back: Ints,
    patience: Ints,
    customer: Ints,
) -> Contacts:
    total, extra = len(queue), len(queue) - len(at)

    def of(name: str) -> Floats:
        return np.array([float(getattr(spec, name)) for spec in group.queues])[queue]

    talk = of("talk_s") * np.exp(rng.normal(-(SIGMA_TALK**2) / 2, SIGMA_TALK, total))
    acw = of("acw_s") * np.exp(rng.normal(-(SIGMA_ACW**2) / 2, SIGMA_ACW, total))
    held = rng.random(total) < of("hold_share")
    hold = np.where(held, np.maximum(rng.gamma(2.0, np.maximum(of("hold_s"), 1) / 2), 5), 0)
    return Contacts(
        fresh_n=len(at),
        number=number,
        came_on=back,
        enqueued_at=[*at.tolist(), *([0] * extra)],
        queue=queue.tolist(),
        talk_s=np.clip(talk, 12, 5400).tolist(),
        hold_s=(hold + 0.5).astype(np.int64).tolist(),
        acw_s=np.clip(acw, 3, 1800).tolist(),
        patience_s=patience.tolist(),
        ring_s=rng.integers(2, 6, total).tolist(),
        missed=(rng.random(total) < _MISSED_SHARE).tolist(),
        child=[*child.tolist(), *([-1] * extra)],
        hold_from=rng.uniform(0.2, 0.8, total),
        ended_by_agent=rng.random(total) < 0.22,
        customer=customer,
    )


def mean_of(queue: QueueSpec) -> tuple[float, float, float]:
    """Mean talk, hold and after-contact seconds of a queue at average pace."""
    return queue.talk_s, queue.hold_share * queue.hold_s, queue.acw_s
