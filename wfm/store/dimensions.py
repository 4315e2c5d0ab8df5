"""Small numbers for the ids in fact files: given once, never reused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl
from sqlalchemy import Connection, Select, func, insert, select

from wfm.store.kept import kept_value
from wfm.store.schema import dim, org_unit, person, queue

KINDS = (
    "site", "team", "agent", "queue", "group", "channel", "contact_type", "reason", "activity",
    "source",
)  # fmt: skip


def ids_in_use(connection: Connection) -> dict[str, list[str]]:
    """Ids of the whole centre, each once, by what they name, and the texts of people's skills.

    The builder gives each a number; reading everybody as a person takes ten times as long.
    """
    teams = select(org_unit.c.org_id).where(org_unit.c.org_level == "team")
    placed = person.c.team_id.in_(teams)
    group = func.coalesce(func.nullif(queue.c.skill_group, ""), queue.c.queue_id)
    wanted: dict[str, Select[tuple[str]]] = {
        "site": select(org_unit.c.org_id).where(org_unit.c.org_level == "site"),
        "team": teams,
        "agent": select(person.c.agent_id).where(placed),
        "skills": select(person.c.skills).where(placed, person.c.skills.is_not(None)),
        "queue": select(queue.c.queue_id),
        "channel": select(queue.c.channel),
        "group": select(group),
    }
    return {kind: list(connection.scalars(q.distinct())) for kind, q in wanted.items()}


def dimension_keys(connection: Connection, kind: str, ids: Iterable[str]) -> dict[str, int]:
    """Number of each id of a kind, new ids numbered on the way (needs a write transaction).

    The first queue ever seen is 1; the same id asked again gives 1 again.
    """
    wanted = sorted(set(ids))
    known = known_keys(connection, kind)
    missing = [ext_id for ext_id in wanted if ext_id not in known]
    if missing:
        last = connection.scalar(select(func.max(dim.c.key)).where(dim.c.kind == kind)) or 0
        rows = [
            {"kind": kind, "key": last + i, "ext_id": ext_id}
            for i, ext_id in enumerate(missing, start=1)
        ]
        connection.execute(insert(dim), rows)
        known.update({row["ext_id"]: row["key"] for row in rows})  # type: ignore[misc]
    return {ext_id: known[ext_id] for ext_id in wanted}


def known_keys(connection: Connection, kind: str) -> dict[str, int]:
    """Number of every id of a kind seen so far."""
    rows = connection.execute(select(dim.c.ext_id, dim.c.key).where(dim.c.kind == kind))
    return dict(rows.all())


def all_keys(connection: Connection) -> Mapping[str, Mapping[str, int]]:
    """The same of every kind, read once as long as no number is added."""
    count = connection.scalar(select(func.count()).select_from(dim))

    def made() -> Mapping[str, Mapping[str, int]]:
        found: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
        for kind, ext_id, key in connection.execute(select(dim.c.kind, dim.c.ext_id, dim.c.key)):
            found.setdefault(kind, {})[ext_id] = key
        return found

    return kept_value(connection, "dimension numbers", None, count, made)


def dimension_frame(connection: Connection, kind: str) -> pl.DataFrame:
    """Columns `key` (UInt32) and `ext_id` of a kind, for joins with fact frames."""
    known = known_keys(connection, kind)
    return pl.DataFrame(
        {"key": list(known.values()), "ext_id": list(known)},
        schema={"key": pl.UInt32, "ext_id": pl.String},
    )
