"""Exceptions filed, decided, approved in bulk and taken back: audited, and never edited.

Every step marks the days it touches, so that their facts are made again; a day already closed
then shows as restated, with the old figure kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, insert, select

from wfm.actions.audit import write_audit
from wfm.domain.adherence import NewException, RecordedException
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput, PermissionDenied, ScopeDenied, StaleWrite
from wfm.domain.grid import local_day
from wfm.domain.language import say
from wfm.domain.organisation import Organisation
from wfm.domain.principal import Principal
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.domain.status_words import status_word
from wfm.queries.access import NOT_FOUND, authorise
from wfm.queries.exceptions import BulkPreview, OutFilter
from wfm.store.manifest import mark_dirty
from wfm.store.readers.adherence import exceptions_by_id
from wfm.store.readers.organisation import read_organisation
from wfm.store.schema import adherence_decision, adherence_exception
from wfm.store.store import Store

OPERATOR, OPERATOR_ROLE = "command line", "operator"
LONGEST_S = 86_400
DECIDE, OWN = "exception.decide", "request.create"
NEXT = {"pending": ("approved", "denied"), "approved": ("withdrawn",), "denied": ("approved",),
        "withdrawn": ("approved",)}  # fmt: skip


@dataclass(frozen=True)
class Changed:
    """What a step changed: exceptions and seconds; `already`: the same request came before."""

    ids: tuple[int, ...]
    seconds: int
    already: bool = False


def submit(
    store: Store, clock: Clock, who: Principal | None, new: NewException, *, request_key: str,
    approve: bool = False,
) -> Changed:  # fmt: skip
    """The exception filed: pending until somebody decides, or approved by who may decide.

    An agent files only their own; a team lead for the team. Filed again with the same key, nothing
    changes. None as `who` is the command line of the machine itself.
    """
    org = _organisation(store)
    _check(new)
    where = _scope_of(org, new.agent_id, new.start_at)
    own = who is not None and who.agent_id == new.agent_id
    if who is not None:
        authorise(who, OWN if own else DECIDE, where, org)
    if approve and own:
        raise _own()
    source = "agent" if own else "supervisor"
    return _record(store, clock, who, [new], where, source, request_key, approve, org)


def decide(
    store: Store, clock: Clock, who: Principal | None, ids: Iterable[int], status: str,
    reason: str,
) -> Changed:  # fmt: skip
    """The exceptions with a new decision, all or none; never those of the person who decides.

    A denial and a withdrawal need a reason. What has the status already is left alone.
    """
    wanted = sorted(set(ids))
    if status not in ("approved", "denied", "withdrawn"):
        raise BadInput(
            say("Decision {status!r} is none of approved, denied, withdrawn.", status=status)
        )
    if status != "approved" and len(reason.strip()) < 3:
        raise BadInput(
            say(
                "A decision {status} needs a reason: say in a few words why.",
                status=status_word(status),
            )
        )
    with store.db.read() as connection:
        found = exceptions_by_id(connection, wanted)
    return _decided(store, clock, who, wanted, found, status, reason)


def approve_bulk(
    store: Store, clock: Clock, who: Principal | None, asked: OutFilter, preview: BulkPreview,
    seen: tuple[int, int], reason_code: str, note: str, *, request_key: str,
) -> Changed:  # fmt: skip
    """One approved exception for each piece of out time that the person saw in the preview.

    `seen` is the count and the seconds they agreed to, `preview` what there is now: when the two
    differ, `StaleWrite` asks to look again. `undo_bulk` takes all of it back.
    """
    org = _organisation(store)
    if who is not None:
        authorise(who, DECIDE, asked.scope, org)
    bulk_id = _bulk_id(request_key)
    with store.db.read() as connection:
        done = exceptions_by_id(connection, (), bulk_id)
    if done:
        return Changed(tuple(e.exception_id for e in done), sum(e.seconds for e in done), True)
    pieces = [p for p in preview.pieces if who is None or p.agent_id != who.agent_id]
    now = (len(preview.pieces), preview.seconds)
    if now != seen:
        raise StaleWrite(
            say(
                "There are now {n} spells of {seconds} s together, and {n_seen} of {seconds_seen} "
                "s were shown. Look at the preview again; nothing was changed.",
                n=now[0],
                seconds=now[1],
                n_seen=seen[0],
                seconds_seen=seen[1],
            )
        )
    if not pieces:
        raise BadInput(
            say("No time out of adherence lies inside this filter; nothing was changed.")
        )
    new = [NewException(p.agent_id, p.start_at, p.end_at, reason_code, note) for p in pieces]
    for one in new:
        _check(one)
    return _record(
        store, clock, who, new, asked.scope, "supervisor", request_key, True, org, bulk_id
    )


def undo_bulk(
    store: Store, clock: Clock, who: Principal | None, bulk_id: str, reason: str
) -> Changed:
    """Every exception of a bulk action withdrawn; the figures go back to what they were."""
    if len(reason.strip()) < 3:
        raise BadInput(say("Taking a bulk exception back needs a reason: say in a few words why."))
    with store.db.read() as connection:
        found = exceptions_by_id(connection, (), bulk_id)
    if not found:
        raise ScopeDenied(NOT_FOUND)
    ids = [e.exception_id for e in found if e.status == "approved"]
    return _decided(store, clock, who, ids, found, "withdrawn", reason)


def _record(
    store: Store, clock: Clock, who: Principal | None, new: Sequence[NewException], scope: Scope,
    source: str, request_key: str, approve: bool, org: Organisation, bulk_id: str | None = None,
) -> Changed:  # fmt: skip
    at, actor = epoch_s(clock.now()), who.user_key if who else OPERATOR
    key = bulk_id or _bulk_id(request_key)

    def work(connection: Connection) -> Changed:
        done = exceptions_by_id(connection, (), key)
        if done:
            return Changed(tuple(e.exception_id for e in done), sum(e.seconds for e in done), True)
        rows = [
            {
                "agent_id": one.agent_id, "start_at": one.start_at, "end_at": one.end_at,
                "reason_code": one.reason_code, "source": source, "note": one.note,
                "recorded_by": actor, "recorded_at": at, "bulk_id": key,
            }
            for one in new
        ]  # fmt: skip
        connection.execute(insert(adherence_exception), rows)
        table = adherence_exception
        ids = tuple(
            connection.scalars(
                select(table.c.exception_id)
                .where(table.c.bulk_id == key)
                .order_by(table.c.exception_id)
            )
        )
        if approve:
            _write_decisions(connection, ids, "approved", actor, at, "")
            mark_dirty(connection, _days(org, new))
        seconds = sum(one.end_at - one.start_at for one in new)
        _audit(connection, who, at, "exception.bulk" if bulk_id else "exception.submit", key,
               scope, {"status": "approved" if approve else "pending", "count": len(ids),
                       "seconds": seconds, "reason_code": new[0].reason_code},
               new[0].note or None)  # fmt: skip
        return Changed(ids, seconds)

    return store.db.retry(work)


def _decided(
    store: Store, clock: Clock, who: Principal | None, wanted: Sequence[int],
    found: Sequence[RecordedException], status: str, reason: str,
) -> Changed:  # fmt: skip
    org = _organisation(store)
    known = {e.exception_id: e for e in found}
    if set(wanted) - set(known):
        raise ScopeDenied(NOT_FOUND)
    for number in wanted:
        one = known[number]
        if who is not None:
            authorise(who, DECIDE, _scope_of(org, one.agent_id, one.start_at), org)
            if who.agent_id == one.agent_id:
                raise _own()
    at, actor = epoch_s(clock.now()), who.user_key if who else OPERATOR

    def work(connection: Connection) -> Changed:
        fresh = [e for e in exceptions_by_id(connection, wanted) if e.status != status]
        for one in fresh:
            if status not in NEXT[one.status]:
                raise StaleWrite(
                    say(
                        "Exception {exception_id} is {now} and cannot become {wanted}; load the "
                        "list again.",
                        exception_id=one.exception_id,
                        now=status_word(one.status),
                        wanted=status_word(status),
                    )
                )
        if not fresh:
            return Changed((), 0, already=True)
        ids = tuple(e.exception_id for e in fresh)
        _write_decisions(connection, ids, status, actor, at, reason.strip())
        if any("approved" in (status, e.status) for e in fresh):
            mark_dirty(connection, _days(org, fresh))
        scopes = {_scope_of(org, e.agent_id, e.start_at) for e in fresh}
        scope = next(iter(scopes)) if len(scopes) == 1 else ENTERPRISE
        _audit(connection, who, at, "exception.decide", ",".join(map(str, ids[:20])), scope,
               {"status": status, "count": len(ids), "seconds": sum(e.seconds for e in fresh)},
               reason.strip() or None)  # fmt: skip
        return Changed(ids, sum(e.seconds for e in fresh))

    return store.db.retry(work)


def _write_decisions(
    connection: Connection, ids: Iterable[int], status: str, actor: str, at: int, note: str
) -> None:
    rows = [
        {"exception_id": number, "status": status, "decided_by": actor, "decided_at": at,
         "note": note}
        for number in ids
    ]  # fmt: skip
    connection.execute(insert(adherence_decision), rows)


def _audit(
    connection: Connection, who: Principal | None, at: int, action: str, name: str, scope: Scope,
    new: dict[str, object], reason: str | None,
) -> None:  # fmt: skip
    write_audit(
        connection, at=at, actor=who.user_key if who else OPERATOR,
        role=who.role.value if who else OPERATOR_ROLE, action=action, object=f"exception:{name}",
        scope_path=scope.path, new=new, reason=reason,
    )  # fmt: skip


def _check(new: NewException) -> None:
    if not 0 < new.end_at - new.start_at <= LONGEST_S:
        raise BadInput(
            say(
                "An exception of {seconds} s cannot be: it begins before it ends, and lasts a "
                "day at most.",
                seconds=new.end_at - new.start_at,
            )
        )
    code = new.reason_code
    if not 1 <= len(code) <= 64 or not code.replace("_", "").replace("-", "").isalnum():
        raise BadInput(
            say("Reason {code!r} is no code: letters, digits, - and _, 64 at most.", code=code[:40])
        )


def _scope_of(org: Organisation, agent_id: str, at: int) -> Scope:
    person = org.person_at(agent_id, at)
    if person is None:
        raise ScopeDenied(NOT_FOUND)
    return org.scope_of(person)


def _days(
    org: Organisation, spans: Iterable[NewException] | Iterable[RecordedException]
) -> set[date]:
    """Local days of the agents' sites that the spans touch, and the day before each.

    A shift over midnight books its adherence to the day on which it begins.
    """
    days: set[date] = set()
    for span in spans:
        zone = org.zone(_scope_of(org, span.agent_id, span.start_at).site or "")
        first, last = local_day(span.start_at, zone), local_day(span.end_at - 1, zone)
        days |= {date.fromordinal(n) for n in range(first.toordinal() - 1, last.toordinal() + 1)}
    return days


def _organisation(store: Store) -> Organisation:
    with store.db.read() as connection:
        return read_organisation(connection, ENTERPRISE)


def _bulk_id(request_key: str) -> str:
    return hashlib.sha256(request_key.encode()).hexdigest()[:16]


def _own() -> PermissionDenied:
    return PermissionDenied(
        say(
            "Nobody decides on an exception of their own. Ask another person who may "
            "decide for you."
        )
    )
