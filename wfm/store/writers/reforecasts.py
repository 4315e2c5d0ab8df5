"""Reforecasts written: the rest of a running day, once for each queue and interval that ended."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from wfm.store.schema import reforecast

KEPT_DAYS = 14  # rests of older days answer nothing any more


@dataclass(frozen=True)
class Rest:
    """What was said of the rest of a queue's day when the quarters before `as_of_q` were over."""

    queue_id: str
    day: date
    as_of_q: int
    unit: str
    fc_version: int
    document: Mapping[str, Any]


def add_reforecasts(connection: Connection, rests: Sequence[Rest], made_at: int) -> int:
    """How many were new; one that is there already stays as it was said."""
    days = {one.day for one in rests}
    known = {
        tuple(row)
        for row in connection.execute(
            select(reforecast.c.queue_id, reforecast.c.day, reforecast.c.as_of_q).where(
                reforecast.c.day.in_(days)
            )
        )
    }
    rows = [
        {
            "queue_id": one.queue_id, "day": one.day, "as_of_q": one.as_of_q, "unit": one.unit,
            "fc_version": one.fc_version, "made_at": made_at,
            "document": json.dumps(one.document),
        }
        for one in rests
        if (one.queue_id, one.day, one.as_of_q) not in known
    ]  # fmt: skip
    if rows:
        connection.execute(insert(reforecast), rows)
        oldest = min(days) - timedelta(days=KEPT_DAYS)
        connection.execute(delete(reforecast).where(reforecast.c.day < oldest))
    return len(rows)
