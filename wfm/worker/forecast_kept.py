"""What is kept beside a forecast's values: its inputs, and each queue's days with their parts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from forecasting.explain_day import split_days, usual_of
from forecasting.forecast import ForecastConfig, QueueForecast
from forecasting.series import Floats, History
from forecasting.training import Training
from wfm.domain.forecast_days import DayParts, parts_document


@dataclass(frozen=True)
class QueueDay:
    """One queue's day: its total's band and its parts, in thousandths of a contact."""

    day: date
    p10_m: int
    p90_m: int
    parts: DayParts


def queue_days(
    found: QueueForecast, training: Training, names: Mapping[date, tuple[str, ...]]
) -> list[QueueDay]:
    """The days of a queue's forecast, each with the band of its total and its parts.

    What the structure of the past says of special days and events is a factor on the day's total;
    without a structure nothing of them is known, and all is season and trend.
    """
    # The quarters are kept in whole thousandths, and the day is their sum to the last digit.
    totals = np.rint(found.mean * 1000).sum(axis=1) / 1000
    low, high = found.day_quantile(0.1), found.day_quantile(0.9)
    before_event = totals / _factor(found, ("event", "stated"))
    before_special = before_event / _factor(found, ("special", "beside"))
    closed = frozenset(day for day in found.dates if _is_shut(training, day))
    parts = split_days(
        usual_of(training), found.dates, totals, before_event, before_special, names, closed
    )
    return [
        QueueDay(day, round(float(low[i]) * 1000), round(float(high[i]) * 1000), parts[i])
        for i, day in enumerate(found.dates)
    ]


def _factor(found: QueueForecast, parts: Sequence[str]) -> Floats:
    """The product of some parts' factors on each day."""
    factor = np.ones(found.mean.shape[0])
    for name in parts:
        if name in found.effects:
            factor = factor * found.effects[name]
    return factor


def _is_shut(training: Training, day: date) -> bool:
    """Whether a day is closed although its weekday is open."""
    return day.weekday() in training.live and not training.is_open(day)


def day_row(queue_id: str, one: QueueDay) -> dict[str, Any]:
    """A row of `forecast_day` without its version."""
    return {
        "queue_id": queue_id,
        "day": one.day,
        "contacts_m": one.parts.total,
        "p10_m": one.p10_m,
        "p90_m": one.p90_m,
        "parts": json.dumps(parts_document(one.parts)),
    }


def inputs_document(
    pasts: Mapping[str, History | None],
    trainings: Mapping[str, Training | None],
    origin: date,
    config: ForecastConfig,
    records: Sequence[int],
    said: object,
) -> dict[str, Any]:
    """What a forecast was learned from: hash, range, days left out by queue, planners' records.

    `said` is all that people said of it; with the past and the settings it makes the hash.
    """
    digest = hashlib.sha256(config.digest.encode())
    digest.update(repr(said).encode())
    first: date | None = None
    for queue_id, history in sorted(pasts.items()):
        digest.update(queue_id.encode())
        if history is None:
            continue
        first = history.first_on if first is None else min(first, history.first_on)
        for values in (history.offered, history.handled, history.handle_s):
            if values is not None:
                digest.update(np.ascontiguousarray(values).tobytes())
    left_out = {
        queue_id: [
            {
                "first_on": one.first_on.isoformat(),
                "last_on": one.last_on.isoformat(),
                "reason": one.reason,
                "contacts": one.contacts,
                "usual": one.usual,
                "left_out": one.left_out,
            }
            for one in training.unusual
        ]
        for queue_id, training in sorted(trainings.items())
        if training is not None and training.unusual
    }
    return {
        "hash": digest.hexdigest(),
        "first_on": None if first is None else first.isoformat(),
        "last_on": (origin - timedelta(days=1)).isoformat(),
        "unusual": left_out,
        "records": list(records),
        "overrides": [],
    }
