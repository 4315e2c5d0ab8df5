"""Problems and solutions as files, and the command line on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from scheduling.problem_file import problem_of, read_problem
from scheduling.solution import read_solution
from wfm.cli import register_all
from wfm.cli.main import app
from wfm.domain.errors import BadInput


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": "other"}, "p.json: format is 'other'; this command reads "
         "wfm-scheduling-problem/1 and wfm-scheduling-problem/2."),
        ({"days": 5}, "p.json: days is 5; give 7, 14, 21 or 28."),
        ({"slot_minutes": 30}, "p.json: slot_minutes is 30; only quarter-hours (15) are "
         "scheduled."),
        ({"requirement": {"q1": [[1] * 96]}}, "p.json: requirement of 'q1' must have 7 rows of "
         "96 slots."),
        ({"contracts": []}, "p.json: agent 'a000' has the contract 'part', which is not given."),
    ],
)  # fmt: skip
def test_a_bad_problem_says_what_is_wrong(
    problem: dict[str, Any], change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadInput) as caught:
        problem_of({**problem, **change}, "p.json")
    assert str(caught.value) == sentence


def test_a_missing_field_is_named(problem: dict[str, Any]) -> None:
    del problem["agents"][0]["window"]
    with pytest.raises(BadInput, match="field 'window' is missing"):
        problem_of(problem)


@pytest.mark.parametrize("text", ["", "[1]", '{"shifts": 3}', '{"shifts": [{"agent": "a"}]}'])
def test_what_is_no_solution_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_solution(text)


def test_a_file_is_solved_verified_and_explained(tmp_path: Path, problem: dict[str, Any]) -> None:
    register_all(app)
    problem["requirement"]["q1"][2][40] = 13
    where, out = tmp_path / "problem.json", tmp_path / "solution.json"
    where.write_text(json.dumps(problem))
    runner = CliRunner()
    solved = runner.invoke(
        app, ["schedule", "solve", str(where), "--out", str(out), "--passes", "2", "--json"]
    )
    assert solved.exit_code == 0, solved.output
    report = json.loads(solved.stdout)
    checked = runner.invoke(app, ["schedule", "verify", str(where), str(out), "--json"])
    assert json.loads(checked.stdout)["violations"] == 0
    assert json.loads(checked.stdout)["cost"] == report["objective"]
    told = runner.invoke(app, ["schedule", "explain", str(where), str(out), "--json"])
    uncovered = json.loads(told.stdout)
    assert (
        sum(u["agent_slots"] for u in uncovered) == json.loads(checked.stdout)["understaffed_slots"]
    )
    heads = {sum(b["agents"] for b in u["blockers"]) for u in uncovered}
    assert heads == {len(read_problem(where.read_text()).agents)}
