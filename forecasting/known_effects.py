"""What is known to bend coming days: events with a stated or learned effect, days like another.

Laid on a finished forecast, so that what it was before stays known and each day can be explained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from forecasting.forecast import QueueForecast
from forecasting.series import Floats
from forecasting.training import Training

# Convention (FC-12): days from an event's first, by how its effect differs; what was learned from
# few events is damped, and no effect is taken for more than a factor of exp(1.2).
BINS = ((0, 7), (7, 14), (14, 21), (21, 35))
DAMPED, MOST = 0.6, 1.2
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class KnownEvent:
    """Something on days `first_on` to before `end_on`: `effect` is stated, learned, like or closed.

    `percent` of a stated one, `like` a weekday ("Sun") or a past date as text, `size` in pieces or
    spend. `special` days count as holidays in an explanation, others as events.
    """

    name: str
    kind: str
    first_on: date
    end_on: date
    effect: str
    percent: float = 0.0
    like: str = ""
    size: float | None = None

    @property
    def special(self) -> bool:
        return self.effect in ("like", "closed") or "day" in self.kind or self.kind == "holiday"


@dataclass(frozen=True, eq=False)
class Bent:
    """A forecast with its events, the day totals before events and before special days, names."""

    forecast: QueueForecast
    before_special: Floats
    before_event: Floats
    names: dict[date, tuple[str, ...]]
    notes: tuple[str, ...]


def bend_days(found: QueueForecast, training: Training, events: Sequence[KnownEvent]) -> Bent:
    """The forecast with each event's effect on its days; special days first, then other events.

    A stated +20 % makes 100 contacts 120, and moves the band with them.
    """
    plain = found.mean.sum(axis=1)
    bent, names, notes = found, dict[date, tuple[str, ...]](), list[str]()
    after_special = plain
    for special in (True, False):
        for event in events:
            if event.special is not special:
                continue
            bent = _laid(bent, training, event, events, names, notes)
        if special:
            after_special = bent.mean.sum(axis=1)
    if notes:
        bent = replace(bent, notes=(*bent.notes, *notes))
    return Bent(bent, plain, after_special, names, tuple(notes))


def _laid(
    found: QueueForecast, training: Training, event: KnownEvent, events: Sequence[KnownEvent],
    names: dict[date, tuple[str, ...]], notes: list[str],
) -> QueueForecast:  # fmt: skip
    mean, low, mid, high = (v.copy() for v in (found.mean, found.p10, found.p50, found.p90))
    learned = None
    if event.effect == "learned":
        learned = learned_effect(training, event, events)
        if learned is None:
            notes.append(f"{event.name}: no earlier {event.kind} to learn from, no effect assumed")
            return found
    for i, day in enumerate(found.dates):
        factor = _factor(found, training, event, learned, i, day)
        if factor is None:
            continue
        names[day] = (*names.get(day, ()), event.name)
        for values in (mean, low, mid, high):
            values[i] = values[i] * factor
    return replace(found, mean=mean, p10=low, p50=mid, p90=high)


def _factor(
    found: QueueForecast, training: Training, event: KnownEvent, learned: Sequence[float] | None,
    i: int, day: date,
) -> float | Floats | None:  # fmt: skip
    """What a day's intervals are multiplied by, None where the event leaves it alone."""
    if learned is not None:
        offset = (day - event.first_on).days
        at = next((n for n, (low, high) in enumerate(BINS) if low <= offset < high), None)
        return None if at is None or not learned[at] else float(np.exp(learned[at]))
    if not event.first_on <= day < event.end_on:
        return None
    if event.effect == "closed":
        return 0.0
    if event.effect == "stated":
        return 1 + event.percent / 100
    target = _like(found, training, event.like, day)
    if target is None:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(found.mean[i] > 0, target / found.mean[i], 0.0)


def _like(found: QueueForecast, training: Training, like: str, day: date) -> Floats | None:
    """The intervals of the day it is like: the usual ones of a weekday, or those of a past date."""
    if like in WEEKDAYS:
        rows = training.recent(WEEKDAYS.index(like))
        if not rows.size:
            return np.zeros(found.mean.shape[1])
        return np.asarray(np.nanmean(np.nan_to_num(training.cells[rows]), axis=0))
    wanted = date.fromisoformat(like)
    if wanted not in training.dates:
        return None
    row = training.dates.index(wanted)
    if not training.usable[row]:
        return None
    return np.asarray(np.nan_to_num(training.cells[row]), dtype=np.float64)


def learned_effect(
    training: Training, event: KnownEvent, events: Sequence[KnownEvent]
) -> list[float] | None:
    """Log effect in each bin of days after an event begins, from earlier ones of its kind.

    Each day is held against the same weekday in the second to fourth week before its event: 120
    after 100 is log 1.2, damped to 0.11. None when no earlier one can be read.
    """
    totals = {day: t for day, t in zip(training.dates, training.totals, strict=True) if t > 0}
    before = [
        one for one in events
        if one.kind == event.kind and one.first_on < min(training.end_on, event.first_on)
    ]  # fmt: skip
    ratios: list[list[float]] = [[] for _ in BINS]
    for one in before:
        scale = 1.0
        if event.size and one.size:
            scale = float(np.clip(event.size / one.size, 0.2, 5.0))
        for at, (low, high) in enumerate(BINS):
            for offset in range(low, high):
                day = one.first_on + timedelta(days=offset)
                weeks = (offset // 7 + 2, offset // 7 + 3, offset // 7 + 4)
                usual = [
                    totals[d] for d in (day - timedelta(weeks=w) for w in weeks) if d in totals
                ]
                if day in totals and usual:
                    ratios[at].append(scale * float(np.log(totals[day] / np.mean(usual))))
    if not any(ratios):
        return None
    return [
        float(np.clip(DAMPED * np.mean(known), -MOST, MOST)) if known else 0.0 for known in ratios
    ]
