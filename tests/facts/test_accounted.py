"""Every contracted second has one place, and the staffing line adds up whichever way it is cut."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from wfm.domain.scope import Scope
from wfm.facts.identities import LOST, violations
from wfm.facts.integrity import whole_days
from wfm.facts.query import read_measures
from wfm.facts.reader import FactQuery
from wfm.facts.schema import TABLES

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


def tables(centre: Any) -> dict[str, pl.DataFrame]:
    facts = centre.facts()
    return {
        file.table: facts.frames.frame([file.file], TABLES[file.table].dtypes)
        for file in facts.snapshot.files
        if file.day == date(2026, 3, 2)
    }


def broken(days: pl.DataFrame) -> set[str]:
    return {found.identity for found in violations(days, ("site",))}


def test_the_rates_of_a_whole_day_agree_by_every_way_to_them(told: Any, busy: Any) -> None:
    # Planned: break 15 min, training 105, leave 4 h, meeting 90 min. Not: late 20 min, gone 20 min
    # early, a no-show of 8 h.
    days = whole_days({**tables(busy), **tables(told)})
    assert days.select("lost_s", "planned:lost_s", "unplanned:lost_s").row(0) == (
        58_200, 27_000, 31_200,
    )  # fmt: skip
    assert broken(days) == set()
    assert broken(whole_days(tables(busy))) == set()


@pytest.mark.parametrize(
    ("measure", "found"),
    [
        ("lost_break_s", {"shrinkage_is_planned_or_not", "utilisation_is_multiplied"}),
        ("busy_s", {"shrinkage_is_external_or_internal", "utilisation_is_multiplied"}),
    ],
)
def test_a_quarter_lost_between_the_tables_breaks_the_rates_of_its_day(
    told: Any, busy: Any, measure: str, found: set[str]
) -> None:
    day = {**tables(busy), **tables(told)}
    gone = day["agent_interval"].filter(pl.col(measure) == 900).head(1)
    day["agent_interval"] = day["agent_interval"].join(gone, on=["agent", "q"], how="anti")
    assert broken(whole_days(day)) == found


def test_a_contact_without_a_channel_is_missing_in_the_whole(busy: Any) -> None:
    day = tables(busy)
    nowhere = pl.when(pl.int_range(pl.len()) > 0).then("channel")
    day["queue_interval"] = day["queue_interval"].with_columns(nowhere.alias("channel"))
    assert broken(whole_days(day)) == {"channels_are_the_whole"}


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
