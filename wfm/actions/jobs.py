"""Long work asked for and stopped by people, each with a line in the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from wfm.actions.audit import write_audit
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput, ScopeDenied
from wfm.domain.language import say
from wfm.domain.scope import Scope
from wfm.store.readers.jobs import read_job
from wfm.store.schema import job
from wfm.store.store import Store
from wfm.store.writers.jobs import ask_cancel, create_job

ASKABLE = ("forecast", "require", "solve", "design", "simulate")


def ask_job(
    store: Store,
    clock: Clock,
    kind: str,
    parameters: Mapping[str, Any],
    *,
    actor: str,
    actor_role: str,
    scope: Scope,
    reason: str = "",
    request_key: str | None = None,
    request_id: str | None = None,
) -> int:
    """The number of the job that now waits for a worker; the same key again gives the same one.

    `scope` is what the actor may plan; the job belongs to the unit of its parameters.
    """
    unit = str(parameters.get("unit") or "")
    if kind not in ASKABLE:
        raise BadInput(
            say(
                "No job {kind!r} can be asked for; one of {known}.",
                kind=kind,
                known=", ".join(ASKABLE),
            )
        )
    if not unit or not scope.holds(Scope(unit)):
        raise ScopeDenied(say("There is nothing here that you may see."))
    at = epoch_s(clock.now())

    def work(connection: Connection) -> int:
        if request_key is not None:
            known = connection.scalar(
                select(job.c.job_id).where(job.c.idempotency_key == request_key)
            )
            if known is not None:
                return int(known)
        job_id = create_job(
            connection, kind, parameters, author=actor, created_at=at, scope_path=unit,
            idempotency_key=request_key,
        )  # fmt: skip
        write_audit(
            connection, at=at, actor=actor, role=actor_role, action=f"job.{kind}",
            object=f"job:{job_id}", scope_path=unit, new=dict(parameters),
            reason=reason or None, request_id=request_id,
        )  # fmt: skip
        return job_id

    return store.db.retry(work)


def cancel_job(
    store: Store,
    clock: Clock,
    job_id: int,
    *,
    actor: str,
    actor_role: str,
    scope: Scope,
    request_id: str | None = None,
) -> str:
    """The job's state after the wish to stop it; what was complete is kept."""
    at = epoch_s(clock.now())

    def work(connection: Connection) -> str:
        found = read_job(connection, scope, job_id)
        if found is None:
            raise ScopeDenied(say("There is nothing here that you may see."))
        state = ask_cancel(connection, job_id, at=at)
        if not found.has_ended and not found.cancel_asked:
            write_audit(
                connection, at=at, actor=actor, role=actor_role, action="job.cancel",
                object=f"job:{job_id}", scope_path=found.scope_path,
                old={"state": found.state}, new={"state": state}, request_id=request_id,
            )  # fmt: skip
        return state

    return store.db.retry(work)
