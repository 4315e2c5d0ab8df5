"""Schedules judged by a program that knows only the documents, not the product."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from independent_verifier import verify
from problem_generator import make_problem

from scheduling.problem_file import problem_of
from scheduling.solution import solution_text
from scheduling.solve import solve


def solved(problem: dict[str, Any], passes: int = 1) -> dict[str, Any]:
    found = solve(problem_of(problem), time_limit_s=None, passes=passes, seed=1)
    answer: dict[str, Any] = json.loads(solution_text(found))
    return answer


@pytest.mark.parametrize(
    ("agents", "shape", "queues", "days"),
    [(40, "base", 1, 7), (40, "peaky", 1, 7), (14, "peaky", 3, 7), (12, "base", 1, 14)],
)
def test_no_rule_is_broken_and_the_cost_is_what_was_claimed(
    seed: int, agents: int, shape: str, queues: int, days: int
) -> None:
    problem = make_problem(agents, seed % 10_000, shape, queues, days)
    answer = solved(problem)
    report = verify(problem, answer)
    assert report["violations"] == [], f"seed {seed}"
    assert report["cost"] == pytest.approx(answer["objective"], abs=1e-3), f"seed {seed}"
    assert 0 <= answer["bound"] <= report["cost"] + 1e-6, f"seed {seed}"


def test_the_other_program_does_find_faults(seed: int) -> None:
    problem = make_problem(12, seed % 10_000)
    answer = solved(problem, passes=1)

    def codes(change: Any) -> set[str]:
        broken = copy.deepcopy(answer)
        change(broken)
        return {fault[1] for fault in verify(problem, broken)["violations"]}

    first = answer["shifts"][0]
    assert codes(lambda a: a["shifts"].pop(0)) >= {"days_per_week"}
    assert codes(lambda a: a["shifts"].append(first)) >= {"two_shifts_in_a_day"}
    assert codes(lambda a: a["shifts"][0].update(start=first["start"] + 1)) >= {"start_off_grid"}
    assert codes(lambda a: a["shifts"][0].update(breaks=[])) == {"breaks_missing_or_out_of_order"}
    assert codes(lambda a: a.update(bound=1e9)) == {"missing_or_above_the_cost"}
