"""The decision itself: may this person do this, there?"""

from __future__ import annotations

from typing import Protocol

from wfm.domain.errors import PermissionDenied, ScopeDenied
from wfm.domain.language import say, to_say
from wfm.domain.principal import Principal
from wfm.domain.roles import LABEL
from wfm.domain.scope import Scope
from wfm.queries.permissions import Reach, permission_table

NOT_FOUND = to_say(
    "There is nothing here that you may see. Check the link, or go back to your own page."
)


class KnowsScopes(Protocol):
    """Whatever can tell whether a scope names units and people that exist."""

    def has(self, scope: Scope) -> bool: ...


def authorise(who: Principal, permission: str, scope: Scope, organisation: KnowsScopes) -> None:
    """Nothing when the person may do it there; else `PermissionDenied` or `ScopeDenied`.

    The lead of `dublin/t-07` with `team.read`: `dublin/t-07` passes; `dublin/t-08` and an id that
    does not exist raise the very same `ScopeDenied`; `audit.read` raises `PermissionDenied`.
    """
    reach = permission_table().grant(permission, who.role).reach
    if reach is Reach.NONE:
        raise PermissionDenied(
            say(
                "The role {label} does not hold the permission {permission}. Ask an "
                "administrator if your work needs it.",
                label=LABEL[who.role],
                permission=permission,
            )
        )
    # Existence is looked up whatever the reach says, so that both refusals take the same time.
    exists = organisation.has(scope)
    if not (within(who, reach, scope) and exists):
        raise ScopeDenied(NOT_FOUND)


def within(who: Principal, reach: Reach, scope: Scope) -> bool:
    """Whether a scope lies inside what a reach means for this person."""
    limit = limit_of(who, reach)
    if limit is None:
        return False
    return limit == scope if reach in (Reach.OWN, Reach.OWN_TEAM) else limit.holds(scope)


def limit_of(who: Principal, reach: Reach) -> Scope | None:
    """The widest scope a reach gives this person, None when it gives nothing.

    For agent `dublin/t-07/a-1`: own is `dublin/t-07/a-1`, own_team and team are `dublin/t-07`.
    """
    mine = who.scope
    if reach is Reach.OWN:
        return mine if mine.agent else None
    if reach in (Reach.TEAM, Reach.OWN_TEAM):
        return Scope(mine.site, mine.team) if mine.team else None
    if reach is Reach.SITE:
        return Scope(mine.site) if mine.site else None
    return mine if reach is Reach.ALL else None


def default_scope(who: Principal, permission: str) -> Scope:
    """Where a person stands who asks for no scope: their agent, team, site or the enterprise."""
    reach = permission_table().grant(permission, who.role).reach
    return limit_of(who, reach) or who.scope
