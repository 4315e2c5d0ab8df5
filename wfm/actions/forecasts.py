"""What planners say of forecasts, recorded and taken back: authorised, checked, audited, once.

An override also asks a worker for the forecast with it; the model's own forecast stays as it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select

from wfm.actions.audit import write_audit
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput, ScopeDenied
from wfm.domain.forecast_records import OVERRIDE, ForecastRecord, NewRecord, check_record
from wfm.domain.grid import local_day
from wfm.domain.language import say
from wfm.domain.principal import Principal
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.queries.access import NOT_FOUND, authorise
from wfm.queries.organisation import read_organisation
from wfm.store.readers.forecast_records import read_record
from wfm.store.schema import forecast_record
from wfm.store.store import Store
from wfm.store.writers.jobs import create_job

OPERATOR, OPERATOR_ROLE = "command line", "operator"
PERMISSION = "forecast.run"


@dataclass(frozen=True)
class Recorded:
    """The record written; `job_id` the work it asked for; `already`: the same request before."""

    record_id: int
    job_id: int | None
    already: bool = False


def record_forecast(
    store: Store, clock: Clock, who: Principal | None, new: NewRecord, *, request_key: str
) -> Recorded:
    """The record kept; None as `who` is the command line of the machine itself.

    An override of a day that is over is refused: what came is known. The same key again changes
    nothing and gives the first record.
    """
    organisation = read_organisation(store, ENTERPRISE)
    if who is not None:
        authorise(who, PERMISSION, Scope(new.unit), organisation)
    checked = check_record(new)
    if organisation.unit(new.unit).level != "site":
        raise BadInput(say("{unit!r} is no site; forecasts are made for sites.", unit=new.unit))
    queues = {q.queue_id for q in organisation.queues if q.site_id in (None, new.unit)}
    if new.queue_id and new.queue_id not in queues:
        known = ", ".join(sorted(queues))
        raise BadInput(
            say(
                "Site {unit!r} has no queue {queue_id!r}; it has {known}.",
                unit=new.unit,
                queue_id=new.queue_id,
                known=known,
            )
        )
    at = epoch_s(clock.now())
    today = local_day(at, organisation.zone(new.unit))
    if checked.kind == OVERRIDE and _first(checked) < today:
        raise BadInput(
            say(
                "{first_on} is over: what came is known and nothing is left to correct. "
                "Override from {today} on.",
                first_on=checked.first_on,
                today=today,
            )
        )

    def work(connection: Connection) -> Recorded:
        known = _known(connection, request_key)
        if known is not None:
            return Recorded(known, None, already=True)
        values = {
            "kind": checked.kind, "unit": checked.unit, "queue_id": checked.queue_id,
            "first_on": checked.first_on, "end_on": checked.end_on,
            "terms": json.dumps(checked.terms, sort_keys=True), "reason": checked.reason,
            "author": who.user_key if who else OPERATOR, "recorded_at": at,
            "request_key": request_key,
        }  # fmt: skip
        number = _insert(connection, values)
        told = {**values, "terms": checked.terms, "first_on": str(checked.first_on),
                "end_on": str(checked.end_on)}  # fmt: skip
        _audit(connection, at, who, f"forecast.{checked.kind}", number, checked.unit,
               None, told, checked.reason, request_key)  # fmt: skip
        job = _ask(connection, who, checked.kind, checked.unit, number, at)
        return Recorded(number, job)

    return store.db.retry(work)


def undo_forecast(
    store: Store, clock: Clock, who: Principal | None, record_id: int, reason: str, *,
    request_key: str,
) -> Recorded:  # fmt: skip
    """The record taken back by another one, which says by whom, when and why."""
    with store.db.read() as connection:
        found = read_record(connection, ENTERPRISE, record_id)
    if found is None:
        raise ScopeDenied(NOT_FOUND)
    if who is not None:
        authorise(who, PERMISSION, Scope(found.unit), read_organisation(store, ENTERPRISE))
    if len(reason.strip()) < 3:
        raise BadInput(say("Say why it is taken back; the record keeps it with your name."))
    at = epoch_s(clock.now())

    def work(connection: Connection) -> Recorded:
        known = _known(connection, request_key)
        if known is not None:
            return Recorded(known, None, already=True)
        again = read_record(connection, ENTERPRISE, record_id)
        if again is None or again.undone_at is not None:
            raise BadInput(
                say(
                    "Record {record_id} was taken back before; nothing changed.",
                    record_id=record_id,
                )
            )
        number = _insert(
            connection,
            {
                "kind": found.kind, "unit": found.unit, "queue_id": found.queue_id,
                "first_on": found.first_on, "end_on": found.end_on, "terms": "{}",
                "reason": reason.strip(), "author": who.user_key if who else OPERATOR,
                "recorded_at": at, "undoes": record_id, "request_key": request_key,
            },
        )  # fmt: skip
        _audit(connection, at, who, f"forecast.{found.kind}.undo", record_id, found.unit,
               _told(found), {"undone_by": number}, reason.strip(), request_key)  # fmt: skip
        job = _ask(connection, who, found.kind, found.unit, number, at)
        return Recorded(number, job)

    return store.db.retry(work)


def _first(new: NewRecord) -> date:
    if new.first_on is None:
        raise BadInput(say("Give the first day."))
    return new.first_on


def _known(connection: Connection, request_key: str) -> int | None:
    found = connection.scalar(
        select(forecast_record.c.record_id).where(forecast_record.c.request_key == request_key)
    )
    return None if found is None else int(found)


def _insert(connection: Connection, values: dict[str, Any]) -> int:
    made = connection.execute(insert(forecast_record), values)
    return int(made.inserted_primary_key[0])  # type: ignore[index]


def _audit(
    connection: Connection, at: int, who: Principal | None, action: str, number: int, unit: str,
    old: Any, new: Any, reason: str, request_key: str,
) -> None:  # fmt: skip
    write_audit(
        connection, at=at, actor=who.user_key if who else OPERATOR,
        role=who.role.value if who else OPERATOR_ROLE, action=action,
        object=f"forecast_record:{number}", scope_path=unit, old=old, new=new, reason=reason,
        request_id=request_key,
    )  # fmt: skip


def _ask(
    connection: Connection, who: Principal | None, kind: str, unit: str, number: int, at: int
) -> int | None:
    """The job that makes the forecast with the overrides, in the same transaction."""
    if kind != OVERRIDE:
        return None
    return create_job(
        connection, "override", {"unit": unit}, author=who.user_key if who else OPERATOR,
        created_at=at, scope_path=unit, idempotency_key=f"override-{number}",
    )  # fmt: skip


def _told(record: ForecastRecord) -> dict[str, Any]:
    return {"kind": record.kind, "queue_id": record.queue_id, "terms": dict(record.terms),
            "first_on": str(record.first_on), "end_on": str(record.end_on)}  # fmt: skip
