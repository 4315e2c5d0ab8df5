"""Targets set, linked again and undone: authorised, inside the corridor, audited, never edited."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, insert, select

from wfm.actions.audit import write_audit
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput, PermissionDenied, ScopeDenied, StaleWrite
from wfm.domain.language import say
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.domain.status_words import status_word
from wfm.domain.target_rules import TargetShape, limits_of, outside, undone
from wfm.domain.targets import Target, TargetBook, key_of
from wfm.queries.access import NOT_FOUND, authorise, within
from wfm.queries.organisation import read_organisation
from wfm.queries.permissions import Reach, permission_table
from wfm.queries.targets import read_targets
from wfm.queries.users import Directory
from wfm.store.schema import target as target_table
from wfm.store.schema import target_notice
from wfm.store.store import Store

OPERATOR, OPERATOR_ROLE = "command line", "operator"
LEAST_REASON = 3


@dataclass(frozen=True)
class TargetEdit:
    """A target as somebody wants it. `seen_id` is the newest row of that KPI and place they saw.

    With `linked` nothing is set: from that day on the scope inherits again. `told` are words for
    agents whose bonus the change moves, by agent id.
    """

    kpi_id: str
    scope: Scope
    value_lo: float | None
    value_hi: float | None
    amber_width: float | None
    effective_from: date
    reason: str
    seen_id: int
    request_key: str
    effective_to: date | None = None
    contact_type: str = ""
    queue_id: str = ""
    linked: bool = False
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """The row that an edit has written; `already`: it was written by the same request before."""

    target_id: int
    restated: bool
    already: bool = False


def set_target(
    store: Store,
    clock: Clock,
    who: Principal | None,
    edit: TargetEdit,
    shape: TargetShape,
    *,
    bonus: bool = False,
    restate: bool = False,
) -> Written:
    """The row written; None as `who` is the command line of the machine itself.

    `PermissionDenied` and `ScopeDenied` as everywhere; `BadInput` names the corridor left or the
    value that cannot be; `StaleWrite` when somebody set this target since it was read. `bonus`
    says whether a bonus scheme hangs on the KPI. An edit from before today needs target.restate
    and, on the command line, `restate`.
    """
    today = check_target(store, clock, who, edit, shape, bonus=bonus, restate=restate)
    restated = edit.effective_from < today
    at = epoch_s(clock.now())

    def work(connection: Connection) -> Written:
        known = connection.execute(
            select(target_table.c.target_id, target_table.c.restated_on).where(
                target_table.c.request_key == edit.request_key
            )
        ).first()
        if known is not None:
            return Written(int(known.target_id), known.restated_on is not None, already=True)
        _check_newest(connection, edit)
        book = read_targets(store, edit.scope)
        before = book.newest(edit.kpi_id, edit.scope)
        values = {
            "kpi_id": edit.kpi_id, "level": edit.scope.level, "key": _key(edit.scope),
            "contact_type": edit.contact_type, "queue_id": edit.queue_id,
            "value_lo": None if edit.linked else edit.value_lo,
            "value_hi": None if edit.linked else edit.value_hi,
            "amber_width": None if edit.linked else edit.amber_width,
            "effective_from": edit.effective_from, "effective_to": edit.effective_to,
            "recorded_at": at, "author": who.user_key if who else OPERATOR,
            "reason": edit.reason.strip(), "source": "user",
            "kind": "linked" if edit.linked else "own", "supersedes": edit.seen_id or None,
            "restated_on": today if restated else None, "request_key": edit.request_key,
        }  # fmt: skip
        made = connection.execute(insert(target_table), values)
        target_id = int(made.inserted_primary_key[0])  # type: ignore[index]
        if edit.told:
            connection.execute(
                insert(target_notice),
                [
                    {"agent_id": agent, "target_id": target_id, "words": words, "created_at": at}
                    for agent, words in sorted(edit.told.items())
                ],
            )
        old = next((t for t in book.of_kpi(edit.kpi_id) if t.target_id == before), None)
        write_audit(
            connection,
            at=at,
            actor=who.user_key if who else OPERATOR,
            role=who.role.value if who else OPERATOR_ROLE,
            action="target.restate" if restated else "target.write",
            object=f"target:{edit.kpi_id}:{target_id}",
            scope_path=edit.scope.path,
            old=None if old is None else _told(old),
            new={
                name: values[name]
                for name in (
                    "value_lo", "value_hi", "amber_width", "effective_from", "effective_to",
                    "contact_type", "queue_id", "kind",
                )
            } | {"told": sorted(edit.told)},
            reason=edit.reason.strip(),
            request_id=edit.request_key,
        )  # fmt: skip
        return Written(target_id, restated)

    return store.db.retry(work)


def check_target(
    store: Store,
    clock: Clock,
    who: Principal | None,
    edit: TargetEdit,
    shape: TargetShape,
    *,
    bonus: bool = False,
    restate: bool = False,
) -> date:
    """Today at the edit's place, when the person may make the edit; raises as `set_target` does.

    Nothing is written: a preview asks this before it shows what would come of it.
    """
    _authorise(store, who, edit, bonus)
    _check_words(edit, shape)
    today = local_today(store, clock, edit.scope)
    if edit.effective_from < today:
        _may_restate(store, who, edit, today, restate)
    _check_corridor(read_targets(store, edit.scope), who, edit, shape)
    return today


def undo_target(
    store: Store,
    clock: Clock,
    who: Principal | None,
    scope: Scope,
    target_id: int,
    shape: TargetShape,
    *,
    reason: str,
    request_key: str,
    bonus: bool = False,
) -> Written:
    """A new row that gives back what held before one row; the row itself stays in the record.

    From today on, or from the day the undone row would begin. Where nothing was set before, the
    scope inherits again.
    """
    edit = undoing(store, clock, scope, target_id, reason=reason, request_key=request_key)
    return set_target(store, clock, who, edit, shape, bonus=bonus)


def undoing(
    store: Store, clock: Clock, scope: Scope, target_id: int, *, reason: str, request_key: str
) -> TargetEdit:
    """The edit that undoes a row of a scope; `ScopeDenied` when the row is not of that scope."""
    book = read_targets(store, scope)
    row = next((t for t in book.targets if t.target_id == target_id), None)
    if row is None or (row.level, row.key) != (scope.level, row.key and _key(scope)):
        raise ScopeDenied(NOT_FOUND)
    day = max(local_today(store, clock, scope), row.effective_from)
    before = undone(book, row, day)
    edit = TargetEdit(
        row.kpi_id, scope, None, None, None, day, reason, book.newest(row.kpi_id, scope),
        request_key, None, row.contact_type, row.queue_id, linked=before is None,
    )  # fmt: skip
    if before is None:
        return edit
    return replace(
        edit,
        value_lo=before.value_lo,
        value_hi=before.value_hi,
        amber_width=before.amber_width,
        effective_to=before.effective_to,
    )


def local_today(store: Store, clock: Clock, scope: Scope) -> date:
    """Today at a scope's site; for the enterprise the latest today of its sites."""
    organisation = read_organisation(store, Scope(scope.site))
    zones = [organisation.zone(unit.org_id) for unit in organisation.sites if unit.timezone]
    now = epoch_s(clock.now())
    return max(datetime.fromtimestamp(now, ZoneInfo(zone)).date() for zone in zones or ["UTC"])


