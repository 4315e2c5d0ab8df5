"""Builders killed with SIGKILL at random instants, each logged by the phase it was in.

    python tests/faults/killing.py 100

kills a hundred: after every one the facts are the old ones or the new ones, whole, and the next
builder makes files with the very bytes of a run that nobody killed.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

# `committing` is the transaction that makes a build live, `sealing` its COMMIT itself.
PHASES = ("reading", "building", "writing", "committing", "sealing")
# How long to wait in a phase before the kill, at most: about as long as the phase takes.
REACH_S = {
    "reading": 0.02, "building": 0.2, "writing": 0.03, "committing": 0.006, "sealing": 0.003,
}  # fmt: skip

# One process that has everything loaded forks a builder for every kill; it must not use polars
# itself, whose threads do not survive a fork.
ZYGOTE = """
import os, signal, sys, threading, time
from pathlib import Path
from sqlalchemy import event
from wfm.domain.clock import FixedClock, instant_at
from wfm.facts import rebuild
from wfm.store.store import open_store

now_in = [""]

def told(name, work, pipe):
    def run(*args, **more):
        now_in[0] = name
        os.write(pipe, name[:1].encode())
        return work(*args, **more)
    return run

def killed_at(instant):
    # SQLite lets other threads run while it commits: from outside the signal would come too late.
    while time.perf_counter() < instant:
        pass
    os.kill(os.getpid(), signal.SIGKILL)

def build(folder, now, seal_us, pipe):
    steps = {"read_inputs": "reading", "build_day": "building", "_write": "writing",
             "_commit": "committing"}
    for step, phase in steps.items():
        setattr(rebuild, step, told(phase, getattr(rebuild, step), pipe))
    store = open_store(f"sqlite:///{folder / 'm.sqlite'}", folder)

    @event.listens_for(store.db.engine, "commit")
    def sealing(connection):
        if now_in[0] == "committing":
            os.write(pipe, b"s")
            if seal_us >= 0:
                at = time.perf_counter() + seal_us / 1e6
                threading.Thread(target=killed_at, args=(at,)).start()

    rebuild.rebuild_dirty(store, FixedClock(instant_at(now)), "victim")
    os.write(pipe, b"d")

for line in sys.stdin:
    folder, now, seal_us = line.split()
    inner, outer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(inner)
        # The phases go to whoever holds the other end of our standard output.
        build(Path(folder), int(now), int(seal_us), 1)
        os._exit(0)
    os.close(inner)
    os.close(outer)
    os.write(1, b"<%d>" % pid)
    os.waitpid(pid, 0)
    os.write(1, b".")
"""


@dataclass(frozen=True)
class Kill:
    """Where a builder was when it died, and which facts were live then."""

    phase: str
    state: str  # old, new


class Killer:
    """Builders of copies of one store, in which a day waits to be built again."""

    def __init__(
        self, before: Path, now: int, scratch: Path, seed: int, finish_all: bool = False
    ) -> None:
        self._before, self._now, self._scratch = before, now, scratch
        self._random, self._all = random.Random(seed), finish_all
        self._zygote = subprocess.Popen(
            [sys.executable, "-c", ZYGOTE], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "POLARS_MAX_THREADS": "1"},
        )  # fmt: skip
        self.old = live_files(before)
        whole = self._copy("whole")
        self._run(whole, None, 0)
        self.new = live_files(whole)
        assert self.old != self.new, "the waiting build changes nothing"

    def close(self) -> None:
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        self._zygote.stdin.close()
        self._zygote.wait()
        self._zygote.stdout.close()

    def kill(self, n: int) -> Kill:
        """A builder killed in a phase, somewhere; what it left is checked and built on."""
        aim = PHASES[n % len(PHASES)]
        folder = self._copy(f"kill-{n}")
        reached = self._run(folder, aim, self._random.uniform(0, REACH_S[aim]))
        found = live_files(folder)
        assert found in (self.old, self.new), f"neither old nor new after a kill while {reached}"
        # A builder that had written nothing leaves nothing that could make a difference.
        if self._all or reached in ("writing", "committing"):
            self._run(folder, None, 0)
            assert live_files(folder) == self.new, f"other bytes after a kill while {reached}"
        shutil.rmtree(folder)
        return Kill(reached, "old" if found == self.old else "new")

    def _copy(self, name: str) -> Path:
        return Path(shutil.copytree(self._before, self._scratch / name))

    def _run(self, folder: Path, aim: str | None, delay_s: float) -> str:
        """The phase in which the builder ended: `done` when the kill came too late."""
        assert self._zygote.stdin is not None
        seal_us = round(delay_s * 1e6) if aim == "sealing" else -1
        self._zygote.stdin.write(f"{folder} {self._now} {seal_us}\n".encode())
        self._zygote.stdin.flush()
        letters = {phase[0]: phase for phase in PHASES} | {"d": "done"}
        pid, reached, digits = 0, "starting", ""
        while True:
            char = self._read()
            if char == "<":
                while (char := self._read()) != ">":
                    digits += char
                pid = int(digits)
                char = ""
            if char == ".":
                return reached
            reached = letters.get(char, reached)
            if pid and aim == reached and aim != "sealing":
                aim = None
                self._sleep(delay_s)
                os.kill(pid, signal.SIGKILL)

    def _sleep(self, seconds: float) -> None:
        signal.sigtimedwait([], seconds)

    def _read(self) -> str:
        assert self._zygote.stdout is not None
        return os.read(self._zygote.stdout.fileno(), 1).decode()


def live_files(folder: Path) -> tuple[tuple[str, str, str], ...]:
    """Day, table and SHA-256 of the bytes of every live fact file, as the manifest names them."""
    connection = sqlite3.connect(folder / "m.sqlite")
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute(
            "SELECT b.day, v.table_name, v.file, v.content_hash FROM partition p"
            " JOIN build b ON b.build_id = p.live_build JOIN version v ON v.build_id = b.build_id"
            " ORDER BY 1, 2"
        ).fetchall()
    finally:
        connection.close()
    found = []
    for day, table, file, digest in rows:
        assert sha256((folder / file).read_bytes()).hexdigest() == digest, f"{file} is torn"
        found.append((str(day), table, digest))
    return tuple(found)


def main() -> None:
    """So many kills as the first argument says, with a line for each phase."""
    from faulty_centre import waiting_store

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as scratch:
        before, now = waiting_store(Path(scratch) / "before")
        killer = Killer(before, now, Path(scratch), count, finish_all=True)
        kills = Counter(killer.kill(n) for n in range(count))
        killer.close()
    for kill, times in sorted(kills.items(), key=lambda pair: (pair[0].phase, pair[0].state)):
        sys.stdout.write(f"{times:4} while {kill.phase}: {kill.state} facts, whole\n")
    sys.stdout.write(f"{sum(kills.values())} kills, files byte-identical to an unkilled run\n")


if __name__ == "__main__":
    main()
