"""What is kept beside a forecast's values: its inputs, and each queue's days with their parts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from forecasting import quantiles
from forecasting.explain_day import split_days, usual_of
from forecasting.forecast import ForecastConfig
from forecasting.known_effects import Bent
from forecasting.series import Floats, History
from forecasting.training import Training
from wfm.domain.forecast_days import DayParts, parts_document
from wfm.worker.forecast_days import day_spread


@dataclass(frozen=True)
class QueueDay:
    """One queue's day: its total's band and its parts, in thousandths of a contact."""

    day: date
    p10_m: int
    p90_m: int
    parts: DayParts


def queue_days(bent: Bent, training: Training) -> list[QueueDay]:
    """The days of a queue's forecast, their bands from the totals of the days looked back at."""
    found = bent.forecast
    # The quarters are kept in whole thousandths, and the day is their sum to the last digit.
    totals = np.rint(found.mean * 1000).sum(axis=1) / 1000
    phi, _ = day_spread([found])
    low, high = (quantiles.quantile(totals, phi, level) for level in (0.1, 0.9))
    closed = frozenset(day for day in found.dates if day in training.calendar.closed_on)
    parts = split_days(
        usual_of(training), found.dates, totals, _plain(bent.before_event, bent, totals),
        _plain(bent.before_special, bent, totals), bent.names, closed,
    )  # fmt: skip
    return [
        QueueDay(day, round(float(low[i]) * 1000), round(float(high[i]) * 1000), parts[i])
        for i, day in enumerate(found.dates)
    ]


def _plain(before: Floats, bent: Bent, totals: Floats) -> Floats:
    """Totals before something was laid on; where nothing was, the total as it is kept."""
    moved = ~np.isclose(before, bent.forecast.mean.sum(axis=1))
    return np.where(moved, before, totals)


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
        queue_id: [day.isoformat() for day in training.flagged]
        for queue_id, training in sorted(trainings.items())
        if training is not None and training.flagged
    }
    return {
        "hash": digest.hexdigest(),
        "first_on": None if first is None else first.isoformat(),
        "last_on": (origin - timedelta(days=1)).isoformat(),
        "replaced": left_out,
        "records": list(records),
        "overrides": [],
    }
