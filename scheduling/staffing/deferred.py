"""Staff for work that may wait (mail, cases, a backlog): exact fractions, or why it cannot be met.

Fluid, first in first out, each hour's work due a number of clock hours after that hour ends;
closed hours count towards the limit, but nobody works in them (STF-12).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from scheduling.staffing.erlang import Floats

Bools = NDArray[np.bool_]
Number = int | float | str | Decimal | Fraction
HOUR_S = 3600
# Floats pick the candidates; fractions decide among those this near to the largest.
NEAR = 1e-9


@dataclass(frozen=True)
class DeferredStaff:
    """The least constant staff in open hours that keeps the limit; None when none can.

    `hour` is where the need is greatest, or the hour whose work cannot be done in time; -1 is the
    backlog at the start.
    """

    staff: Fraction | None
    hour: int | None
    sentence: str

    @property
    def infeasible(self) -> bool:
        """Whether no number of people can keep the limit."""
        return self.staff is None

    @property
    def whole(self) -> int | None:
        """Whole people, rounded up exactly: 200/27 are 8."""
        return None if self.staff is None else ceil(self.staff)


def deferred_staff(
    arrivals: Sequence[Number],
    aht_s: Number,
    limit_h: Number,
    open_hours: Sequence[bool],
    occupancy: Number = 1,
    backlog: Number = 0,
) -> DeferredStaff:
    """Staff for contacts that may wait: 240 in one hour, 300 s, 2 h, occupancy .9 need 200/27.

    `arrivals` are contacts in each hour; `open_hours` repeats when it is shorter than the hours
    looked at. A decimal number counts as written (0.85 is 17/20).
    """
    work = [_exact("arrivals", value) for value in arrivals]
    handle = _exact("aht_s", aht_s, above=True)
    limit = _exact("limit_h", limit_h)
    busy = _exact("occupancy", occupancy, above=True)
    waiting = _exact("backlog", backlog)
    if busy > 1:
        raise ValueError(f"occupancy is {occupancy!r}: it must be at most 1.")
    if not open_hours:
        raise ValueError("open_hours is empty: give at least one hour, repeated as a pattern.")
    per_hour = busy * HOUR_S / handle
    opened = _Open(open_hours, len(work) + ceil(limit) + 1)
    total = [Fraction(0), *accumulate(work)]
    found = (Fraction(0), 0)
    if waiting:
        capacity = opened.between(0, limit) * per_hour
        if not capacity:
            return _never(-1, limit)
        found = (waiting / capacity, -1)
    for hour in range(len(work)):
        if (work[hour] or (waiting and hour == 0)) and not opened.between(hour, hour + 1 + limit):
            return _never(hour, limit)
    for start, end in _candidates(total, waiting, opened, limit):
        items = total[end + 1] - total[start] + (waiting if start == 0 else 0)
        if items:
            need = items / (opened.between(start, end + 1 + limit) * per_hour)
            found = max(found, (need, end), key=lambda one: (one[0], -one[1]))
    staff, hour = found
    where = "the backlog" if hour == -1 else f"the work of hour {hour}"
    text = (
        f"{float(staff):.4g} people in every open hour keep the limit; {where} decides"
        if staff
        else "no work"
    )
    return DeferredStaff(staff, hour if staff else None, text)


def spread_work(work: Floats, open_cells: Bools, limit_cells: int) -> tuple[Floats, Bools]:
    """Work by cell, laid evenly over the open cells in which it may be done, and what is late.

    Each cell's work may be done in that cell and the `limit_cells` after it. Sums are kept and
    every limit holds, but for cells marked late: theirs is laid in the next open cell. The cells
    are taken as a cycle, so that the end of a week reaches into its beginning.
    """
    size = work.size
    late = np.zeros(size, dtype=bool)
    laid = np.zeros(size)
    if not size or not open_cells.any():
        return laid, work > 0
    span = min(limit_cells + 1, size)
    twice = np.concatenate([open_cells, open_cells])
    count = np.concatenate([[0], np.cumsum(twice)])
    free = count[span : span + size] - count[:size]
    edges = np.zeros(2 * size + 1)
    possible = free > 0
    at = np.flatnonzero(possible)
    each = work[at] / free[at]
    np.add.at(edges, at, each)
    np.add.at(edges, at + span, -each)
    rates = np.cumsum(edges[:-1])
    laid = np.where(open_cells, rates[:size] + rates[size:], 0.0)
    late = ~possible & (work > 0)
    for cell in np.flatnonzero(late):
        behind = int(np.argmax(twice[cell : cell + size]))
        laid[(cell + behind) % size] += work[cell]
    return np.maximum(laid, 0.0), late


class _Open:
    """Open hours from the start up to any instant, the pattern repeated."""

    def __init__(self, pattern: Sequence[bool], hours: int) -> None:
        self._is_open = [bool(pattern[hour % len(pattern)]) for hour in range(hours + 1)]
        self.until = [0, *accumulate(map(int, self._is_open))]

    def between(self, start: int, end: Fraction | int) -> Fraction:
        """Open hours in [start, end); the end may lie within an hour."""
        whole = floor(end)
        part = (end - whole) if self._is_open[min(whole, len(self._is_open) - 1)] else 0
        return Fraction(self.until[whole] - self.until[start]) + part


def _candidates(
    total: list[Fraction], waiting: Fraction, opened: _Open, limit: Fraction
) -> list[tuple[int, int]]:
    """Stretches of hours that may decide: within a billionth of the largest need in floats."""
    hours = len(total) - 1
    if not hours:
        return []
    summed = np.array([float(one) for one in total])
    ends = np.array([float(opened.between(0, hour + 1 + limit)) for hour in range(hours)])
    best: list[tuple[float, int, int]] = []
    most = 0.0
    for start in range(hours):
        items = summed[start + 1 :] - summed[start] + (float(waiting) if start == 0 else 0.0)
        capacity = ends[start:] - opened.until[start]
        need = np.divide(items, capacity, out=np.zeros_like(items), where=capacity > 0)
        most = max(most, float(need.max()))
        near = np.flatnonzero(need >= most * (1 - NEAR))
        best += [(float(need[i]), start, start + int(i)) for i in near if need[i] > 0]
    return [(start, end) for need, start, end in best if need >= most * (1 - NEAR)]


def _never(hour: int, limit: Fraction) -> DeferredStaff:
    what = "the backlog" if hour == -1 else f"the work that arrives in hour {hour}"
    after = "the start" if hour == -1 else "that hour ends"
    return DeferredStaff(
        None,
        hour,
        f"infeasible: {what} is due {float(limit):g} h after {after}, and no hour is open until "
        "then. Open longer or allow more time.",
    )


def _exact(name: str, value: Number, *, above: bool = False) -> Fraction:
    """The number as written: floats by their shortest decimal, so that 0.85 is 17/20."""
    try:
        exact = Fraction(repr(float(value)) if isinstance(value, float) else value)
    except (ValueError, OverflowError, ZeroDivisionError):
        raise ValueError(f"{name} is {value!r}: it must be a finite number.") from None
    if exact < 0 or (above and exact == 0):
        raise ValueError(f"{name} is {value!r}: it must be {'above' if above else 'at least'} 0.")
    return exact
