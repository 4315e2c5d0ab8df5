"""What a reader of facts needs beside the files: generation, groups of queues, days of hire."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, func, select

from wfm.store.schema import build, partition, person, queue, store_state


def newest_generation(connection: Connection) -> int:
    """The newest generation of the facts; 0 before the first build."""
    return connection.scalar(select(store_state.c.generation)) or 0


def newest_build(connection: Connection) -> int:
    """The newest build of any day; 0 before the first."""
    return connection.scalar(select(func.max(build.c.build_id))) or 0


def newest_build_of(connection: Connection, first: date, end: date) -> int:
    """The newest build of the days from `first` to before `end`; 0 without any."""
    found = select(func.max(build.c.build_id)).where(build.c.day >= first, build.c.day < end)
    return connection.scalar(found) or 0


def built_until(connection: Connection, day: date) -> int | None:
    """The moment up to which a day is built, None where it is not or something came since."""
    live = select(build.c.as_of_at).join(partition, partition.c.live_build == build.c.build_id)
    return connection.scalar(
        live.where(partition.c.day == day, partition.c.shard == "", partition.c.dirty == 0)
    )


def queue_groups(connection: Connection) -> dict[str, str]:
    """Skill group id of each queue id as it stands last; a queue without one is its own group."""
    rows = connection.execute(
        select(queue.c.queue_id, queue.c.skill_group).order_by(queue.c.valid_from_at)
    )
    return {row.queue_id: row.skill_group or row.queue_id for row in rows}


def hire_days(connection: Connection) -> dict[str, date]:
    """The day on which each person was hired, as recorded last; people without one are left out."""
    rows = connection.execute(
        select(person.c.agent_id, person.c.hire_on)
        .where(person.c.hire_on.is_not(None))
        .order_by(person.c.valid_from_at)
    )
    return {row.agent_id: row.hire_on for row in rows}
