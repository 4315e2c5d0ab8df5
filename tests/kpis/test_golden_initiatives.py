"""Initiatives and the rest of a running day: the golden cases to their digits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from forecasting.reforecast import (
    Reforecast,
    by_gamma_poisson,
    by_guarded_ratio,
    by_one_factor,
    by_ratio,
    by_run_rate,
    by_smoothed_factor,
    handle_time_now,
)
from kpis.initiative import attainment, net_gain
from wfm.domain.errors import BadInput

ALL = json.loads((Path(__file__).parent / "data/root_cause_examples.json").read_text())["cases"]
CASES: dict[str, dict[str, Any]] = {case["id"]: case for case in ALL}
RULES = {
    "I1": lambda i: by_ratio(i["forecast"], i["actual"]),
    "I3": lambda i: by_smoothed_factor(i["forecast"], i["actual"], i["alpha"]),
    "I4": lambda i: by_gamma_poisson(i["forecast"], i["actual"], i["cv_day"]),
    "I5": lambda i: by_guarded_ratio(i["forecast"], i["actual"], i["guard"], tuple(i["clip"])),
    "I6": lambda i: by_guarded_ratio(i["forecast"], i["actual"], i["guard"], tuple(i["clip"])),
    "I7": lambda i: by_one_factor(i["forecast"], i["actual"], i["penalty"]),
    "I8": lambda i: by_gamma_poisson(i["forecast"], i["actual"], i["cv_day"], i["one_off"]),
}


def near(value: Any) -> Any:
    return pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("case_id", RULES)
def test_the_rest_of_the_day_follows_what_came(case_id: str) -> None:
    inputs, wanted = CASES[case_id]["inputs"], CASES[case_id]["expected"]
    found: Reforecast = RULES[case_id](inputs)
    assert found.factor == near(wanted["factor"])
    assert found.day == near(wanted["eod"])
    if "eod_band80" in wanted:
        assert (found.factor_sd, found.rest_sd) == near(
            (wanted["factor_sd"], wanted["remaining_sd"])
        )
        assert found.band80 == near(tuple(wanted["eod_band80"]))


def test_a_run_rate_and_a_handle_time() -> None:
    rate, handle = CASES["I2"], CASES["I9"]
    assert by_run_rate(**rate["inputs"]) == near(rate["expected"]["eod"])
    i = handle["inputs"]
    assert handle_time_now(
        i["forecast_aht"], i["n"], i["observed_aht"], i["prior_contacts"]
    ) == near(handle["expected"]["aht"])


def test_more_intervals_than_the_day_has_are_told() -> None:
    with pytest.raises(BadInput, match="3 intervals have come of a day of 2"):
        by_ratio([1, 2], [1, 2, 3])


def test_an_initiative_is_held_against_its_plan_and_against_the_others() -> None:
    plan, net = CASES["V1"], CASES["V2"]
    i = plan["inputs"]
    found = attainment(i["baseline"], [p["gain"] for p in i["plan"]], i["measured"])
    got = {"goal": [a.goal for a in found], "measured_gain": [a.gain for a in found],
           "attainment": [a.percent for a in found]}  # fmt: skip
    assert got == plan["expected"]
    i = net["inputs"]
    told = net_gain(
        (i["baseline"], i["measured"]), (i["control_baseline"], i["control_measured"]),
        i["planned_gain"],
    )  # fmt: skip
    assert net["expected"] == {
        "raw_gain": told.raw, "control_gain": told.control, "net_gain": told.net,
        "raw_attainment": told.raw_percent, "net_attainment": told.net_percent,
    }  # fmt: skip


def test_every_golden_case_is_held_by_a_test() -> None:
    texts = "".join(path.read_text() for path in Path(__file__).parent.glob("test_golden_*.py"))
    by_kind = {"kitagawa", "lmdi", "empirical_bayes", "wilson", "recurring_pattern", "did_agents",
               "staffing_waterfall"}  # fmt: skip
    loose = [c["id"] for c in ALL if c["kind"] not in by_kind and f'"{c["id"]}"' not in texts]
    assert loose == []
    assert all(f'of_kind("{kind}")' in texts for kind in by_kind)
