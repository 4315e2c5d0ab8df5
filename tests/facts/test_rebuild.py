"""Rebuilding a day: pure, swapped in whole, restated when closed, safe when killed."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import select

from wfm.actions.state_mapping import Mapping, map_state
from wfm.domain.clock import FixedClock, instant_at
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.facts.build import build_day
from wfm.facts.inputs import read_inputs
from wfm.facts.rebuild import collect_garbage, rebuild_day, rebuild_dirty
from wfm.facts.rules import FactRules
from wfm.store.builds import Built, claim_day, swap_build
from wfm.store.manifest import snapshot
from wfm.store.schema import build, partition, restatement, version

DAY, NEXT = "2026-03-02", "2026-03-03"
ADMIN = Principal("u-a", "admin", "Ada", Role.ADMIN, Scope(), None, 1)


def leg(centre, n, **more):
    at = centre.at(f"{DAY} 10:00") + 37 * n
    return {
        "contact_id": f"c{n}", "queue": "help", "agent": "ann", "enqueued_at": at,
        "connected_at": at + 9, "ended_at": at + 300, **more,
    }  # fmt: skip


def hashes(centre):
    with centre.store.db.read() as connection:
        rows = connection.execute(
            select(build.c.day, version.c.table_name, version.c.content_hash)
            .join(build, build.c.build_id == version.c.build_id)
            .join(partition, partition.c.live_build == build.c.build_id)
        )
        return sorted((str(day), table, digest) for day, table, digest in rows)


def test_the_same_inputs_give_the_same_files_whatever_order_and_batches(new_centre) -> None:
    seen = []
    for name, order in (
        ("a", [[0, 1, 2, 3]]),
        ("b", [[3], [1, 0], [2]]),
        ("c", [[2, 3], [0, 1, 2]]),
    ):
        centre = new_centre(name)
        centre.keys("channel", "voice")
        centre.states(("ann", f"{DAY} 09:00", f"{DAY} 12:00", "available"))
        for batch in order:
            centre.legs(*(leg(centre, n) for n in batch))
        centre.build("2026-03-05 12:00")
        seen.append(hashes(centre))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0]


def test_building_again_without_a_change_makes_no_new_generation(centre) -> None:
    centre.legs(leg(centre, 1))
    assert centre.build("2026-03-09 12:00") > 0
    before, files = centre.facts().generation, hashes(centre)
    assert centre.build("2026-03-09 12:00") == 0
    assert rebuild_day(centre.store, date(2026, 3, 2), centre.at("2026-03-09 12:00"))
    assert (before, files) == (centre.facts().generation, hashes(centre))


def test_a_late_delivery_restates_a_closed_day_and_keeps_the_old_build(centre) -> None:
    centre.legs(leg(centre, 1))
    centre.build("2026-03-09 12:00")
    centre.legs(leg(centre, 2))
    centre.build("2026-03-09 13:00")
    with centre.store.db.read() as connection:
        rows = connection.execute(select(restatement)).all()
    assert [(str(r.day), r.cause) for r in rows] == [("2026-03-02", "1 late delivery")]
    assert centre.sums("offered_n", DAY, NEXT) == {"offered_n": 2}


def test_a_day_still_running_is_not_restated(centre) -> None:
    centre.legs(leg(centre, 1))
    centre.build(f"{DAY} 10:05")
    centre.legs(leg(centre, 2))
    centre.build(f"{DAY} 10:06")
    with centre.store.db.read() as connection:
        assert connection.execute(select(restatement)).all() == []


def test_yesterday_is_built_again_only_while_its_night_shift_may_have_changed(centre) -> None:
    centre.shift("cat", DAY, [(f"{DAY} 22:00", f"{NEXT} 06:00", "on_queue")])
    centre.states(("cat", f"{DAY} 22:00", f"{NEXT} 05:30", "available"))
    told = []
    for now, who, start, end, state in (
        ("06:10", "ann", "06:00", "06:10", "available"),  # the night may not be told to its end
        ("13:00", "ann", "06:10", "07:00", "available"),  # all that belongs to the night is told
        ("13:40", "ann", "13:00", "13:30", "available"),
        ("13:50", "cat", "05:30", "05:50", "available"),  # a late row of the night
        ("13:55", "ann", "13:40", "13:50", "available"),
    ):
        before = built_at(centre)
        centre.states((who, f"{NEXT} {start}", f"{NEXT} {end}", state))
        centre.build(f"{NEXT} {now}")
        worked = centre.sums("adh_in_s", DAY, NEXT, Scope("dublin"))["adh_in_s"]
        told.append((now, built_at(centre) != before, worked))
    assert told == [
        ("06:10", True, 27_000),
        ("13:00", True, 27_000),
        ("13:40", False, 27_000),
        ("13:50", True, 28_200),
        ("13:55", False, 28_200),
    ]


def test_a_state_that_means_something_else_from_a_day_on_renews_the_night_before(centre) -> None:
    centre.shift("cat", DAY, [(f"{DAY} 22:00", f"{NEXT} 06:00", "on_queue")])
    centre.states(
        ("cat", f"{DAY} 22:00", f"{NEXT} 02:00", "available"),
        ("cat", f"{NEXT} 02:00", f"{NEXT} 06:00", "aux", "chat"),
    )
    centre.build(f"{NEXT} 14:00")
    before, clock = built_at(centre), FixedClock(instant_at(centre.at(f"{NEXT} 15:00")))
    wish = Mapping("aux", "chat", "on_queue", date(2026, 3, 3), "chat is work", "m-1")
    assert map_state(centre.store, clock, ADMIN, wish) >= 2
    centre.build(f"{NEXT} 15:00")
    assert built_at(centre) != before


def built_at(centre) -> int | None:
    """The live build of the day, by its number."""
    here = partition.c.day == date(2026, 3, 2)
    with centre.store.db.read() as connection:
        return connection.scalar(select(partition.c.live_build).where(here))


def test_a_build_with_an_old_fence_is_refused(centre) -> None:
    centre.legs(leg(centre, 1))
    day = date(2026, 3, 2)
    with centre.store.db.write() as connection:
        first = claim_day(connection, day, "slow")
        assert claim_day(connection, day, "other") is None
        connection.execute(partition.update().values(lease_until=0))
        second = claim_day(connection, day, "other")
    assert first is not None
    assert second is not None
    empty = Built({}, [], "x", "r", "1", 0)
    with centre.store.db.write() as connection:
        assert not swap_build(connection, first, empty, built_at=1, closed=False)
        assert swap_build(connection, second, empty, built_at=1, closed=False)


def test_a_delivery_during_a_build_leaves_the_day_to_be_built_again(centre) -> None:
    centre.legs(leg(centre, 1))
    day = date(2026, 3, 2)
    with centre.store.db.write() as connection:
        claim = claim_day(connection, day, "me")
    assert claim is not None
    centre.legs(leg(centre, 2))
    with centre.store.db.write() as connection:
        assert swap_build(
            connection, claim, Built({}, [], "x", "r", "1", 0), built_at=1, closed=False
        )
    assert centre.build("2026-03-09 12:00") > 0
    assert centre.sums("offered_n", DAY, NEXT) == {"offered_n": 2}


def test_a_page_keeps_its_generation_while_a_day_is_rebuilt(centre) -> None:
    centre.legs(leg(centre, 1))
    centre.build("2026-03-09 12:00")
    facts = centre.facts()
    centre.legs(leg(centre, 2))
    centre.build("2026-03-09 12:01")
    centre.facts = lambda: facts
    assert centre.sums("offered_n", DAY, NEXT) == {"offered_n": 1}


def test_garbage_is_only_what_no_build_names_and_is_old(centre) -> None:
    centre.legs(leg(centre, 1))
    centre.build(f"{DAY} 12:00")
    centre.legs(leg(centre, 2))
    centre.build(f"{DAY} 12:01")
    assert collect_garbage(centre.store) == 0
    folder = centre.store.files.path("facts")
    before = set(folder.rglob("*.parquet"))
    for path in before:
        os.utime(path, (time.time() - 7200, time.time() - 7200))
    dead = collect_garbage(centre.store)
    with centre.store.db.read() as connection:
        live = {f.file for f in snapshot(connection).files}
    left = {str(p.relative_to(centre.store.files.root)) for p in folder.rglob("*.parquet")}
    assert dead > 0
    assert live == left


KILLED = """
import sys
from pathlib import Path
from wfm.actions.state_mapping import Mapping, map_state
from wfm.domain.clock import FixedClock, instant_at
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.facts.rebuild import rebuild_dirty
from wfm.store.store import open_store
folder = Path(sys.argv[1])
store = open_store(sys.argv[4], folder)
print("ready", flush=True)
rebuild_dirty(store, FixedClock(instant_at(int(sys.argv[2]))), sys.argv[3])
"""


def test_a_killed_build_leaves_the_old_facts_or_the_new_ones_whole(centre) -> None:
    """Once on each database; `tests/faults` kills in every phase."""
    centre.legs(*(leg(centre, n) for n in range(20)))
    centre.build("2026-03-09 12:00")
    centre.legs(*(leg(centre, n) for n in range(20, 50)))
    now = centre.at("2026-03-09 12:01")
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(centre.store.files.root), str(now), "victim",
         centre.store.db.url],
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.06)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    offered = centre.sums("offered_n answered_n", DAY, NEXT)
    assert offered in ({"offered_n": 20, "answered_n": 20}, {"offered_n": 50, "answered_n": 50})
    # The lease of the dead builder is its own: under its name the day is built at once.
    rebuild_dirty(centre.store, FixedClock(instant_at(now)), "victim")
    assert centre.sums("offered_n answered_n", DAY, NEXT) == {"offered_n": 50, "answered_n": 50}


def test_days_are_built_in_parallel_with_the_same_result(new_centre) -> None:
    from concurrent.futures import ThreadPoolExecutor

    seen = []
    for name, executor in (("serial", None), ("pool", ThreadPoolExecutor(2))):
        centre = new_centre(name)
        centre.states(
            *((a, f"2026-03-0{d} 09:00", f"2026-03-0{d} 11:00", "available")
              for a, d in itertools.product(("ann", "dan"), (2, 3, 4)))
        )  # fmt: skip
        clock = FixedClock(instant_at(centre.at("2026-03-09 12:00")))
        assert rebuild_dirty(centre.store, clock, "me", executor=executor) >= 3
        seen.append(hashes(centre))
    assert seen[0] == seen[1]


def test_people_judged_apart_give_the_rows_of_all_at_once(busy: Any) -> None:
    as_of = busy.at("2026-03-08 12:00")
    for day in (date(2026, 3, 2), date(2026, 3, 3)):
        with busy.store.db.read() as connection:
            inputs = read_inputs(connection, busy.store.files, day, as_of, FactRules())
        # A shift moved at noon, and one that its agent, seen nowhere else, lost before it began.
        later = [
            replace(
                s,
                seq=2,
                recorded_at=s.segments[0].start_at + 14_400,
                segments=tuple(replace(g, start_at=g.start_at + 3_600) for g in s.segments),
            )
            for s in inputs.shifts
            if s.agent_id == "ann"
        ] + [replace(s, seq=2, segments=()) for s in inputs.shifts if s.agent_id == "dan"]
        changed = replace(inputs, shifts=(*inputs.shifts, *later))
        for told in (inputs, changed):
            whole = build_day(told, at_once=100)
            assert whole["state_spell"].height > 4
            for at_once in (1, 2):
                parts = build_day(told, at_once=at_once)
                assert parts.keys() == whole.keys()
                assert [name for name in whole if not parts[name].equals(whole[name])] == []


def test_fact_files_hold_no_float(centre) -> None:
    centre.legs(leg(centre, 1))
    centre.states(("ann", f"{DAY} 09:00", f"{DAY} 12:00", "available"))
    centre.build("2026-03-09 12:00")
    for path in centre.store.files.path("facts").rglob("*.parquet"):
        assert not {pl.Float64, pl.Float32} & set(pl.read_parquet_schema(path).values())
