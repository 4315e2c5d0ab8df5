"""Forecast and requirement against what came, cell by cell."""

from __future__ import annotations

from datetime import date

import pytest

from wfm.domain.grid import quarter_of
from wfm.facts.needed import agents_needed

DAY, NEXT = "2026-03-02", "2026-03-03"
BEFORE, AFTER = "2026-03-01 12:00", "2026-03-02 09:00"


def forecast(centre, number, created, contacts, work):
    q = quarter_of(centre.at(f"{DAY} 10:00"))
    rows = [
        {
            "fc_version": number, "queue": centre.keys("queue", "help")["help"], "q": q + i,
            "fc_contacts_m": round(contacts * 1000), "fc_work_ms": work * 1000, "p10_m": 1000,
            "p90_m": 9000,
        }
        for i in range(2)
    ]  # fmt: skip
    centre.plan(
        "forecast", rows, first_on=date(2026, 3, 2), end_on=date(2026, 3, 9), origin_at=0,
        method="mean", config_hash="x", created_at=centre.at(created), author="me", state="locked",
    )  # fmt: skip


def requirement(centre, number, agents, of=1):
    q = quarter_of(centre.at(f"{DAY} 10:00"))
    keys = centre.keys("site", "dublin") | centre.keys("group", "service")
    rows = [
        {"rq_version": number, "site": keys["dublin"], "group": keys["service"], "q": q + i,
         "required_m": round(agents * 1000)}
        for i in range(2)
    ]  # fmt: skip
    centre.plan(
        "requirement", rows, week="2026-W10", fc_version=of, created_at=1, author="me",
        summary="",
    )  # fmt: skip


def calls(centre, n, minutes=3):
    at = centre.at(f"{DAY} 10:00")
    centre.legs(
        *({"contact_id": f"c{i}", "queue": "help", "agent": "ann", "enqueued_at": at + i,
           "connected_at": at + i, "ended_at": at + i + 60 * minutes} for i in range(n))
    )  # fmt: skip


def test_errors_are_formed_in_the_cell_and_then_added(centre) -> None:
    forecast(centre, 1, BEFORE, 4.5, 900)
    calls(centre, 6)
    centre.build("2026-03-04 12:00")
    # 10:00: |4.5 - 6| = 1.5; 10:15: |4.5 - 0| = 4.5. The day's own gap would be 3.
    assert (centre.sums("fc_contacts_n fc_abs_err_n fc_cells_n fc_pi_hit_n", DAY, NEXT)) == {
        "fc_contacts_n": 9.0,
        "fc_abs_err_n": 6.0,
        "fc_cells_n": 2,
        "fc_pi_hit_n": 1,
    }


def test_a_forecast_is_judged_only_if_it_was_made_before_its_day(centre) -> None:
    forecast(centre, 1, BEFORE, 4, 900)
    forecast(centre, 2, AFTER, 6, 900)
    centre.build("2026-03-04 12:00")
    assert centre.sums("fc_contacts_n", DAY, NEXT) == {"fc_contacts_n": 8.0}


def test_no_error_is_known_before_the_quarter_is_over(centre) -> None:
    forecast(centre, 1, BEFORE, 4, 900)
    calls(centre, 6)
    centre.build(f"{DAY} 10:20")
    rows = centre.sums("fc_contacts_n fc_abs_err_n", DAY, NEXT, by=("slot",))
    assert rows == [(40, 4.0, 2.0), (41, 4.0, None)]


@pytest.fixture
def staffed(centre):
    """2.5 agents required twice; Ann (half of her in service) and a forecast of 5 contacts."""
    forecast(centre, 1, BEFORE, 5, 900)
    requirement(centre, 1, 7)
    requirement(centre, 2, 2.5)
    centre.shift("ann", DAY, [(f"{DAY} 10:00", f"{DAY} 10:30", "on_queue")])
    centre.states(("ann", f"{DAY} 10:00", f"{DAY} 10:30", "available"))
    return centre


def test_over_and_under_are_formed_in_the_cell_of_the_newest_requirement(staffed) -> None:
    staffed.build("2026-03-04 12:00")
    names = "req_s sch_s over_s under_s peak_under_s cells_n"
    (_, service) = staffed.sums(names, DAY, NEXT, by=("group",))
    assert service == ("service", 4500.0, 900, 0.0, 3600.0, 1800.0, 2)


def test_contacts_just_as_forecast_need_just_what_was_required(staffed) -> None:
    calls(staffed, 5)
    staffed.build("2026-03-04 12:00")
    rows = staffed.sums("req_act_s act_s act_under_s", DAY, NEXT, by=("slot", "group"))
    service = [row for row in rows if row[1] == "service"]
    assert service == [(40, "service", 2250.0, 450, 1800.0), (41, "service", 0.0, 450, 0.0)]


def test_more_contacts_need_more_agents_by_the_same_model(staffed) -> None:
    calls(staffed, 10)
    staffed.build("2026-03-04 12:00")
    ratio = agents_needed(10, 1800, 20, 80) / agents_needed(5, 900, 20, 80)
    (first, _) = staffed.sums("req_act_s", DAY, NEXT, by=("slot",))
    assert first == (40, pytest.approx(2250 * ratio, abs=0.001))


@pytest.mark.parametrize(
    ("contacts", "work_s", "whole"), [(25, 4500, 8), (50, 9000, 14), (5, 1500, 4)]
)
def test_the_agents_needed_round_up_to_those_of_erlang_c(contacts, work_s, whole) -> None:
    exact = agents_needed(contacts, work_s, 20, 80)
    assert whole - 1 < exact <= whole


def test_plans_of_days_to_come_are_facts_without_actuals(staffed) -> None:
    staffed.build("2026-03-01 18:00")
    assert (
        staffed.sums("req_s act_s req_act_s", DAY, NEXT) | staffed.sums("fc_contacts_n", DAY, NEXT)
    ) == {"req_s": 4500.0, "act_s": None, "req_act_s": None, "fc_contacts_n": 10.0}
