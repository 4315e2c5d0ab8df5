"""Who asks: the person behind a request or a command, and what part of the centre is theirs."""

from __future__ import annotations

from dataclasses import dataclass

from wfm.domain.roles import Role
from wfm.domain.scope import Scope


@dataclass(frozen=True)
class Principal:
    """A signed-in person, as the database knows them at this very request.

    The lead of team t-07 in Dublin has role supervisor and scope `dublin/t-07`; `version` rises
    with every change of their rights, which ends their sessions and their cached answers.
    """

    user_key: str
    login: str
    display_name: str
    role: Role
    scope: Scope
    agent_id: str | None
    version: int