def may_write(who: Principal, scope: Scope) -> bool:
    """Whether a person may set targets of a scope at all; the corridor is another question."""
    grant = permission_table().grant("target.write", who.role)
    return within(who, grant.reach, scope)


def _authorise(store: Store, who: Principal | None, edit: TargetEdit, bonus: bool) -> None:
    if who is None:
        if not Directory(store).has(edit.scope):
            raise BadInput(
                say(
                    "The scope {path!r} names a site, team or agent that is not known.",
                    path=edit.scope.path,
                )
            )
        return
    authorise(who, "target.write", edit.scope, Directory(store))
    if who.role is Role.CONTROL_DESK and edit.scope.agent is not None and bonus:
        raise PermissionDenied(
            say(
                "The control desk does not set bonus targets of single agents; their team lead "
                "or manager does."
            )
        )


def _check_words(edit: TargetEdit, shape: TargetShape) -> None:
    if len(edit.reason.strip()) < LEAST_REASON:
        raise BadInput(say("A target needs a reason: say in a few words why it is set."))
    if edit.effective_to is not None and edit.effective_to <= edit.effective_from:
        raise BadInput(
            say(
                "The target would end on {effective_to}, before it begins on {effective_from}.",
                effective_to=edit.effective_to,
                effective_from=edit.effective_from,
            )
        )
    if edit.linked:
        return
    given = [v for v in (edit.value_lo, edit.value_hi, edit.amber_width) if v is not None]
    if any(not math.isfinite(value) for value in given):
        raise BadInput(say("A target must be a number."))
    if edit.value_lo is None and edit.value_hi is None:
        raise BadInput(say("A target needs a value, or a range from and to."))
    if edit.amber_width is not None and edit.amber_width < 0:
        raise BadInput(
            say("The amber width {amber_width:g} cannot be below 0.", amber_width=edit.amber_width)
        )
    both = edit.value_lo is not None and edit.value_hi is not None
    if both and edit.value_hi < edit.value_lo:  # type: ignore[operator]
        raise BadInput(
            say(
                "The range {value_lo:g} to {value_hi:g} ends before it begins.",
                value_lo=edit.value_lo,
                value_hi=edit.value_hi,
            )
        )
    if both and shape.better != "target" and edit.value_lo != edit.value_hi:
        raise BadInput(
            say(
                "{name} has one target, not a range: {better} is better there.",
                name=shape.name,
                better=status_word(shape.better),
            )
        )


