"""The worker runs what waits and stops when told."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from sqlalchemy import func, select

from wfm.domain.clock import FixedClock
from wfm.domain.scope import ENTERPRISE
from wfm.queries.jobs import read_jobs
from wfm.store.manifest import mark_dirty
from wfm.store.schema import partition
from wfm.store.store import Store
from wfm.store.writers.jobs import create_job
from wfm.worker.loop import run_worker

sys.path.insert(0, str(Path(__file__).parent))
from small_jobs import KINDS


def test_a_worker_runs_jobs_and_rebuilds_days_until_stopped(
    store: Store, clock: FixedClock
) -> None:
    with store.db.write() as c:
        for n in (1, 2):
            create_job(c, "count", {"to": n}, author="lead-1", created_at=n)
        mark_dirty(c, [clock.now().date()])
    stop = threading.Event()
    worker = threading.Thread(target=run_worker, args=(store, clock, stop), kwargs={"kinds": KINDS})
    worker.start()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with store.db.read() as c:
            dirty = c.scalar(select(func.sum(partition.c.dirty)))
        if not dirty and {j.state for j in read_jobs(store, ENTERPRISE)} == {"done"}:
            break
        time.sleep(0.05)
    stop.set()
    worker.join(timeout=10)
    assert not worker.is_alive()
    assert [j.message for j in read_jobs(store, ENTERPRISE)] == ["Counted to 2.", "Counted to 1."]
    assert dirty == 0
