"""The year on the forecast page: chart, weeks as rows, scenarios beside the plan, by hand."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from dashboards.pages.forecast_year import (
    chosen_of,
    hire_words,
    scenario_sheet,
    scenario_words,
    year_sheet,
)
from dashboards.parts.week_lines import WeekLine, week_lines
from dashboards.theme import PALETTES
from forecasting.capacity import plan_capacity, under_scenario
from wfm.domain.capacity import CapacityTerms, WeekDemand
from wfm.domain.forecast_records import SCENARIO, ForecastRecord, check_record_terms

MONDAY = date(2026, 1, 5)


def plan(volume=0.0):
    demand = [
        WeekDemand(MONDAY + timedelta(weeks=i), n, 0.9 * n, 1.1 * n, 300.0)
        for i, n in enumerate([2_856] * 20)
    ]
    terms = CapacityTerms(0.85, 0.30, 40.0, 0.0, 10.0, (0.0, 0.5, 0.8))
    return plan_capacity("dublin", under_scenario(demand, volume), terms)


def scenario(**terms):
    checked = check_record_terms(SCENARIO, {"name": "Launch", **terms})
    return ForecastRecord(7, SCENARIO, "dublin", "", None, None, checked, "new", "me", 0)


def year(*compared):
    return SimpleNamespace(plan=plan(), compared=list(compared))


def test_weeks_are_rows_with_the_gap_in_red_where_somebody_is_missing():
    sheet = year_sheet(SimpleNamespace(plan=plan(0.2)), 13)
    assert len(sheet.lines) == 13
    assert sheet.note == "the first 13 of 20 weeks"
    cells = [cell.text for cell in sheet.lines[0].cells]
    assert cells[:3] == ["5 Jan", "3\N{NARROW NO-BREAK SPACE}427", "12.0"]
    assert sheet.lines[0].cells[7].raw == pytest.approx(-2.0)


def test_scenarios_stand_beside_the_plan_measure_by_measure():
    sheet = scenario_sheet(year(("Launch", plan(0.2))))
    rows = {line.cells[0].text: [cell.raw for cell in line.cells[1:]] for line in sheet.lines}
    assert rows["Required, a usual week"] == pytest.approx([10.0, 12.0])
    assert rows["Most missing"] == pytest.approx([0.0, -2.0])
    assert rows["To hire"] == [None, 2.0]
    assert "Cost of those required" not in rows  # no wage is stated


def test_any_two_scenarios_can_be_compared_and_the_newest_are_without_a_choice():
    assert chosen_of("", [9, 7, 4]) == [9, 7]
    assert chosen_of("4-9", [9, 7, 4]) == [4, 9]
    assert chosen_of("9-7-4", [9, 7, 4]) == [7, 4]  # the last two
    assert chosen_of("3-x", [9, 7, 4]) == [9, 7]  # neither is held


def test_a_scenario_and_a_hire_are_told_in_words():
    events = [{"first_on": "2026-03-02", "end_on": "2026-03-09", "percent": 40}]
    told = scenario(volume_pct=15, aht_pct=-5, events=events)
    assert scenario_words(told) == (
        "Launch: contacts +15 %, handle time \N{MINUS SIGN}5 %, 1 event"
    )
    assert scenario_words(scenario()) == "Launch: nothing changed"
    assert hire_words(plan()) == "Nobody is missing in 20 weeks."
    assert hire_words(plan(0.2)).startswith("2 people are missing from the week of 5 Jan 2026 on")


def test_the_chart_holds_band_and_lines_and_a_sentence_for_readers():
    drawn = week_lines(
        MONDAY, [WeekLine("required", [10.0, 11.0], "required")], ([9.0, 10.0], [11.0, 12.0]),
        PALETTES["light"], "Two weeks.", name="year",
    )  # fmt: skip
    graph, sentence = drawn.children
    band, line = graph.figure["data"]
    assert band["y"] == [11.0, 12.0, 10.0, 9.0]
    assert (line["x"][1], line["y"]) == (date(2026, 1, 12), [10.0, 11.0])
    assert sentence.children == "Two weeks."
