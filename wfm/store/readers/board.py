"""What a live board is drawn from: newest states, and the shifts around now as frames."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection, func, select

from wfm.domain.scope import Scope
from wfm.store.readers.organisation import read_organisation
from wfm.store.schema import agent_now, org_unit, person, shift_version

TAIL = 600  # longer than the text of any one segment

_SEGMENTS = pl.List(
    pl.Struct({"start_at": pl.Int64, "end_at": pl.Int64, "activity": pl.String, "paid": pl.Boolean})
)


def read_states_now(connection: Connection, scope: Scope) -> pl.DataFrame:
    """Columns agent_id, state, reason, since_at: the newest state of each agent."""
    rows = connection.execute(
        select(agent_now.c.agent_id, agent_now.c.state, agent_now.c.reason, agent_now.c.since_at)
    ).all()
    schema = {
        "agent_id": pl.String, "state": pl.String, "reason": pl.String, "since_at": pl.Int64,
    }  # fmt: skip
    return _inside(connection, scope, _frame(rows, schema))


def all_newest_changes(connection: Connection) -> dict[str, int]:
    """Since when each agent is in the newest state, by agent; whoever reads cuts out a scope."""
    rows = connection.execute(select(agent_now.c.agent_id, agent_now.c.since_at))
    return {row.agent_id: row.since_at for row in rows}


def read_people_now(connection: Connection, scope: Scope, at: int) -> pl.DataFrame:
    """Columns agent_id, display_name, team_id, site_id: agents employed at an instant."""
    table = person
    rows = connection.execute(
        select(
            table.c.agent_id, table.c.display_name, table.c.team_id, table.c.role,
            table.c.valid_to_at,
        )
        .where(table.c.valid_from_at <= at)
        .order_by(table.c.agent_id, table.c.valid_from_at)
    ).all()  # fmt: skip
    schema = {
        "agent_id": pl.String, "display_name": pl.String, "team_id": pl.String,
        "role": pl.String, "valid_to_at": pl.Int64,
    }  # fmt: skip
    units = connection.execute(
        select(org_unit.c.org_id, org_unit.c.parent_id)
        .where(org_unit.c.org_level == "team")
        .order_by(org_unit.c.org_id, org_unit.c.valid_from)
    ).all()
    sites = {row.org_id: row.parent_id for row in units}
    # The newest row that has begun is in force, as everywhere.
    found = (
        _frame(rows, schema)
        .group_by("agent_id", maintain_order=True)
        .last()
        .filter(
            pl.col("role") == "agent",
            pl.col("valid_to_at").is_null() | (pl.col("valid_to_at") > at),
        )
        .with_columns(
            pl.col("team_id")
            .replace_strict(sites, default=None, return_dtype=pl.String)
            .alias("site_id")
        )
        .filter(pl.col("site_id").is_not_null())
    )
    asked = {"site_id": scope.site, "team_id": scope.team, "agent_id": scope.agent}
    for name, wanted in asked.items():
        found = found if wanted is None else found.filter(pl.col(name) == wanted)
    return found.select("agent_id", "display_name", "team_id", "site_id")


def site_zones(connection: Connection) -> dict[str, str]:
    """Zone of every site, by its newest row; a site without one is left out."""
    rows = connection.execute(
        select(org_unit.c.org_id, org_unit.c.timezone)
        .where(org_unit.c.org_level == "site")
        .order_by(org_unit.c.org_id, org_unit.c.valid_from)
    ).all()
    return {row.org_id: row.timezone for row in rows if row.timezone}


def read_segments_near(
    connection: Connection, scope: Scope, first: date, end: date, at: int
) -> pl.DataFrame:
    """Columns agent_id, start_at, end_at, activity: what is not over at `at` of those days.

    Of the newest shifts, the segment of the moment or the next one, and the one after it. Parsed
    as one column: 20,000 shifts in a fraction of the time of one object each.
    """
    newest = (
        select(
            shift_version.c.agent_id, shift_version.c.shift_on,
            func.max(shift_version.c.seq).label("seq"),
        )
        .where(shift_version.c.shift_on >= first, shift_version.c.shift_on < end)
        .group_by(shift_version.c.agent_id, shift_version.c.shift_on)
        .subquery()
    )  # fmt: skip
    rows = connection.execute(
        select(shift_version.c.agent_id, shift_version.c.segments).join(
            newest,
            (newest.c.agent_id == shift_version.c.agent_id)
            & (newest.c.shift_on == shift_version.c.shift_on)
            & (newest.c.seq == shift_version.c.seq),
        )
    ).all()
    frame = _frame(rows, {"agent_id": pl.String, "segments": pl.String})
    # The last end of the text is the end of the shift: what is over needs no parsing.
    tail = pl.col("segments").str.slice(-TAIL)
    last = tail.str.extract(r'.*"end_at":(\d+)').cast(pl.Int64)
    return _inside(
        connection,
        scope,
        frame.filter(last > at)
        .with_columns(pl.col("segments").str.json_decode(_SEGMENTS))
        .explode("segments")
        .unnest("segments")
        .select("agent_id", "start_at", "end_at", "activity")
        .filter(pl.col("end_at") > at)
        .sort("agent_id", "start_at")
        .group_by("agent_id", maintain_order=True)
        .head(2),
    )


def _frame(rows: Sequence[Sequence[Any]], schema: dict[str, Any]) -> pl.DataFrame:
    """Rows as columns: one pass over each column is quicker than one over each row."""
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pl.DataFrame(
        {name: pl.Series(name, values, dtype) for (name, dtype), values in
         zip(schema.items(), columns, strict=True)}
    )  # fmt: skip


def _inside(connection: Connection, scope: Scope, frame: pl.DataFrame) -> pl.DataFrame:
    if scope.site is None:
        return frame
    people = {person.agent_id for person in read_organisation(connection, scope).people}
    return frame.filter(pl.col("agent_id").is_in(sorted(people)))
