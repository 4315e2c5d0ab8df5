"""What replications say: service level, abandonment and occupancy with their uncertainty.

Every figure is a ratio of sums. Two intervals, never mixed up: `low` to `high` is how well the
figure itself is known (95 % confidence, shrinks with more replications); `least` to `most` holds
95 % of the replications, what one day may bring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scheduling.simulation import counted as k
from scheduling.simulation.centre import Floats, SimQueue
from scheduling.simulation.counted import Counted

Z95 = 1.959963984540054


@dataclass(frozen=True, eq=False)
class Estimate:
    """A ratio of sums over replications, in any shape of cells; `nan` where nothing happened."""

    value: Floats
    low: Floats
    high: Floats
    least: Floats
    most: Floats
    p_target: Floats | None
    n: Floats  # replications in which it was defined

    @property
    def error(self) -> Floats:
        """Standard error of the figure, about a quarter of its confidence interval."""
        return (self.high - self.low) / (2 * Z95)


def service_level(
    counted: Counted, queue: int, cells: Sequence[int] | slice | None = None
) -> Estimate:
    """A queue's service level by its own definition: in each cell, or over `cells` together."""
    own = counted.centre.queues[queue]
    top, bottom = service_parts(own, counted.counts[:, queue])
    if cells is not None:
        top, bottom = top[:, cells].sum(axis=1), bottom[:, cells].sum(axis=1)
    return ratio(top, bottom, own.sl_target)


def service_parts(queue: SimQueue, counts: NDArray[np.floating[Any]]) -> tuple[Floats, Floats]:
    """Numerator and denominator of the service level, by the queue's own definition."""
    offered, answered = counts[..., k.OFFERED], counts[..., k.ANSWERED]
    in_time, gone_in_time = counts[..., k.IN_T], counts[..., k.ABANDONED_IN_T]
    parts = {
        "offered": (in_time, offered),
        "answered": (in_time, answered),
        "abandon_ignored": (in_time, offered - gone_in_time),
        "abandon_positive": (in_time + gone_in_time, offered),
        "short_excluded": (in_time, offered - counts[..., k.ABANDONED_SHORT]),
    }
    top, bottom = parts[queue.sl_definition]
    return top.astype(np.float64), bottom.astype(np.float64)


def abandonment(
    counted: Counted, queue: int, cells: Sequence[int] | slice | None = None
) -> Estimate:
    """Share of a queue's contacts that hung up: in each cell, or over `cells` together."""
    return _of(counted, queue, k.ABANDONED, k.OFFERED, cells)


def answer_wait(
    counted: Counted, queue: int, cells: Sequence[int] | slice | None = None
) -> Estimate:
    """Mean seconds that answered contacts of a queue waited."""
    return _of(counted, queue, k.WAIT_ANSWERED, k.ANSWERED, cells)


def occupancy(counted: Counted, cells: Sequence[int] | slice | None = None) -> Estimate:
    """Share of the time on duty that agents had contacts in hand, all skills together."""
    time = counted.times.astype(np.float64).sum(axis=1)
    if cells is not None:
        time = time[:, cells].sum(axis=1)
    return ratio(time[..., k.BUSY], time[..., k.STAFFED])


def _of(
    counted: Counted, queue: int, top: int, bottom: int, cells: Sequence[int] | slice | None
) -> Estimate:
    counts = counted.counts[:, queue].astype(np.float64)
    if cells is not None:
        counts = counts[:, cells].sum(axis=1)
    return ratio(counts[..., top], counts[..., bottom])


def ratio(top: Floats, bottom: Floats, target: float | None = None) -> Estimate:
    """Sum of `top` over sum of `bottom` across replications (first axis), with its intervals.

    The standard error is that of a ratio estimator: residuals top − ratio × bottom.
    """
    runs = top.shape[0]
    below = bottom.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(below > 0, top.sum(axis=0) / below, np.nan)
        rest = top - value * bottom
        error = np.sqrt((rest**2).sum(axis=0) / (runs * (runs - 1))) / (below / runs)
        each = np.where(bottom > 0, top / bottom, np.nan)
    defined = (bottom > 0).sum(axis=0).astype(np.float64)
    least, most = _middle(each, defined)
    p_target = None
    if target is not None:
        with np.errstate(invalid="ignore"):
            met = (each >= target).sum(axis=0)
        p_target = np.where(defined > 0, met / np.maximum(defined, 1), np.nan)
    wide = _quantile(runs) * error
    return Estimate(value, value - wide, value + wide, least, most, p_target, defined)


def mean_of(each: Floats) -> Estimate:
    """The mean over replications (first axis) of a figure each of them has, with its intervals."""
    runs = each.shape[0]
    value = each.mean(axis=0)
    wide = _quantile(runs) * each.std(axis=0, ddof=1) / np.sqrt(runs)
    defined = np.full(value.shape, float(runs))
    least, most = _middle(each, defined)
    return Estimate(value, value - wide, value + wide, least, most, None, defined)


def _quantile(runs: int) -> float:
    """Of Student's distribution to first order: 1.96 grows to 1.97 with 200 runs."""
    return Z95 + (Z95**3 + Z95) / (4 * (runs - 1))


def _middle(each: Floats, defined: Floats) -> tuple[Floats, Floats]:
    """The ends of the middle 95 % of the replications, by nearest rank."""
    ordered = np.sort(each, axis=0)  # nan last
    count = np.maximum(defined, 1)
    low = np.clip(np.ceil(0.025 * count) - 1, 0, None).astype(np.int64)
    high = np.clip(np.ceil(0.975 * count) - 1, 0, None).astype(np.int64)

    def at(place: NDArray[np.int64]) -> Floats:
        found: Floats = np.take_along_axis(ordered, place[np.newaxis], axis=0)[0]
        return found

    return at(low), at(high)
