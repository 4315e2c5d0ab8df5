"""The targets that a scope may know: its own, those above it that it inherits, those inside it."""

from __future__ import annotations

from datetime import date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from wfm.domain.organisation import Organisation
from wfm.domain.scope import Scope
from wfm.domain.targets import Membership, Target, TargetBook
from wfm.store.readers.organisation import read_organisation
from wfm.store.schema import target, user
from wfm.store.store import Store


def read_targets(store: Store, scope: Scope, known_at: int | None = None) -> TargetBook:
    """Targets as they were known at an instant (None: now), with names and memberships.

    A team sees its own rows, those of its agents, its site and the enterprise; no other team's.
    """
    with store.db.read() as connection:
        organisation = read_organisation(connection, scope)
        rows = _rows(connection, known_at)
    memberships = _memberships(organisation)
    teams = {u.org_id for u in organisation.units if u.level == "team"}
    sites = {u.org_id for u in organisation.units if u.level == "site"}
    agents = {m.agent_id for m in memberships}
    seen = {"team": teams, "site": sites, "agent": agents}
    names = {(u.level, u.org_id): u.name for u in organisation.units}
    names |= {("agent", p.agent_id): p.display_name for p in organisation.people}
    return TargetBook(
        targets=tuple(
            row for row in rows if row.level == "enterprise" or row.key in seen.get(row.level, ())
        ),
        memberships=memberships,
        site_of_team=MappingProxyType(
            {u.org_id: u.parent_id for u in organisation.teams() if u.parent_id}
        ),
        names=MappingProxyType(names),
    )


def _rows(connection: Connection, known_at: int | None) -> list[Target]:
    """Target rows with the author as a name where the author is a user of the product."""
    query = (
        select(target, user.c.display_name)
        .select_from(target.outerjoin(user, user.c.user_key == target.c.author))
        .order_by(target.c.target_id)
    )
    if known_at is not None:
        query = query.where(target.c.recorded_at <= known_at)
    return [
        Target(
            r.target_id, r.kpi_id, r.level, r.key, r.contact_type, r.value_lo, r.value_hi,
            r.amber_width, r.effective_from, r.effective_to, r.recorded_at,
            r.display_name or r.author, r.reason, r.source,
        )
        for r in connection.execute(query)
    ]  # fmt: skip


def _memberships(organisation: Organisation) -> tuple[Membership, ...]:
    found = []
    for person in organisation.people:
        zone = ZoneInfo(organisation.zone(organisation.site_of(person.team_id)))
        end = None if person.valid_to_at is None else _day(person.valid_to_at, zone)
        first = _day(person.valid_from_at, zone)
        found.append(Membership(person.agent_id, person.team_id, first, end))
    return tuple(found)


def _day(at: int, zone: ZoneInfo) -> date:
    """The local date of an instant at the person's site."""
    return datetime.fromtimestamp(at, zone).date()
