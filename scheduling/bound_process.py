"""The bound found in a process of its own: the solver library and the descent share no lock."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection

from scheduling.bound import Bound, lp_bound
from scheduling.orphans import end_with, silence
from scheduling.problem import ContractRules, Problem

POLL_S = 0.05


def lp_bound_apart(
    problem: Problem,
    relaxed: Mapping[tuple[str, int], ContractRules],
    stop: threading.Event,
    time_limit_s: float | None,
) -> Bound | None:
    """The same as `lp_bound`; a stop ends the process at once, without a bound."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(
        target=_work, args=(there, os.getpid(), problem, relaxed, time_limit_s), daemon=True
    )
    process.start()
    there.close()
    try:
        while not here.poll(POLL_S):
            if stop.is_set():
                return None
        answer: Bound | None = here.recv()
        return answer
    except EOFError:
        # It died, by lack of memory as a rule: the run goes on with the bound it has.
        return None
    finally:
        process.kill()
        process.join()
        here.close()


def _work(
    pipe: Connection,
    parent: int,
    problem: Problem,
    relaxed: Mapping[tuple[str, int], ContractRules],
    time_limit_s: float | None,
) -> None:
    silence()
    end_with(parent)
    pipe.send(lp_bound(problem, relaxed, None, time_limit_s))
