"""Kills, power cuts, several writers, clean-up under readers, full disks: old facts or new ones."""

from __future__ import annotations

import os
import resource
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from faulty_centre import CLOCK, DAY, deliver, open_centre, waiting_store
from killing import Killer, live_files
from sqlalchemy import event, text

from wfm.domain.scope import ENTERPRISE
from wfm.facts.inputs import DAY as ONE_DAY
from wfm.facts.query import FactQuery, read_measures
from wfm.facts.rebuild import collect_garbage, rebuild_dirty
from wfm.queries.facts import open_facts
from wfm.store.store import Store, open_store


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    return waiting_store(tmp_path_factory.mktemp("waiting") / "store")


def offered(store: Store) -> int:
    query = FactQuery(("offered_n",), DAY, DAY + ONE_DAY)
    return int(read_measures(open_facts(store), ENTERPRISE, query)["offered_n"][0])


def opened(folder: Path) -> Store:
    return open_store(f"sqlite:///{folder / 'm.sqlite'}", folder)


def test_killed_builders_leave_old_facts_or_new_ones_and_the_same_bytes_after(
    waiting: tuple[Path, int], tmp_path: Path
) -> None:
    killer = Killer(*waiting, tmp_path, seed=12)
    try:
        kills = [killer.kill(n) for n in range(12)]
    finally:
        killer.close()
    assert {kill.phase for kill in kills} >= {"reading", "building", "writing"}
    assert all(kill.state == "old" for kill in kills if kill.phase in ("reading", "building"))


class Disk:
    """What a power cut would leave: every fsync, rename and commit of this process, in order."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.synced: set[str] = set()  # inodes and folders whose content is on the disk
        self.renamed: dict[str, str] = {}  # final path to its folder, not yet on the disk
        self.durable: set[str] = set()
        self.steps: list[str] = []

    @contextmanager
    def watched(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        fsync, replace = os.fsync, os.replace

        def synced(descriptor: int) -> None:
            fsync(descriptor)
            path = os.readlink(f"/proc/self/fd/{descriptor}")
            self.synced.add(path)
            for final, folder in list(self.renamed.items()):
                if folder == path:
                    self.durable.add(final)
                    del self.renamed[final]
            self.steps.append(f"fsync {path}")

        def replaced(source: Path, target: Path) -> None:
            assert str(source) in self.synced, f"{source} renamed before its bytes are on disk"
            replace(source, target)
            self.renamed[str(target)] = str(Path(target).parent)
            self.steps.append(f"rename {target}")

        def committed(_: object) -> None:
            self.steps.append("commit")

        monkeypatch.setattr(os, "fsync", synced)
        monkeypatch.setattr(os, "replace", replaced)
        event.listen(self.store.db.engine, "commit", committed)
        try:
            yield
        finally:
            event.remove(self.store.db.engine, "commit", committed)


def test_a_power_cut_at_any_step_never_loses_a_file_that_the_manifest_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_centre(tmp_path)
    disk, seen = Disk(store), 0
    with disk.watched(monkeypatch):
        for first in (0, 40):
            deliver(store, first, 40)
            rebuild_dirty(store, CLOCK, "me")
            with store.db.read() as connection:
                named = connection.execute(
                    text("SELECT file FROM version UNION SELECT file FROM raw_batch")
                ).scalars()
                lost = {str(store.files.path(f)) for f in named} - disk.durable
            assert lost == set()
            seen += disk.steps.count("commit")
    assert seen > 4
    # New folders are on the disk before anything in them is named.
    made = {str(path) for path in store.files.path("facts").iterdir()} | {str(tmp_path / "facts")}
    assert {str(Path(path).parent) for path in made} <= disk.synced
    with store.db.read() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


def test_four_writers_of_one_day_lose_nothing_and_count_nothing_twice(tmp_path: Path) -> None:
    open_centre(tmp_path).db.close()
    start, failed = threading.Barrier(4), []

    def write(place: int) -> None:
        store = opened(tmp_path)
        try:
            start.wait()
            for n in range(3):
                deliver(store, 100 * place + 10 * n, 10)
                rebuild_dirty(store, CLOCK, f"w{place}")
        except Exception as error:
            failed.append(error)
        finally:
            store.db.close()

    writers = [threading.Thread(target=write, args=(place,)) for place in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failed == []
    store = opened(tmp_path)
    rebuild_dirty(store, CLOCK, "last")
    assert offered(store) == 120


def test_readers_never_miss_a_file_while_dead_ones_are_collected(tmp_path: Path) -> None:
    store = open_centre(tmp_path)
    deliver(store, 0, 5)
    rebuild_dirty(store, CLOCK, "me")
    over, failed, seen = threading.Event(), [], set()

    def read() -> None:
        own = opened(tmp_path)
        while not over.is_set():
            try:
                facts = open_facts(own)
                time.sleep(0.005)  # a page takes its time, and the day is rebuilt meanwhile
                query = FactQuery(("offered_n",), DAY, DAY + ONE_DAY)
                frame = facts.frames.scan(
                    [f.file for f in facts.files("queue_interval", DAY, DAY + ONE_DAY)],
                    {"offered_n": read_measures(facts, ENTERPRISE, query).schema["offered_n"]},
                )
                seen.add(int(frame.collect()["offered_n"].sum()))
            except Exception as error:
                failed.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for n in range(1, 6):
        for path in store.files.path("facts").rglob("*.parquet"):
            os.utime(path, (time.time() - 7200, time.time() - 7200))
        deliver(store, 5 * n, 5)
        rebuild_dirty(store, CLOCK, "me")
        collect_garbage(store)
    over.set()
    for reader in readers:
        reader.join()
    assert failed == []
    assert seen <= {5, 10, 15, 20, 25, 30}


@pytest.mark.parametrize("limit", [2_000, 24_000])
def test_a_full_disk_keeps_the_old_facts_and_recovers_when_there_is_room(
    waiting: tuple[Path, int], tmp_path: Path, limit: int
) -> None:
    folder = Path(shutil.copytree(waiting[0], tmp_path / "full"))
    store, before = opened(folder), live_files(folder)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(Exception, match=r"(?i)full|I/O|large|disk|transport"):
            rebuild_dirty(store, CLOCK, "me")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert live_files(folder) == before
    assert offered(store) == 40
    assert list(folder.rglob("*.tmp")) == []
    rebuild_dirty(store, CLOCK, "me")
    assert offered(store) == 65
