"""People who sign in."""

from __future__ import annotations

from dataclasses import dataclass

from wfm.domain.errors import BadInput
from wfm.domain.language import say
from wfm.domain.roles import LABEL, Role
from wfm.domain.scope import Scope

# The level of the organisation on which each role stands.
STANDS_ON = {
    Role.AGENT: ("agent",),
    Role.SUPERVISOR: ("team",),
    Role.MANAGER: ("site",),
    Role.CONTROL_DESK: ("enterprise", "site"),
    Role.ADMIN: ("enterprise",),
}


@dataclass(frozen=True)
class User:
    """One account; `version` rises with every change of rights, which ends its sessions."""

    user_key: str
    login: str
    display_name: str
    role: Role
    scope: Scope
    agent_id: str | None
    disabled: bool
    demo: bool
    version: int


def check_standing(role: Role, scope: Scope) -> None:
    """Nothing when a role may stand on a scope; a team lead of a whole site is a `BadInput`."""
    if scope.level not in STANDS_ON[role]:
        raise BadInput(
            say(
                "The role {label} stands on {known}, and the scope {path!r} is {level}. Write "
                "the scope as site/team/agent; * is the enterprise.",
                label=LABEL[role],
                known=" or ".join(STANDS_ON[role]),
                path=scope.path or "*",
                level=scope.level,
            )
        )


def clean_login(login: str) -> str:
    """The login as stored: lower case, no space around it, 1 to 200 printable characters."""
    text = login.strip().lower()
    if not 1 <= len(text) <= 200 or not text.isprintable() or " " in text:
        raise BadInput(
            say("The login {login!r} cannot be used: 1 to 200 signs, no spaces.", login=login[:40])
        )
    return text
