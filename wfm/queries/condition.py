"""The condition of the store, for `wfm doctor`: figures of the whole, none of a person."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, inspect, select

from wfm.store.schema import (
    batch_partition,
    job,
    metadata,
    partition,
    quarantine,
    raw_batch,
    store_state,
)
from wfm.store.store import Store


@dataclass(frozen=True)
class Feed:
    """What arrived of one raw table: rows, and the instant of its latest event."""

    table: str
    rows: int
    last_at: int


@dataclass(frozen=True)
class Condition:
    """Whether the store is whole and the facts are up to date."""

    missing_tables: tuple[str, ...]
    missing_files: tuple[str, ...]  # named by the manifest and not on disk
    generation: int
    days: int
    dirty_days: int
    quarantined: int
    jobs_waiting: int
    jobs_failed: int
    feeds: tuple[Feed, ...]


def condition_of(store: Store) -> Condition:
    """The condition now: tables, files, days to rebuild, quarantine, jobs, latest events."""
    present = set(inspect(store.db.engine).get_table_names())
    missing = tuple(sorted(set(metadata.tables) - present))
    if missing:
        return Condition(missing, (), 0, 0, 0, 0, 0, 0, ())
    with store.db.read() as connection:
        live = select(raw_batch).where(raw_batch.c.compacted_into.is_(None)).subquery()
        feeds = tuple(
            Feed(row.table_name, row.rows, row.last_at)
            for row in connection.execute(
                select(
                    live.c.table_name,
                    func.sum(live.c.rows).label("rows"),
                    func.max(live.c.last_at).label("last_at"),
                )
                .group_by(live.c.table_name)
                .order_by(live.c.table_name)
            )
        )
        lost = [file for file in connection.scalars(select(live.c.file)) if not _there(store, file)]

        def count(statement: object) -> int:
            return connection.scalar(statement) or 0  # type: ignore[call-overload]

        return Condition(
            missing_tables=(),
            missing_files=tuple(sorted(lost)),
            generation=count(select(store_state.c.generation)),
            days=count(select(func.count(func.distinct(batch_partition.c.day)))),
            dirty_days=count(
                select(func.count()).select_from(partition).where(partition.c.dirty > 0)
            ),
            quarantined=count(
                select(func.count())
                .select_from(quarantine)
                .where(quarantine.c.replayed_at.is_(None))
            ),
            jobs_waiting=count(select(func.count()).where(job.c.state.in_(("queued", "running")))),
            jobs_failed=count(select(func.count()).where(job.c.state == "failed")),
            feeds=feeds,
        )


def _there(store: Store, file: str) -> bool:
    return store.files.path(file).exists()
