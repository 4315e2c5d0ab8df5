"""The targets that a scope may know: its own, those above it that it inherits, those inside it."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from sqlalchemy import Connection, func, select

from wfm.domain.organisation import Organisation
from wfm.domain.scope import Scope
from wfm.domain.targets import Corridor, Notice, Target, TargetBook
from wfm.store.kept import kept_value
from wfm.store.readers.organisation import read_organisation
from wfm.store.schema import target, target_corridor, target_notice, user
from wfm.store.store import Store

KEPT_SCOPES = 1024  # of people who look: each asks for their own


def read_targets(store: Store, scope: Scope, known_at: int | None = None) -> TargetBook:
    """Targets as they were known at an instant (None: now), with names and memberships.

    A team sees its own rows, those of its agents, its site and the enterprise; no other team's.
    """
    with store.db.read() as connection:
        organisation = read_organisation(connection, scope)
        if known_at is not None:
            return _book(
                organisation, _rows(connection, known_at), _corridors(connection, known_at)
            )
        mark = _mark(connection)
        rows, corridors = kept_value(
            connection, "target rows", None, mark,
            lambda: (_rows(connection, None), _corridors(connection, None)),
        )  # fmt: skip
        return kept_value(
            connection, "targets", scope, (mark, organisation),
            lambda: _book(organisation, rows, corridors), most=KEPT_SCOPES,
        )  # fmt: skip


def _mark(connection: Connection) -> tuple[object, ...]:
    """What differs after each target and corridor, and each change of an author's account."""
    asked = (
        select(func.max(target.c.target_id)), select(func.max(target.c.recorded_at)),
        select(func.count()).select_from(target), select(func.max(target_corridor.c.corridor_id)),
        select(func.count()).select_from(user), select(func.sum(user.c.version)),
    )  # fmt: skip
    return tuple(connection.execute(select(*(one.scalar_subquery() for one in asked))).one())


def _book(
    organisation: Organisation, rows: Sequence[Target], corridors: Sequence[Corridor]
) -> TargetBook:
    memberships = organisation.memberships
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
        corridors=tuple(
            c for c in corridors if c.level == "enterprise" or c.key in seen.get(c.level, ())
        ),
    )


def read_notices(store: Store, scope: Scope, since_at: int) -> tuple[Notice, ...]:
    """What agents of a scope were told of target changes since an instant, newest first."""
    with store.db.read() as connection:
        organisation = read_organisation(connection, scope)
        rows = connection.execute(
            select(target_notice)
            .where(target_notice.c.created_at >= since_at)
            .order_by(target_notice.c.notice_id.desc())
        ).all()
    inside = {person.agent_id for person in organisation.people}
    return tuple(
        Notice(r.notice_id, r.agent_id, r.target_id, r.words, r.created_at)
        for r in rows
        if r.agent_id in inside
    )


def _corridors(connection: Connection, known_at: int | None) -> list[Corridor]:
    query = (
        select(target_corridor, user.c.display_name)
        .select_from(target_corridor.outerjoin(user, user.c.user_key == target_corridor.c.author))
        .order_by(target_corridor.c.corridor_id)
    )
    if known_at is not None:
        query = query.where(target_corridor.c.recorded_at <= known_at)
    return [
        Corridor(
            r.corridor_id, r.kpi_id, r.level, r.key, r.width, r.basis, r.effective_from,
            r.recorded_at, r.display_name or r.author, r.reason, r.source,
        )
        for r in connection.execute(query)
    ]  # fmt: skip


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
            r.display_name or r.author, r.reason, r.source, r.queue_id, r.kind, r.supersedes,
            r.restated_on,
        )
        for r in connection.execute(query)
    ]  # fmt: skip
