"""Bounds found in a process of their own: the solver library and the descent share no lock."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection

from scheduling.bound import Bound, Relaxed, find_bounds
from scheduling.orphans import end_with, silence
from scheduling.problem import Problem

POLL_S = 0.05


def find_bounds_apart(
    problem: Problem,
    relaxed: Relaxed,
    stop: threading.Event | None = None,
    time_limit_s: float | None = None,
) -> Iterator[Bound]:
    """The same as `find_bounds`; a stop ends the process at once."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(
        target=_work, args=(there, os.getpid(), problem, relaxed, time_limit_s), daemon=True
    )
    process.start()
    there.close()
    try:
        while True:
            while not here.poll(POLL_S):
                if stop is not None and stop.is_set():
                    return
            found: Bound | None = here.recv()
            if found is None:
                return
            yield found
    except EOFError:
        # It died, by lack of memory as a rule: the run goes on with the bound it has.
        return
    finally:
        process.kill()
        process.join()
        here.close()


def _work(
    pipe: Connection,
    parent: int,
    problem: Problem,
    relaxed: Relaxed,
    time_limit_s: float | None,
) -> None:
    silence()
    end_with(parent)
    for found in find_bounds(problem, relaxed, None, time_limit_s):
        pipe.send(found)
    pipe.send(None)
