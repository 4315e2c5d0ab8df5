"""Shifts as they stand, stood at publication, or were known at an instant."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Literal

from sqlalchemy import Connection, Row, Select, select

from wfm.domain.activities import Segment
from wfm.domain.schedules import Shift
from wfm.domain.scope import Scope
from wfm.store.schema import org_unit, person, shift_version

Layer = Literal["current", "baseline"]
NOTHING = "0:0"  # the mark of days on which nothing was ever published


def read_shifts(
    connection: Connection,
    scope: Scope,
    first: date,
    end: date,
    layer: Layer = "current",
    known_at: int | None = None,
) -> tuple[Shift, ...]:
    """Shifts that start on days from `first` up to, not including, `end`, one for agent and day.

    `baseline` is the first publication, `current` the newest version; with `known_at` only what
    was recorded by then. Removed shifts are left out.
    """
    chosen: dict[tuple[str, date], Shift] = {}
    for shift in read_shift_history(connection, scope, first, end, known_at):
        key = (shift.agent_id, shift.shift_on)
        if layer == "current" or key not in chosen:
            chosen[key] = shift
    return tuple(shift for shift in chosen.values() if shift.segments)


def read_shift_history(
    connection: Connection, scope: Scope, first: date, end: date, known_at: int | None = None
) -> tuple[Shift, ...]:
    """Every version of the shifts of those days, in order of agent, day and sequence."""
    query = (
        select(shift_version)
        .where(shift_version.c.shift_on >= first, shift_version.c.shift_on < end)
        .order_by(shift_version.c.agent_id, shift_version.c.shift_on, shift_version.c.seq)
    )
    if known_at is not None:
        query = query.where(shift_version.c.recorded_at <= known_at)
    if scope.agent is not None:
        query = query.where(shift_version.c.agent_id == scope.agent)
    if scope.site is not None:
        query = query.where(shift_version.c.agent_id.in_(_agents_inside(scope)))
    return tuple(_shift(row) for row in connection.execute(query))


def week_mark(connection: Connection, scope: Scope, first: date, end: date) -> str:
    """A mark of all versions of those days' shifts: another mark, something has changed."""
    history = read_shift_history(connection, scope, first, end)
    newest = max((shift.recorded_at for shift in history), default=0)
    return f"{len(history)}:{newest}"


def _agents_inside(scope: Scope) -> Select[tuple[str]]:
    """Everybody who ever belonged to a team of the scope, as `read_organisation` shows them."""
    teams = select(org_unit.c.org_id).where(
        org_unit.c.org_level == "team", org_unit.c.parent_id == scope.site
    )
    if scope.team is not None:
        teams = teams.where(org_unit.c.org_id == scope.team)
    return select(person.c.agent_id).where(person.c.team_id.in_(teams))


def _shift(row: Row) -> Shift:  # type: ignore[type-arg]
    return Shift(
        row.agent_id, row.shift_on, row.seq, row.recorded_at, row.published_at, row.author,
        row.reason_code, segments_of(json.loads(row.segments)), row.plan_id, row.note,
    )  # fmt: skip


def segments_of(items: Iterable[dict[str, object]]) -> tuple[Segment, ...]:
    """Segments of their JSON objects."""
    return tuple(Segment(**item) for item in items)  # type: ignore[arg-type]
