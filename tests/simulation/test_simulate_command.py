"""`wfm simulate` on files and `wfm staffing skills`, as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from wfm.cli import simulate, staffing
from wfm.domain.errors import BadInput


def run(*arguments: object) -> Any:
    app = typer.Typer()
    simulate.register(app)
    staffing.register(app)
    found = CliRunner().invoke(app, [str(one) for one in arguments])
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found


def told(*arguments: object) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Seven days of one queue, 10 agents from 8 to 16, of whom 8 are required, a break at noon."""
    folder = tmp_path_factory.mktemp("simulate")
    row = [0] * 32 + [8] * 32 + [0] * 32
    agents = [f"a{i}" for i in range(10)]
    problem = {
        "format": "wfm-scheduling-problem/1", "slot_minutes": 15, "first_day": "2026-03-02",
        "days": 7, "opening": [32, 64], "min_rest_slots": 44, "start_every_slots": 1,
        "costs": {"understaffed_slot": 1.0, "overstaffed_slot": 0.4},
        "requirement": {"q1": [row] * 7},
        "contracts": [{"name": "full", "days_per_week": [5, 7], "shift_lengths": [32],
                       "paid_slots_per_week": [0, 300], "max_consecutive_days": 7}],
        "breaks": {"32": []},
        "agents": [{"id": a, "contract": "full", "unavailable_days": [], "window": [32, 64],
                    "queues": ["q1"]} for a in agents],
    }  # fmt: skip
    shifts = [
        {"agent": a, "day": d, "start": 32, "length": 32,
         "breaks": [{"kind": "meal", "start": 48, "slots": 2}] if a < "a4" else []}
        for d in range(7) for a in agents
    ]  # fmt: skip
    paths = folder / "problem.json", folder / "solution.json"
    paths[0].write_text(json.dumps(problem))
    paths[1].write_text(json.dumps({"format": "wfm-scheduling-solution/1", "shifts": shifts}))
    return paths


def test_a_schedule_is_told_by_day_and_quarter_with_its_uncertainty(
    files: tuple[Path, Path],
) -> None:
    found = told("simulate", *files, "--replications", 40)
    day = found["days"][0]
    assert (day["queue"], day["at"], day["target"]) == ("q1", "Mon 02 Mar", 0.8)
    assert 0 < day["sl"]["low"] < day["sl"]["value"] < day["sl"]["high"] < 1
    assert day["sl"]["least"] < day["sl"]["low"]
    assert 0 <= day["p_target"] <= 1
    assert len(found["cells"]) == 7 * 32
    noon = {c["at"]: c for c in found["cells"]}["Mon 02 Mar 12:15"]
    early = {c["at"]: c for c in found["cells"]}["Mon 02 Mar 09:15"]
    assert noon["sl"]["value"] < 0.6 < early["sl"]["value"]
    busy = {c["at"]: c["occupancy"]["value"] for c in found["occupancy_cells"]}
    assert busy["Mon 02 Mar 12:15"] > busy["Mon 02 Mar 09:15"]
    agents = {c["at"]: c["agents"] for c in found["occupancy_cells"]}
    assert agents["Mon 02 Mar 09:15"] == pytest.approx(10)
    assert not found["gate"]["passed"]
    assert "12:15" in " ".join(m["sentence"] for m in found["gate"]["misses"])


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(files: tuple[Path, Path]) -> None:
    words = ("simulate", *files, "--replications", 5, "--json", "--seed")
    first, again, other = (run(*words, seed).stdout for seed in (3, 3, 4))
    assert first == again != other


def test_absence_and_an_uncertain_forecast_make_the_day_less_certain(
    files: tuple[Path, Path],
) -> None:
    plain, away, unsure = (
        told("simulate", *files, "--replications", 40, *more)["days"][0]["sl"]
        for more in ((), ("--absence", 20), ("--volume-error", 20))
    )
    assert away["value"] < plain["value"]
    assert unsure["most"] - unsure["least"] > 1.5 * (plain["most"] - plain["least"])


