"""Kills, power cuts, several writers, clean-up under readers, full disks: old facts or new ones."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from faulty_centre import CLOCK, DAY, deliver, open_centre, waiting_store
from killing import Killer, live_files
from sqlalchemy import event, text

from wfm.domain.scope import ENTERPRISE
from wfm.facts.inputs import DAY as ONE_DAY
from wfm.facts.query import read_measures
from wfm.facts.reader import FactQuery
from wfm.facts.rebuild import collect_garbage, rebuild_dirty
from wfm.facts.schema import TABLES
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
        kills = [killer.kill(n) for n in range(20)]
    finally:
        killer.close()
    found = Counter(kill.phase for kill in kills)
    assert set(found) >= {"reading", "building", "writing"}
    assert found["committing"] + found["sealing"] > 4  # in the transaction, and in its COMMIT
    early = ("reading", "building", "writing")
    assert {kill.state for kill in kills if kill.phase in early} == {"old"}


class Disk:
    """A disk that loses whatever was not flushed: after any step, the folder as a cut leaves it.

    A file is there when its bytes were flushed, and so was the name of it and of every folder above
    it. The database is there as of its last commit: SQLite flushes it (`synchronous=FULL`).
    """

    def __init__(self, store: Store, left: Path) -> None:
        self.store, self.left = store, left
        self.root = store.files.root
        self.flushed: set[int] = set()  # inodes of files whose bytes are on the disk
        self.names: dict[Path, set[str]] = {}  # what is named in each folder, on the disk
        self.steps: Counter[str] = Counter()
        self.seen: set[int] = set()  # contacts in the facts after the cuts

    @contextmanager
    def watched(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        fsync, replace = os.fsync, os.replace

        one_step = threading.Lock()  # a builder writes two files at once

        def synced(descriptor: int) -> None:
            with one_step:
                fsync(descriptor)
                path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
                if path.is_dir():
                    self.names[path] = set(os.listdir(path))
                else:
                    self.flushed.add(path.stat().st_ino)
                self.cut("flush")

        def replaced(source: Path, target: Path) -> None:
            with one_step:
                replace(source, target)
                self.cut("rename")

        event.listen(self.store.db.engine, "commit", lambda _: self.cut("commit"))
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", synced)
            patched.setattr(os, "replace", replaced)
            yield

    def cut(self, step: str) -> None:
        """The power goes at this step: what is left serves whole facts, old ones or new ones."""
        self.steps[step] += 1
        shutil.rmtree(self.left, ignore_errors=True)
        self.left.mkdir()
        for name in ("m.sqlite", "m.sqlite-wal"):
            if (self.root / name).exists():
                shutil.copy(self.root / name, self.left / name)
        for path in self.root.rglob("*.parquet"):
            if self._survives(path):
                place = self.left / path.relative_to(self.root)
                place.parent.mkdir(parents=True, exist_ok=True)
                os.link(path, place)
        live_files(self.left)  # every file that the manifest names is there, byte for byte
        connection = sqlite3.connect(self.left / "m.sqlite")
        batches = connection.execute("SELECT file, rows FROM raw_batch").fetchall()
        connection.close()
        assert [file for file, _ in batches if not (self.left / file).exists()] == []
        self.seen.add(sum(rows for _, rows in batches))

    def _survives(self, path: Path) -> bool:
        if path.stat().st_ino not in self.flushed:
            return False
        while path != self.root:
            if path.name not in self.names.get(path.parent, ()):
                return False
            path = path.parent
        return True


def test_a_power_cut_at_any_step_leaves_facts_whose_files_are_all_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    store = open_centre(folder)
    disk = Disk(store, tmp_path / "left")
    with disk.watched(monkeypatch):
        for first in (0, 40):
            deliver(store, first, 40)
            rebuild_dirty(store, CLOCK, "me")
    assert disk.steps["flush"] > 40
    assert min(disk.steps[step] for step in ("rename", "commit")) > 4
    assert disk.seen == {0, 40, 80}
    with store.db.read() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
    # What the last cut left is built on, to the very same facts.
    survivor = opened(disk.left)
    rebuild_dirty(survivor, CLOCK, "me")  # the lease of the dead one is its own
    assert live_files(disk.left) == live_files(folder)


def test_a_folder_another_writer_has_just_made_is_named_on_the_disk_before_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    store = open_centre(folder)
    disk = Disk(store, tmp_path / "left")
    with disk.watched(monkeypatch):
        # It stands between making the folders and flushing their names.
        for table in ("raw/contact_leg", *(f"facts/{name}" for name in TABLES)):
            (folder / table).mkdir(parents=True)
        deliver(store, 0, 5)
        rebuild_dirty(store, CLOCK, "me")
    assert disk.seen == {0, 5}


def test_four_processes_writing_one_day_lose_nothing_and_a_stopped_one_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("writing.py")), "12"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["batches"] == told["counted"] == 4 * 12
    assert told["generations"] == told["swapped"]
    assert told["stopped_was_refused"] is True


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
    assert len(seen) > 1  # the readers did read while the day changed under them


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
