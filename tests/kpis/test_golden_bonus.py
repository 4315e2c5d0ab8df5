"""Bonus projection, chance and tiers: the golden cases to their digits, and their algebra."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.bonus import (
    Day,
    Sums,
    chance,
    chance_word,
    daily_spread,
    modified,
    outlook,
    project,
    recent_rate,
    what_would_help,
)
from kpis.bonus_words import change_sentence, state_sentence

CASES: dict[str, dict[str, Any]] = {
    case["id"]: case
    for case in json.loads((Path(__file__).parent / "data/root_cause_examples.json").read_text())[
        "cases"
    ]
}
NEAR = 1e-6


def sums_of(given: dict[str, Any]) -> Sums:
    return Sums(
        given["sched_done_s"], given["in_done_s"], given["sched_left_s"], given["days_left"]
    )


@pytest.mark.parametrize("case_id", ["N1", "N2", "N3", "N4", "N5", "N6", "N7"])
def test_a_projection_says_what_is_needed_from_here(case_id: str) -> None:
    case = CASES[case_id]
    found = project(
        sums_of(case["inputs"]), case["inputs"]["target"], case["inputs"]["recent_rate"]
    )
    got = {
        "rate_now": found.rate_now,
        "needed_rate": found.needed,
        "miss_budget_min": None if found.budget_s is None else found.budget_s / 60,
        "miss_budget_min_per_day": (
            None if found.budget_per_shift_s is None else found.budget_per_shift_s / 60
        ),
        "best_possible": found.best,
        "projected": found.projected,
        "state": found.state,
    }
    wanted = case["expected"]
    assert {name: got[name] for name in wanted} == {
        name: value if isinstance(value, str) or value is None else pytest.approx(value, abs=NEAR)
        for name, value in wanted.items()
    }


def test_a_day_sent_home_leaves_the_base_of_the_person() -> None:
    given, wanted = CASES["N8"]["inputs"], CASES["N8"]["expected"]
    counted = project(Sums(given["sched_s"], given["in_s"], 0, 0), 0.95, None)
    removed = project(Sums(given["sched_s"] - given["vto_s"], given["in_s"], 0, 0), 0.95, None)
    assert counted.rate_now == pytest.approx(wanted["vto_counted_as_out"], abs=NEAR)
    assert removed.rate_now == pytest.approx(wanted["vto_removed"], abs=NEAR)
    assert (counted.state, removed.state) == ("missed", "earned")


def test_the_chance_of_a_needed_rate_is_shown_as_a_word_only() -> None:
    given = CASES["N9"]["inputs"]
    p = chance(given["mu"], given["sd_day"], given["needed"], given["days_left"])
    assert p == pytest.approx(CASES["N9"]["expected"]["p"], abs=NEAR)
    assert [chance_word(x) for x in (p, 0.25, 0.75, 0.76)] == ["low", "even", "even", "high"]


def test_tiers_have_their_own_needs_chances_and_a_factor_to_expect() -> None:
    case = CASES["N10"]
    given, wanted = case["inputs"], case["expected"]
    found = outlook(
        sums_of(given), [tuple(t) for t in given["tiers"]], None, mu=given["mu"],
        sd_day=given["sd_day"],
    )  # fmt: skip
    assert [t.projection.needed for t in found.tiers] == pytest.approx(wanted["needed"], abs=NEAR)
    assert [t.p for t in found.tiers] == pytest.approx(wanted["p"], abs=NEAR)
    assert found.tiers[2].p == 0.0  # more than all is needed, whatever the normal tail says
    assert found.expected_factor == pytest.approx(wanted["expected_factor"], abs=NEAR)


def test_the_recent_rate_is_pulled_to_the_periods_own_while_shifts_are_few() -> None:
    ten = [Day(100, 90)] * 10
    assert recent_rate(ten, 0.96) == pytest.approx(0.92)
    assert recent_rate([], 0.96) == 0.96
    assert recent_rate(ten * 3, None) == pytest.approx(0.9)


def test_the_spread_of_days_is_a_point_at_least() -> None:
    assert daily_spread([Day(100, 95)] * 20) == 0.01
    assert daily_spread([Day(100, 90), Day(100, 100)]) == pytest.approx(0.0707107)


def test_without_the_minutes_after_lunch_the_line_is_crossed() -> None:
    given, wanted = CASES["P1"]["inputs"], CASES["P1"]["expected"]
    base = given["sched_min"] * 60
    good = wanted["adherence"] * base
    found = what_would_help(
        Sums(base, good, 22 * 28_800, 22), given["target"], wanted["adherence"],
        lost_s=wanted["lost_min"] * 60, of_base_s=base,
    )  # fmt: skip
    assert found is not None
    assert found.rate_now == pytest.approx(wanted["adherence"], abs=NEAR)
    assert found.rate_without == pytest.approx(wanted["adherence_without"], abs=NEAR)
    assert found.crosses
    assert (found.now.state, found.without.state) == ("at_risk", "on_track")


def test_modifiers_halve_and_cancel() -> None:
    assert modified(1.0, [(2, 1, 0.5), (2, 3, 0.0)]) == 0.5
    assert modified(1.0, [(3, 1, 0.5), (3, 3, 0.0)]) == 0.0
    assert modified(1.25, [(0, 1, 0.5)]) == 1.25


SECONDS = st.integers(1, 2_000_000)


@given(base=SECONDS, share=st.floats(0, 1), left=SECONDS, target=st.floats(0.01, 1))
def test_working_at_the_needed_rate_ends_exactly_on_target(
    base: int, share: float, left: int, target: float
) -> None:
    found = project(Sums(base, share * base, left, 5), target, 0.9)
    assert found.needed is not None
    end = (share * base + found.needed * left) / (base + left)
    assert end == pytest.approx(target)
    if 0 < found.needed <= 1:
        closed = project(Sums(base + left, share * base + found.needed * left, 0, 0), target, None)
        assert closed.state == "earned"


@given(base=SECONDS, share=st.floats(0, 1), left=SECONDS, target=st.floats(0.01, 1))
def test_out_of_reach_is_said_only_when_the_best_is_below_target(
    base: int, share: float, left: int, target: float
) -> None:
    found = project(Sums(base, share * base, left, 5), target, 0.9)
    assert found.best is not None
    if abs(found.best - target) > 1e-6:
        assert (found.state == "out_of_reach") == (found.best < target)


def test_each_state_is_said_as_the_document_says_it() -> None:
    def said(case_id: str, **more: Any) -> str:
        given = CASES[case_id]["inputs"]
        sums = sums_of(given)
        tiers = more.get("tiers", [(given["target"], 1.0)])
        seen = outlook(sums, tiers, given["recent_rate"])
        one = seen.of_factor(1.0).projection
        return state_sentence(one.state, one, seen, given["days_left"], "this quarter")

    assert said("N3") == (
        "You are at 96.0 %. You can miss about 33 min a shift and still earn the bonus."
    )
    assert said("N1") == (
        "You are at 93.5 %. You need 97.7 % from here: at most 11 min missed per shift on your "
        "22 remaining shifts."
    )
    assert said("N2", tiers=[(0.93, 0.5), (0.95, 1.0)]) == (
        "95 % can no longer be reached this quarter (best possible 93.5 %). The 93 % tier can."
    )
    assert said("N4") == "Secured. Even missing tomorrow keeps you above 95 %."
    assert said("N5") == "Earned: 95.0 %, at or above the line of 95 %."


def test_a_change_is_told_with_what_was_excused() -> None:
    monday = date(2026, 11, 23)
    assert change_sentence(0.954, 0.95, monday, 1500) == "+0.4 pp since Mon 23 Nov: 25 min excused."
    assert change_sentence(0.9501, 0.95, monday, 0) == ""
