"""`wfm bench ingest`: a day of 20,000 agents from CSV files to facts, then a live quarter-hour.

Every figure is the whole way: file read, checked, told apart from what is stored, written,
committed; then the day's facts built and swapped in.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from wfm.bench.ingest_centre import (
    DAY,
    Feeds,
    calls_of,
    now_after,
    states_of,
    write_standing,
)
from wfm.bench.report import Figure, Report, load_sentence, peak_mb
from wfm.domain.clock import Clock, FixedClock
from wfm.facts.rebuild import rebuild_day
from wfm.ingest.load import load_files
from wfm.store.store import Store, open_store

EVENTS_A_S = 400_000
LIVE_S = 5.0
BEGIN_S, END_S = 8 * 3600, 20 * 3600
QUARTER_S = 900


def prepare(folder: Path, tell: Callable[[str], None]) -> None:
    """The files of the centre written into the folder, and its people loaded."""
    own = folder / "ingest"
    shutil.rmtree(own, ignore_errors=True)
    feeds, drop = Feeds(), own / "drop"
    store, clock = _store(own), FixedClock(now_after(DAY, END_S))
    load_files(store, clock, "csv", write_standing(drop, feeds))
    before = states_of(feeds, DAY - timedelta(days=1), BEGIN_S, END_S, 1)
    before.write_csv(drop / "agent_states-0.csv")
    load_files(store, clock, "csv", [drop / "agent_states-0.csv"])  # people have their numbers
    states = states_of(feeds, DAY, BEGIN_S, END_S, feeds.states_each // 2)
    states.write_csv(drop / "agent_states-1.csv")
    calls_of(feeds, states).write_csv(drop / "calls-1.csv")
    live = states_of(feeds, DAY, END_S, END_S + QUARTER_S, 2)
    live.write_csv(drop / "agent_states-2.csv")
    calls_of(feeds, live).write_csv(drop / "calls-2.csv")
    store.db.close()
    tell(f"{states.height:,} states of a day, {live.height:,} of a quarter-hour written")


def measure(folder: Path, tell: Callable[[str], None]) -> Report:
    """A day loaded and built, then the quarter-hour after it."""
    del tell
    own = folder / "ingest"
    store, figures = _store(own), []
    day_over = FixedClock(now_after(DAY, END_S))
    states, wall, cpu = _load(store, day_over, own / "drop" / "agent_states-1.csv")
    figures.append(Figure("states: file to commit", states / wall, "events/s", "", None,
                          f"{states:,} in {wall:.2f} s, {cpu:.2f} s CPU"))  # fmt: skip
    calls, calls_wall, calls_cpu = _load(store, day_over, own / "drop" / "calls-1.csv")
    figures.append(Figure("contacts: file to commit", calls / calls_wall, "events/s", "", None,
                          f"{calls:,} in {calls_wall:.2f} s, {calls_cpu:.2f} s CPU"))  # fmt: skip
    built, built_cpu = _build(store, END_S)
    figures.append(Figure("facts of the day", built, "s", "", None,
                          f"{states + calls:,} events, {built_cpu:.2f} s CPU"))  # fmt: skip
    rate = (states + calls) / (wall + calls_wall + built)
    figures.append(Figure("files to committed facts", rate, "events/s", f">= {EVENTS_A_S:,}",
                          rate >= EVENTS_A_S))  # fmt: skip
    later = FixedClock(now_after(DAY, END_S + QUARTER_S))
    new, live_wall, _ = _load(store, later, own / "drop" / "agent_states-2.csv")
    more, more_wall, _ = _load(store, later, own / "drop" / "calls-2.csv")
    again, again_cpu = _build(store, END_S + QUARTER_S)
    total = live_wall + more_wall + again
    figures.append(Figure("a quarter-hour into the facts", total, "s", f"<= {LIVE_S:g}",
                          total <= LIVE_S, f"{new + more:,} events: loaded in "
                          f"{live_wall + more_wall:.2f} s, day built in {again:.2f} s "
                          f"({again_cpu:.2f} s CPU)"))  # fmt: skip
    figures.append(Figure("peak memory", peak_mb(), "MB"))
    store.db.close()
    return Report("ingest", f"20,000 agents, one process, {load_sentence()}", tuple(figures))


def _store(own: Path) -> Store:
    own.mkdir(parents=True, exist_ok=True)
    return open_store(f"sqlite:///{own / 'bench.sqlite'}", own)


def _load(store: Store, clock: Clock, path: Path) -> tuple[int, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    (report,) = load_files(store, clock, "csv", [path])
    return report.loaded, time.perf_counter() - wall, time.process_time() - cpu


def _build(store: Store, second: int) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    rebuild_day(store, DAY, int(now_after(DAY, second).timestamp()))
    return time.perf_counter() - wall, time.process_time() - cpu
