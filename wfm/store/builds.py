"""Builds of a day's facts: leased, swapped in whole or not at all, and restated when closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, insert, or_, select, update

from wfm.store.files import StoredFile
from wfm.store.leases import database_now
from wfm.store.schema import (
    batch_partition,
    build,
    partition,
    raw_batch,
    reader_lease,
    restatement,
    store_state,
    version,
    version_input,
)

BUILD_LEASE_S = 60


@dataclass(frozen=True)
class Claim:
    """A day leased for building: what was live and dirty when it was taken, and the fence."""

    day: date
    shard: str
    owner: str
    fence: int
    seen_dirty: int
    seen_build: int | None


@dataclass(frozen=True)
class Built:
    """What a build made: its files by table, and what it was made from."""

    files: Mapping[str, StoredFile]
    batch_ids: Sequence[str]
    inputs_hash: str
    rules_id: str
    code_version: str
    as_of_at: int


@dataclass(frozen=True)
class LiveDay:
    """A day as it stands: how often it was touched since, and its live build, if any."""

    day: date
    dirty: int
    sealed: bool
    build_id: int | None
    as_of_at: int | None
    inputs_hash: str | None
    code_version: str | None


def live_days(connection: Connection) -> list[LiveDay]:
    """Every day of the store, oldest first, with its live build."""
    rows = connection.execute(
        select(partition, build.c.as_of_at, build.c.inputs_hash, build.c.code_version)
        .join(build, build.c.build_id == partition.c.live_build, isouter=True)
        .where(partition.c.shard == "")
        .order_by(partition.c.day)
    )
    return [
        LiveDay(
            r.day, r.dirty, r.sealed, r.live_build, r.as_of_at, r.inputs_hash, r.code_version
        )
        for r in rows
    ]  # fmt: skip


def claim_day(connection: Connection, day: date, owner: str) -> Claim | None:
    """The lease of a day, None while another owner holds it (needs a write transaction)."""
    now = database_now(connection)
    free = or_(
        partition.c.lease_until.is_(None),
        partition.c.lease_until < now,
        partition.c.lease_owner == owner,
    )
    here = _at(day)
    changed = connection.execute(
        update(partition)
        .where(here, free, partition.c.sealed.is_(False))
        .values(
            lease_owner=owner, lease_until=now + BUILD_LEASE_S, fence=partition.c.fence + 1
        )
    )  # fmt: skip
    if changed.rowcount == 0:
        return None
    row = connection.execute(select(partition).where(here)).one()
    return Claim(day, "", owner, row.fence, row.dirty, row.live_build)


def hold_day(connection: Connection, day: date, owner: str) -> Claim | None:
    """The lease of a day that is still being delivered, seen or not, so that nobody builds it yet.

    Without it a closed day would be built from its first file and restated with each other one.
    The lease ends by itself: who is slower than a minute holds the day again.
    """
    if connection.scalar(select(partition.c.day).where(_at(day))) is None:
        connection.execute(
            insert(partition),
            {"day": day, "shard": "", "dirty": 0, "fence": 0, "sealed": False},
        )
    return claim_day(connection, day, owner)


def release_day(connection: Connection, claim: Claim, *, clean: bool) -> None:
    """The lease given back; with `clean` the touches seen at the claim are done with."""
    connection.execute(
        update(partition)
        .where(*_mine(claim))
        .values(
            lease_owner=None,
            lease_until=None,
            dirty=partition.c.dirty - (claim.seen_dirty if clean else 0),
        )
    )


def swap_build(
    connection: Connection, claim: Claim, built: Built, *, built_at: int, closed: bool
) -> bool:
    """Whether the build became the live one; not when the fence or the live build moved on.

    One transaction: new build and its files, the old one dead, the generation one higher. A
    touch that came after the claim stays counted, so the day is built again.
    """
    generation = (connection.scalar(select(store_state.c.generation)) or 0) + 1
    key = connection.execute(
        insert(build).values(
            day=claim.day, shard=claim.shard, rules_id=built.rules_id,
            code_version=built.code_version, inputs_hash=built.inputs_hash,
            as_of_at=built.as_of_at, born_gen=generation, built_at=built_at,
        )
    ).inserted_primary_key  # fmt: skip
    new_build = int(key[0]) if key else 0
    seen = (
        partition.c.live_build.is_(None)
        if claim.seen_build is None
        else partition.c.live_build == claim.seen_build
    )
    changed = connection.execute(
        update(partition)
        .where(*_mine(claim), seen)
        .values(
            live_build=new_build, dirty=partition.c.dirty - claim.seen_dirty, lease_owner=None,
            lease_until=None, closed_at=built_at if closed else None,
        )
    )  # fmt: skip
    if changed.rowcount == 0:
        connection.execute(build.delete().where(build.c.build_id == new_build))
        return False
    _write_versions(connection, new_build, built)
    if claim.seen_build is not None:
        connection.execute(
            update(build).where(build.c.build_id == claim.seen_build).values(dead_gen=generation)
        )
        if closed and _differs(connection, claim.seen_build, new_build):
            _restate(connection, claim, new_build, built_at, built.code_version)
    connection.execute(update(store_state).values(generation=generation))
    return True


def unread_before(
    connection: Connection, build_id: int, day: date, until: int, tables: Sequence[str]
) -> bool:
    """Whether a batch of a day, of one of the tables and begun before an instant, is none of those
    the build was made from."""
    read = select(version_input.c.batch_id).where(version_input.c.build_id == build_id)
    found = (
        select(raw_batch.c.batch_id)
        .join(batch_partition, batch_partition.c.batch_id == raw_batch.c.batch_id)
        .where(
            batch_partition.c.day == day,
            raw_batch.c.table_name.in_(tables),
            raw_batch.c.compacted_into.is_(None),
            raw_batch.c.first_at < until,
            raw_batch.c.batch_id.not_in(read),
        )
        .limit(1)
    )
    return connection.scalar(found) is not None


def files_of_build(connection: Connection, build_id: int) -> list[str]:
    """Fact files of one build."""
    rows = connection.scalars(
        select(version.c.file).where(version.c.build_id == build_id).order_by(version.c.file)
    )
    return list(rows)


def named_files(connection: Connection) -> set[str]:
    """Fact files of the live builds, of every build a reader still leases, and of those whose
    figures a later one restated: they are shown beside the new ones."""
    now = database_now(connection)
    leased = (
        connection.scalars(select(reader_lease.c.generation).where(reader_lease.c.until_at >= now))
    ).all()
    oldest = min(leased, default=None)
    alive = build.c.dead_gen.is_(None)
    told = build.c.build_id.in_(select(restatement.c.old_build))
    kept = or_(alive, told) if oldest is None else or_(alive, told, build.c.dead_gen > oldest)
    rows = connection.scalars(
        select(version.c.file).join(build, build.c.build_id == version.c.build_id).where(kept)
    )
    return set(rows)


def _at(day: date) -> ColumnElement[bool]:
    return (partition.c.day == day) & (partition.c.shard == "")


def _mine(claim: Claim) -> tuple:  # type: ignore[type-arg]
    return (
        partition.c.day == claim.day,
        partition.c.shard == claim.shard,
        partition.c.fence == claim.fence,
    )


def _write_versions(connection: Connection, build_id: int, built: Built) -> None:
    rows = [
        {
            "build_id": build_id, "table_name": table, "file": stored.file,
            "content_hash": stored.content_hash, "rows": stored.rows,
        }
        for table, stored in sorted(built.files.items())
    ]  # fmt: skip
    if rows:
        connection.execute(insert(version), rows)
    inputs = [{"build_id": build_id, "batch_id": batch_id} for batch_id in built.batch_ids]
    if inputs:
        connection.execute(insert(version_input), inputs)


def _differs(connection: Connection, old: int, new: int) -> bool:
    return _contents(connection, old) != _contents(connection, new)


def _contents(connection: Connection, build_id: int) -> set[tuple[str, str]]:
    rows = connection.execute(
        select(version.c.table_name, version.c.content_hash).where(version.c.build_id == build_id)
    )
    return {(row.table_name, row.content_hash) for row in rows}


def _restate(
    connection: Connection, claim: Claim, new_build: int, at: int, code_version: str
) -> None:
    """A closed day changed: old and new build are kept together with what came in between.

    A newer program that builds the same deliveries again restates nothing.
    """
    batches = select(version_input.c.batch_id)
    old = set(connection.scalars(batches.where(version_input.c.build_id == claim.seen_build)))
    new = set(connection.scalars(batches.where(version_input.c.build_id == new_build)))
    was = connection.scalar(
        select(build.c.code_version).where(build.c.build_id == claim.seen_build)
    )
    if old == new and was != code_version:
        return
    late = len(new - old)
    arrived = "1 late delivery" if late == 1 else f"{late} late deliveries"
    cause = arrived if late else "a change of plan, organisation or rules"
    connection.execute(
        insert(restatement),
        {
            "day": claim.day, "shard": claim.shard, "old_build": claim.seen_build,
            "new_build": new_build, "cause": cause, "restated_at": at,
        },
    )  # fmt: skip
