"""Job rows as values."""

from __future__ import annotations

import json

from sqlalchemy import Connection, Row, select

from wfm.domain.jobs import Job, RunPoint
from wfm.domain.language import reread
from wfm.domain.scope import Scope
from wfm.store.schema import job, job_point


def read_jobs(
    connection: Connection,
    scope: Scope,
    *,
    kind: str | None = None,
    state: str | None = None,
    limit: int = 50,
) -> tuple[Job, ...]:
    """Jobs asked for inside a scope, newest first."""
    query = select(job).order_by(job.c.job_id.desc())
    if kind is not None:
        query = query.where(job.c.kind == kind)
    if state is not None:
        query = query.where(job.c.state == state)
    found: list[Job] = []
    for row in connection.execute(query):
        if scope.holds(Scope.parse(row.scope_path)):
            found.append(job_of(row))
            if len(found) == limit:
                break
    return tuple(found)


def read_job(connection: Connection, scope: Scope, job_id: int) -> Job | None:
    """The job of an id, None when there is none inside the scope."""
    row = connection.execute(select(job).where(job.c.job_id == job_id)).first()
    if row is None or not scope.holds(Scope.parse(row.scope_path)):
        return None
    return job_of(row)


def job_of(row: Row) -> Job:  # type: ignore[type-arg]
    """The job of a row."""
    return Job(
        job_id=row.job_id,
        kind=row.kind,
        parameters=json.loads(row.parameters),
        state=row.state,
        stage=reread(row.stage),
        percent=row.percent,
        detail=json.loads(row.detail),
        message=reread(row.message),
        result=json.loads(row.result) if row.result else None,
        author=row.author,
        scope_path=row.scope_path,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        cancel_asked=bool(row.cancel_asked),
        lease_owner=row.lease_owner,
        lease_until=row.lease_until,
        fence=row.fence,
    )


def read_points(connection: Connection, scope: Scope, job_id: int) -> tuple[RunPoint, ...]:
    """The curve of a run as kept so far, in order of time; nothing of a job outside the scope."""
    if read_job(connection, scope, job_id) is None:
        return ()
    rows = connection.execute(
        select(job_point).where(job_point.c.job_id == job_id).order_by(job_point.c.n)
    )
    return tuple(RunPoint(r.t_s, r.event, r.objective, r.bound, r.gap_pct, r.pass_n) for r in rows)
