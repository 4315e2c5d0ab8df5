"""Random numbers that belong to the k-th contact of a queue, so that two schedules share them.

Each replication, purpose and queue has a stream of its own (STF-18): a schedule that answers
sooner meets the same callers with the same questions and the same patience.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from scheduling.simulation.centre import Centre, Floats, Ints, SimAgent, SimQueue

VOLUME, ARRIVALS, HANDLING, PATIENCE, ABSENCE, CALLBACK = range(6)
# Mean of the positive half of a standard normal draw, counted over all draws.
HALF_MEAN = 1 / sqrt(2 * np.pi)


@dataclass(frozen=True, eq=False)
class Contacts:
    """The contacts of a replication in order of arrival, one value each."""

    at: Floats
    queue: Ints
    handle: Floats
    patience: Floats
    offer: Floats
    cell: Ints


def generator(seed: int, replication: int, purpose: int, name: str = "") -> np.random.Generator:
    """The stream of a purpose, the same whatever else is drawn."""
    key = (replication, purpose, crc32(name.encode())) if name else (replication, purpose)
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=key)))


def draw_contacts(centre: Centre, seed: int, replication: int) -> Contacts:
    """All contacts of one replication: volume, arrivals, handle times, patience, acceptance."""
    deviates = _day_deviates(centre, seed, replication)
    parts = [
        _queue_contacts(queue, number, centre, deviates, seed, replication)
        for number, queue in enumerate(centre.queues)
    ]
    if len(parts) == 1:
        return parts[0]
    at = np.concatenate([part.at for part in parts])
    order = np.argsort(at, kind="stable")

    def merged(name: str) -> NDArray[np.generic]:
        found: NDArray[np.generic] = np.concatenate([getattr(part, name) for part in parts])[order]
        return found

    return Contacts(
        at[order], merged("queue"), merged("handle"), merged("patience"), merged("offer"),  # type: ignore[arg-type]  # columns keep their kind
        merged("cell"),  # type: ignore[arg-type]  # columns keep their kind
    )  # fmt: skip


def arrival_times(stream: np.random.Generator, contacts: Floats, cell_s: float) -> Floats:
    """Instants of a Poisson process with the expected numbers by cell.

    The k-th contact comes when the expected number has grown by the k-th sum of exponential
    draws: more volume moves it earlier and keeps it the same contact.
    """
    grown = np.concatenate(([0.0], np.cumsum(contacts)))
    total = float(grown[-1])
    sums = np.empty(0)
    while sums.size == 0 or sums[-1] < total:
        start = float(sums[-1]) if sums.size else 0.0
        left = max(total - start, 0.0)
        more = stream.standard_exponential(int(left + 6 * sqrt(left) + 20))
        sums = np.concatenate((sums, start + np.cumsum(more)))
    sums = sums[: int(np.searchsorted(sums, total))]
    times: Floats = np.interp(sums, grown, np.arange(grown.size) * cell_s)
    return times


def handle_factors(stream: np.random.Generator, queue: SimQueue, n: int) -> Floats:
    """Handle times over their mean: 1 on average, with the queue's variance."""
    if queue.handling == "exponential":
        return stream.standard_exponential(n)
    if queue.cv2 == 0:
        return np.ones(n)
    variance = log(1 + queue.cv2)
    factors: Floats = np.exp(stream.standard_normal(n) * sqrt(variance) - variance / 2)
    return factors


def absent(
    agents: tuple[SimAgent, ...], share: float, seed: int, replication: int
) -> set[tuple[int, int]]:
    """Agents (by place) and days of unplanned absence: each agent-day with the same probability.

    The draw belongs to the agent's name and the day, not to the order of agents.
    """
    if share <= 0:
        return set()
    pairs = [(i, day) for i, agent in enumerate(agents) for day in sorted(set(agent.days or (0,)))]
    if not pairs:
        return set()
    names = np.array([crc32(agent.name.encode()) for agent in agents], dtype=np.uint64)
    who = np.array([i for i, _ in pairs], dtype=np.int64)
    days = np.array([day for _, day in pairs], dtype=np.int64).astype(np.uint64)
    salt = np.random.SeedSequence(seed, spawn_key=(replication, ABSENCE)).generate_state(
        1, np.uint64
    )
    mixed = _mix(_mix(names[who] * np.uint64(1 << 20) + days) ^ salt)
    away = mixed.astype(np.float64) / 2.0**64 < share
    return {pair for pair, gone in zip(pairs, away.tolist(), strict=True) if gone}


def name_order(name: str) -> int:
    """A place for a name that says nothing about it, the same in every run."""
    return int(_mix(np.array([crc32(name.encode())], dtype=np.uint64))[0])


def _mix(key: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Well mixed bits of a key, by multiplications and shifts."""
    with np.errstate(over="ignore"):
        key = (key + np.uint64(0x9E3779B97F4A7C15)).astype(np.uint64)
        key = (key ^ (key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        key = (key ^ (key >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return key ^ (key >> np.uint64(31))


def _day_deviates(centre: Centre, seed: int, replication: int) -> Floats | None:
    """A standard normal draw for each cell, the same for all cells of a day."""
    if all(queue.below is None and queue.above is None for queue in centre.queues):
        return None
    days = np.zeros(centre.cells, np.int64) if centre.day_of_cell is None else centre.day_of_cell
    stream = generator(seed, replication, VOLUME)
    return stream.standard_normal(int(days.max()) + 1)[days]


def volume(queue: SimQueue, deviates: Floats | None) -> Floats:
    """Contacts by cell after the forecast's error: on average those of the forecast."""
    if deviates is None or (queue.below is None and queue.above is None):
        return queue.contacts
    zero = np.zeros_like(queue.contacts)
    below = zero if queue.below is None else queue.below
    above = zero if queue.above is None else queue.above
    factor = 1 + deviates * np.where(deviates > 0, above, below)
    mean = 1 + (above - below) * HALF_MEAN
    return np.asarray(queue.contacts * np.maximum(factor, 0) / mean, dtype=np.float64)


def _queue_contacts(
    queue: SimQueue, number: int, centre: Centre, deviates: Floats | None, seed: int,
    replication: int,
) -> Contacts:  # fmt: skip
    def stream(purpose: int) -> np.random.Generator:
        return generator(seed, replication, purpose, queue.name)

    at = arrival_times(stream(ARRIVALS), volume(queue, deviates), centre.cell_s)
    n = at.size
    cell = np.minimum((at / centre.cell_s).astype(np.int64), centre.cells - 1)
    handle = handle_factors(stream(HANDLING), queue, n) * queue.aht_s[cell]
    patience = np.full(n, np.inf)
    if queue.patience_s is not None:
        patience = stream(PATIENCE).standard_exponential(n) * queue.patience_s
    offer = np.full(n, np.inf)
    if queue.callback is not None:
        accepts = stream(CALLBACK).random(n) < queue.callback.accept_share
        offer = np.where(accepts, queue.callback.after_s, np.inf)
    return Contacts(at, np.full(n, number, dtype=np.int64), handle, patience, offer, cell)
