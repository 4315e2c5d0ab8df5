"""Running one job: its lease kept alive, its progress told, its end recorded in one sentence."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import OperationalError

from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import JobCancelled, StaleWrite, WfmError
from wfm.domain.jobs import Job
from wfm.domain.language import say, to_say
from wfm.domain.scope import ENTERPRISE
from wfm.store.readers.jobs import read_job
from wfm.store.store import Store
from wfm.store.writers.jobs import create_job, end_job, put_back, renew_lease, take_job
from wfm.worker.kinds import KINDS, Kind

HEARTBEAT_S = 10.0
PROGRESS_EVERY_S = 0.25
CANCELLED = to_say("Cancelled; what was complete is kept.")
STOPPED = to_say("The worker was stopped; the job waits for another.")

log = logging.getLogger(__name__)

Watcher = Callable[[str, float, Mapping[str, Any]], None]


def new_owner() -> str:
    """A name for this worker that no other has, like `host:4711:9f3a61`."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:6]}"


@dataclass
class JobProgress:
    """The `Progress` of a running job: writes its row at most four times a second.

    Call it outside write transactions: it writes to the same database.
    """

    store: Store
    job: Job
    cancel: threading.Event
    watcher: Watcher | None = None
    lost: threading.Event = field(default_factory=threading.Event)
    stop: threading.Event = field(default_factory=threading.Event)
    _written: float = 0.0
    _began: float = field(default_factory=time.monotonic)

    def __call__(self, stage: str, percent: float, **detail: object) -> None:
        now = time.monotonic()
        detail = {**detail, "elapsed_s": round(now - self._began, 1)}
        if self.watcher is not None:
            self.watcher(stage, percent, detail)
        if now - self._written >= PROGRESS_EVERY_S:
            self._written = now
            self.beat(stage=stage, percent=percent, detail=detail)
        self.check()

    def beat(self, **values: Any) -> None:
        """The lease renewed, with progress if given; a busy database only delays it."""
        try:
            if self.store.db.retry(lambda c: renew_lease(c, self.job, **values)):
                self.cancel.set()
        except StaleWrite:
            self.lost.set()
        except OperationalError:
            log.warning("progress of job %s not written: the database is busy", self.job.job_id)

    def check(self) -> None:
        """Nothing; raises when the job was cancelled or belongs to another worker now."""
        if self.lost.is_set():
            raise StaleWrite(say("Job {n} belongs to another worker now.", n=self.job.job_id))
        if self.cancel.is_set():
            raise JobCancelled(CANCELLED)
        if self.stop.is_set():
            raise JobCancelled(STOPPED)


def run_job(
    store: Store,
    clock: Clock,
    job: Job,
    kinds: Mapping[str, Kind] = KINDS,
    *,
    cancel: threading.Event | None = None,
    watcher: Watcher | None = None,
    stop: threading.Event | None = None,
) -> Job:
    """The job after it was run to its end in this process; errors end up in its message.

    When `stop` is set the work ends as if cancelled, and the job waits for another worker.
    """
    progress = JobProgress(
        store, job, cancel or threading.Event(), watcher, stop=stop or threading.Event()
    )
    ended = threading.Event()
    heart = threading.Thread(target=_heartbeat, args=(progress, ended), daemon=True)
    heart.start()
    state, message, result = "done", "", None
    try:
        parameters = {
            **job.parameters, "author": job.author, "job_id": job.job_id, "fence": job.fence,
        }  # fmt: skip
        result = kinds[job.kind].load()(store, clock, parameters, progress)
        message = result.get("message") or say("Done.")
    except JobCancelled as stopped:
        state, message = "cancelled", _words(stopped) or CANCELLED
    except StaleWrite as lost:
        state, message = "failed", _words(lost)
    except WfmError as error:
        state, message = "failed", _words(error)
    except Exception as error:
        log.exception("job %s (%s) failed", job.job_id, job.kind)
        state, message = "failed", _unexpected(job, error)
    finally:
        ended.set()
        heart.join()
    stopped_only = progress.stop.is_set() and not progress.cancel.is_set()
    try:
        if state == "cancelled" and stopped_only:
            store.db.retry(lambda c: put_back(c, job))
            return job
        store.db.retry(
            lambda c: end_job(
                c, job, state, message, ended_at=epoch_s(clock.now()), result=result
            )
        )  # fmt: skip
    except StaleWrite as lost:
        log.warning("%s", lost)
    with store.db.read() as connection:
        return read_job(connection, ENTERPRISE, job.job_id) or job


def run_job_here(
    store: Store,
    clock: Clock,
    kind: str,
    parameters: Mapping[str, Any],
    *,
    author: str,
    scope_path: str = "",
    cancel: threading.Event | None = None,
    watcher: Watcher | None = None,
    kinds: Mapping[str, Kind] = KINDS,
) -> Job:
    """The job of a command, made and run at once in this process; no other worker can take it."""
    owner = new_owner()
    job_id = store.db.retry(
        lambda c: create_job(
            c, kind, parameters, author=author, created_at=epoch_s(clock.now()),
            scope_path=scope_path, owner=owner,
        )
    )  # fmt: skip
    with store.db.read() as connection:
        job = read_job(connection, ENTERPRISE, job_id)
    if job is None:
        raise StaleWrite(f"Job {job_id} vanished from the database right after it was made.")
    return run_job(store, clock, job, kinds, cancel=cancel, watcher=watcher)


def work_once(
    store: Store,
    clock: Clock,
    owner: str,
    kinds: Mapping[str, Kind] = KINDS,
    stop: threading.Event | None = None,
) -> bool:
    """Whether a job was there: the oldest one waiting was run to its end."""
    job = store.db.retry(
        lambda c: take_job(c, owner, tuple(kinds), started_at=epoch_s(clock.now()))
    )
    if job is None:
        return False
    log.info("job %s (%s) taken, time %s", job.job_id, job.kind, job.fence)
    run_job(store, clock, job, kinds, stop=stop)
    return True


def _heartbeat(progress: JobProgress, stop: threading.Event) -> None:
    while not stop.wait(HEARTBEAT_S):
        progress.beat()


def _unexpected(job: Job, error: Exception) -> str:
    first = str(error).strip().splitlines()
    said = f"{type(error).__name__}: {first[0][:300]}" if first else type(error).__name__
    return say(
        "Job {n} ({kind}) stopped on an error nobody foresaw: {error}.",
        n=job.job_id,
        kind=job.kind,
        error=said,
    )


def _words(error: BaseException) -> str:
    """The sentence of an error as it was said, to be kept for readers of any language."""
    said = error.args[0] if error.args else ""
    return said if isinstance(said, str) else str(error)
