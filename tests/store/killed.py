"""Backups and restores in a process of their own, killed at a named stage."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


KILLED = """
import sys
from pathlib import Path
from wfm.store.backup import make_backup
from wfm.store.restore import restore_backup
from wfm.store.store import open_store
def stop(stage, percent):
    if stage == sys.argv[4]:
        print(stage, flush=True)
        sys.stdin.read()
if sys.argv[1] == "backup":
    make_backup(open_store(sys.argv[2], Path(sys.argv[3])), Path(sys.argv[5]), made_at=1,
                program="0", watch=stop)
else:
    restore_backup(Path(sys.argv[5]), sys.argv[2], Path(sys.argv[3]), stop)
"""


def kill_at(stage: str, *words: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, *words[:3], stage, *words[3:]], cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{stage}\n".encode()
        os.kill(process.pid, signal.SIGKILL)
