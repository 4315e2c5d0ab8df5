"""People's histories continued: a new row from an instant on, all else as it was."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, insert, select, update

from wfm.store.schema import person


def write_skills(connection: Connection, at: int, skills: Mapping[str, str]) -> None:
    """People's skills from an instant on, up to the next row that is known of each.

    A row that begins at that very instant is changed; else a copy of the one in force begins then.
    """
    rows = connection.execute(
        select(person)
        .where(person.c.agent_id.in_(list(skills)), person.c.valid_from_at <= at)
        .order_by(person.c.valid_from_at)
    ).mappings()
    for agent_id, row in {row["agent_id"]: row for row in rows}.items():
        if row["valid_from_at"] == at:
            connection.execute(
                update(person)
                .where(person.c.agent_id == agent_id, person.c.valid_from_at == at)
                .values(skills=skills[agent_id])
            )
            continue
        new = {**row, "valid_from_at": at, "skills": skills[agent_id]}
        connection.execute(insert(person), new)
