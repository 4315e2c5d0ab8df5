"""What keeps each person from an uncovered interval."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scheduling.explain import blocker, explain
from scheduling.problem_file import problem_of
from scheduling.relaxations import Relaxation
from scheduling.solution import PlannedBreak, PlannedShift, read_solution, solution_text
from scheduling.solve import solve
from scheduling.verify import Shortfall


def shift(day: int, start: int = 28, length: int = 34) -> PlannedShift:
    return PlannedShift("a001", day, start, length, (PlannedBreak("break", start + 6, 1),))


WEEK = {d: shift(d) for d in (0, 1, 2, 3, 4)}


@pytest.mark.parametrize(
    ("own", "at", "reason"),
    [
        ({2: shift(2)}, Shortfall("q1", 2, 34, 1), "on_break"),
        ({2: shift(2)}, Shortfall("q1", 2, 30, 1), "working"),
        ({2: shift(2)}, Shortfall("q1", 2, 70, 1), "works_other_hours"),
        ({}, Shortfall("q2", 2, 40, 1), "skill"),
        ({}, Shortfall("q1", 2, 20, 1), "closed"),
        ({}, Shortfall("q1", 6, 40, 1), "unavailable"),
        (WEEK, Shortfall("q1", 5, 40, 1), "weekly_days"),
        ({1: shift(1, 50)}, Shortfall("q1", 2, 29, 1), "rest"),
        ({}, Shortfall("q1", 2, 40, 1), "free"),
    ],
)
def test_the_first_reason_that_holds_is_named(
    problem: dict[str, Any], own: dict[int, PlannedShift], at: Shortfall, reason: str
) -> None:
    problem["requirement"]["q2"] = problem["requirement"]["q1"]
    problem["agents"][1] |= {"unavailable_days": [6], "window": [28, 84]}
    found = problem_of(problem)
    assert blocker(found, found.agents[1], own, at) == reason


def test_a_window_too_short_for_any_shift_is_told(problem: dict[str, Any]) -> None:
    problem["agents"][1] |= {"unavailable_days": [], "window": [40, 60]}
    found = problem_of(problem)
    agent = found.agents[1]
    assert blocker(found, agent, {}, Shortfall("q1", 2, 50, 1)) == "no_shift_fits"
    assert blocker(found, agent, {}, Shortfall("q1", 2, 70, 1)) == "window"


def test_what_lifting_a_rule_would_buy_is_exact(problem: dict[str, Any]) -> None:
    # One full-timer, who cannot come on the only day that needs somebody.
    problem["agents"] = [problem["agents"][1] | {"unavailable_days": [6], "window": [28, 84]}]
    rows = [[0] * 96 for _ in range(7)]
    rows[6][28:84] = [1] * 56
    problem["requirement"] = {"q1": rows}
    problem["agents"][0]["queues"] = ["q1"]
    found = solve(problem_of(problem), time_limit_s=None, passes=1, bounds=lambda *_: ())
    answer = json.loads(solution_text(found))
    uncovered = explain(problem, answer, found)
    assert [(u.day, u.agent_slots, u.blockers) for u in uncovered] == [
        (6, 56, (("unavailable", 1),))
    ]
    # 30 slots covered at 1.0 each, and 30 idle ones at 0.4 on another day are gone.
    assert uncovered[0].relaxations == (Relaxation("unavailable", "a001", 0, 42.0),)
    strangers = [shift | {"length": 30} for shift in answer["shifts"]]
    other = read_solution(json.dumps(answer | {"shifts": strangers}))
    assert explain(problem, answer, other)[0].relaxations == ()
