"""Every contracted second has one place, and the staffing line adds up whichever way it is cut."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from wfm.domain.scope import Scope
from wfm.facts.identities import LOST, violations
from wfm.facts.query import FactQuery, read_measures

DAY, NEXT = "2026-03-02", "2026-03-03"
CONTRACT = ("contracted_s", "open_contracted_s", *LOST, "unknown_s")
STAFFING = ("req_s", "sch_s", "cur_sch_s", "act_s")


@pytest.fixture
def told(centre: Any) -> Any:
    """A day with leave, sickness, an outage, a late start, long breaks, a no-show and a gap."""

    def shift(agent: str, *parts: tuple[str, str, str], known: int = 0) -> None:
        centre.shift(agent, DAY, [(f"{DAY} {a}", f"{DAY} {b}", c) for a, b, c in parts], known)

    shift("ann", ("08:00", "10:00", "on_queue"), ("10:00", "10:15", "break"),
          ("10:15", "12:00", "training"), ("12:00", "12:30", "meal"),
          ("12:30", "16:00", "on_queue"))  # fmt: skip
    shift("ben", ("08:00", "12:00", "on_queue"), ("12:00", "16:00", "leave"))
    shift("ben", ("08:00", "10:00", "on_queue"), ("10:00", "12:00", "meeting"),
          ("12:00", "16:00", "leave"), known=centre.at(f"{DAY} 07:00"))  # fmt: skip
    shift("cat", ("09:00", "17:00", "on_queue"))
    centre.states(
        ("ann", f"{DAY} 08:20", f"{DAY} 10:00", "available"),
        ("ann", f"{DAY} 10:00", f"{DAY} 10:22", "aux", "break"),
        ("ann", f"{DAY} 10:22", f"{DAY} 12:00", "aux", "training"),
        ("ann", f"{DAY} 12:30", f"{DAY} 15:40", "talk"),
        ("ben", f"{DAY} 08:00", f"{DAY} 10:30", "available"),
        ("ben", f"{DAY} 10:30", f"{DAY} 12:00", "aux", "meeting"),
    )
    centre.build("2026-03-03 12:00")
    return centre


def cells(centre: Any, by: tuple[str, ...], names: tuple[str, ...]) -> Any:
    query = FactQuery(names, date(2026, 3, 1), date(2026, 3, 5), by)
    return read_measures(centre.facts(), Scope(), query).select(*by, *names)


def test_every_contracted_second_is_on_queue_lost_for_one_reason_or_unknown(told: Any) -> None:
    frame = cells(told, ("agent", "q"), CONTRACT)
    assert frame["contracted_s"].sum() == (7 * 60 + 30 + 8 * 60 + 8 * 60) * 60
    assert violations(frame, ("agent", "q")) == ()


def test_a_second_that_is_counted_twice_is_found(told: Any) -> None:
    frame = cells(told, ("agent",), CONTRACT).with_columns(lost_aux_s=7)
    found = [v.identity for v in violations(frame, ("agent",))]
    assert set(found) == {"contract_is_spent_once"}


def test_a_busy_centre_over_midnight_keeps_the_identities(busy: Any) -> None:
    names = (*CONTRACT, "adh_sched_s", "adh_in_s", "adh_out_s", "adh_neutral_s")
    assert violations(cells(busy, ("agent", "q"), names), ("agent", "q")) == ()


def test_the_plan_assumed_what_its_first_publication_put_off_the_queue(told: Any) -> None:
    rows = {row["agent"]: row for row in
            cells(told, ("agent",), ("lost_plan_s", "lost_meeting_s")).to_dicts()}  # fmt: skip
    assert (rows["ann"]["lost_plan_s"], rows["ben"]["lost_plan_s"], rows["cat"]["lost_plan_s"]) == (
        (15 + 105) * 60, 4 * 3600, 0,
    )  # fmt: skip
    assert rows["ben"]["lost_meeting_s"] == 5400  # put in later: not assumed


@pytest.mark.parametrize("by", [("site",), ("group",), ("q",), ("site", "group", "q")])
def test_the_staffing_line_adds_up_to_the_whole_by(told: Any, by: tuple[str, ...]) -> None:
    whole = cells(told, (), STAFFING).row(0)
    parts = cells(told, by, STAFFING)
    assert tuple(parts[name].sum() if whole[i] is not None else None
                 for i, name in enumerate(STAFFING)) == whole  # fmt: skip


@pytest.mark.parametrize("by", [("team",), ("agent",), ("site",), ("agent", "q")])
def test_shrinkage_by_reason_adds_up_to_the_whole_by(told: Any, by: tuple[str, ...]) -> None:
    whole = cells(told, (), CONTRACT).row(0, named=True)
    parts = cells(told, by, CONTRACT)
    assert {name: parts[name].sum() for name in CONTRACT} == whole
