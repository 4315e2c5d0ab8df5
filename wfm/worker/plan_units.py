"""Planning units on an executor: sites side by side, the weeks of a site one after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import current_process
from pathlib import Path
from typing import Any

from wfm.domain.clock import FixedClock
from wfm.domain.errors import WfmError
from wfm.store.store import open_store
from wfm.worker.jobs import run_job_here

STEPS = ("forecast", "require", "solve")
DAEMON = (
    "This worker is a daemon and may not start the solver's processes. Start Dask workers with "
    "DASK_DISTRIBUTED__WORKER__DAEMON=False in their environment, or with --no-nanny."
)


@dataclass(frozen=True)
class UnitWork:
    """The weeks of one site, in order, with the steps to do for each and what they are asked.

    `more` gives the parameters of a step beside unit and week. Everything is plain data, so that
    it travels to another process or machine, which must reach the same database and folder.
    """

    url: str
    data_dir: str
    now: datetime
    unit: str
    weeks: tuple[str, ...]
    steps: tuple[str, ...] = STEPS
    more: Mapping[str, Mapping[str, Any]] | None = None
    author: str = "command line"


@dataclass(frozen=True)
class Done:
    """One step of a week: its job, whether it was done, its message and result."""

    unit: str
    week: str
    step: str
    job_id: int
    done: bool
    message: str
    result: Mapping[str, Any]


def plan_units(executor: Executor, works: Sequence[UnitWork]) -> Iterator[tuple[Done, ...]]:
    """What was done for each site, as they are ready; a site that fails stops itself alone."""
    futures = [executor.submit(plan_unit, work) for work in works]
    for future in as_completed(futures):
        yield future.result()


def plan_unit(work: UnitWork) -> tuple[Done, ...]:
    """Every step of every week of one site, up to the first that fails.

    A week solved as a draft is what the next one's rest and runs of days are counted from.
    """
    if current_process().daemon and "solve" in work.steps:
        return (Done(work.unit, work.weeks[0], work.steps[0], 0, False, DAEMON, {}),)
    store = open_store(work.url, Path(work.data_dir))
    clock, told, follows = FixedClock(work.now), list[Done](), None
    for week in work.weeks:
        for step in work.steps:
            asked = {"unit": work.unit, "week": week, **dict((work.more or {}).get(step, {}))}
            if step == "solve" and follows is not None:
                asked["follows"] = follows
            try:
                job = run_job_here(
                    store, clock, step, asked, author=work.author, scope_path=work.unit
                )
            except WfmError as error:
                told.append(Done(work.unit, week, step, 0, False, str(error), {}))
                return tuple(told)
            result = job.result or {}
            done = job.state == "done"
            text = str(result.get("message") or job.message)
            told.append(Done(work.unit, week, step, job.job_id, done, text, result))
            if not done:
                return tuple(told)
            if step == "solve":
                follows = int(result["plan_id"])
    return tuple(told)
