"""Marks of what a week's figures rest on: while a mark stays the same, so do the figures."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from wfm.domain.periods import week_of
from wfm.domain.scope import Scope
from wfm.queries.roster_rules import AROUND
from wfm.store.readers.schedules import week_mark
from wfm.store.schema import person, planning_policy, requirement_version, time_off


def week_state(connection: Connection, unit: str, week: str) -> tuple[Any, ...] | None:
    """What measures rest on: requirement, shifts around the week, people and time off."""
    version = connection.scalar(
        select(func.max(requirement_version.c.rq_version)).where(
            requirement_version.c.unit == unit, requirement_version.c.week == week
        )
    )
    if version is None:
        return None
    policy = connection.scalar(select(func.max(planning_policy.c.policy_id)))
    return (version, *shifts_around(connection, unit, week), policy)


def shifts_around(connection: Connection, unit: str, week: str) -> tuple[Any, ...]:
    """What a roster rests on: the site's shifts around the week, people and time off."""
    period = week_of(week)
    shifts = week_mark(connection, Scope(unit), period.first - AROUND, period.end + AROUND)
    away = connection.scalar(select(func.count()).select_from(time_off))
    return (shifts, people_known(connection), away)


def people_known(connection: Connection) -> int:
    """How many people the store knows; nobody is ever taken out."""
    return int(connection.scalar(select(func.count()).select_from(person)) or 0)
