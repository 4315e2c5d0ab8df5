"""Shifts as they stand, stood at publication, or were known at an instant."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, select

from wfm.domain.activities import Segment
from wfm.domain.schedules import Shift
from wfm.domain.scope import Scope
from wfm.store.schema import org_unit, person, shift_version

Layer = Literal["current", "baseline"]
_IN_ORDER = (shift_version.c.agent_id, shift_version.c.shift_on, shift_version.c.seq)
NO_SHIFT = "[]"  # the stored text of a shift that was removed
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
    return chosen_shifts(read_shift_history(connection, scope, first, end, known_at), layer)


def chosen_shifts(history: Iterable[Shift], layer: Layer) -> tuple[Shift, ...]:
    """One shift for agent and day of a history: its first version, or its newest."""
    chosen: dict[tuple[str, date], Shift] = {}
    for shift in history:
        key = (shift.agent_id, shift.shift_on)
        if layer == "current" or key not in chosen:
            chosen[key] = shift
    return tuple(shift for shift in chosen.values() if shift.segments)


def read_shift_history(
    connection: Connection, scope: Scope, first: date, end: date, known_at: int | None = None
) -> tuple[Shift, ...]:
    """Every version of the shifts of those days, in order of agent, day and sequence."""
    query = select(shift_version).where(*_on_days(scope, first, end)).order_by(*_IN_ORDER)
    if known_at is not None:
        query = query.where(shift_version.c.recorded_at <= known_at)
    return tuple(_shift(row) for row in connection.execute(query).all())


def read_changed_history(
    connection: Connection, scope: Scope, first: date, end: date
) -> tuple[Shift, ...]:
    """`read_shift_history` of those shifts alone that have more than one version."""
    other = shift_version.alias()
    changed = exists().where(
        other.c.agent_id == shift_version.c.agent_id,
        other.c.shift_on == shift_version.c.shift_on,
        other.c.seq != shift_version.c.seq,
    )
    query = select(shift_version).where(*_on_days(scope, first, end), changed)
    return tuple(_shift(row) for row in connection.execute(query.order_by(*_IN_ORDER)))


def read_shift_texts(
    connection: Connection, scope: Scope, first: date, end: date
) -> list[tuple[str, date, str]]:
    """Agent, day and segments as stored JSON of the shifts in force: for whole weeks of a site.

    Shifts that were removed are there with `NO_SHIFT`.
    """
    columns = (shift_version.c.agent_id, shift_version.c.shift_on, shift_version.c.segments)
    query = select(*columns).where(*_on_days(scope, first, end)).order_by(*_IN_ORDER)
    newest = {(agent, day): text for agent, day, text in connection.execute(query)}
    return [(agent, day, text) for (agent, day), text in newest.items()]


def week_mark(connection: Connection, scope: Scope, first: date, end: date) -> str:
    """A mark of all versions of those days' shifts: another mark, something has changed."""
    versions, newest = connection.execute(
        select(func.count(), func.max(shift_version.c.recorded_at)).where(
            *_on_days(scope, first, end)
        )
    ).one()
    return f"{versions}:{newest or 0}"


def _on_days(scope: Scope, first: date, end: date) -> list[ColumnElement[bool]]:
    """The conditions that hold of the shifts of some days inside a scope."""
    wanted = [shift_version.c.shift_on >= first, shift_version.c.shift_on < end]
    if scope.agent is not None:
        wanted.append(shift_version.c.agent_id == scope.agent)
    if scope.site is not None:
        wanted.append(shift_version.c.agent_id.in_(_agents_inside(scope)))
    return wanted


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
        row.reason_code, segments_of_text(row.segments), row.plan_id, row.note,
    )  # fmt: skip


@lru_cache(maxsize=8192)
def segments_of_text(text: str) -> tuple[Segment, ...]:
    """The segments of a shift as it is stored; a page and the next read the same shifts."""
    return segments_of(json.loads(text))


def segments_of(items: Iterable[dict[str, object]]) -> tuple[Segment, ...]:
    """Segments of their JSON objects."""
    return tuple(Segment(**item) for item in items)  # type: ignore[arg-type]
