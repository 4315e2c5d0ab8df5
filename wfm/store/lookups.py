"""What loading asks the store: which ids exist, who has which login, what came before.

These serve the loader, which speaks for the whole centre and for nobody: unlike the readers they
take no scope, and no page may call them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Connection, Select, select

from wfm.store.files import FileStore
from wfm.store.manifest import batches_of
from wfm.store.raw import RAW_SCHEMAS
from wfm.store.schema import (
    activity_code,
    agent_alias,
    agent_now,
    batch_partition,
    delivery,
    dim,
    org_unit,
    person,
    quarantine,
    queue,
    raw_batch,
)

CHUNK = 500


@dataclass(frozen=True)
class QueueRule:
    """What a contact takes from its queue: thresholds from an instant on, and the day's zone."""

    queue_id: str
    from_at: int
    sl_threshold_s: int
    short_abandon_s: int
    zone: str
    channel: str


@dataclass(frozen=True)
class Quarantined:
    """One rejected row, as it was received."""

    row_id: int
    delivery_id: int
    format: str
    source_id: str
    file_name: str
    file_hash: str
    line: int
    byte_offset: int
    code: str
    detail: str
    header: bytes | None
    raw: bytes
    options: str
    received_at: int
    replayed_at: int | None


def read_agent_zones(connection: Connection, agent_ids: Iterable[str] | None) -> dict[str, str]:
    """Zone of the site of each agent that is known, by agent id; of everybody with None."""
    zones, found = _team_zones(connection), dict[str, str]()
    query = select(person.c.agent_id, person.c.team_id).order_by(person.c.valid_from_at)
    for agent_id, team_id in _rows_of(connection, query, person.c.agent_id, agent_ids):
        found[agent_id] = zones.get(team_id) or "UTC"
    return found


def read_aliases(
    connection: Connection, source_id: str, logins: Iterable[str]
) -> dict[str, list[tuple[int, str]]]:
    """For each login of a source that is known: (valid from, agent id) in order of time."""
    found: dict[str, list[tuple[int, str]]] = {}
    for part in _parts(logins):
        rows = connection.execute(
            select(agent_alias.c.login, agent_alias.c.valid_from_at, agent_alias.c.agent_id)
            .where(agent_alias.c.source_id == source_id, agent_alias.c.login.in_(part))
            .order_by(agent_alias.c.valid_from_at)
        )
        for login, valid_from_at, agent_id in rows:
            found.setdefault(login, []).append((valid_from_at, agent_id))
    return found


def read_queue_rules(connection: Connection, queue_ids: Iterable[str]) -> list[QueueRule]:
    """Rules of the queues that are known, each row of their history, in order of time."""
    zones, rules = _unit_zones(connection), list[QueueRule]()
    for part in _parts(queue_ids):
        rows = connection.execute(
            select(queue).where(queue.c.queue_id.in_(part)).order_by(queue.c.valid_from_at)
        )
        rules += [
            QueueRule(
                r.queue_id, r.valid_from_at, r.sl_threshold_s, r.short_abandon_s,
                r.timezone or zones.get(r.site_id) or "UTC", r.channel,
            )
            for r in rows
        ]  # fmt: skip
    return rules


def read_since(connection: Connection, agent_ids: Iterable[str] | None) -> dict[str, int]:
    """Since when each agent is in the state the live board shows; everybody with None."""
    query = select(agent_now.c.agent_id, agent_now.c.since_at)
    return dict(_rows_of(connection, query, agent_now.c.agent_id, agent_ids))


def read_units(connection: Connection) -> dict[str, str]:
    """Level of every unit, by id."""
    rows = connection.execute(select(org_unit.c.org_id, org_unit.c.org_level))
    return dict(rows.all())


def read_site_zone(connection: Connection, site_id: str) -> str | None:
    """The zone of a site, None when it has none or is not known."""
    return _unit_zones(connection).get(site_id)


def read_activity_codes(connection: Connection) -> dict[str, bool]:
    """Every activity code with whether it is paid."""
    rows = connection.execute(select(activity_code.c.activity_code, activity_code.c.paid))
    return dict(rows.all())


def read_numbers(connection: Connection, kind: str, ids: Iterable[str] | None) -> dict[str, int]:
    """Dimension numbers of those ids that have one; of every id of the kind with None."""
    query = select(dim.c.ext_id, dim.c.key).where(dim.c.kind == kind)
    return dict(_rows_of(connection, query, dim.c.ext_id, ids))


@dataclass(frozen=True)
class DeliveryCounts:
    """Counts of a delivery that was loaded before."""

    delivery_id: int
    lines_in: int
    ignored: int


def read_delivery(
    connection: Connection, file_hash: str, format: str, source_id: str
) -> DeliveryCounts | None:
    """The delivery of exactly these bytes, format and source; None when it never came."""
    row = connection.execute(
        select(delivery.c.delivery_id, delivery.c.lines_in, delivery.c.ignored).where(
            delivery.c.file_hash == file_hash,
            delivery.c.format == format,
            delivery.c.source_id == source_id,
        )
    ).first()
    return DeliveryCounts(*row) if row else None


