"""The organisation as a scope shows it.

Every page asks for it several times, and it changes a few times a year. So a process keeps the
whole of it, and asks of each snapshot whether it still holds.
"""

from __future__ import annotations

from collections.abc import Hashable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from wfm.domain.organisation import Organisation, OrgUnit, Person, Queue, parse_skills
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.store.database import kept_of
from wfm.store.schema import delivery, org_unit, person, queue, remedy_step

# Deliveries of events come every few seconds; these alone bring units, people and queues.
_BRINGS = delivery.c.format.in_(("csv:org", "csv:people", "csv:queues"))
STANDING_MARKS = (
    select(func.max(delivery.c.delivery_id)).where(_BRINGS),
    select(func.count()).select_from(delivery).where(_BRINGS),
)
KEPT = "organisation"
MOST_SCOPES = 4096


@dataclass(frozen=True)
class Known:
    """The whole organisation with the rows it was made of, and the parts that scopes show."""

    mark: Hashable
    rows: tuple[Any, ...]
    whole: Organisation
    parts: MutableMapping[Scope, Organisation] = field(default_factory=dict)


def read_organisation(connection: Connection, scope: Scope) -> Organisation:
    """Units, people and queues inside a scope, with the units above it.

    A team scope gets its site and enterprise as names, no other team, and no other team's people.
    In a write transaction it is read anew: what stands there may be undone.
    """
    kept = kept_of(connection)
    if kept is None:
        return part_of(_made(_rows(connection)), scope)
    known = _known(connection, kept)
    part = known.parts.get(scope)
    if part is None:
        if len(known.parts) >= MOST_SCOPES:
            known.parts.clear()
        # Two threads may cut the same part out at once; both cut the same.
        part = known.parts[scope] = part_of(known.whole, scope)
    return part


def _known(connection: Connection, kept: MutableMapping[str, Any]) -> Known:
    """What is kept, when it still holds; else the organisation made anew, and kept.

    It changes with a delivery of such rows or a step of a remedy; what was made of equal rows goes
    on.
    """
    mark = _mark(connection)
    known: Known | None = kept.get(KEPT)
    if known is not None and known.mark == mark:
        return known
    rows = _rows(connection)
    if known is not None and known.rows == rows:
        known = Known(mark, known.rows, known.whole, known.parts)
    else:
        known = Known(mark, rows, _made(rows))
    kept[KEPT] = known
    return known


def _mark(connection: Connection) -> Hashable:
    """What is cheap to ask and differs after each change of organisation, people and queues."""
    asked = (
        *STANDING_MARKS, select(func.max(remedy_step.c.step_id)),
        select(func.count()).select_from(org_unit), select(func.count()).select_from(queue),
        select(func.count()).select_from(person), select(func.sum(person.c.valid_from_at)),
    )  # fmt: skip
    return tuple(connection.execute(select(*(one.scalar_subquery() for one in asked))).one())


def _rows(connection: Connection) -> tuple[Any, ...]:
    return tuple(connection.execute(select(table)).all() for table in (org_unit, person, queue))


def _made(rows: tuple[Any, ...]) -> Organisation:
    units = tuple(
        OrgUnit(
            r.org_id, r.org_level, r.parent_id, r.name, r.timezone, r.opening_hours,
            r.valid_from, r.valid_to,
        )
        for r in rows[0]
    )  # fmt: skip
    teams = {u.org_id for u in units if u.level == "team"}
    people = tuple(
        Person(
            r.agent_id, r.display_name, r.team_id, r.role, r.valid_from_at, r.valid_to_at,
            r.contract_id, r.weekly_hours, parse_skills(r.skills), r.hire_on, r.leave_on,
        )
        for r in rows[1]
        if r.team_id in teams
    )  # fmt: skip
    queues = tuple(
        Queue(
            r.queue_id, r.name, r.channel, r.skill_group or r.queue_id, r.sl_threshold_s,
            r.short_abandon_s, r.sl_target_pct, r.sl_definition, r.timezone, r.site_id,
            r.valid_from_at, r.deferred_sla_s,
        )
        for r in rows[2]
    )  # fmt: skip
    return Organisation(units, people, queues)


def part_of(whole: Organisation, scope: Scope) -> Organisation:
    """What a scope shows of the whole organisation."""
    if scope == ENTERPRISE:
        return whole
    units = tuple(u for u in whole.units if _shows(scope, u))
    teams = {u.org_id for u in units if u.level == "team"}
    people = tuple(
        p for p in whole.people if p.team_id in teams and scope.agent in (None, p.agent_id)
    )
    queues = tuple(q for q in whole.queues if q.site_id in (None, scope.site))
    return Organisation(units, people, queues)


def _shows(scope: Scope, unit: OrgUnit) -> bool:
    if unit.level == "enterprise" or scope.site is None:
        return True
    if unit.level == "site":
        return unit.org_id == scope.site
    return unit.parent_id == scope.site and scope.team in (None, unit.org_id)
