"""What keeps each person from an uncovered interval."""

from __future__ import annotations

from typing import Any

import pytest

from scheduling.explain import blocker
from scheduling.problem_file import problem_of
from scheduling.solution import PlannedBreak, PlannedShift
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
