"""Planning units solved side by side: sites and weeks that share nobody, on any executor.

A process pool on one machine, or a cluster's executor: problems and solutions travel as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, as_completed

from scheduling.solution import Solution, read_solution
from wfm.domain.errors import WfmError


def solve_units(
    units: Mapping[str, str],
    executor: Executor,
    *,
    time_limit_s: float | None,
    seed: int = 1,
    passes: int | None = None,
) -> Iterator[tuple[str, Solution | WfmError]]:
    """Each unit's name with its solution, as they are done; an error stops that unit alone.

    `units` are JSON texts of problems by name. Same seed and passes, same schedules, in any order.
    """
    jobs = {
        executor.submit(solve_text, text, time_limit_s, seed, passes): name
        for name, text in units.items()
    }
    for job in as_completed(jobs):
        error = job.exception()
        if error is None:
            yield jobs[job], read_solution(job.result())
        elif isinstance(error, WfmError):
            yield jobs[job], error
        else:
            raise error


def solve_text(text: str, time_limit_s: float | None, seed: int, passes: int | None) -> str:
    """The solution of a problem's JSON text as JSON text, found in the process that is asked."""
    from scheduling.bound_process import find_bounds_apart
    from scheduling.problem_file import read_problem
    from scheduling.solution import solution_text
    from scheduling.solve import solve
    from scheduling.warm import warm

    warm()
    found = solve(
        read_problem(text), time_limit_s=time_limit_s, seed=seed, passes=passes,
        bounds=find_bounds_apart,
    )  # fmt: skip
    return solution_text(found)
