"""Four processes that deliver to one day and build it at the same time, round after round.

    python tests/faults/writing.py 1000

Each round all four stand at a barrier, deliver a batch each and try to make a build live of all
batches they see. In the end every batch is in the live build once, and every generation is one
swap. Then a builder is stopped (SIGSTOP) until its lease is over and another has built: when it
goes on, its build is refused.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy import func, select, text

from wfm.store.builds import Built, Claim, claim_day, swap_build
from wfm.store.files import StoredFile
from wfm.store.manifest import batches_of, record_batch
from wfm.store.schema import build, partition, raw_batch, store_state, version_input
from wfm.store.store import Store, open_store

DAY, WRITERS = date(2026, 3, 2), 4


def opened(folder: Path) -> Store:
    return open_store(f"sqlite:///{folder / 'm.sqlite'}", folder)


def deliver(store: Store, name: str) -> None:
    """One batch of the day, recorded as a load does."""
    stored = StoredFile(f"raw/agent_state/{name}.parquet", name, 1)
    store.db.retry(
        lambda connection: record_batch(
            connection, table="agent_state", source_id="s", stored=stored, first_at=0, last_at=0,
            days={DAY}, received_at=0, delivery_id=None,
        )
    )  # fmt: skip


def claimed(store: Store, owner: str) -> Claim | None:
    return store.db.retry(lambda connection: claim_day(connection, DAY, owner))


def built(store: Store, owner: str) -> Built:
    """A build of every batch that is there, in name only: this is about the manifest."""
    with store.db.read() as connection:
        batches = tuple(sorted(b.batch_id for b in batches_of(connection, "agent_state", [DAY])))
    name = f"{owner}-{len(batches)}"
    return Built(
        {"queue_interval": StoredFile(f"facts/{name}.parquet", name, len(batches))}, batches, name,
        "rules", "1", 0,
    )  # fmt: skip


def swapped(store: Store, claim: Claim, owner: str) -> bool:
    made = built(store, owner)
    return store.db.retry(
        lambda connection: swap_build(connection, claim, made, built_at=0, closed=False)
    )


def write(folder: Path, place: int, rounds: int, wait: Callable[[], None]) -> int:
    """How many builds of this writer became live."""
    store, done = opened(folder), 0
    for n in range(rounds):
        wait()
        deliver(store, f"{place}-{n}")
        claim = claimed(store, f"w{place}")
        if claim is not None:
            done += swapped(store, claim, f"w{place}")
    return done


class Barrier:
    """A barrier between forked processes, made of pipes: nobody passes before everybody came."""

    def __init__(self, parties: int) -> None:
        self._came, self._go = os.pipe(), [os.pipe() for _ in range(parties)]
        self._parties = parties

    def wait(self, place: int) -> None:
        os.write(self._came[1], b"x")
        os.read(self._go[place][0], 1)

    def lead(self, rounds: int) -> None:
        for _ in range(rounds):
            for _ in range(self._parties):
                os.read(self._came[0], 1)
            for _, end in self._go:
                os.write(end, b"x")


def race(folder: Path, rounds: int) -> int:
    """Builds made live by four processes together."""
    barrier, told, children = Barrier(WRITERS), os.pipe(), []
    for place in range(WRITERS):
        pid = os.fork()
        if pid == 0:
            done = write(folder, place, rounds, lambda place=place: barrier.wait(place))  # type: ignore[misc]
            os.write(told[1], f"{done}\n".encode())
            os._exit(0)
        children.append(pid)
    barrier.lead(rounds)
    for pid in children:
        _, status = os.waitpid(pid, 0)
        assert status == 0, f"a writer failed: {status}"
    os.close(told[1])
    return sum(int(line) for line in os.fdopen(told[0]).read().split())


def stopped_is_refused(folder: Path) -> bool:
    """Whether a builder that slept past its lease is refused when it wakes up."""
    told = os.pipe()
    pid = os.fork()
    if pid == 0:
        store = opened(folder)
        claim = claimed(store, "sleeper")
        assert claim is not None
        os.kill(os.getpid(), signal.SIGSTOP)
        os.write(told[1], b"live" if swapped(store, claim, "sleeper") else b"refused")
        os._exit(0)
    os.waitpid(pid, os.WUNTRACED)
    store = opened(folder)
    assert claimed(store, "other") is None, "the lease still holds"
    with store.db.write() as connection:
        connection.execute(text("UPDATE partition SET lease_until = 1"))  # a minute later
    other = claimed(store, "other")
    assert other is not None
    assert swapped(store, other, "other")
    os.kill(pid, signal.SIGCONT)
    os.waitpid(pid, 0)
    return os.read(told[0], 16) == b"refused"


def main() -> None:
    """So many rounds as the first argument says; the outcome as JSON."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        first = opened(folder)
        first.db.close()
        done = race(folder, rounds)
        store = opened(folder)
        last = claimed(store, "last")
        assert last is not None
        done += swapped(store, last, "last")
        with store.db.read() as connection:
            live = connection.scalar(select(partition.c.live_build))
            inputs = connection.scalars(
                select(version_input.c.batch_id).where(version_input.c.build_id == live)
            ).all()
            told = {
                "batches": connection.scalar(select(func.count()).select_from(raw_batch)),
                "counted": len(set(inputs)),
                "swapped": done,
                "generations": connection.scalar(select(store_state.c.generation)),
                "builds": connection.scalar(select(func.count()).select_from(build)),
            }
        told["stopped_was_refused"] = stopped_is_refused(folder)
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
