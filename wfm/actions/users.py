"""Accounts added, given another role, disabled: each one audited transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, update

from wfm.actions.audit import write_audit
from wfm.actions.passwords import NO_PASSWORD, hash_password
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.language import say
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.domain.users import User, check_standing, clean_login
from wfm.queries.users import find_user, scope_exists, user_of
from wfm.store.schema import session
from wfm.store.schema import user as user_table
from wfm.store.store import Store


@dataclass(frozen=True)
class NewUser:
    """An account asked for; without a password only the demo's one-click sign-in leads in."""

    login: str
    display_name: str
    role: Role
    scope: Scope
    agent_id: str | None = None
    password: str | None = None
    demo: bool = False


def add_user(store: Store, clock: Clock, new: NewUser, *, actor: str, actor_role: str) -> User:
    """The account made; a known login, an unknown scope or a role that cannot stand there fail."""
    login = clean_login(new.login)
    check_standing(new.role, new.scope)
    if new.password is None and not new.demo:
        raise BadInput(say("The account {login!r} needs a password.", login=login))
    stored = NO_PASSWORD if new.password is None else hash_password(new.password)
    agent_id = new.scope.agent if new.role is Role.AGENT else new.agent_id

    def work(connection: Connection) -> User:
        if find_user(connection, login) is not None:
            raise BadInput(
                say(
                    "The login {login!r} is taken; choose another, or change its role.", login=login
                )
            )
        _check_scope(connection, new.scope)
        key = secrets.token_hex(8)
        values = {
            "user_key": key,
            "login": login,
            "display_name": new.display_name.strip() or login,
            "password_hash": stored,
            "role": new.role.value,
            "scope_path": new.scope.path,
            "agent_id": agent_id,
            "disabled": False,
            "demo": new.demo,
            "version": 1,
        }
        connection.execute(insert(user_table), values)
        write_audit(
            connection,
            at=epoch_s(clock.now()),
            actor=actor,
            role=actor_role,
            action="user.add",
            object=f"user:{key}",
            scope_path=new.scope.path,
            new={"role": new.role.value, "scope": new.scope.path, "demo": new.demo},
        )
        return _user(connection, login)

    return store.db.retry(work)


def set_role(
    store: Store, clock: Clock, login: str, role: Role, scope: Scope, *, actor: str,
    actor_role: str, reason: str | None = None,
) -> User:  # fmt: skip
    """The account with its new role and scope; its sessions end."""
    check_standing(role, scope)

    def work(connection: Connection) -> User:
        before = _user(connection, login)
        _check_scope(connection, scope)
        agent_id = scope.agent if role is Role.AGENT else before.agent_id
        return _change(
            connection, clock, before,
            {"role": role.value, "scope_path": scope.path, "agent_id": agent_id},
            action="user.role", actor=actor, actor_role=actor_role, reason=reason,
        )  # fmt: skip

    return store.db.retry(work)


def set_disabled(
    store: Store, clock: Clock, login: str, disabled: bool, *, actor: str, actor_role: str,
    reason: str | None = None,
) -> User:  # fmt: skip
    """The account shut or opened again; a shut one is out at its very next request."""

    def work(connection: Connection) -> User:
        before = _user(connection, login)
        if before.disabled == disabled:
            return before
        return _change(
            connection, clock, before, {"disabled": disabled},
            action="user.disable" if disabled else "user.enable",
            actor=actor, actor_role=actor_role, reason=reason,
        )  # fmt: skip

    return store.db.retry(work)


def _change(
    connection: Connection, clock: Clock, before: User, values: dict[str, object], *, action: str,
    actor: str, actor_role: str, reason: str | None,
) -> User:  # fmt: skip
    connection.execute(
        update(user_table)
        .where(user_table.c.user_key == before.user_key)
        .values(**values, version=user_table.c.version + 1)
    )
    connection.execute(delete(session).where(session.c.user_key == before.user_key))
    after = _user(connection, before.login)
    write_audit(
        connection,
        at=epoch_s(clock.now()),
        actor=actor,
        role=actor_role,
        action=action,
        object=f"user:{before.user_key}",
        scope_path=after.scope.path,
        old=_rights(before),
        new=_rights(after),
        reason=reason,
    )
    return after


def _rights(user: User) -> dict[str, object]:
    return {"role": user.role.value, "scope": user.scope.path, "disabled": user.disabled}


def _user(connection: Connection, login: str) -> User:
    row = find_user(connection, clean_login(login))
    if row is None:
        raise BadInput(
            say("No account has the login {login!r}; `wfm user list` shows them.", login=login)
        )
    return user_of(row)


def _check_scope(connection: Connection, scope: Scope) -> None:
    if not scope_exists(connection, scope):
        raise BadInput(
            say(
                "The scope {path!r} names a site, team or agent that is not known. Load "
                "org.csv and people.csv first, and write it as site/team/agent.",
                path=scope.path,
            )
        )
