"""What a reader of facts needs beside the files: generation and the skill group of each queue."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from wfm.store.schema import build, queue, store_state


def newest_generation(connection: Connection) -> int:
    """The newest generation of the facts; 0 before the first build."""
    return connection.scalar(select(store_state.c.generation)) or 0


def newest_build(connection: Connection) -> int:
    """The newest build of any day; 0 before the first."""
    return connection.scalar(select(func.max(build.c.build_id))) or 0


def queue_groups(connection: Connection) -> dict[str, str]:
    """Skill group id of each queue id as it stands last; a queue without one is its own group."""
    rows = connection.execute(
        select(queue.c.queue_id, queue.c.skill_group).order_by(queue.c.valid_from_at)
    )
    return {row.queue_id: row.skill_group or row.queue_id for row in rows}
