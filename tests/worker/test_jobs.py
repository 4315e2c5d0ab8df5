"""Jobs: taken by one worker at a time, watched, cancelled, and taken up again after a kill."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import update

from wfm.domain.clock import FixedClock, epoch_s
from wfm.domain.errors import StaleWrite
from wfm.domain.jobs import Job
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.queries.jobs import read_job, read_jobs
from wfm.store.schema import job as job_table
from wfm.store.store import Store
from wfm.store.writers.jobs import (
    ask_cancel,
    check_fence,
    create_job,
    end_job,
    renew_lease,
    take_job,
)
from wfm.worker.jobs import run_job_here, work_once

sys.path.insert(0, str(Path(__file__).parent))
from small_jobs import KINDS


def ask(store: Store, kind: str, **parameters: object) -> int:
    with store.db.write() as c:
        return create_job(c, kind, parameters, author="lead-1", created_at=1_000)


def take(store: Store, owner: str) -> Job | None:
    with store.db.write() as c:
        return take_job(c, owner, tuple(KINDS), started_at=1_001)


def let_the_lease_run_out(store: Store, job_id: int) -> None:
    with store.db.write() as c:
        c.execute(update(job_table).where(job_table.c.job_id == job_id).values(lease_until=1))


def test_a_job_runs_and_its_row_tells_its_end(store: Store, clock: FixedClock) -> None:
    job = run_job_here(store, clock, "count", {"to": 3}, author="lead-1", kinds=KINDS)
    assert (job.state, job.percent, job.message) == ("done", 100.0, "Counted to 3.")
    assert job.result == {"message": "Counted to 3.", "n": 3}
    assert job.ended_at == epoch_s(clock.now())


def test_a_known_error_becomes_the_sentence_of_the_job(store: Store, clock: FixedClock) -> None:
    job = run_job_here(store, clock, "refuse", {}, author="lead-1", kinds=KINDS)
    assert job.state == "failed"
    assert job.message == "Week 2026-W60 does not exist; write one from W01 to W53."


def test_an_unforeseen_error_fails_the_job_and_names_it(store: Store, clock: FixedClock) -> None:
    job = run_job_here(store, clock, "count", {}, author="lead-1", kinds=KINDS)
    assert job.message == (
        f"Job {job.job_id} (count) stopped on an error nobody foresaw: KeyError: 'to'."
    )


def test_two_workers_never_take_the_same_job(store: Store) -> None:
    ask(store, "count", to=1)
    first, second = take(store, "one"), take(store, "two")
    assert first is not None
    assert (first.lease_owner, second) == ("one", None)


def test_a_silent_worker_loses_its_job_and_cannot_write_to_it_any_more(store: Store) -> None:
    job_id = ask(store, "count", to=1)
    first = take(store, "one")
    let_the_lease_run_out(store, job_id)
    second = take(store, "two")
    assert first is not None
    assert second is not None
    assert (first.fence, second.fence) == (1, 2)
    with pytest.raises(StaleWrite), store.db.write() as c:
        renew_lease(c, first, percent=50.0)
    with pytest.raises(StaleWrite), store.db.write() as c:
        end_job(c, first, "done", "Too late.", ended_at=2_000)
    with pytest.raises(StaleWrite), store.db.write() as c:
        check_fence(c, job_id, first.fence)
    with store.db.write() as c:
        check_fence(c, job_id, second.fence)
        end_job(c, second, "done", "Done.", ended_at=2_000)
    assert read_job(store, ENTERPRISE, job_id).message == "Done."


def test_a_job_that_kills_three_workers_fails(store: Store) -> None:
    job_id = ask(store, "count", to=1)
    for owner in ("one", "two", "three"):
        assert take(store, owner) is not None
        let_the_lease_run_out(store, job_id)
    assert take(store, "four") is None
    assert read_job(store, ENTERPRISE, job_id).message == (
        "Its worker died 3 times, at stage 'start'; look at the worker's log before you ask again."
    )


def test_a_queued_job_is_cancelled_at_once(store: Store) -> None:
    job_id = ask(store, "count", to=1)
    with store.db.write() as c:
        assert ask_cancel(c, job_id, at=2_000) == "cancelled"
    assert take(store, "one") is None


def test_a_running_job_stops_soon_after_it_is_asked_to(store: Store, clock: FixedClock) -> None:
    job_id = ask(store, "count", to=1_000, pause_s=0.05)
    worker = threading.Thread(target=work_once, args=(store, clock, "one", KINDS))
    worker.start()
    while read_job(store, ENTERPRISE, job_id).state != "running":
        time.sleep(0.02)
    with store.db.write() as c:
        assert ask_cancel(c, job_id, at=2_000) == "running"
    worker.join(timeout=5)
    assert not worker.is_alive()
    ended = read_job(store, ENTERPRISE, job_id)
    assert (ended.state, ended.message) == ("cancelled", "Cancelled; what was complete is kept.")


def test_a_stopped_worker_puts_its_job_back(store: Store, clock: FixedClock) -> None:
    job_id = ask(store, "count", to=1_000, pause_s=0.05)
    stop = threading.Event()
    worker = threading.Thread(target=work_once, args=(store, clock, "one", KINDS, stop))
    worker.start()
    while read_job(store, ENTERPRISE, job_id).stage != "Counting":
        time.sleep(0.02)
    stop.set()
    worker.join(timeout=5)
    left = read_job(store, ENTERPRISE, job_id)
    assert (left.state, left.lease_owner, left.ended_at) == ("queued", None, None)


def test_the_same_idempotency_key_is_the_same_job(store: Store) -> None:
    with store.db.write() as c:
        one = create_job(c, "count", {"to": 1}, author="a", created_at=1, idempotency_key="k")
        two = create_job(c, "count", {"to": 1}, author="a", created_at=2, idempotency_key="k")
    assert one == two


def test_jobs_of_another_site_are_not_shown(store: Store) -> None:
    with store.db.write() as c:
        create_job(c, "count", {}, author="a", created_at=1, scope_path="dublin")
        create_job(c, "count", {}, author="a", created_at=1, scope_path="lisbon")
    assert [j.scope_path for j in read_jobs(store, Scope.parse("dublin"))] == ["dublin"]


def test_a_killed_worker_leaves_a_job_that_the_next_one_finishes(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    job_id = ask(store, "die_once", mark=str(tmp_path / "mark"))
    script = Path(__file__).parent / "small_jobs.py"
    killed = subprocess.run([sys.executable, script, str(tmp_path), store.db.url], check=False)
    assert killed.returncode == -9
    left = read_job(store, ENTERPRISE, job_id)
    assert (left.state, left.stage) == ("running", "Working")
    assert not work_once(store, clock, "two", KINDS)  # the lease still runs
    let_the_lease_run_out(store, job_id)
    assert work_once(store, clock, "two", KINDS)
    ended = read_job(store, ENTERPRISE, job_id)
    assert (ended.state, ended.message) == ("done", "Done at the second try.")
