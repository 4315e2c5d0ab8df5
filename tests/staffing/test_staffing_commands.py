"""`wfm staffing` on files, as a person runs it."""

import csv
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from wfm.cli import staffing
from wfm.domain.errors import BadInput

DATA = Path(__file__).parent / "data"


def run(*arguments):
    app = typer.Typer()
    staffing.register(app)
    return CliRunner().invoke(app, ["staffing", *map(str, arguments)])


def rows_of(path):
    with path.open(newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize(
    ("model", "column"),
    [
        ("erlang-b", "blocking"),
        ("erlang-c", "asa_s"),
        ("erlang-a", "sl_answered_in_T_over_offered"),
    ],
)
def test_evaluate_writes_the_table_it_was_given(tmp_path, model, column):
    source, out = DATA / f"{model.replace('-', '_')}.csv", tmp_path / "out.csv"
    result = run("evaluate", "--model", model, source, "--out", out, "--json")
    assert result.exit_code == 0
    assert {"out": str(out), "rows": len(rows_of(source))} == json.loads(result.stdout)
    for expected, got in zip(rows_of(source), rows_of(out), strict=True):
        assert expected["id"] == got["id"]
        assert float(expected[column]) == pytest.approx(
            float(got[column]), rel=1e-8, abs=1e-12, nan_ok=True
        )


@pytest.mark.parametrize(
    ("model", "table", "columns"),
    [
        ("chat", "chat", ("p_wait_exact", "p_abandon_exact", "mean_concurrency")),
        ("redial", "retrial", ("fixpoint_total", "fixpoint_p_abandon")),
        ("deferred", "deferred", ("staff_exact_fraction", "staff_ceiling")),
    ],
)
def test_evaluate_knows_chats_redials_and_deferred_work(tmp_path, model, table, columns):
    source, out = DATA / f"{table}.csv", tmp_path / "out.csv"
    assert run("evaluate", "--model", model, source, "--out", out).exit_code == 0
    for expected, got in zip(rows_of(source), rows_of(out), strict=True):
        for name in columns:
            if model == "deferred":
                assert expected[name] == got[name]
            else:
                assert float(expected[name]) == pytest.approx(float(got[name]), rel=1e-8)


def test_durations_that_are_no_numbers_are_named(tmp_path):
    source = tmp_path / "chats.csv"
    source.write_text("chats_per_hour,duration_s_at_1..c,agents,patience_s\n60,360|x,4,120\n")
    result = run("evaluate", "--model", "chat", source, "--out", tmp_path / "out.csv")
    assert isinstance(result.exception, BadInput)
    assert str(result.exception).startswith("chats.csv: could not convert string to float: 'x'")


def test_required_adds_agents_and_people_to_roster(tmp_path):
    out = tmp_path / "out.csv"
    assert run("required", DATA / "required_agents.csv", "--out", out).exit_code == 0
    expected = [(r["agents"], r["gross_divide"]) for r in rows_of(DATA / "required_agents.csv")]
    assert expected == [(row["agents"], row["gross_divide"]) for row in rows_of(out)]
    assert (rows_of(out)[0]["id"], rows_of(out)[0]["binding"]) == ("R001", "sl")


def test_a_bad_number_names_file_line_and_value(tmp_path):
    source = tmp_path / "cells.csv"
    source.write_text("load_erl,servers\n10,14\nten,14\n")
    result = run("evaluate", "--model", "erlang-b", source, "--out", tmp_path / "out.csv")
    assert isinstance(result.exception, BadInput)
    assert str(result.exception) == "cells.csv line 3: load_erl is 'ten', which is no number."


def test_a_missing_column_is_named(tmp_path):
    source = tmp_path / "cells.csv"
    source.write_text("load_erl\n10\n")
    result = run("evaluate", "--model", "erlang-b", source, "--out", tmp_path / "out.csv")
    assert str(result.exception) == "cells.csv has no column servers; it has load_erl."


def test_an_unknown_model_is_bad_usage(tmp_path):
    result = run("evaluate", "--model", "erlang-x", DATA / "erlang_b.csv", "--out", tmp_path / "o")
    assert result.exit_code == 2
