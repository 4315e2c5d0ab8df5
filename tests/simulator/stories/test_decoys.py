"""Decoys in the event files: each is there, and a plain look shows that it is no cause.

X1, X2, X11 and X12 are looked for beside the stories' doses, X3, X4, X6 and X10 in the shape of
the centre.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from story_files import NOW, EventFiles

from wfm.simulator.events import History
from wfm.simulator.stories.decoys import bad_month_ids
from wfm.simulator.stories.script import Script, read_script
from wfm.simulator.stories.told import told_history

TODAY = date(2026, 11, 24)
HANDLE = pl.col("talk_s") + pl.col("hold_s") + pl.col("acw_s")


@pytest.fixture(scope="module")
def script(size: str) -> Script:
    return read_script(size)


def calendar(files: EventFiles, kind: str) -> dict[str, object]:
    """The one entry of a kind in the centre's calendar."""
    rows = pl.read_csv(files.folder / "events.csv", infer_schema=False)
    found = rows.filter(pl.col("kind") == kind)
    assert found.height == 1
    return found.row(0, named=True)


def answered(history: History, site: str, first: int, last: int) -> pl.DataFrame:
    """Answered voice contacts of a site from `first` to `last` days ago, with handle seconds."""
    group = history.centre.group[f"{site}-voice"]
    days = [TODAY - timedelta(days=back) for back in range(first, last - 1, -1)]
    rows = pl.concat([history.floor_day(group, day)[0] for day in days])
    return rows.filter(pl.col("outcome") == "answered").with_columns(handle=HANDLE)


def test_x5_one_code_alone_is_mapped_to_nothing_and_it_is_rare(files: EventFiles) -> None:
    states = files.table("agent_states").filter(pl.col("state") == "aux")
    known = pl.read_csv(files.folder / "state_map.csv", infer_schema=False)
    mapped = set(known.filter(pl.col("state") == "aux")["reason"])
    told = states["reason"].value_counts()
    assert set(told["reason"]) - mapped == {"4711"}
    share = told.filter(pl.col("reason") == "4711")["count"].item() / states.height
    assert 0 < share < 0.01


def test_x7_a_spot_fills_twenty_minutes_of_yesterday_once_and_is_told_as_a_one_off(
    files: EventFiles, script: Script
) -> None:
    site = files.history.centre.roles.hire_site
    told = calendar(files, "tv_spot")
    yesterday = files.today(site) - timedelta(days=script.spot.days_ago)
    assert (told["start_date"], told["one_off"]) == (str(yesterday), "true")
    assert told["queue_id"] == f"{site}-billing"
    calls = files.table("calls").filter(
        (pl.col("queue_id") == f"{site}-billing") & (pl.col("leg_no") == 1)
    )

    def came(day: date, minute: int, minutes: int) -> float:
        """Contacts a minute from a minute of the local day on."""
        begin = files.midnight(site, day) + 60 * minute
        inside = pl.col("enqueued_at").is_between(begin, begin + 60 * minutes, closed="left")
        return calls.filter(inside).height / minutes

    at = 60 * script.spot.at_hour
    around = (came(yesterday, at - 45, 45) + came(yesterday, at + 30, 45)) / 2
    assert came(yesterday, at, 15) / around == pytest.approx(1 + script.spot.extra_times, rel=0.3)
    others = [files.today(site) - timedelta(days=back) for back in (2, 3, 4, 5, 6, 7, 8)]
    usual = sum(came(day, at, 15) for day in others) / sum(
        (came(day, at - 45, 45) + came(day, at + 30, 45)) / 2 for day in others
    )
    assert usual < 1.6


def test_x8_agents_are_slow_for_a_month_and_then_come_back_by_themselves(
    files: EventFiles, script: Script
) -> None:
    month, history = script.bad_month, files.history
    ids = bad_month_ids(history.centre, month.agents)
    assert len(ids) == month.agents
    bad, after = (
        answered(history, history.centre.roles.late_site, first, last)
        for first, last in ((month.days_ago[0], month.days_ago[1] + 1), (month.days_ago[1], 1))
    )

    def against_others(rows: pl.DataFrame) -> float:
        """Their mean handle time over that of all others, at equal weight of the types."""
        both = rows.with_columns(own=pl.col("agent_id").is_in(list(ids)))
        means = both.group_by("contact_type", "own").agg(pl.col("handle").mean())
        own, others = (
            means.filter(pl.col("own") == side).sort("contact_type")["handle"].to_list()
            for side in (True, False)
        )
        return sum(a / b for a, b in zip(own, others, strict=True)) / len(own)

    change = against_others(bad) / against_others(after)
    assert change == pytest.approx(month.handle_times, abs=0.08)


def test_x9_the_queue_changed_for_all_on_the_day_on_which_four_were_coached(
    files: EventFiles, script: Script
) -> None:
    change, centre = script.queue_change, files.history.centre
    site = centre.roles.short_site
    on = files.today(site) - timedelta(days=change.days_ago)
    told = calendar(files, "queue_change")
    assert (told["start_date"], told["queue_id"]) == (str(on), f"{site}-billing")
    plan = files.table("schedules").filter(
        (pl.col("shift_date") == str(on)) & (pl.col("activity_code") == "coaching")
    )
    here = plan.join(files.teams().filter(pl.col("site_id") == site), on="agent_id")
    coached = set(here["agent_id"])
    assert len(coached) >= 4

    with_it, without_it = (
        answered(told_history(centre.seed, centre.size, NOW, ("S2", *left_out)), site, 6, 2).filter(
            pl.col("contact_type") == "billing"
        )
        for left_out in ((), ("X9",))
    )
    never = ~pl.col("agent_id").is_in(list(coached))
    ratio = with_it["handle"].mean() / without_it["handle"].mean()
    others = with_it.filter(never)["handle"].mean() / without_it.filter(never)["handle"].mean()
    assert ratio == pytest.approx(change.handle_times, abs=0.03)
    assert others == pytest.approx(change.handle_times, abs=0.05)
