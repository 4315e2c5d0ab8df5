"""Whole runs: valid, bounded, repeatable, stoppable, and honest about what cannot be kept."""

from __future__ import annotations

import importlib.util
import json
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduling.bound import Bound, find_bounds
from scheduling.problem_file import problem_of
from scheduling.process import SolverDied, solve_apart
from scheduling.solution import Solution, solution_text
from scheduling.solve import solve
from scheduling.units import solve_units
from scheduling.verify import verify
from wfm.domain.errors import InfeasibleSchedule, JobCancelled

_spec = importlib.util.spec_from_file_location("problems", Path(__file__).parent / "conftest.py")
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
make_problem = _module.make_problem


def run(problem: dict[str, Any], **options: Any) -> Solution:
    options = {"time_limit_s": None, "passes": 3, "seed": 1, **options}
    return solve(problem_of(problem), **options)


def first_two(*about: Any) -> Iterator[Bound]:
    """The last bounds of several queues are the dearest, and tested by themselves."""
    return islice(find_bounds(*about), 2)


def document(found: Solution) -> dict[str, Any]:
    return json.loads(solution_text(found))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10_000),
    agents=st.integers(4, 16),
    queues=st.integers(1, 3),
    level=st.floats(0.4, 1.4),
)
def test_every_schedule_keeps_every_rule_and_costs_no_less_than_the_bound(
    seed: int, agents: int, queues: int, level: float
) -> None:
    problem = make_problem(agents, seed, queues, 7, level)
    found = run(problem, seed=seed, bounds=first_two)
    checked = verify(problem, document(found))
    assert checked.broken == ()
    assert checked.cost == pytest.approx(found.objective, abs=1e-3)
    assert 0 <= found.bound <= found.objective


def test_four_weeks_keep_rest_and_days_in_a_row_over_the_weekends() -> None:
    problem = make_problem(agents=8, seed=3, days=28)
    found = run(problem)
    assert verify(problem, document(found)).broken == ()
    assert found.bound <= found.objective


def test_the_same_seed_and_passes_give_the_same_schedule(problem: dict[str, Any]) -> None:
    assert run(problem).shifts == run(problem).shifts
    assert run(problem, seed=2).shifts != run(problem).shifts


def test_more_passes_come_closer_to_the_bound(problem: dict[str, Any]) -> None:
    one, many = run(problem, passes=1), run(problem, passes=60)
    assert many.bound == one.bound
    assert many.objective < one.objective


def test_the_bound_is_the_exact_optimum_when_one_agent_is_all_there_is() -> None:
    problem = make_problem(agents=2, seed=5)
    problem["agents"] = problem["agents"][1:]  # a full-timer: 5 x 30 slots on the queue
    problem["agents"][0] |= {"unavailable_days": [], "window": [28, 84]}
    problem["requirement"] = {"q1": [[1] * 96 for _ in range(7)]}
    (answer,) = find_bounds(problem_of(problem), {})
    # 672 slots needed, 150 served: 522 missing, and no schedule can do better.
    assert answer.value == pytest.approx(522, abs=1e-3)
    assert run(problem).objective == 522


def test_a_cancel_brings_the_best_schedule_so_far_within_half_a_second() -> None:
    problem = make_problem(agents=16, seed=2)
    asked = []

    def progress(stage: str, percent: float, **detail: object) -> None:
        if detail.get("objective") is not None:
            asked.append(time.monotonic())
            raise JobCancelled("Stop.")

    found = solve(problem_of(problem), time_limit_s=60, seed=1, progress=progress)
    assert time.monotonic() - asked[0] < 0.5
    assert found.status == "cancelled"
    assert verify(problem, document(found)).broken == ()


def test_a_limit_too_short_for_anything_still_leaves_a_whole_schedule(
    problem: dict[str, Any],
) -> None:
    found = run(problem, time_limit_s=1e-6, passes=None, bounds=lambda *_: ())
    assert (found.status, found.passes) == ("time_limit", 0)
    assert verify(problem, document(found)).broken == ()


def test_a_run_in_its_own_process_gives_the_same_answer(problem: dict[str, Any]) -> None:
    apart = solve_apart(json.dumps(problem), time_limit_s=None, seed=1, passes=3)
    assert apart.shifts == run(problem).shifts
    assert apart.events[0].event == "started"


def test_a_killed_solver_is_told_and_leaves_no_process(problem: dict[str, Any]) -> None:
    def progress(stage: str, percent: float, **detail: object) -> None:
        if stage == "Improving":
            for child in multiprocessing.active_children():
                os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(SolverDied) as caught:
        solve_apart(json.dumps(problem), time_limit_s=60, seed=1, progress=progress)
    assert str(caught.value) == (
        "The solver's process ended without an answer (exit code -9); -9 often means that memory "
        "ran out. The last good schedule is untouched."
    )
    assert multiprocessing.active_children() == []


def test_a_cancelled_process_brings_its_best_schedule(problem: dict[str, Any]) -> None:
    def progress(stage: str, percent: float, **detail: object) -> None:
        if stage == "Improving":
            raise JobCancelled("Stop.")

    found = solve_apart(json.dumps(problem), time_limit_s=60, seed=1, progress=progress)
    assert found.status == "cancelled"
    assert verify(problem, document(found)).broken == ()


def test_an_agent_without_a_possible_week_is_named_with_the_arithmetic(
    problem: dict[str, Any],
) -> None:
    problem["agents"][1]["unavailable_days"] = [0, 1, 2]
    found = run(problem)
    assert [d.agent for d in found.diagnoses] == ["a001"]
    assert found.diagnoses[0].sentence == (
        "a001, week 1: needs 5 days, 4 possible; lifting any one of these would do: "
        "unavailable_days. Scheduled for 4 days, 32 paid hours"
    )
    broken = verify(problem, document(found)).broken
    assert {(b.agent, b.code) for b in broken} == {
        ("a001", "days_per_week"),
        ("a001", "week_paid"),
    }


def test_rest_and_days_of_the_week_before_are_kept(problem: dict[str, Any]) -> None:
    problem["format"] = "wfm-scheduling-problem/2"
    for agent in problem["agents"]:
        agent["unavailable_days"] = []
        agent["before"] = {"end": -4, "run": 4}  # worked until 23:00, four days in a row
        agent["after"] = {"start": 28, "run": 3}
    found = run(problem)
    assert verify(problem, document(found)).broken == ()
    assert all(s.start >= 40 for s in found.shifts if s.day == 0)


def test_nobody_to_schedule_is_said(problem: dict[str, Any]) -> None:
    problem["agents"] = []
    with pytest.raises(InfeasibleSchedule) as caught:
        run(problem)
    assert str(caught.value) == ("The problem has no agents; give people with a contract first.")


def test_units_are_solved_side_by_side_as_alone_and_one_fault_stops_one_unit() -> None:
    texts = {name: json.dumps(make_problem(4, seed)) for name, seed in (("north", 1), ("south", 2))}
    empty = json.dumps(make_problem(4, 1) | {"agents": []})
    with ThreadPoolExecutor(2) as pool:
        units = solve_units({**texts, "closed": empty}, pool, time_limit_s=None, passes=2)
        found = dict(units)
    assert str(found["closed"]).startswith("The problem has no agents")
    for name, text in texts.items():
        assert found[name].shifts == run(json.loads(text), passes=2).shifts
