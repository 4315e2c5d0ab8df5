"""Planning policies and pinned shifts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from wfm.domain.planning_policy import policy_of
from wfm.domain.scope import Scope
from wfm.store.readers.organisation import read_organisation
from wfm.store.schema import planning_policy, shift_pin


@dataclass(frozen=True)
class PolicyState:
    """A site's policy in force: who set it, when and why; author "" is the default."""

    unit: str
    document: dict[str, Any]
    recorded_at: int = 0
    author: str = ""
    reason: str = ""


def read_policy(connection: Connection, scope: Scope) -> PolicyState:
    """The newest policy of a scope's site."""
    unit = str(scope.site)
    row = connection.execute(
        select(planning_policy)
        .where(planning_policy.c.unit == unit)
        .order_by(planning_policy.c.policy_id.desc())
        .limit(1)
    ).first()
    if row is None:
        return PolicyState(unit, policy_of({}))
    document = policy_of(json.loads(row.document))
    return PolicyState(unit, document, row.recorded_at, row.author, row.reason)


def read_pins(
    connection: Connection, scope: Scope, first: date, end: date
) -> frozenset[tuple[str, date]]:
    """Agents and days inside a scope whose shift a new plan leaves as it is."""
    inside = {person.agent_id for person in read_organisation(connection, scope).people}
    rows = connection.execute(
        select(shift_pin.c.agent_id, shift_pin.c.shift_on).where(
            shift_pin.c.shift_on >= first, shift_pin.c.shift_on < end
        )
    )
    found = frozenset((row.agent_id, row.shift_on) for row in rows if row.agent_id in inside)
    if scope.agent is not None:
        return frozenset(pin for pin in found if pin[0] == scope.agent)
    return found
