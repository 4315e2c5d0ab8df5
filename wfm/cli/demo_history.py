"""`wfm demo-history`: the past of a demo delivered, newest days first, and gone on with if cut."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date
from types import TracebackType
from typing import Any

from wfm.cli.context import Context, open_context
from wfm.cli.demo_backlog import (
    DAY,
    Backlog,
    Progress,
    read_progress,
    write_progress,
)
from wfm.cli.demo_backlog import Kind as PieceKind
from wfm.cli.demo_draw import NICENESS, DrawnPiece, centre_of, drawer_of, history_of, whole_backlog
from wfm.cli.demo_setup import AUTHOR, add_accounts, load, load_standing
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.jobs import Job
from wfm.domain.progress import Progress as Tell
from wfm.domain.scope import ENTERPRISE
from wfm.simulator.memory import Memory, read_memory
from wfm.store.builds import Claim, hold_day, release_day
from wfm.store.readers.jobs import read_jobs
from wfm.store.store import Store
from wfm.store.writers.jobs import create_job, take_job
from wfm.worker.jobs import run_job
from wfm.worker.kinds import Kind

KIND = "history"
KINDS = {KIND: Kind(KIND, "Load history", "wfm.cli.demo_history:run_history")}
OWNER = "demo-history"
# Between two older days everybody else is let through: this share of the time a day took.
PAUSE_SHARE = 0.15
# A held day is held anew after this long.
HOLD_S = 20.0


def history() -> None:
    """Deliver the past of the demo, the newest days first, until all of it is there."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    context = open_context()
    folder = context.settings.data_dir
    memory = _memory(context)
    if not read_progress(folder).standing:
        load_standing(context, centre_of(memory), folder / "drop" / "standing")
        add_accounts(context, history_of(memory), memory.base_at)
        write_progress(folder, replace(read_progress(folder), standing=True))
    if read_progress(folder).over:
        return
    job = _own_job(context, whole_backlog(memory))
    ended = run_job(context.store, context.clock, job, KINDS, stop=stop)
    if ended.state == "failed":
        raise BadInput(f"The history of the demo was not loaded: {ended.message}")
    if ended.has_ended:
        write_progress(folder, replace(read_progress(folder), over=True))


def run_history(
    store: Store, clock: Clock, parameters: Mapping[str, Any], progress: Tell
) -> Mapping[str, Any]:
    """The pieces of the past that are not there yet, delivered one by one."""
    context = replace(open_context(), store=store, clock=clock)
    folder = context.settings.data_dir
    memory, done = _memory(context), read_progress(folder)
    backlog = whole_backlog(memory)
    with (
        drawer_of(memory, folder / "drop" / "history") as drawer,
        _Held(store) as held,
    ):
        began, before = time.monotonic(), done.seconds
        stepped_back = False
        for drawn in drawer.drawn(backlog.pieces[done.pieces :]):
            if done.pieces >= backlog.newest and not stepped_back:
                # The demo can be used from here on: those who use it come first.
                os.nice(NICENESS)
                drawer.step_back()
                stepped_back = True
            took = _deliver(context, held, drawn, _telling(progress, held, backlog, done))
            done = replace(
                done, pieces=done.pieces + 1, rows=done.rows + drawn.rows,
                seconds=before + time.monotonic() - began,
            )  # fmt: skip
            write_progress(folder, done)
            if stepped_back:
                time.sleep(PAUSE_SHARE * took)
    return {"message": f"{(backlog.end_on - backlog.first_on).days} days of history are loaded."}


def _deliver(context: Context, held: _Held, drawn: DrawnPiece, tell: Tell) -> float:
    """Seconds that it took to load the files of a piece."""
    began = time.monotonic()
    if drawn.piece.kind is PieceKind.EVENTS:
        held.take(drawn.piece.days[0])
    if drawn.files:
        load(context, drawn.files, tell)
    if drawn.piece.kind is PieceKind.EVENTS:
        held.given(drawn.piece.days[0])
    for path in drawn.files:
        path.unlink()
    return time.monotonic() - began


@dataclass
class _Held(AbstractContextManager["_Held"]):
    """The days on which deliveries are under way; the worker builds them when they are released.

    A day is held until the one before it is delivered too: night shifts reach over its beginning.
    The one before is held early: what comes touches it already.
    """

    store: Store
    claims: list[Claim] = field(default_factory=list)
    held_at: float = 0.0

    def take(self, day: date) -> None:
        """The day and the one before held, together with the one that still waits for it."""
        self._hold(sorted({*(claim.day for claim in self.claims), day - DAY, day}))

    def given(self, day: date) -> None:
        """The day's events are all there, so the days after it need not wait any longer."""
        self._release([claim for claim in self.claims if claim.day > day])

    def renew(self) -> None:
        """The leases run on, if they are not fresh."""
        if time.monotonic() - self.held_at >= HOLD_S:
            self._hold([claim.day for claim in self.claims])

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._release(self.claims)

    def _hold(self, days: Sequence[date]) -> None:
        found = [self.store.db.retry(lambda c, d=day: hold_day(c, d, OWNER)) for day in days]  # type: ignore[misc]
        # A worker that builds a day just now builds it again after the delivery.
        self.claims = [claim for claim in found if claim is not None]
        self.held_at = time.monotonic()

    def _release(self, claims: Sequence[Claim]) -> None:
        for claim in claims:
            self.store.db.retry(lambda c, one=claim: release_day(c, one, clean=False))  # type: ignore[misc]
        self.claims = [claim for claim in self.claims if claim not in claims]


def _telling(progress: Tell, held: _Held, backlog: Backlog, done: Progress) -> Tell:
    """The progress of one file told as that of the whole."""
    total = len(backlog.pieces)
    name, whole_from = backlog.pieces[done.pieces].name, backlog.whole_from(done.pieces)

    def tell(stage: str, percent: float, **detail: object) -> None:
        held.renew()
        progress(
            f"{name}: {stage}", 100 * (done.pieces + percent / 100) / total, piece=done.pieces,
            whole_from=whole_from,
        )  # fmt: skip

    return tell


def _own_job(context: Context, backlog: Backlog) -> Job:
    """The job of this process, the one begun before if it is not over.

    The demo's lock lets nobody else deliver its past, so a job that still says it runs is one
    whose process was killed.
    """
    store, at = context.store, epoch_s(context.clock.now())
    with store.db.read() as connection:
        known = [job for job in read_jobs(connection, ENTERPRISE, kind=KIND) if not job.has_ended]
    if known and known[0].state == "running":
        return known[0]
    taken = store.db.retry(lambda c: take_job(c, OWNER, (KIND,), started_at=at))
    if taken is not None:
        return taken
    parameters = {"first_on": str(backlog.first_on), "end_on": str(backlog.end_on)}
    store.db.retry(
        lambda c: create_job(c, KIND, parameters, author=AUTHOR, created_at=at, owner=OWNER)
    )
    with store.db.read() as connection:
        return read_jobs(connection, ENTERPRISE, kind=KIND, limit=1)[0]


def _memory(context: Context) -> Memory:
    memory = read_memory(context.settings.data_dir)
    if memory is None:
        raise BadInput(f"There is no demo in {context.settings.data_dir}; start one: `wfm demo`.")
    return memory
