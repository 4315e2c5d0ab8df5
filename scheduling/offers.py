"""Offers sized from the gap: open shifts and overtime where people lack, leaving early where not.

A stretch of missing people is cut into rectangles: so many people from then to then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["open_shift", "overtime", "leave_early"]
LEAST_QUARTERS = 4  # convention: nobody comes, stays or goes for less than an hour


@dataclass(frozen=True)
class Offer:
    """So many people wanted (or not needed) from a quarter up to another, of the day's axis.

    `gain` is agent-quarters of the gap that are closed when all seats are taken.
    """

    kind: Kind
    first: int
    end: int
    seats: int
    gain: int


def size_offers(
    short: Sequence[int], over: Sequence[int], *, shortest_shift: int, keep: int = 0
) -> tuple[Offer, ...]:
    """Offers of a day, largest gain first.

    [0, 2, 2, 2, 2, 1] short with shifts of 16 quarters at least: overtime for two people, 1 to 5.
    `keep` people above the requirement stay, whatever else could leave early.
    """
    found = [
        Offer("open_shift" if end - first >= shortest_shift else "overtime", first, end, n, gain)
        for first, end, n, gain in _rectangles(short)
    ]
    spare = [max(0, n - keep) for n in over]
    # Whoever leaves must not leave anybody short: no quarter with a gap lies in the span.
    free = [0 if lacking else n for n, lacking in zip(spare, short, strict=True)]
    found += [
        Offer("leave_early", first, end, n, gain)
        for first, end, n, gain in _rectangles(free, full=True)
    ]
    return tuple(sorted(found, key=lambda o: (-o.gain, o.first, o.kind)))


def _rectangles(values: Sequence[int], *, full: bool = False) -> list[tuple[int, int, int, int]]:
    """Spans with a number of seats that take most of what is there, one after the other.

    `full` keeps to spans in which so many are there all the time.
    """
    left = list(values)
    found: list[tuple[int, int, int, int]] = []
    while True:
        best: tuple[int, int, int, int] | None = None
        for seats in sorted({n for n in left if n > 0}):
            for first, end in _spans(left, seats, full):
                gain = sum(min(seats, max(0, n)) for n in left[first:end])
                idle = seats * (end - first) - gain
                worth = gain - idle
                if end - first >= LEAST_QUARTERS and (
                    best is None or worth > best[3] - (best[2] * (best[1] - best[0]) - best[3])
                ):
                    best = (first, end, seats, gain)
        if best is None:
            return found
        first, end, seats, gain = best
        found.append(best)
        for at in range(first, end):
            left[at] = max(0, left[at] - seats)


def _spans(values: Sequence[int], seats: int, full: bool) -> list[tuple[int, int]]:
    """Runs of quarters with so many; short dips inside a run are passed over unless `full`."""
    spans: list[tuple[int, int]] = []
    first: int | None = None
    for at, n in enumerate([*values, 0]):
        if n >= seats and first is None:
            first = at
        elif n < seats and first is not None:
            spans.append((first, at))
            first = None
    if full:
        return spans
    joined: list[tuple[int, int]] = []
    for span in spans:
        if joined and span[0] - joined[-1][1] <= 1:
            joined[-1] = (joined[-1][0], span[1])
        else:
            joined.append(span)
    return joined
