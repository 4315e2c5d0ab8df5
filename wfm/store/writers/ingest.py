"""What one delivery leaves in the store, written inside the loader's one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, and_, func, insert, select, text, update

from wfm.domain.activities import DEFAULT_ACTIVITIES
from wfm.domain.errors import StaleWrite
from wfm.store.dimensions import dimension_keys
from wfm.store.files import StoredFile
from wfm.store.lookups import LiveBatch, read_numbers
from wfm.store.manifest import mark_dirty
from wfm.store.schema import (
    activity_code,
    batch_partition,
    delivery,
    dim,
    partition,
    quarantine,
    raw_batch,
    target,
    target_corridor,
)

CHUNK = 500


@dataclass(frozen=True)
class NewDelivery:
    """A delivery's identity and what became of its lines."""

    file_hash: str
    format: str
    source_id: str
    file_name: str
    lines_in: int
    loaded: int
    duplicates: int
    quarantined: int
    ignored: int
    by_reason: Mapping[str, int]
    received_at: int


@dataclass(frozen=True)
class NewQuarantined:
    """A rejected row."""

    line: int
    byte_offset: int
    code: str
    detail: str
    header: bytes | None
    raw: bytes


@dataclass(frozen=True)
class AgentNow:
    """The state an agent is in since an instant."""

    agent_id: str
    state: str
    reason: str
    queue_id: str | None
    since_at: int


@dataclass(frozen=True)
class Upserted:
    """Rows new, rows changed (with the keys they have), rows the same as before."""

    inserted: int
    changed: tuple[tuple[object, ...], ...]
    same: int


def number_ids(
    connection: Connection, wanted: Mapping[str, Iterable[str]]
) -> dict[str, dict[str, int]]:
    """Dimension numbers of ids by kind, new ids numbered on the way."""
    numbers = {}
    for kind, ids in wanted.items():
        known = read_numbers(connection, kind, ids)
        missing = set(ids) - set(known)
        if missing:
            known.update(dimension_keys(connection, kind, missing))
        numbers[kind] = known
    return numbers


def delivery_number(connection: Connection, file_hash: str, format: str, source_id: str) -> int:
    """The place of a delivery in the order of arrival; the same delivery keeps its number."""
    name = f"{file_hash}:{format}:{source_id}"[:200]
    known = read_numbers(connection, "delivery", [name])
    if name in known:
        return known[name]
    last = connection.scalar(select(func.max(dim.c.key)).where(dim.c.kind == "delivery")) or 0
    connection.execute(insert(dim), {"kind": "delivery", "key": last + 1, "ext_id": name})
    return int(last) + 1


def insert_delivery(connection: Connection, new: NewDelivery) -> int:
    """The id of a delivery, written; a delivery known already raises `IntegrityError`."""
    row = {**new.__dict__, "by_reason": json.dumps(dict(new.by_reason), sort_keys=True)}
    result = connection.execute(insert(delivery), row)
    return int(result.inserted_primary_key[0])  # type: ignore[index]


def update_delivery(connection: Connection, delivery_id: int, new: NewDelivery) -> None:
    """The counts of a delivery, when they are known only after its rows were written."""
    connection.execute(
        update(delivery)
        .where(delivery.c.delivery_id == delivery_id)
        .values(
            lines_in=new.lines_in, loaded=new.loaded, duplicates=new.duplicates,
            quarantined=new.quarantined, ignored=new.ignored,
            by_reason=json.dumps(dict(new.by_reason), sort_keys=True),
        )
    )  # fmt: skip


def insert_quarantine(
    connection: Connection,
    delivery_id: int,
    new: NewDelivery,
    rows: Sequence[NewQuarantined],
    options: str,
) -> None:
    """Rejected rows kept with everything that is needed to load them later."""
    if not rows:
        return
    common = {
        "delivery_id": delivery_id, "format": new.format, "source_id": new.source_id,
        "file_name": new.file_name, "file_hash": new.file_hash, "options": options,
        "received_at": new.received_at,
    }  # fmt: skip
    connection.execute(insert(quarantine), [{**common, **row.__dict__} for row in rows])


def mark_replayed(connection: Connection, row_ids: Sequence[int], at: int) -> None:
    """Rejected rows that are loaded now."""
    for start in range(0, len(row_ids), CHUNK):
        connection.execute(
            update(quarantine)
            .where(quarantine.c.row_id.in_(row_ids[start : start + CHUNK]))
            .values(replayed_at=at)
        )


def tell_reasons(connection: Connection, reasons: Mapping[int, tuple[str, str]]) -> None:
    """Code and detail for which rejected rows were rejected again, when they were tried anew."""
    for row_id, (code, detail) in reasons.items():
        same = quarantine.c.row_id == row_id
        connection.execute(update(quarantine).where(same).values(code=code, detail=detail))


def upsert_agent_now(connection: Connection, rows: Sequence[AgentNow], received_at: int) -> None:
    """The latest state of each agent; an older one never replaces a newer one."""
    if not rows:
        return
    put = """
        INSERT INTO agent_now (agent_id, state, reason, queue_id, since_at, received_at)
        VALUES (:agent_id, :state, :reason, :queue_id, :since_at, :received_at)
        ON CONFLICT (agent_id) DO UPDATE SET state = excluded.state, reason = excluded.reason,
            queue_id = excluded.queue_id, since_at = excluded.since_at,
            received_at = excluded.received_at
        WHERE excluded.since_at >= agent_now.since_at
    """
    rows_in: list[Any] = [{**row.__dict__, "received_at": received_at} for row in rows]
    # Straight to the driver: of tens of thousands of rows the way there is most of the work.
    compiled = text(put).compile(dialect=connection.dialect)
    if compiled.positional:
        rows_in = [tuple(row.values()) for row in rows_in]
    connection.exec_driver_sql(str(compiled), rows_in)