def read_quarantine(
    connection: Connection,
    *,
    codes: Sequence[str] = (),
    details: Sequence[str] = (),
    row_ids: Sequence[int] = (),
    waiting: bool = True,
    limit: int | None = None,
) -> list[Quarantined]:
    """Rejected rows in order of arrival; `waiting` leaves out those replayed since."""
    query = select(quarantine).order_by(quarantine.c.row_id)
    if codes:
        query = query.where(quarantine.c.code.in_(codes))
    if details:
        query = query.where(quarantine.c.detail.in_(details))
    if row_ids:
        query = query.where(quarantine.c.row_id.in_(row_ids))
    if waiting:
        query = query.where(quarantine.c.replayed_at.is_(None))
    if limit is not None:
        query = query.limit(limit)
    return [
        Quarantined(
            r.row_id, r.delivery_id, r.format, r.source_id, r.file_name, r.file_hash, r.line,
            r.byte_offset, r.code, r.detail, r.header, r.raw, r.options, r.received_at,
            r.replayed_at,
        )
        for r in connection.execute(query)
    ]  # fmt: skip


@dataclass(frozen=True)
class LiveBatch:
    """A live batch with every day it touches."""

    batch_id: str
    table: str
    source_id: str
    file: str
    rows: int
    first_at: int
    last_at: int
    received_at: int
    days: frozenset[date]


def small_batches(connection: Connection, day: date, below: int) -> list[LiveBatch]:
    """Live batches that touch a day and have fewer rows than `below`, in order of arrival."""
    rows = connection.execute(
        select(raw_batch)
        .join(batch_partition, batch_partition.c.batch_id == raw_batch.c.batch_id)
        .where(
            batch_partition.c.day == day,
            raw_batch.c.rows < below,
            raw_batch.c.compacted_into.is_(None),
        )
        .order_by(raw_batch.c.received_at, raw_batch.c.batch_id)
    ).all()
    days: dict[str, set[date]] = {row.batch_id: set() for row in rows}
    for part in _parts(days):
        found = connection.execute(
            select(batch_partition.c.batch_id, batch_partition.c.day).where(
                batch_partition.c.batch_id.in_(part)
            )
        )
        for batch_id, touched in found:
            days[batch_id].add(touched)
    return [
        LiveBatch(
            r.batch_id, r.table_name, r.source_id, r.file, r.rows, r.first_at, r.last_at,
            r.received_at, frozenset(days[r.batch_id]),
        )
        for r in rows
    ]  # fmt: skip


def read_stored_rows(
    connection: Connection,
    files: FileStore,
    table: str,
    days: Iterable[date],
    columns: Sequence[str],
    at: str | None,
    first_at: int,
    last_at: int,
) -> pl.DataFrame:
    """Columns of the raw rows of a table whose batches touch the days and the span of time.

    `at` names the time column by which files are sorted, so that only their matching part is read.
    """
    batches = [
        batch
        for batch in batches_of(connection, table, days)
        if batch.first_at <= last_at and batch.last_at >= first_at
    ]
    frames = []
    for batch in batches:
        scan = pl.scan_parquet(files.path(batch.file))
        if at is not None:
            scan = scan.filter(
                pl.col(at).is_between(first_at, last_at, closed="both") | pl.col(at).is_null()
            )
        frames.append(scan.select(columns))
    if not frames:
        return pl.DataFrame()
    return pl.concat(pl.collect_all(frames))


def read_source_rows(
    connection: Connection, files: FileStore, table: str, source_id: str, first_at: int
) -> pl.DataFrame:
    """Rows of one source from batches that reach `first_at` or later, each event once, newest."""
    names = connection.scalars(
        select(raw_batch.c.file).where(
            raw_batch.c.table_name == table,
            raw_batch.c.source_id == source_id,
            raw_batch.c.last_at >= first_at,
            raw_batch.c.compacted_into.is_(None),
        )
    ).all()
    if not names:
        return pl.DataFrame(schema=RAW_SCHEMAS[table])
    frame = pl.read_parquet([files.path(name) for name in names])
    ordered = frame.sort("event_key", "seq", "payload_hash")
    return ordered.unique("event_key", keep="last", maintain_order=True)


def _team_zones(connection: Connection) -> dict[str, str | None]:
    zones = _unit_zones(connection)
    rows = connection.execute(select(org_unit.c.org_id, org_unit.c.parent_id, org_unit.c.timezone))
    return {r.org_id: r.timezone or zones.get(r.parent_id) for r in rows}


def _unit_zones(connection: Connection) -> dict[str | None, str]:
    rows = connection.execute(
        select(org_unit.c.org_id, org_unit.c.timezone).order_by(org_unit.c.valid_from)
    )
    return {r.org_id: r.timezone for r in rows if r.timezone}


def _rows_of(
    connection: Connection,
    query: Select[Any],
    column: ColumnElement[str],
    ids: Iterable[str] | None,
) -> Iterator[Any]:
    """Rows of a query whose column is one of the ids, asked in parts; every row with None.

    Fetched at once: one by one, tens of thousands of rows cost several times as much.
    """
    if ids is None:
        yield from connection.execute(query).all()
        return
    for part in _parts(ids):
        yield from connection.execute(query.where(column.in_(part))).all()


def _parts(ids: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        yield wanted[start : start + CHUNK]
