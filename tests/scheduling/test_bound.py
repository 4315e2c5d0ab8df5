"""The bound: its known values, its prices, and stopping it."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from scheduling.bound import hours_bound, lp_bound
from scheduling.problem import Problem
from scheduling.problem_file import problem_of, read_problem
from scheduling.solution import solution_text
from scheduling.solve import solve
from scheduling.verify import verify

DATA = Path(__file__).parent / "data"


def load(name: str) -> Problem:
    return read_problem((DATA / f"{name}.json").read_text())


@pytest.mark.parametrize(("name", "value"), [("base-16", 3.2), ("skills-14", 24.12)])
def test_the_linear_programme_has_its_known_value(name: str, value: float) -> None:
    answer = lp_bound(load(name), {})
    assert answer is not None
    assert answer.value == pytest.approx(value, abs=2e-3)
    assert answer.value <= value + 1e-3


@pytest.mark.parametrize("name", ["base-16", "skills-14"])
def test_twenty_passes_come_close_to_it(name: str) -> None:
    problem = load(name)
    found = solve(problem, time_limit_s=None, passes=20, seed=1)
    document = json.loads((DATA / f"{name}.json").read_text())
    assert verify(document, json.loads(solution_text(found))).broken == ()
    assert found.gap_of_requirement_pct < 5.0


def test_prices_lie_between_the_cost_of_too_many_and_too_few() -> None:
    answer = lp_bound(load("skills-14"), {})
    assert answer is not None
    assert answer.prices is not None
    values = [v for rows in answer.prices.values() for row in rows for v in row]
    assert min(values) >= -0.4 - 1e-3
    assert max(values) <= 1.0 + 1e-3
    assert max(values) > 0.5


def test_hours_alone_bound_a_centre_that_is_far_too_small() -> None:
    problem = load("base-16")
    alone = problem_of(
        {**json.loads((DATA / "base-16.json").read_text()), "agents": [
            {"id": "a", "contract": "FT8", "unavailable_days": [], "window": [28, 92],
             "queues": ["q1"]}]}
    )  # fmt: skip
    # One full-timer: 160 paid slots less two paid breaks on each of five days are 150.
    assert hours_bound(alone, {}).value == problem.required_slots - 150


def test_a_stopped_programme_gives_no_bound_or_a_valid_one() -> None:
    stop = threading.Event()
    stop.set()
    answer = lp_bound(load("base-16"), {}, stop)
    assert answer is None or answer.value <= 3.2 + 1e-3
