"""The bound: its known values, its prices, and stopping it."""

from __future__ import annotations

import json
import threading
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from scheduling.bound import Bound, find_bounds, hours_bound, merge_alike
from scheduling.problem import Problem
from scheduling.problem_file import problem_of, read_problem
from scheduling.solution import solution_text
from scheduling.solve import solve
from scheduling.tour_bound import TourBound
from scheduling.verify import verify

DATA = Path(__file__).parent / "data"


def load(name: str) -> Problem:
    return read_problem((DATA / f"{name}.json").read_text())


@cache
def bounds(name: str) -> tuple[Bound, ...]:
    return tuple(find_bounds(load(name), {}))


def last_bound(name: str) -> Bound:
    return bounds(name)[-1]


# The value of the aggregated programme with a model of shifts for each skill set; the cost of the
# best schedule that anybody has found.
@pytest.mark.parametrize(
    ("name", "programme", "known"), [("base-16", 3.2, 16.0), ("skills-14", 24.12, 60.0)]
)
def test_the_bound_is_that_of_the_programme_and_below_every_known_schedule(
    name: str, programme: float, known: float
) -> None:
    found = last_bound(name)
    assert found.value >= programme - 2e-3
    assert found.value <= known


def test_bounds_only_rise_and_come_with_the_prices_of_every_skill_set() -> None:
    problem = load("skills-14")
    found = bounds("skills-14")
    values = [bound.value for bound in found]
    assert values == sorted(values)
    assert all(bound.costs.keys() == bound.levels.keys() for bound in found)
    assert found[-1].costs.keys() == {agent.queues for agent in problem.agents}


def test_any_prices_give_a_bound_and_the_programmes_give_a_good_one() -> None:
    problem = load("base-16")
    tours, flat = TourBound(problem, {}), np.full(7 * 96, 0.3)
    assert tours.value({"q1": flat}) <= 3.2 + 1e-6
    prices = last_bound("base-16").prices
    assert prices is not None
    assert tours.value({"q1": np.array(prices["q1"]).ravel()}) == pytest.approx(3.2, abs=0.2)


def test_skill_sets_with_like_prices_are_merged_until_four_groups_are_left() -> None:
    low, high = np.zeros(96), np.ones(96)
    sets = {("a",): (low, 5), ("b",): (low + 1e-6, 5), ("c",): (high, 5)}
    sets |= {(name,): (low + at, 5) for at, name in enumerate(("d", "e"), start=3)}
    assert merge_alike(sets) == [[("a",), ("b",)], [("c",)], [("d",)], [("e",)]]


@pytest.mark.parametrize("name", ["base-16", "skills-14"])
def test_twenty_passes_come_close_to_it(name: str) -> None:
    problem = load(name)
    found = solve(problem, time_limit_s=None, passes=20, seed=1, bounds=lambda *_: bounds(name))
    document = json.loads((DATA / f"{name}.json").read_text())
    assert verify(document, json.loads(solution_text(found))).broken == ()
    assert found.gap_of_requirement_pct < 5.0


def test_prices_lie_between_the_cost_of_too_many_and_too_few() -> None:
    answer = last_bound("skills-14")
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
    assert all(found.value <= 3.2 + 1e-3 for found in find_bounds(load("base-16"), {}, stop))
