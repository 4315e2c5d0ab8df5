"""Facts brought up to date before something is learned from them."""

from __future__ import annotations

import time
from datetime import date

from sqlalchemy import func, select

from wfm.domain.clock import Clock
from wfm.domain.errors import StaleWrite
from wfm.domain.language import say
from wfm.domain.progress import Progress
from wfm.facts.rebuild import rebuild_dirty
from wfm.store.schema import partition
from wfm.store.store import Store
from wfm.worker.jobs import new_owner

DAYS_A_STEP = 4
WAIT_S = 120.0
PAUSE_S = 0.5


def bring_up(store: Store, clock: Clock, before: date, progress: Progress) -> None:
    """Nothing, once no day before `before` waits to be rebuilt; days another holds are waited for.

    A forecast from half-built facts would be a wrong number, so it is refused after two minutes.
    """
    owner, total = new_owner(), waiting_days(store, before)
    deadline = time.monotonic() + WAIT_S
    left = total
    while left:
        progress(say("Bringing facts up to date"), 100 * (1 - left / total) / 4, days_left=left)
        done = rebuild_dirty(store, clock, owner, limit=DAYS_A_STEP)
        now = waiting_days(store, before)
        if now < left:
            deadline = time.monotonic() + WAIT_S
        elif not done:
            if time.monotonic() > deadline:
                raise StaleWrite(
                    say(
                        "{now} days before {before} are being rebuilt by another worker; try again "
                        "when Data health shows them done.",
                        now=now,
                        before=before,
                    )
                )
            time.sleep(PAUSE_S)
        left = now


def waiting_days(store: Store, before: date) -> int:
    """How many days before a date were touched since they were built."""
    with store.db.read() as connection:
        found = connection.scalar(
            select(func.count())
            .select_from(partition)
            .where(partition.c.dirty > 0, partition.c.day < before, partition.c.sealed.is_(False))
        )
    return int(found or 0)