def upsert_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> Upserted:
    """Rows put into a table by primary key: new ones in, other ones changed, same ones counted."""
    if not rows:
        return Upserted(0, (), 0)
    keys = [column.name for column in table.primary_key.columns]
    known = _known_rows(connection, table, keys, rows)
    inserted, changed, same = [], list[tuple[object, ...]](), 0
    for row in rows:
        key = tuple(row[name] for name in keys)
        old = known.get(key)
        if old is None:
            inserted.append(row)
        elif all(old[name] == value for name, value in row.items()):
            same += 1
            continue
        else:
            changed.append(key)
            connection.execute(
                update(table)
                .where(and_(*(table.c[name] == row[name] for name in keys)))
                .values({name: value for name, value in row.items() if name not in keys})
            )
        known[key] = row
    if inserted:
        connection.execute(insert(table), inserted)
    return Upserted(len(inserted), tuple(changed), same)


def append_targets(
    connection: Connection, rows: Sequence[dict[str, Any]], recorded_at: int
) -> Upserted:
    """Targets added to the record; a row equal to the newest imported of its key is the same."""
    return _append(
        connection, target, rows, recorded_at,
        ("kpi_id", "level", "key", "contact_type", "queue_id", "effective_from"),
        ("value_lo", "value_hi", "amber_width"),
    )  # fmt: skip


def append_corridors(
    connection: Connection, rows: Sequence[dict[str, Any]], recorded_at: int
) -> Upserted:
    """Corridors added to the record; a row equal to the newest imported of its key is the same."""
    key_names = ("kpi_id", "level", "key", "effective_from")
    return _append(connection, target_corridor, rows, recorded_at, key_names, ("width", "basis"))


def _append(
    connection: Connection,
    table: Table,
    rows: Sequence[dict[str, Any]],
    recorded_at: int,
    key_names: Sequence[str],
    value_names: Sequence[str],
) -> Upserted:
    known: dict[tuple[object, ...], tuple[object, ...]] = {}
    # What people set on a page is no version of the file: the same file again leaves it in force.
    imported = select(table).where(table.c.source == "import")
    for old in connection.execute(imported.order_by(table.primary_key.columns[0])).mappings():
        known[tuple(old[n] for n in key_names)] = tuple(old[n] for n in value_names)
    new, changed, same = [], list[tuple[object, ...]](), 0
    for row in rows:
        key = tuple(row[name] for name in key_names)
        value = tuple(row[name] for name in value_names)
        if known.get(key) == value:
            same += 1
            continue
        if key in known:
            changed.append(key)
        known[key] = value
        stamp = {"recorded_at": recorded_at, "author": "import", "source": "import", "reason": ""}
        new.append({**row, **stamp})
    if new:
        connection.execute(insert(table), new)
    return Upserted(len(new) - len(changed), tuple(changed), same)


def ensure_activities(connection: Connection) -> None:
    """The default activity codes, put in when no codes were loaded yet."""
    if connection.execute(select(activity_code.c.activity_code).limit(1)).first() is None:
        connection.execute(
            insert(activity_code),
            [
                {
                    "activity_code": a.code, "category": a.category, "paid": a.paid,
                    "adherence": a.adherence, "interruptible": a.interruptible,
                    "planned": a.planned,
                }
                for a in DEFAULT_ACTIVITIES
            ],
        )  # fmt: skip


def mark_dirty_from(connection: Connection, first: date) -> None:
    """Days from `first` on that have facts, asked to be rebuilt: the organisation changed."""
    days = connection.scalars(select(partition.c.day).where(partition.c.day >= first)).all()
    mark_dirty(connection, days)


def replace_batches(connection: Connection, old: Sequence[LiveBatch], stored: StoredFile) -> None:
    """Batches carried by one merged file from now on; the days they touch do not become dirty."""
    merged_id, replaced = stored.content_hash, 0
    ids = [batch.batch_id for batch in old]
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        result = connection.execute(
            update(raw_batch)
            .where(raw_batch.c.batch_id.in_(part), raw_batch.c.compacted_into.is_(None))
            .values(compacted_into=merged_id)
        )
        replaced += result.rowcount
    if replaced != len(ids):
        raise StaleWrite(f"{len(ids) - replaced} of {len(ids)} batches were merged by another.")
    connection.execute(
        insert(raw_batch),
        {
            "batch_id": merged_id, "table_name": old[0].table, "source_id": old[0].source_id,
            "content_hash": stored.content_hash, "file": stored.file, "rows": stored.rows,
            "first_at": min(b.first_at for b in old), "last_at": max(b.last_at for b in old),
            "received_at": max(b.received_at for b in old),
        },
    )  # fmt: skip
    days = sorted({day for batch in old for day in batch.days})
    connection.execute(
        insert(batch_partition), [{"batch_id": merged_id, "day": day} for day in days]
    )


def _known_rows(
    connection: Connection, table: Table, keys: list[str], rows: Sequence[dict[str, Any]]
) -> dict[tuple[object, ...], dict[str, Any]]:
    first = table.c[keys[0]]
    wanted = sorted({row[keys[0]] for row in rows})
    known = {}
    for start in range(0, len(wanted), CHUNK):
        found = connection.execute(
            select(table).where(first.in_(wanted[start : start + CHUNK]))
        ).mappings()
        for old in found:
            known[tuple(old[name] for name in keys)] = dict(old)
    return known
