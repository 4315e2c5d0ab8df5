"""The manifest: which immutable files are live. Its transaction is the only commit point."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from wfm.domain.errors import BatchConflict
from wfm.store.files import StoredFile
from wfm.store.schema import (
    batch_partition,
    build,
    partition,
    raw_batch,
    restatement,
    store_state,
    version,
)

MOST_BUILDS = 500  # asked for at once


@dataclass(frozen=True)
class Batch:
    """A committed raw batch."""

    batch_id: str
    table: str
    source_id: str
    file: str
    rows: int
    first_at: int
    last_at: int
    received_at: int


@dataclass(frozen=True, slots=True)
class FactFile:
    """One live fact file."""

    table: str
    day: date
    shard: str
    file: str
    rows: int
    code_version: str = ""


@dataclass(frozen=True)
class RestatedDay:
    """A day that changed after it was closed: when, why, and the fact files it had before."""

    day: date
    restated_at: int
    cause: str
    before: tuple[FactFile, ...]


@dataclass(frozen=True)
class Snapshot:
    """The fact files of one generation: every query of a page uses the same."""

    generation: int
    files: tuple[FactFile, ...]
    restated: tuple[RestatedDay, ...] = ()


def record_batch(
    connection: Connection,
    *,
    table: str,
    source_id: str,
    stored: StoredFile,
    first_at: int,
    last_at: int,
    days: Iterable[date],
    received_at: int,
    delivery_id: int | None = None,
) -> str:
    """The id of a raw batch, made live in the caller's transaction; its days become dirty.

    The id is the content hash: the same rows again are the same batch and change nothing.
    """
    batch_id = stored.content_hash
    known = connection.execute(
        select(raw_batch.c.table_name, raw_batch.c.file).where(raw_batch.c.batch_id == batch_id)
    ).first()
    if known is not None:
        if known.table_name != table:
            raise BatchConflict(
                f"Batch {batch_id[:12]} is known as {known.table_name}, and came again as {table}."
            )
        return batch_id
    connection.execute(
        insert(raw_batch),
        {
            "batch_id": batch_id,
            "table_name": table,
            "source_id": source_id,
            "content_hash": stored.content_hash,
            "file": stored.file,
            "rows": stored.rows,
            "first_at": first_at,
            "last_at": last_at,
            "received_at": received_at,
            "delivery_id": delivery_id,
        },
    )
    touched = sorted(set(days))
    if touched:
        connection.execute(
            insert(batch_partition), [{"batch_id": batch_id, "day": day} for day in touched]
        )
        mark_dirty(connection, touched)
    return batch_id


def mark_dirty(connection: Connection, days: Iterable[date], shard: str = "") -> None:
    """Days asked to be rebuilt; a day never seen gets its partition row."""
    for day in sorted(set(days)):
        changed = connection.execute(
            update(partition)
            .where(partition.c.day == day, partition.c.shard == shard)
            .values(dirty=partition.c.dirty + 1)
        )
        if changed.rowcount == 0:
            connection.execute(
                insert(partition),
                {"day": day, "shard": shard, "dirty": 1, "fence": 0, "sealed": False},
            )


def batches_of(connection: Connection, table: str, days: Iterable[date]) -> list[Batch]:
    """Live raw batches of a table that touch any of the days, in order of arrival."""
    rows = connection.execute(
        select(raw_batch)
        .where(
            raw_batch.c.table_name == table,
            raw_batch.c.compacted_into.is_(None),
            raw_batch.c.batch_id.in_(
                select(batch_partition.c.batch_id).where(batch_partition.c.day.in_(list(days)))
            ),
        )
        .order_by(raw_batch.c.received_at, raw_batch.c.batch_id)
    )
    return [
        Batch(
            r.batch_id, r.table_name, r.source_id, r.file, r.rows, r.first_at, r.last_at,
            r.received_at,
        )
        for r in rows
    ]  # fmt: skip


def snapshot(
    connection: Connection, known: dict[int, tuple[FactFile, ...]] | None = None
) -> Snapshot:
    """The live fact files and their generation, with what was restated of them.

    `known` are the files of builds read before, by their number; those of this snapshot are added.
    A build never changes: a delivery makes one new build among the hundreds of a year.
    """
    known = {} if known is None else known
    generation = connection.scalar(select(store_state.c.generation)) or 0
    live = connection.scalars(
        select(partition.c.live_build)
        .where(partition.c.live_build.is_not(None))
        .order_by(partition.c.day, partition.c.shard)
    ).all()
    changed = _changed(connection)
    wanted = {*live, *(row.old_build for row in changed)}
    found = {number: held for number in wanted if (held := known.get(number)) is not None}
    found |= _files_of(connection, wanted - found.keys())
    known.update(found)
    if len(known) > 2 * len(found):  # others may look at an older snapshot at this moment
        for gone in set(known.copy()) - wanted:
            known.pop(gone, None)
    restated = tuple(
        RestatedDay(row.day, row.restated_at, row.cause, found[row.old_build]) for row in changed
    )
    files = sorted((f for number in live for f in found[number]), key=lambda f: (f.day, f.table))
    return Snapshot(generation, tuple(files), restated)


def _files_of(connection: Connection, builds: Iterable[int]) -> dict[int, tuple[FactFile, ...]]:
    read: dict[int, list[FactFile]] = {number: [] for number in builds}
    left = sorted(read)
    while left:
        some, left = left[:MOST_BUILDS], left[MOST_BUILDS:]
        for number, *row in connection.execute(_FILES.where(build.c.build_id.in_(some))):
            read[number].append(FactFile(*row))
    return {number: tuple(files) for number, files in read.items()}


_FILES = (
    select(
        build.c.build_id, version.c.table_name, build.c.day, build.c.shard, version.c.file,
        version.c.rows, build.c.code_version,
    )
    .join(build, build.c.build_id == version.c.build_id)
    .order_by(build.c.day, version.c.table_name)
)  # fmt: skip


def _changed(connection: Connection) -> Sequence[Any]:
    """The newest restatement of each day that changed after it was closed, in order of days."""
    newest = (
        select(func.max(restatement.c.restatement_id))
        .where(restatement.c.shard == "")
        .group_by(restatement.c.day)
    )
    return connection.execute(
        select(restatement)
        .where(restatement.c.restatement_id.in_(newest))
        .order_by(restatement.c.day)
    ).all()
