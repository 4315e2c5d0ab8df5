"""The worker runs what waits and stops when told."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import polars as pl
from sqlalchemy import func, select

from wfm.domain.clock import FixedClock, epoch_s
from wfm.domain.scope import ENTERPRISE
from wfm.queries.jobs import read_jobs
from wfm.store.manifest import mark_dirty, record_batch
from wfm.store.raw import RAW_SCHEMAS, conform
from wfm.store.schema import partition, raw_batch
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


def test_a_worker_merges_the_small_batches_of_a_live_day(store: Store, clock: FixedClock) -> None:
    for n in range(9):
        deliver_states(store, clock, n)
    stop = threading.Event()
    worker = threading.Thread(target=run_worker, args=(store, clock, stop), kwargs={"kinds": KINDS})
    worker.start()
    until = time.monotonic() + 10
    while time.monotonic() < until and live_batches(store) != (1, 9):
        time.sleep(0.05)
    stop.set()
    worker.join(timeout=10)
    assert live_batches(store) == (1, 9)


def deliver_states(store: Store, clock: FixedClock, n: int) -> None:
    """One small delivery: a single state, a minute after the one before."""
    start = epoch_s(clock.now()) - 3600 + 60 * n
    row = dict.fromkeys(RAW_SCHEMAS["agent_state"]) | {
        "event_key": n, "payload_hash": n, "seq": n, "source": 1, "agent": 1, "start_at": start,
        "state": "available", "flags": 0,
    }  # fmt: skip
    stored = store.files.write_frame(conform(pl.DataFrame([row]), "agent_state"), "raw/agent_state")
    with store.db.write() as c:
        record_batch(
            c, table="agent_state", source_id="acd", stored=stored, first_at=start, last_at=start,
            days=[clock.now().date()], received_at=start,
        )  # fmt: skip


def live_batches(store: Store) -> tuple[int, int]:
    """How many live batches of states there are, and their rows."""
    with store.db.read() as c:
        found = c.execute(
            select(func.count(), func.sum(raw_batch.c.rows)).where(
                raw_batch.c.compacted_into.is_(None), raw_batch.c.table_name == "agent_state"
            )
        ).one()
    return (found[0], found[1])
