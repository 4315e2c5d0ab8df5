"""Processes that a command starts and answers for: restarted when they die, ended with it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wfm.cli import guardian
from wfm.domain.errors import WfmError

# A child that dies this often within a minute is given up.
MAX_DEATHS = 4
DEATHS_WITHIN_S = 60.0


class ChildFailed(WfmError):
    """A process of the demo ended again and again; the message quotes its last words."""


@dataclass
class Child:
    """One process in a group of its own, with its log file."""

    name: str
    command: Sequence[str]
    log: Path
    process: subprocess.Popen[bytes]
    once: bool = False  # it has an end: when it ends well it is not started again
    deaths: list[float] = field(default_factory=list)


class Children:
    """Child processes that never outlive this one, even if it is killed.

    A guardian process holds the other end of a pipe: when this process is gone, it ends them.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = [f"{name}={value}" for name, value in environment.items()]
        self._children: list[Child] = []
        folder.mkdir(parents=True, exist_ok=True)
        self._guardian = _new_guardian()

    def start(self, name: str, arguments: Sequence[str], *, once: bool = False) -> None:
        """A `wfm` command started, its output in `<name>.log`; `once` when it comes to an end."""
        command = ["env", *self._environment, sys.executable, "-m", "wfm", *arguments]
        log = self._folder / f"{name}.log"
        log.write_bytes(b"")
        self._children.append(Child(name, command, log, self._launch(command, log), once))

    def check(self) -> None:
        """Dead children started again; `ChildFailed` when one keeps dying."""
        if self._guardian.poll() is not None:
            self._guardian = _new_guardian()
            for child in self._children:
                self._tell("add", child.process.pid)
        for child in list(self._children):
            code = child.process.poll()
            if code is None:
                continue
            self._tell("end", child.process.pid)
            if child.once and code == 0:
                self._children.remove(child)
                continue
            now = time.monotonic()
            child.deaths = [at for at in child.deaths if now - at < DEATHS_WITHIN_S] + [now]
            if len(child.deaths) >= MAX_DEATHS:
                raise ChildFailed(
                    f"The process {child.name!r} ended {len(child.deaths)} times within a minute, "
                    f"last with code {code}. Its log {child.log} ends:\n{_last_lines(child.log)}"
                )
            guardian.end_groups({child.process.pid}, grace_s=1.0)
            child.process = self._launch(child.command, child.log)

    def stop(self) -> None:
        """Nothing, once every child and its children have ended."""
        for child in self._children:
            if child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + guardian.GRACE_S
        for child in self._children:
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
            guardian.end_groups({child.process.pid}, grace_s=1.0)
            child.process.wait()
            self._tell("end", child.process.pid)
        self._children = []
        if self._guardian.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._guardian.stdin.close()
        self._guardian.wait()

    def _launch(self, command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        self._tell("add", process.pid)
        return process

    def _tell(self, word: str, number: int) -> None:
        if self._guardian.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._guardian.stdin.write(f"{word} {number}\n".encode())
                self._guardian.stdin.flush()


def _new_guardian() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-E", "-S", str(Path(guardian.__file__))],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip


def _last_lines(path: Path, count: int = 12) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-count:])