def test_a_forecast_of_contacts_replaces_those_implied(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    lines = ["queue,day,slot,contacts,aht_s,p10,p90"]
    lines += [f"q1,0,{slot},12,300,8,17" for slot in range(32, 64)]
    (tmp_path / "forecast.csv").write_text("\n".join(lines))
    found = told("simulate", *files, "--replications", 20, "--forecast", tmp_path / "forecast.csv")
    assert {row["day"] for row in found["days"]} == {0}
    assert found["days"][0]["contacts"] == pytest.approx(12 * 32, rel=0.1)


def test_a_schedule_that_fell_short_is_solved_again_with_more_where_it_missed(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    thin = json.loads(files[1].read_text())
    thin["shifts"] = [shift for shift in thin["shifts"] if shift["agent"] < "a7"]
    (tmp_path / "thin.json").write_text(json.dumps(thin))
    words = (files[0], tmp_path / "thin.json", "--replications", 20)
    before = told("simulate", *words)
    out = tmp_path / "repaired.json"
    after = told("simulate", *words, "--repair", out, "--rounds", 2, "--passes", 1)
    assert before["gate"]["misses_n"] > after["gate"]["misses_n"]
    assert after["notes"][1].startswith("Round 1: ")
    assert len(json.loads(out.read_text())["shifts"]) > len(thin["shifts"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--train", "q1-q2"), "--train 'q1-q2': write SKILL>OTHER:PERCENT"),
        (("--train", "q1>q2:50"), "--train: skill 'q2' is none of q1."),
        (("--definition", "sl"), "Definition 'sl' is none of"),
    ],
)
def test_what_cannot_be_is_named(
    files: tuple[Path, Path], words: tuple[str, ...], message: str
) -> None:
    with pytest.raises(BadInput) as caught:
        run("simulate", *files, "--replications", 2, *words)
    assert str(caught.value).startswith(message)


QUEUES = (
    "queue,calls_per_hour,aht_s,patience_s,target_sl,target_s,sl_definition,agents\n"
    "x,96,300,180,0.8,20,offered,9\ny,48,300,180,0.8,20,offered,5\n"
)
SHORT = ("--hours", 2, "--replications", 10)


@pytest.fixture
def skilled(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "queues.csv").write_text(QUEUES)
    (tmp_path / "agents.csv").write_text("skills,agents,cost\nx,7,1\ny,4,1\nx|y:50,3,1.2\n")
    return tmp_path / "queues.csv", tmp_path / "agents.csv"


def test_agents_of_several_skills_are_judged_and_the_fewest_found(
    skilled: tuple[Path, Path],
) -> None:
    given = told("staffing", "skills", *skilled, *SHORT)
    assert [one["agents"] for one in given["sets"]] == [7, 4, 3]
    assert [one["queue"] for one in given["queues"]] == ["x", "y"]
    assert given["queues"][0]["sl"]["low"] < given["queues"][0]["sl"]["value"]
    fewest = told("staffing", "skills", *skilled, *SHORT, "--fewest")
    assert fewest["alone"] == [10, 6]
    assert all(one["met"] for one in fewest["queues"])
    assert fewest["agents"] <= 16
    assert "A team for each queue needs 16" in " ".join(
        run("staffing", "skills", *skilled, *SHORT, "--fewest").stdout.split()
    )


def test_cross_training_is_told_share_by_share(skilled: tuple[Path, Path]) -> None:
    found = told("staffing", "cross-training", skilled[0], *SHORT, "--shares", "0,100")
    assert [(one["share"], one["trained"], one["agents"]) for one in found] == [
        (0.0, 0, 14), (1.0, 14, 14),
    ]  # fmt: skip
    assert found[0]["together"]["value"] < found[1]["together"]["value"]
    with pytest.raises(BadInput, match="Shares 'half': give percent with commas"):
        run("staffing", "cross-training", skilled[0], "--shares", "half")


def test_an_unknown_definition_in_a_file_is_named_by_line(skilled: tuple[Path, Path]) -> None:
    skilled[0].write_text(QUEUES.replace("20,offered,5", "20,best,5"))
    with pytest.raises(BadInput, match=r"queues\.csv line 3: sl_definition is 'best'; one of"):
        run("staffing", "skills", *skilled)
