"""The organisation as a scope shows it."""

from __future__ import annotations

from sqlalchemy import Connection, select

from wfm.domain.organisation import Organisation, OrgUnit, Person, Queue, parse_skills
from wfm.domain.scope import Scope
from wfm.store.schema import org_unit, person, queue


def read_organisation(connection: Connection, scope: Scope) -> Organisation:
    """Units, people and queues inside a scope, with the units above it.

    A team scope gets its site and enterprise as names, no other team, and no other team's people.
    """
    units = [
        OrgUnit(
            r.org_id, r.org_level, r.parent_id, r.name, r.timezone, r.opening_hours,
            r.valid_from, r.valid_to,
        )
        for r in connection.execute(select(org_unit))
    ]  # fmt: skip
    units = [u for u in units if _shows(scope, u)]
    teams = {u.org_id for u in units if u.level == "team"}
    inside = select(person)
    if scope.site is not None:
        inside = inside.where(person.c.team_id.in_(teams))
    if scope.agent is not None:
        inside = inside.where(person.c.agent_id == scope.agent)
    people = [
        Person(
            r.agent_id, r.display_name, r.team_id, r.role, r.valid_from_at, r.valid_to_at,
            r.contract_id, r.weekly_hours, parse_skills(r.skills), r.hire_on, r.leave_on,
        )
        for r in connection.execute(inside)
        if r.team_id in teams
    ]  # fmt: skip
    queues = [
        Queue(
            r.queue_id, r.name, r.channel, r.skill_group or r.queue_id, r.sl_threshold_s,
            r.short_abandon_s, r.sl_target_pct, r.sl_definition, r.timezone, r.site_id,
            r.valid_from_at, r.deferred_sla_s,
        )
        for r in connection.execute(select(queue))
        if scope.site is None or r.site_id in (None, scope.site)
    ]  # fmt: skip
    return Organisation(tuple(units), tuple(people), tuple(queues))


def _shows(scope: Scope, unit: OrgUnit) -> bool:
    if unit.level == "enterprise" or scope.site is None:
        return True
    if unit.level == "site":
        return unit.org_id == scope.site
    return unit.parent_id == scope.site and scope.team in (None, unit.org_id)
