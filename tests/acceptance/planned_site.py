"""The real commands as processes, in a data folder of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Commands:
    """`wfm` as somebody types it, with its settings in the environment."""

    folder: Path
    now: str = "data"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of each process."""
        own = {"WFM_DATA_DIR": str(self.folder), "WFM_NOW": self.now, "PYTHONPATH": str(ROOT)}
        return {k: v for k, v in os.environ.items() if not k.startswith("WFM_")} | own

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The finished process, whatever its exit code."""
        return subprocess.run(
            [sys.executable, "-m", "wfm", *words],
            env=self.environment, cwd=self.folder.parent, capture_output=True, text=True,
            timeout=240, check=False,
        )  # fmt: skip

    def json(self, *words: str) -> Any:
        """The one JSON document that a command prints."""
        done = self.run(*words, "--json")
        assert done.returncode == 0, f"wfm {' '.join(words)}: {done.stderr or done.stdout}"
        return json.loads(done.stdout)

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        """A worker that runs until the block ends."""
        process = subprocess.Popen(
            [sys.executable, "-m", "wfm", "worker"], env=self.environment, cwd=self.folder.parent,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until(
    done: Callable[[], bool], what: str, seconds: float = 120, pause_s: float = 0.3
) -> None:
    """Nothing, once `done()` is true; fails with what was waited for."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(pause_s)
