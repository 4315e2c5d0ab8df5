"""Corridors set: how far team leads may move the targets set above them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, insert, select

from wfm.actions.audit import write_audit
from wfm.actions.targets import LEAST_REASON, OPERATOR, OPERATOR_ROLE, local_today
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.language import say
from wfm.domain.principal import Principal
from wfm.domain.scope import Scope
from wfm.domain.targets import key_of
from wfm.queries.access import authorise
from wfm.queries.users import Directory
from wfm.store.schema import target_corridor
from wfm.store.store import Store

BASES = ("points", "share")


@dataclass(frozen=True)
class CorridorEdit:
    """A corridor as somebody wants it: 3 points around adherence of a site from a day on.

    `kpi_id` empty is every KPI; `basis` points (the KPI's own unit) or share (percent).
    """

    kpi_id: str
    scope: Scope
    width: float
    basis: str
    effective_from: date
    reason: str
    request_key: str


def set_corridor(store: Store, clock: Clock, who: Principal | None, edit: CorridorEdit) -> int:
    """The id of the corridor's row; a manager sets those of the own site, an administrator any.

    `BadInput` for a scope below a team, a day before today or a width that cannot be.
    """
    if who is not None:
        authorise(who, "target.corridor", edit.scope, Directory(store))
    if edit.scope.agent is not None:
        raise BadInput(say("A corridor is set for a team, a site or all sites, not for one agent."))
    if len(edit.reason.strip()) < LEAST_REASON:
        raise BadInput(say("A corridor needs a reason: say in a few words why it is set."))
    if edit.basis not in BASES:
        raise BadInput(
            say(
                "The basis {basis!r} is not known; one of {known}.",
                basis=edit.basis,
                known=", ".join(BASES),
            )
        )
    if not math.isfinite(edit.width) or edit.width < 0:
        raise BadInput(say("The width {width:g} must be 0 or more.", width=edit.width))
    today = local_today(store, clock, edit.scope)
    if edit.effective_from < today:
        raise BadInput(say("A corridor holds from today, {today}, or later.", today=today))
    at = epoch_s(clock.now())

    def work(connection: Connection) -> int:
        known = connection.scalar(
            select(target_corridor.c.corridor_id).where(
                target_corridor.c.request_key == edit.request_key
            )
        )
        if known is not None:
            return int(known)
        values = {
            "kpi_id": edit.kpi_id, "level": edit.scope.level, "key": key_of(edit.scope) or "*",
            "width": edit.width, "basis": edit.basis, "effective_from": edit.effective_from,
        }  # fmt: skip
        record = {
            "recorded_at": at, "author": who.user_key if who else OPERATOR,
            "reason": edit.reason.strip(), "source": "user", "request_key": edit.request_key,
        }  # fmt: skip
        made = connection.execute(insert(target_corridor), {**values, **record})
        corridor_id = int(made.inserted_primary_key[0])  # type: ignore[index]
        write_audit(
            connection,
            at=at,
            actor=who.user_key if who else OPERATOR,
            role=who.role.value if who else OPERATOR_ROLE,
            action="target.corridor",
            object=f"corridor:{edit.kpi_id or 'all'}:{corridor_id}",
            scope_path=edit.scope.path,
            new=values,
            reason=edit.reason.strip(),
            request_id=edit.request_key,
        )
        return corridor_id

    return store.db.retry(work)
