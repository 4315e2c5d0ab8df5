"""What plans weigh, set for a site; and shifts pinned: authorised by scope, audited, kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, insert

from wfm.actions.audit import write_audit
from wfm.actions.once import done_before, remember
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput, ScopeDenied
from wfm.domain.language import say
from wfm.domain.planning_policy import policy_of
from wfm.domain.scope import Scope
from wfm.store.readers.organisation import read_organisation
from wfm.store.readers.policy import PolicyState, read_pins, read_policy
from wfm.store.schema import planning_policy, shift_pin
from wfm.store.store import Store

POLICY, PIN = "planning.policy", "schedule.pin"
# Raises `BadInput` for a policy that no problem could hold.
PolicyCheck = Callable[[Mapping[str, Any]], None]


def set_policy(
    store: Store,
    clock: Clock,
    scope: Scope,
    given: Mapping[str, Any],
    *,
    check: PolicyCheck,
    actor: str,
    actor_role: str,
    reason: str,
    request_key: str | None = None,
) -> PolicyState:
    """The policy now in force at a site: the parts given, and the default for the others.

    `check` is the scheduler's own look at it. Older policies are kept.
    """
    if len(reason.strip()) < 3:
        raise BadInput(say("A planning policy needs a reason; say why it changes."))
    document = policy_of(given)
    check(document)
    at = epoch_s(clock.now())

    def work(connection: Connection) -> PolicyState:
        if scope.site is None or not read_organisation(connection, Scope()).has(Scope(scope.site)):
            raise ScopeDenied(say("There is nothing here that you may see."))
        if done_before(connection, request_key, POLICY) is not None:
            return read_policy(connection, scope)
        before = read_policy(connection, scope)
        connection.execute(
            insert(planning_policy).values(
                unit=scope.site, recorded_at=at, author=actor, reason=reason.strip(),
                document=json.dumps(dict(given), sort_keys=True),
            )
        )  # fmt: skip
        write_audit(
            connection, at=at, actor=actor, role=actor_role, action=POLICY,
            object=f"policy:{scope.site}", scope_path=scope.path, old=before.document,
            new=document, reason=reason.strip(),
        )  # fmt: skip
        remember(connection, request_key, POLICY, {"unit": scope.site}, at=at, by=actor)
        return read_policy(connection, scope)

    return store.db.retry(work)


def pin_shift(
    store: Store,
    clock: Clock,
    agent: Scope,
    on: date,
    *,
    pinned: bool,
    actor: str,
    actor_role: str,
    reason: str,
    request_key: str | None = None,
) -> bool:
    """Whether anything changed: a day pinned stays as it is in force when its week is solved again.

    Released, it may be planned anew.
    """
    if len(reason.strip()) < 3:
        raise BadInput(say("A pin needs a reason; say why the shift must stay."))
    at = epoch_s(clock.now())

    def work(connection: Connection) -> bool:
        if agent.agent is None or not read_organisation(connection, Scope()).has(agent):
            raise ScopeDenied(say("There is nothing here that you may see."))
        if done_before(connection, request_key, PIN) is not None:
            return False
        held = bool(read_pins(connection, agent, on, date.fromordinal(on.toordinal() + 1)))
        if held == pinned:
            return False
        if pinned:
            connection.execute(
                insert(shift_pin).values(
                    agent_id=agent.agent, shift_on=on, recorded_at=at, author=actor,
                    note=reason.strip(),
                )
            )  # fmt: skip
        else:
            connection.execute(
                delete(shift_pin).where(
                    shift_pin.c.agent_id == agent.agent, shift_pin.c.shift_on == on
                )
            )
        write_audit(
            connection, at=at, actor=actor, role=actor_role, action=PIN,
            object=f"shift:{agent.agent}:{on.isoformat()}", scope_path=agent.path,
            old={"pinned": held}, new={"pinned": pinned}, reason=reason.strip(),
        )  # fmt: skip
        remember(connection, request_key, PIN, {"pinned": pinned}, at=at, by=actor)
        return True

    return store.db.retry(work)
