"""The independent check finds each rule that is broken, by hand-made schedules."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from scheduling.flow import serve
from scheduling.problem_file import problem_of
from scheduling.solution import solution_text
from scheduling.solve import solve
from scheduling.verify import verify
from wfm.domain.errors import BadInput


@functools.cache
def solved(problem: str) -> str:
    return solution_text(
        solve(problem_of(json.loads(problem)), time_limit_s=None, passes=1, seed=1)
    )


@pytest.fixture
def valid(problem: dict[str, Any]) -> dict[str, Any]:
    return json.loads(solved(json.dumps(problem)))


def codes(problem: dict[str, Any], solution: dict[str, Any]) -> set[str]:
    return {broken.code for broken in verify(problem, solution).broken}


def full_timer(solution: dict[str, Any]) -> dict[str, Any]:
    return next(s for s in solution["shifts"] if s["length"] == 34)


def test_a_valid_schedule_breaks_nothing(problem: dict[str, Any], valid: dict[str, Any]) -> None:
    assert codes(problem, valid) == set()


def test_a_missing_shift_breaks_days_and_hours(
    problem: dict[str, Any], valid: dict[str, Any]
) -> None:
    valid["shifts"].remove(full_timer(valid))
    assert codes(problem, valid) >= {"days_per_week", "week_paid"}


def test_a_day_off_that_is_worked_is_found(problem: dict[str, Any], valid: dict[str, Any]) -> None:
    shift = full_timer(valid)
    agent = next(a for a in problem["agents"] if a["id"] == shift["agent"])
    agent["unavailable_days"] = [shift["day"]]
    assert codes(problem, valid) == {"unavailable_day"}


def test_a_break_out_of_its_window_is_told_with_the_times(
    problem: dict[str, Any], valid: dict[str, Any]
) -> None:
    shift = full_timer(valid)
    shift["start"] = 28
    shift["breaks"] = [
        {"kind": "break", "start": 30, "slots": 1},
        {"kind": "meal", "start": 42, "slots": 2},
        {"kind": "break", "start": 52, "slots": 1},
    ]
    sentences = [b.sentence for b in verify(problem, valid).broken if b.code == "legal_breaks"]
    assert sentences == ["break at 07:30, allowed 08:30 to 10:00"]


def test_a_break_left_out_is_found(problem: dict[str, Any], valid: dict[str, Any]) -> None:
    full_timer(valid)["breaks"].pop()
    assert "legal_breaks" in codes(problem, valid)


def test_too_little_rest_is_told_in_hours() -> None:
    breaks = {"16": []}
    problem = {
        "days": 7, "opening": [0, 96], "min_rest_slots": 44, "start_every_slots": 1,
        "costs": {"understaffed_slot": 1.0, "overstaffed_slot": 0.4}, "breaks": breaks,
        "requirement": {"q": [[0] * 96 for _ in range(7)]},
        "contracts": [{"name": "c", "days_per_week": [0, 7], "shift_lengths": [16],
                       "paid_slots_per_week": [0, 200], "max_consecutive_days": 6}],
        "agents": [{"id": "a", "contract": "c", "unavailable_days": [], "window": [0, 96],
                    "queues": ["q"]}],
    }  # fmt: skip
    solution = {
        "bound": 0.0,
        "shifts": [
            {"agent": "a", "day": 0, "start": 76, "length": 16, "breaks": []},
            {"agent": "a", "day": 1, "start": 28, "length": 16, "breaks": []},
        ],
    }
    found = verify(problem, solution)
    assert [(b.code, b.sentence) for b in found.broken] == [
        ("rest_between_shifts", "8 h rest before day 1, minimum 11 h")
    ]
    assert (found.overstaffed_slots, found.cost) == (32, 12.8)
    solution["shifts"] = [
        {"agent": "a", "day": d, "start": 40, "length": 16, "breaks": []} for d in range(7)
    ]
    assert [b.sentence for b in verify(problem, solution).broken] == ["day 7 in a row, limit 6"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"agent": "nobody"}, "unknown_agent"),
        ({"length": 33}, "shift_length_or_day"),
        ({"day": 9}, "shift_length_or_day"),
        ({"start": 27}, "outside_window"),
        ({"start": 29}, "start_off_grid"),
        ({"start": 60}, "site_open_hours"),
    ],
)
def test_a_shift_that_cannot_be_is_found(
    problem: dict[str, Any], valid: dict[str, Any], change: dict[str, Any], code: str
) -> None:
    full_timer(valid).update(change)
    assert code in codes(problem, valid)


def test_two_shifts_a_day_are_found(problem: dict[str, Any], valid: dict[str, Any]) -> None:
    valid["shifts"].append(dict(full_timer(valid)))
    assert "two_shifts_in_a_day" in codes(problem, valid)


@pytest.mark.parametrize("bound", [None, float("nan"), 1e9])
def test_a_bound_above_the_cost_or_none_is_found(
    problem: dict[str, Any], valid: dict[str, Any], bound: float | None
) -> None:
    valid["bound"] = bound
    assert codes(problem, valid) == {"bound"}


def test_a_document_without_shifts_is_refused(problem: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        verify(problem, {"bound": 0.0})


@pytest.mark.parametrize(
    ("staff", "need", "served"),
    [
        ({("a",): 1, ("a", "b"): 1}, {"a": 1, "b": 1}, {"a": 1, "b": 1}),
        ({("a", "b"): 2}, {"a": 3, "b": 0}, {"a": 2, "b": 0}),
        # Two moves in a row: (a,b) goes to b, (b,c) to c, so that (a,) finds work on a.
        ({("a",): 1, ("a", "b"): 1, ("b", "c"): 1}, {"a": 1, "b": 1, "c": 1},
         {"a": 1, "b": 1, "c": 1}),
        ({}, {"a": 2}, {"a": 0}),
    ],
)  # fmt: skip
def test_as_many_as_possible_are_put_to_work(
    staff: dict[tuple[str, ...], int], need: dict[str, int], served: dict[str, int]
) -> None:
    assert serve(staff, need) == served
