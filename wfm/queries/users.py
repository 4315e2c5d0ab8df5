"""Accounts as the doors and the administration page see them."""

from __future__ import annotations

from sqlalchemy import Connection, Row, func, select

from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.domain.users import User
from wfm.queries.pulse import Pulse, pulse_of, pulse_seen
from wfm.store.schema import org_unit, person
from wfm.store.schema import user as user_table
from wfm.store.store import Store


class Directory:
    """What the guard asks of the store: does a scope name units and people that exist?"""

    def __init__(self, store: Store) -> None:
        self._store = store

    def has(self, scope: Scope) -> bool:
        """Whether each part of a scope exists below the one before; the enterprise always does."""
        if scope.site is None or pulse_seen(self._store).has(scope):
            return True  # what there was once stays known
        return pulse_of(self._store).has(scope)


def scope_exists(connection: Connection, scope: Scope) -> bool:
    """Whether a scope names a site, a team of it and an agent of that team, now or ever."""
    levels = [("site", scope.site, None), ("team", scope.team, scope.site)]
    for level, org_id, parent_id in levels:
        if org_id is None:
            return True
        asked = select(func.count()).where(
            org_unit.c.org_id == org_id, org_unit.c.org_level == level
        )
        if parent_id is not None:
            asked = asked.where(org_unit.c.parent_id == parent_id)
        if not connection.scalar(asked):
            return False
    if scope.agent is None:
        return True
    asked = select(func.count()).where(
        person.c.agent_id == scope.agent, person.c.team_id == scope.team
    )
    return bool(connection.scalar(asked))


def read_users(store: Store, scope: Scope) -> tuple[User, ...]:
    """Accounts whose scope lies inside a scope, by login."""
    with store.db.read() as connection:
        rows = connection.execute(select(user_table).order_by(user_table.c.login)).all()
    return tuple(user for row in rows if scope.holds((user := user_of(row)).scope))


def find_user(connection: Connection, login: str) -> Row[tuple[object, ...]] | None:
    """The row of an account, with its password hash, None when there is none."""
    return connection.execute(select(user_table).where(user_table.c.login == login)).first()


def user_of(row: Row[tuple[object, ...]]) -> User:
    """The account of a row, without its password hash."""
    return User(
        row.user_key, row.login, row.display_name, Role(row.role), Scope.parse(row.scope_path),
        row.agent_id, row.disabled, row.demo, row.version,
    )  # fmt: skip


def principal_of(pulse: Pulse, user: User, at: int) -> Principal:
    """The principal of an account at an instant; an agent stands in the team they are in now."""
    scope = user.scope
    if user.role is Role.AGENT and user.agent_id is not None:
        scope = pulse.seat_of(user.agent_id, at) or scope
    return Principal(
        user.user_key, user.login, user.display_name, user.role, scope, user.agent_id, user.version
    )


def demo_users(store: Store) -> tuple[User, ...]:
    """One demo account of each role, the first by login, for the one-click sign-in."""
    with store.db.read() as connection:
        rows = connection.execute(
            select(user_table)
            .where(user_table.c.demo, ~user_table.c.disabled)
            .order_by(user_table.c.login)
        ).all()
    first: dict[Role, User] = {}
    for row in rows:
        user = user_of(row)
        first.setdefault(user.role, user)
    return tuple(first[role] for role in Role if role in first)


def count_users(store: Store) -> tuple[int, int]:
    """How many accounts are demo accounts, and how many are real."""
    with store.db.read() as connection:
        demo = connection.scalar(select(func.count()).where(user_table.c.demo)) or 0
        real = connection.scalar(select(func.count()).where(~user_table.c.demo)) or 0
    return demo, real
