"""Jobs as pages and commands show them."""

from __future__ import annotations

from wfm.domain.errors import ScopeDenied
from wfm.domain.jobs import Job
from wfm.domain.language import say
from wfm.domain.scope import Scope
from wfm.store.readers import jobs as reader
from wfm.store.store import Store


def read_jobs(
    store: Store, scope: Scope, *, kind: str | None = None, state: str | None = None,
    limit: int = 50,
) -> tuple[Job, ...]:  # fmt: skip
    """Jobs asked for inside a scope, newest first."""
    with store.db.read() as connection:
        return reader.read_jobs(connection, scope, kind=kind, state=state, limit=limit)


def read_job(store: Store, scope: Scope, job_id: int) -> Job:
    """The job of an id; `ScopeDenied` when there is none inside the scope."""
    with store.db.read() as connection:
        found = reader.read_job(connection, scope, job_id)
    if found is None:
        raise ScopeDenied(
            say("No job {job_id} is known; `wfm job list` shows them.", job_id=job_id)
        )
    return found
