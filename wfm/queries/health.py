"""Whether the data are all there: deliveries, rejected rows, and how fresh each feed is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from wfm.domain.errors import ScopeDenied
from wfm.domain.language import say, to_say
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.store.lookups import Quarantined
from wfm.store.lookups import read_quarantine as read_rows
from wfm.store.schema import delivery, quarantine, raw_batch
from wfm.store.store import Store

FEEDS = {
    "contact_leg": to_say("contacts"), "agent_state": to_say("agent states"),
    "interval_stats": to_say("interval figures"), "measure_day": to_say("day figures"),
}  # fmt: skip


@dataclass(frozen=True)
class Delivery:
    """One loaded file: lines in = loaded + duplicates + quarantined + ignored."""

    delivery_id: int
    file_name: str
    format: str
    source_id: str
    lines_in: int
    loaded: int
    duplicates: int
    quarantined: int
    ignored: int
    by_reason: Mapping[str, int]
    received_at: int


@dataclass(frozen=True)
class Feed:
    """A feed of events: its latest event, when it last came, and how many rows it holds."""

    table: str
    name: str
    source_id: str
    last_at: int
    received_at: int
    rows: int

    def lag_s(self, now: int) -> int:
        """Seconds from the latest event to now: 90 says that the last event is 90 s old."""
        return max(0, now - self.last_at)


@dataclass(frozen=True)
class Waiting:
    """Rejected rows that wait, by reason."""

    code: str
    rows: int


def read_deliveries(store: Store, scope: Scope, limit: int = 50) -> tuple[Delivery, ...]:
    """The latest deliveries, newest first; files hold rows of every site."""
    _whole_centre(scope)
    with store.db.read() as connection:
        rows = connection.execute(
            select(delivery).order_by(delivery.c.delivery_id.desc()).limit(limit)
        )
        return tuple(
            Delivery(
                r.delivery_id, r.file_name, r.format, r.source_id, r.lines_in, r.loaded,
                r.duplicates, r.quarantined, r.ignored, json.loads(r.by_reason), r.received_at,
            )
            for r in rows
        )  # fmt: skip


def feeds_of(store: Store) -> tuple[Feed, ...]:
    """Every feed of every source with its latest event, for how fresh a page is; no rows of it."""
    with store.db.read() as connection:
        rows = connection.execute(
            select(
                raw_batch.c.table_name,
                raw_batch.c.source_id,
                func.max(raw_batch.c.last_at),
                func.max(raw_batch.c.received_at),
                func.sum(raw_batch.c.rows),
            )
            .where(
                raw_batch.c.table_name.in_(list(FEEDS)), raw_batch.c.compacted_into.is_(None)
            )
            .group_by(raw_batch.c.table_name, raw_batch.c.source_id)
            .order_by(raw_batch.c.table_name, raw_batch.c.source_id)
        )  # fmt: skip
        return tuple(Feed(table, FEEDS[table], *rest) for table, *rest in rows)


def read_waiting(store: Store, scope: Scope) -> tuple[Waiting, ...]:
    """How many rejected rows wait for each reason, most first."""
    _whole_centre(scope)
    with store.db.read() as connection:
        rows = connection.execute(
            select(quarantine.c.code, func.count())
            .where(quarantine.c.replayed_at.is_(None))
            .group_by(quarantine.c.code)
            .order_by(func.count().desc(), quarantine.c.code)
        )
        return tuple(Waiting(code, count) for code, count in rows)


def read_quarantine(
    store: Store,
    scope: Scope,
    *,
    codes: tuple[str, ...] = (),
    row_ids: tuple[int, ...] = (),
    waiting: bool = True,
    limit: int | None = 100,
) -> tuple[Quarantined, ...]:
    """Rejected rows as they were received, oldest first."""
    _whole_centre(scope)
    with store.db.read() as connection:
        return tuple(
            read_rows(connection, codes=codes, row_ids=row_ids, waiting=waiting, limit=limit)
        )


def _whole_centre(scope: Scope) -> None:
    if scope != ENTERPRISE:
        raise ScopeDenied(
            say("Deliveries hold rows of every site; only the whole centre shows them.")
        )
