"""Small real jobs for the worker's tests."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wfm.domain.clock import Clock, FixedClock
from wfm.domain.errors import BadInput
from wfm.domain.progress import Progress
from wfm.store.store import Store, open_store
from wfm.worker.jobs import work_once
from wfm.worker.kinds import Kind

HERE = "small_jobs"


def count(
    store: Store, clock: Clock, parameters: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    for i in range(parameters["to"]):
        progress("Counting", 100 * i / parameters["to"], at=i)
        time.sleep(parameters.get("pause_s", 0))
    return {"message": f"Counted to {parameters['to']}.", "n": parameters["to"]}


def refuse(
    store: Store, clock: Clock, parameters: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    raise BadInput("Week 2026-W60 does not exist; write one from W01 to W53.")


def die_once(
    store: Store, clock: Clock, parameters: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    mark = Path(parameters["mark"])
    if not mark.exists():
        mark.write_text("begun")
        progress("Working", 10)
        os.kill(os.getpid(), signal.SIGKILL)
    return {"message": "Done at the second try."}


KINDS = {
    name: Kind(name, f"Test job {name}", f"{HERE}:{name}")
    for name in ("count", "refuse", "die_once")
}

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    store = open_store(sys.argv[2], folder / "data")
    work_once(store, FixedClock(datetime(2026, 10, 12, 9, 0, tzinfo=UTC)), "doomed", KINDS)
