"""Job rows written: asked for, taken by lease, moved on, ended. Every write checks the fence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, and_, insert, or_, select, update

from wfm.domain.errors import BadInput, StaleWrite
from wfm.domain.jobs import Job
from wfm.domain.language import kept, say
from wfm.store.leases import LEASE_S, database_now
from wfm.store.readers.jobs import job_of
from wfm.store.schema import job

# A job that kills its worker this often is given up.
STAGE_MOST = 200  # as long as the column
MAX_TAKES = 3


def create_job(
    connection: Connection,
    kind: str,
    parameters: Mapping[str, Any],
    *,
    author: str,
    created_at: int,
    scope_path: str = "",
    idempotency_key: str | None = None,
    owner: str | None = None,
) -> int:
    """The id of a queued job; with an owner it is born running, under that owner's lease.

    The same idempotency key again gives the job made the first time.
    """
    if idempotency_key is not None:
        known = connection.scalar(
            select(job.c.job_id).where(job.c.idempotency_key == idempotency_key)
        )
        if known is not None:
            return int(known)
    row: dict[str, Any] = {
        "kind": kind,
        "parameters": json.dumps(dict(parameters), sort_keys=True),
        "state": "queued",
        "author": author,
        "scope_path": scope_path,
        "created_at": created_at,
        "idempotency_key": idempotency_key,
    }
    if owner is not None:
        row |= {
            "state": "running",
            "started_at": created_at,
            "lease_owner": owner,
            "lease_until": database_now(connection) + LEASE_S,
            "fence": 1,
        }
    made = connection.execute(insert(job), row)
    return int(made.inserted_primary_key[0])  # type: ignore[index]


def take_job(
    connection: Connection, owner: str, kinds: tuple[str, ...], *, started_at: int
) -> Job | None:
    """The oldest job that waits, or whose worker fell silent, now under this owner's lease.

    None when there is nothing to do. A job taken three times before is failed instead.
    """
    now = database_now(connection)
    waits = job.c.state == "queued"
    silent = and_(job.c.state == "running", job.c.lease_until < now)
    while True:
        row = connection.execute(
            select(job)
            .where(or_(waits, silent), job.c.kind.in_(kinds))
            .order_by(job.c.job_id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if row is None:
            return None
        found = job_of(row)
        if found.cancel_asked:
            _end(connection, found, "cancelled", say("Cancelled before it was taken up again."),
                 ended_at=started_at)  # fmt: skip
            continue
        if found.state == "running" and found.fence >= MAX_TAKES:
            message = say(
                "Its worker died {n} times, at stage {stage!r}; look at the worker's log before "
                "you ask again.",
                n=found.fence,
                stage=found.stage or "start",
            )
            _end(connection, found, "failed", message, ended_at=started_at)
            continue
        connection.execute(
            update(job)
            .where(job.c.job_id == found.job_id, job.c.fence == found.fence)
            .values(
                state="running", lease_owner=owner, lease_until=now + LEASE_S,
                fence=found.fence + 1, started_at=started_at,
            )
        )  # fmt: skip
        return job_of(connection.execute(select(job).where(job.c.job_id == found.job_id)).one())


def renew_lease(
    connection: Connection,
    taken: Job,
    *,
    stage: str | None = None,
    percent: float | None = None,
    detail: Mapping[str, Any] | None = None,
) -> bool:
    """Whether somebody asked the job to stop; its lease runs on, with the progress given.

    `StaleWrite` when the job was taken by another worker meanwhile.
    """
    values: dict[str, Any] = {"lease_until": database_now(connection) + LEASE_S}
    if stage is not None:
        words = kept(stage)
        values["stage"] = words if len(words) <= STAGE_MOST else stage[:STAGE_MOST]
    if percent is not None:
        values["percent"] = percent
    if detail is not None:
        values["detail"] = json.dumps(dict(detail), default=str)
    _fenced(connection, taken, values)
    return bool(connection.scalar(select(job.c.cancel_asked).where(job.c.job_id == taken.job_id)))


def end_job(
    connection: Connection,
    taken: Job,
    state: str,
    message: str,
    *,
    ended_at: int,
    result: Mapping[str, Any] | None = None,
) -> None:
    """The job ended as done, failed or cancelled, with one sentence."""
    values: dict[str, Any] = {
        "state": state, "message": kept(message), "ended_at": ended_at, "lease_until": None,
    }  # fmt: skip
    if state == "done":
        values["percent"] = 100.0
    if result is not None:
        values["result"] = json.dumps(dict(result), default=str)
    _fenced(connection, taken, values)


def check_fence(connection: Connection, job_id: int | None, fence: int | None) -> None:
    """Nothing while the job is still this taker's; `StaleWrite` inside the write otherwise.

    A job calls it in the transaction that stores its result, so that a worker which was thought
    dead cannot write a second one. Without a job there is nothing to check.
    """
    if job_id is None or fence is None:
        return
    held = connection.scalar(
        select(job.c.fence).where(job.c.job_id == job_id, job.c.state == "running")
    )
    if held != fence:
        raise StaleWrite(
            f"Job {job_id} was taken up by another worker after its lease ran out; "
            f"what this one did is dropped."
        )


def put_back(connection: Connection, taken: Job) -> None:
    """The job waits again, for another worker: this one was told to stop, the job was not."""
    _fenced(connection, taken, {"state": "queued", "lease_owner": None, "lease_until": None})


def ask_cancel(connection: Connection, job_id: int, *, at: int) -> str:
    """The job's state after the wish: a queued one is cancelled at once, a running one soon."""
    row = connection.execute(select(job).where(job.c.job_id == job_id).with_for_update()).first()
    if row is None:
        raise BadInput(f"No job {job_id} is known; `wfm job list` shows them.")
    found = job_of(row)
    if found.has_ended:
        return found.state
    if found.state == "queued":
        _end(connection, found, "cancelled", "Cancelled before it began.", ended_at=at)
        return "cancelled"
    connection.execute(update(job).where(job.c.job_id == job_id).values(cancel_asked=True))
    return "running"


def _end(connection: Connection, found: Job, state: str, message: str, *, ended_at: int) -> None:
    connection.execute(
        update(job)
        .where(job.c.job_id == found.job_id, job.c.fence == found.fence)
        .values(state=state, message=kept(message), ended_at=ended_at, lease_until=None)
    )


def _fenced(connection: Connection, taken: Job, values: Mapping[str, Any]) -> None:
    changed = connection.execute(
        update(job)
        .where(
            job.c.job_id == taken.job_id, job.c.fence == taken.fence, job.c.state == "running"
        )
        .values(**values)
    )  # fmt: skip
    if changed.rowcount == 0:
        raise StaleWrite(
            f"Job {taken.job_id} was taken up by another worker after its lease ran out; "
            f"what this one did since is dropped."
        )
