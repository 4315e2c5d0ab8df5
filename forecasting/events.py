"""Campaigns and events: what they add to the days around them, stated or learned (FC-12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecasting.series import Floats

# Days from the first day of an event: the response is one figure in each of these.
BINS = ((-7, 0), (0, 7), (7, 14), (14, 21), (21, 35))


@dataclass(frozen=True)
class Event:
    """Something that moves the number of contacts, known from a day on.

    `size` compares events of one kind: pieces mailed, spend; 1 where nothing is known. `effect`
    states the change of its days' totals as a factor (1.2 is a fifth more) instead of learning it.
    """

    kind: str
    first_on: date
    last_on: date
    size: float = 1.0
    known_on: date | None = None  # None: always known
    effect: float | None = None


def known_events(events: Sequence[Event], origin: date) -> tuple[Event, ...]:
    """The events that were known before a day: what is written later must not enter a forecast."""
    return tuple(e for e in events if e.known_on is None or e.known_on < origin)


def stated_factor(events: Sequence[Event], day: date) -> float:
    """The product of the stated effects of a day's events: 1.2 and 0.9 are 1.08."""
    found = 1.0
    for event in events:
        if event.effect is not None and event.first_on <= day <= event.last_on:
            found *= event.effect
    return found


def responses(events: Sequence[Event], days: Sequence[date]) -> dict[str, Floats]:
    """By kind, what stands in each bin of the response to its events, as days × bins.

    An event of twice the mean size of its kind counts 2; two at once add up. Days within an event
    of several days count as its first week, those after it are counted from its last day.
    """
    learned = [event for event in events if event.effect is None]
    found: dict[str, Floats] = {}
    for kind in sorted({event.kind for event in learned}):
        same = [event for event in learned if event.kind == kind]
        mean = float(np.mean([event.size for event in same])) or 1.0
        table = np.zeros((len(days), len(BINS)))
        for event in same:
            length = (event.last_on - event.first_on).days
            for row, day in enumerate(days):
                since = (day - event.first_on).days
                since = since if since < 0 else max(since - length, 0)
                for column, (low, high) in enumerate(BINS):
                    if low <= since < high:
                        table[row, column] += event.size / mean
        if table.any():
            found[kind] = table
    return found
