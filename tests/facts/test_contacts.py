"""Contacts on their two clocks, through the store: in as raw rows, out as sums."""

from __future__ import annotations

import pytest

from wfm.domain.errors import ForbiddenDrill
from wfm.domain.grid import quarter_of
from wfm.domain.scope import Scope

DAY, NEXT = "2026-03-02", "2026-03-03"


def call(centre, contact_id, enqueued, connected, ended, **more):
    def at(text):
        return centre.at(f"{DAY} {text}") if text else None

    return {
        "contact_id": contact_id, "queue": "help", "enqueued_at": at(enqueued),
        "connected_at": at(connected), "ended_at": at(ended), **more,
    }  # fmt: skip


@pytest.fixture
def day(centre):
    centre.legs(
        call(centre, "c1", "10:14:50", "10:15:20", "10:50", agent="ann", acw_s=120, hold_s=60),
        call(centre, "c2", "10:02", "10:02:10", "10:05", agent="ben", contact_type="bill"),
        call(centre, "c3", "10:03", None, "10:03:04"),
        call(centre, "c4", "10:04", None, "10:05:00"),
        call(centre, "c5", "10:06", "10:06:20", "10:10"),
    )
    centre.build(f"{DAY} 12:00")
    return centre


def test_queue_counts_are_booked_where_the_contact_entered(day) -> None:
    names = "offered_n answered_n answered_in_sl_n aband_n aband_short_n wait_ans_s wait_max_s"
    q = quarter_of(day.at(f"{DAY} 10:00"))
    # The row of 10:15 tells that nobody is waiting any more.
    assert [(q, 5, 3, 2, 2, 1, 60, 60), (q + 1, 0, 0, 0, 0, 0, 0, None)] == day.sums(
        names, DAY, NEXT, by=("q",)
    )


def test_statistics_of_one_queue_stand_beside_the_contacts_of_another(centre) -> None:
    centre.legs(call(centre, "c1", "10:02", "10:02:10", "10:05", agent="ben"))
    centre.stats("buy", f"{DAY} 10:00", offered_n=7, answered_n=6)
    centre.build(f"{DAY} 12:00")
    assert centre.sums("offered_n answered_n", DAY, NEXT, by=("queue",)) == [
        ("buy", 7, 6), ("help", 1, 1),
    ]  # fmt: skip


def test_a_whole_leg_is_booked_where_it_ends_with_its_after_contact_work(day) -> None:
    rows = day.sums("handled_n talk_s hold_s acw_s", DAY, NEXT, by=("slot",))
    assert rows == [(40, 2, 170 + 220, None, None), (43, 1, 2020, 60, 120)]


def test_a_part_the_source_cannot_give_is_null_and_the_known_parts_add_up(day) -> None:
    assert day.sums("hold_s acw_s", DAY, NEXT) == {"hold_s": 60, "acw_s": 120}
    ben = day.sums("handled_n hold_s acw_s", DAY, NEXT, Scope("dublin", "d1", "ben"))
    assert ben == {"handled_n": 1, "hold_s": None, "acw_s": None}


def test_a_leg_without_agent_counts_in_site_and_queue_and_in_no_team(day) -> None:
    assert day.sums("handled_n", DAY, NEXT, Scope("dublin")) == {"handled_n": 3}
    assert day.sums("handled_n", DAY, NEXT, Scope("dublin", "d1")) == {"handled_n": 2}
    assert day.sums("handled_n", DAY, NEXT, by=("team",)) == [(None, 1), ("d1", 2)]


def test_a_queue_measure_by_agent_is_refused_with_the_reason(day) -> None:
    with pytest.raises(ForbiddenDrill) as caught:
        day.sums("offered_n", DAY, NEXT, by=("agent",))
    assert str(caught.value) == (
        "offered_n has no agent: a contact that waits or hangs up has no agent, and counts in its "
        "queue. Possible: site, queue, group, channel, contact_type, day, week, month, weekday, "
        "slot, q."
    )


def test_wall_clock_time_of_an_agent_by_queue_is_refused(day) -> None:
    with pytest.raises(ForbiddenDrill, match="avail_s has no queue"):
        day.sums("avail_s", DAY, NEXT, by=("queue",))


def test_a_quarter_of_a_queue_meets_its_target_as_a_whole(day) -> None:
    # 2 of 4 in 20 s (the short abandon is left out): 50 % is below 80 %.
    assert day.sums("cells_sl_n cells_sl_met_n", DAY, NEXT) == {
        "cells_sl_n": 1,
        "cells_sl_met_n": 0,
    }


def test_workload_is_offered_times_the_handle_time_of_the_quarter_in_fractions(day) -> None:
    assert day.sums("act_work_s", DAY, NEXT) == {"act_work_s": 5 * (170 + 220) / 2}


def test_contacts_waiting_are_counted_at_the_end_and_never_added_over_time(centre) -> None:
    centre.legs(
        call(centre, "w1", "10:10", None, None, outcome="unknown"),
        call(centre, "w2", "10:12", None, None, outcome="unknown", queue="buy"),
        call(centre, "w3", "10:14", "10:16", "10:20", agent="ann"),
    )
    centre.build(f"{DAY} 10:32")
    assert centre.sums("queue_now_n", DAY, NEXT) == {"queue_now_n": 2}
    slots = centre.sums("queue_now_n", DAY, NEXT, by=("slot",))
    assert slots == [(40, 3), (41, 2), (42, 2)]


def test_a_correction_replaces_the_row_and_a_repeat_changes_nothing(day) -> None:
    before = day.facts().generation
    day.legs(call(day, "c4", "10:04", "10:04:10", "10:06", agent="cat", seq=2))
    day.legs(call(day, "c3", "10:03", None, "10:03:04"), source="again")
    day.build(f"{DAY} 12:00")
    assert day.sums("offered_n answered_n aband_n", DAY, NEXT) == {
        "offered_n": 5,
        "answered_n": 4,
        "aband_n": 1,
    }
    assert before < day.facts().generation


def test_the_day_of_a_contact_is_the_local_day_of_its_queue(centre) -> None:
    late = centre.at("2026-03-02 22:30", "America/New_York")
    centre.legs(
        {"contact_id": "n1", "queue": "aid", "enqueued_at": late, "connected_at": late + 5,
         "ended_at": late + 7200, "agent": "dan"}
    )  # fmt: skip
    centre.build("2026-03-04 12:00")
    days = centre.sums("offered_n handled_n", "2026-03-01", "2026-03-06", by=("day",))
    assert [(str(d), offered, handled) for d, offered, handled in days] == [
        ("2026-03-02", 1, None),
        ("2026-03-03", None, 1),
    ]