def _may_restate(
    store: Store, who: Principal | None, edit: TargetEdit, today: date, restate: bool
) -> None:
    if who is None:
        if not restate:
            raise BadInput(
                say(
                    "{effective_from} is before today, {today}: that changes figures people have "
                    "seen. Give --restate if it is meant.",
                    effective_from=edit.effective_from,
                    today=today,
                )
            )
        return
    if permission_table().grant("target.restate", who.role).reach is Reach.NONE:
        raise BadInput(
            say(
                "{effective_from} is before today, {today}. A target is set from today on; "
                "only the control desk may restate the past.",
                effective_from=edit.effective_from,
                today=today,
            )
        )
    authorise(who, "target.restate", edit.scope, Directory(store))


def _check_newest(connection: Connection, edit: TargetEdit) -> None:
    """Nothing, or `StaleWrite` with both versions: the lock on (KPI, level, key)."""
    place = target_table.c.level == edit.scope.level
    if edit.scope.level != "enterprise":
        place = place & (target_table.c.key == _key(edit.scope))
    newest = connection.scalar(
        select(func.max(target_table.c.target_id)).where(
            target_table.c.kpi_id == edit.kpi_id, place
        )
    )
    if (newest or 0) == edit.seen_id:
        return
    row = connection.execute(select(target_table).where(target_table.c.target_id == newest)).one()
    theirs = _limits(row.value_lo, row.value_hi)
    mine = _limits(edit.value_lo, edit.value_hi)
    raise StaleWrite(
        say(
            "This target was changed while you looked: {theirs} from {effective_from} "
            "stands there now; yours was {mine} from {from_mine}. Nothing was "
            "written; look again and decide.",
            theirs=theirs or say("inherited"),
            effective_from=row.effective_from,
            mine=mine or say("inherited"),
            from_mine=edit.effective_from,
        )
    )


def _limits(low: float | None, high: float | None) -> str:
    given = [value for value in (low, high) if value is not None]
    if len(given) == 2:
        return say("{low:g} to {high:g}", low=low, high=high)
    return say("{n:g}", n=given[0]) if given else ""


def _check_corridor(
    book: TargetBook, who: Principal | None, edit: TargetEdit, shape: TargetShape
) -> None:
    if who is None or who.role is not Role.SUPERVISOR or edit.linked:
        return
    limits = limits_of(book, shape, edit.scope, edit.effective_from)
    if limits is None:
        raise BadInput(
            say(
                "No target of {name} is set above this team, so there is no corridor to move "
                "in. The site's manager sets the first one.",
                name=shape.name,
            )
        )
    if outside(limits, edit.value_lo, edit.value_hi, edit.amber_width):
        amber = "" if limits.widest is None else say(" Amber at most {n:g} wide.", n=limits.widest)
        raise BadInput(
            say("Outside your corridor. {sentence}{amber}", sentence=limits.sentence, amber=amber)
        )


def _key(scope: Scope) -> str:
    """The key of a row: the unit's or agent's id; `*` for the enterprise."""
    return key_of(scope) or "*"


def _told(row: Target) -> dict[str, Any]:
    return {
        "target_id": row.target_id, "value_lo": row.value_lo, "value_hi": row.value_hi,
        "amber_width": row.amber_width, "effective_from": row.effective_from, "kind": row.kind,
    }  # fmt: skip
