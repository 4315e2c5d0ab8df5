"""A run in a process of its own: it can be stopped at any moment, and takes nobody down with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any

from scheduling.orphans import end_with, silence
from scheduling.problem_file import read_problem
from scheduling.solution import Solution, read_solution, solution_text
from wfm.domain.errors import InfeasibleSchedule, JobCancelled, WfmError
from wfm.domain.progress import Progress, no_progress

POLL_S = 0.1
# A process that was asked to stop and does not answer for so long is ended.
GRACE_S = 2.0


class SolverDied(WfmError):
    """The solver's process ended without an answer."""


def solve_apart(
    problem_text: str,
    *,
    time_limit_s: float | None,
    seed: int,
    passes: int | None = None,
    progress: Progress = no_progress,
) -> Solution:
    """The solution of a problem's JSON text, found in a fresh process.

    When `progress` raises `JobCancelled`, the best schedule so far comes back as `cancelled`.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    stop = context.Event()
    process = context.Process(
        target=_work,
        args=(there, stop, os.getpid(), problem_text, time_limit_s, seed, passes),
    )
    _start_deaf(process)
    there.close()
    try:
        return _follow(here, process, stop, progress)
    finally:
        if process.is_alive():
            process.terminate()
            process.join(GRACE_S)
            if process.is_alive():
                process.kill()
        process.join()
        here.close()


def _start_deaf(process: Any) -> None:
    """The process started so that Ctrl-C, which reaches the whole group, is left to the parent."""
    if threading.current_thread() is not threading.main_thread():
        process.start()
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process.start()
    finally:
        signal.signal(signal.SIGINT, before)


def _follow(here: Connection, process: Any, stop: Any, progress: Progress) -> Solution:
    stage, percent, detail = "Starting the solver", 0.0, dict[str, object]()
    asked_at: float | None = None
    while True:
        if here.poll(POLL_S):
            try:
                kind, body = here.recv()
            except EOFError:
                process.join()
                raise SolverDied(
                    f"The solver's process ended without an answer (exit code "
                    f"{process.exitcode}); -9 often means that memory ran out. "
                    f"The last good schedule is untouched."
                ) from None
            if kind == "progress":
                stage, percent, detail = body
            elif kind == "solution":
                return replace(read_solution(body[0]), events=body[1])
            elif kind == "cancelled":
                raise JobCancelled(body)
            else:
                raise InfeasibleSchedule(body)
        if asked_at is None:
            try:
                progress(stage, percent, **detail)
            except JobCancelled:
                asked_at = time.monotonic()
                stop.set()
        elif time.monotonic() - asked_at > GRACE_S:
            raise JobCancelled("Cancelled; the solver gave no schedule in time.")


def _work(
    pipe: Connection,
    stop: Any,
    parent: int,
    problem_text: str,
    time_limit_s: float | None,
    seed: int,
    passes: int | None,
) -> None:
    # Here, not above: who only starts a run need not load the solver and its machine code.
    from scheduling.bound_process import find_bounds_apart
    from scheduling.solve import solve
    from scheduling.warm import warm

    silence()
    end_with(parent)

    def progress(stage: str, percent: float, **detail: object) -> None:
        pipe.send(("progress", (stage, percent, detail)))
        if stop.is_set():
            raise JobCancelled("Cancelled.")

    try:
        warm()
        found = solve(
            read_problem(problem_text),
            time_limit_s=time_limit_s,
            seed=seed,
            passes=passes,
            progress=progress,
            bounds=find_bounds_apart,
        )
        pipe.send(("solution", (solution_text(found), found.events)))
    except JobCancelled as stopped:
        pipe.send(("cancelled", str(stopped)))
    except WfmError as error:
        pipe.send(("failed", str(error)))
