"""How far the history of a centre has come: days whose figures can be looked at, of all known."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select

from wfm.store.leases import database_now
from wfm.store.schema import job, partition
from wfm.store.store import Store

DAY = timedelta(days=1)
# Today and yesterday are renewed all the time; only what lies before is history.
SETTLED = 2 * DAY


@dataclass(frozen=True)
class Loading:
    """Days that can be looked at of all days so far; `moving` while somebody works on the rest.

    `waiting` are the days whose figures are not all there: none of them, or a part.
    """

    done: int
    days: int
    moving: bool
    waiting: frozenset[date] = frozenset()

    def lacks(self, first: date, end: date) -> int:
        """How many days from one up to, not including, another are not all there."""
        return sum(first <= day < end for day in self.waiting)


def loading_of(store: Store, today: date) -> Loading | None:
    """How far history is loaded, None when no day before yesterday waits.

    A day waits when something of it was delivered and its facts were never built, or when a job
    that is not over has announced it with `first_on` and `end_on` (exclusive) in its parameters.
    23 days built, 60 announced and 8 touched are 23 of 91. A job that delivers the newest first
    tells in `whole_from` from which day on it has delivered all: what is built of an earlier day is
    a part of it, like the first hours of a night shift.
    """
    with store.db.read() as connection:
        rows = connection.execute(
            select(partition.c.day, partition.c.live_build, partition.c.dirty).where(
                partition.c.day <= today, partition.c.shard == "", partition.c.sealed.is_(False)
            )
        ).all()
        announced, partly, moving = _announced(connection, today)
    built = {row.day for row in rows if row.live_build is not None} - partly
    touched = {row.day for row in rows if row.live_build is None and row.dirty > 0}
    waiting = (touched | announced) - built
    if not any(day <= today - SETTLED for day in waiting):
        return None
    return Loading(len(built), len(built | waiting), moving or bool(touched), frozenset(waiting))


def _announced(connection: Connection, today: date) -> tuple[set[date], set[date], bool]:
    """Days announced, those of them that are not all delivered, and whether somebody works."""
    now, days, partly, moving = database_now(connection), set[date](), set[date](), False
    jobs = connection.execute(
        select(job.c.parameters, job.c.detail, job.c.lease_until).where(
            job.c.state.in_(("queued", "running"))
        )
    )
    for row in jobs:
        parameters = json.loads(row.parameters)
        if "first_on" in parameters and "end_on" in parameters:
            first = date.fromisoformat(parameters["first_on"])
            end = min(date.fromisoformat(parameters["end_on"]), today + DAY)
            own = {first + n * DAY for n in range((end - first).days)}
            whole_from = json.loads(row.detail).get("whole_from")
            if whole_from is not None:
                partly |= {day for day in own if day < date.fromisoformat(whole_from)}
            days |= own
            moving = moving or (row.lease_until or 0) >= now
    return days, partly, moving
