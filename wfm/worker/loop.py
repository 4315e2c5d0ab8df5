"""The worker: jobs by lease, facts of touched days, small batches merged; until told to stop."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import date, timedelta

from wfm.domain.clock import Clock, epoch_s
from wfm.domain.scope import ENTERPRISE
from wfm.facts.rebuild import rebuild_dirty
from wfm.ingest.compact import compact_batches
from wfm.queries.bonus import read_schemes
from wfm.store.builds import LiveDay
from wfm.store.store import Store
from wfm.store.writers.jobs import create_job
from wfm.worker.insight_look import Looks
from wfm.worker.jobs import new_owner, work_once
from wfm.worker.kinds import KINDS, Kind
from wfm.worker.reforecast import Reforecaster

POLL_S = 1.0
# Today grows all the time: it is rebuilt at most this often.
FACTS_EVERY_S = 3.0
# While a long past is loaded, the days that still grow take turns with it: they are rebuilt this
# often, or in a large centre after so many times as long as it took, and in between so many older
# days at once. Settled days that are touched again rest likewise.
LIVE_EVERY_S, LIVE_RESTS = 10.0, 3.0
LIVE_A_PASS, OLDER_A_PASS = 5, 2
# A live feed delivers every few seconds: its small files are merged this often.
COMPACT_EVERY_S = 60.0
# How often it is asked whether the standings of bonuses are due.
BONUS_EVERY_S = 600.0
# How often it is asked whether insights are due; a first look waits until facts are there.
INSIGHTS_EVERY_S = 20.0
# How often it is asked whether another quarter-hour is over, whose day is to be forecast again.
REFORECAST_EVERY_S = 15.0
# How long a stop waits for the running job to notice.
STOP_WAIT_S = 3.0

log = logging.getLogger(__name__)


def run_worker(
    store: Store,
    clock: Clock,
    stop: threading.Event,
    *,
    owner: str | None = None,
    kinds: Mapping[str, Kind] = KINDS,
    executor: Executor | None = None,
) -> None:
    """Nothing, once `stop` is set: until then jobs are run and dirty days rebuilt.

    On stop a running job is put back at its next sign of progress, for another worker.
    """
    name = owner or new_owner()
    jobs = threading.Thread(
        target=_repeat,
        args=(stop, POLL_S, lambda: work_once(store, clock, name, kinds, stop)),
        daemon=True,
    )
    jobs.start()
    merging = threading.Thread(
        target=_repeat, args=(stop, COMPACT_EVERY_S, lambda: _compact(store, clock)), daemon=True
    )
    merging.start()
    asking = threading.Thread(
        target=_repeat, args=(stop, BONUS_EVERY_S, lambda: ask_bonus(store, clock)), daemon=True
    )
    asking.start()
    looking = threading.Thread(
        target=_repeat, args=(stop, INSIGHTS_EVERY_S, Looks(store, clock).step), daemon=True
    )
    looking.start()
    again = Reforecaster(store, clock)
    threading.Thread(
        target=_repeat, args=(stop, REFORECAST_EVERY_S, again.step), daemon=True
    ).start()
    turns = FactTurns(store, clock, name, executor)
    _repeat(stop, FACTS_EVERY_S, turns.step)


@dataclass
class FactTurns:
    """Days rebuilt in turns: those that still grow, then those that nobody can look at yet.

    Today is touched every few seconds; if it always came first, older days would never come. Of
    20,000 people it takes longer to build than the seconds it may stand: it gets a quarter of the
    time while older days wait. Settled days that a survey or a late row touches again come last,
    and rest three times as long as they took: each brings a number or two, and takes as long.
    """

    store: Store
    clock: Clock
    owner: str
    executor: Executor | None = None
    _live_until: float = field(default=-math.inf)  # so long today may stand as it is
    _touched_until: float = field(default=-math.inf)  # so long days touched again may

    def step(self) -> bool:
        """Whether more days may wait, after one turn."""
        older, began = self.clock.now().date() - timedelta(days=1), time.monotonic()
        if began < self._live_until and self._unseen(older):
            return True
        live, self._live_until = self._rested(LIVE_A_PASS, lambda day: day.day >= older)
        if self._unseen(older):
            return True
        touched = 0
        if began >= self._touched_until:
            touched, self._touched_until = self._rested(OLDER_A_PASS, lambda day: day.day < older)
        return live >= LIVE_A_PASS or touched >= OLDER_A_PASS

    def _unseen(self, older: date) -> int:
        """How many settled days were built that nobody could look at yet."""
        return self._rebuild(OLDER_A_PASS, lambda day: day.day < older and day.build_id is None)

    def _rested(self, limit: int, wanted: Callable[[LiveDay], bool]) -> tuple[int, float]:
        """How many days were rebuilt, and until when such days may stand as they are."""
        began = time.monotonic()
        done, ended = self._rebuild(limit, wanted), time.monotonic()
        return done, ended + max(LIVE_EVERY_S, LIVE_RESTS * (ended - began))

    def _rebuild(self, limit: int, wanted: Callable[[LiveDay], bool]) -> int:
        """How many days were rebuilt."""
        return rebuild_dirty(
            self.store, self.clock, self.owner, limit=limit, wanted=wanted, executor=self.executor
        )


def _compact(store: Store, clock: Clock) -> bool:
    """False, once the small batches of yesterday, today and tomorrow (by any zone) are merged."""
    today = clock.now().date()
    for days in (-1, 0, 1):
        compact_batches(store, today + timedelta(days=days))
    return False


def ask_bonus(store: Store, clock: Clock) -> bool:
    """False, once the job that notes standings is asked for this third of the day, if it is due.

    Thrice a day, so that every zone's yesterday is noted soon after it has ended.
    """
    now = clock.now()
    if read_schemes(store, ENTERPRISE):
        store.db.retry(
            lambda connection: create_job(
                connection, "bonus", {}, author="clock", created_at=epoch_s(now),
                idempotency_key=f"bonus-{now.date()}-{now.hour // 8}",
            )
        )  # fmt: skip
    return False


def _repeat(stop: threading.Event, pause_s: float, step: Callable[[], bool]) -> None:
    """Steps until stopped: at once again while a step says there is more, else after a pause."""
    while not stop.is_set():
        try:
            more = step()
        except Exception:
            # The database or a file was away: say so, wait, go on. A worker outlives its input.
            log.exception("worker step failed; trying again")
            more = False
        if not more:
            stop.wait(pause_s)
