"""A real bank's calls, if somebody has them: `pytest --real-data FOLDER`, else skipped.

The folder holds org, people, queues and calls in the generic format; figures are those that were
counted from the files when they were made.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from planned_site import Commands

YEAR = ("--from", "1999-01-01", "--to", "2000-01-01")


@pytest.fixture(scope="module")
def bank(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Commands:
    folder: Path | None = request.config.getoption("--real-data")
    if folder is None:
        pytest.skip("needs --real-data FOLDER")
    wfm = Commands(tmp_path_factory.mktemp("bank") / "data")
    report = wfm.json("import", "csv", str(folder.absolute()))
    assert report["quarantined"] == 0
    again = wfm.json("import", "csv", str(folder.absolute()))
    assert (again["loaded"], again["duplicates"]) == (0, report["loaded"])
    return wfm


def values(bank: Commands, *ids: str) -> dict[str, Any]:
    words = [word for kpi in ids for word in ("--kpi", kpi)]
    return {value["kpi_id"]: value for value in bank.json("kpi", "query", *words, *YEAR)}


def test_the_bank_shows_the_figures_that_were_counted(bank: Commands) -> None:
    got = values(bank, "contacts_offered", "abandonment_rate", "average_speed_of_answer",
                 "service_level", "average_talk_time")  # fmt: skip
    assert got["contacts_offered"]["value"] == 98_899
    assert got["abandonment_rate"]["value"] == pytest.approx(100 * 13_816 / 98_899)
    assert got["average_speed_of_answer"]["value"] == pytest.approx(2_771_135 / 85_083)
    assert got["service_level"]["value"] == pytest.approx(100 * 56_157 / (98_899 - 5_252))
    assert got["average_talk_time"]["value"] == pytest.approx(15_312_583 / 85_083)


def test_the_share_of_all_offered_in_time_is_the_counted_one(bank: Commands) -> None:
    value = values(bank, "service_level")["service_level"]
    assert 100 * value["numerator"] / 98_899 == pytest.approx(56.78, abs=0.005)


def test_what_the_bank_has_no_feed_for_is_said(bank: Commands) -> None:
    got = values(bank, "adherence", "occupancy", "average_handle_time")
    assert got["adherence"]["reason"] == "needs feed: agent states and schedule"
    assert got["occupancy"]["reason"] == "needs feed: agent states"
    assert got["average_handle_time"]["label"] == "talk only"
