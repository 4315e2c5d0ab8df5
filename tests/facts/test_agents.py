"""Agents' wall clock, adherence and lost time, from states and schedules in a real store."""

from __future__ import annotations

import pytest

from wfm.domain.scope import Scope

DAY, NEXT = "2026-03-02", "2026-03-03"
ANN = Scope("dublin", "d1", "ann")


def shift(centre, agent, start, end, breaks=(), day=DAY, **more):
    """A shift on queue from start to end with breaks [(start, end, activity)]."""
    edges, at = [], start
    for b0, b1, activity in sorted(breaks):
        edges += [(at, b0, "on_queue"), (b0, b1, activity)]
        at = b1
    parts = [p for p in [*edges, (at, end, "on_queue")] if p[0] != p[1]]
    centre.shift(agent, day, [(f"{day} {a}", f"{day} {b}", c) for a, b, c in parts], **more)


def on(day, *rows):
    return [(agent, f"{day} {a}", f"{day} {b}", *rest) for agent, a, b, *rest in rows]


def test_wall_clock_seconds_are_split_to_the_quarters_in_which_they_pass(centre) -> None:
    centre.states(
        *on(DAY, ("ann", "10:00", "10:07:30", "available"), ("ann", "10:07:30", "10:48", "talk"),
            ("ann", "10:48", "10:50", "acw"), ("ann", "10:50", "11:00", "aux", "coffee"))
    )  # fmt: skip
    centre.build(f"{DAY} 12:00")
    rows = centre.sums("avail_s busy_s aux_s login_s", DAY, NEXT, by=("slot",))
    assert rows == [
        (40, 450, 450, 0, 900), (41, 0, 900, 0, 900), (42, 0, 900, 0, 900), (43, 0, 300, 600, 900),
    ]  # fmt: skip


def test_a_contact_beats_the_status_it_overlaps_and_concurrent_ones_count_each(centre) -> None:
    centre.states(
        *on(DAY, ("ann", "10:00", "10:15", "available"), ("ann", "10:05", "10:10", "talk"),
            ("ann", "10:06", "10:09", "hold"))
    )  # fmt: skip
    centre.build(f"{DAY} 12:00")
    assert centre.sums("avail_s busy_s contact_active_s", DAY, NEXT) == {
        "avail_s": 600,
        "busy_s": 300,
        "contact_active_s": 480,
    }


def test_an_open_state_lasts_until_the_next_row_and_the_newest_until_now(centre) -> None:
    centre.states(
        ("ann", f"{DAY} 10:00", "", "available"), ("ann", f"{DAY} 10:10", "", "talk"),
    )  # fmt: skip
    centre.build(f"{DAY} 10:12")
    assert centre.sums("avail_s busy_s", DAY, NEXT) == {"avail_s": 600, "busy_s": 120}
    centre.build(f"{DAY} 10:20")
    assert centre.sums("avail_s busy_s", DAY, NEXT) == {"avail_s": 600, "busy_s": 600}


@pytest.fixture
def lunch(centre):
    """Ann's day 08:00-16:00 with a meal at noon, five minutes late back; Ben works beside her."""
    shift(centre, "ann", "08:00", "16:00", [("12:00", "12:30", "meal")])
    shift(centre, "ben", "08:00", "16:00")
    centre.states(
        *on(DAY, ("ann", "08:00", "12:00", "available"), ("ann", "12:00", "12:35", "aux", "meal"),
            ("ann", "12:35", "16:00", "available"), ("ben", "08:20", "15:50", "available"))
    )  # fmt: skip
    centre.build("2026-03-04 12:00")
    return centre


def test_five_minutes_late_after_lunch_are_one_exception(lunch) -> None:
    assert lunch.sums("adh_sched_s adh_in_s adh_out_s adh_exc_n", DAY, NEXT, ANN) == {
        "adh_sched_s": 28800,
        "adh_in_s": 28500,
        "adh_out_s": 300,
        "adh_exc_n": 1,
    }


def test_late_and_early_are_counted_with_their_seconds(lunch) -> None:
    assert lunch.sums(
        "shifts_n late_n late_s early_n noshow_n", DAY, NEXT, Scope("dublin", "d1", "ben")
    ) == {"shifts_n": 1, "late_n": 1, "late_s": 1200, "early_n": 1, "noshow_n": 0}


def test_contracted_time_is_time_on_queue_and_one_reason_for_every_other_second(lunch) -> None:
    names = "contracted_s open_act_s outside_s lost_late_s lost_overbreak_s lost_aux_s unknown_s"
    assert lunch.sums(names, DAY, NEXT) == {
        "contracted_s": 27000 + 28800, "open_act_s": 26700 + 27000, "outside_s": 0,
        "lost_late_s": 1800, "lost_overbreak_s": 300, "lost_aux_s": 0, "unknown_s": 0,
    }  # fmt: skip


def test_a_break_on_time_and_one_ended_late(lunch) -> None:
    assert (lunch.sums("breaks_n breaks_ontime_n break_sched_s break_act_s", DAY, NEXT, ANN)) == {
        "breaks_n": 1,
        "breaks_ontime_n": 0,
        "break_sched_s": 1800,
        "break_act_s": 2100,
    }


def test_nobody_at_a_shift_is_a_no_show_once_it_is_over_and_the_feed_lived(centre) -> None:
    shift(centre, "ann", "08:00", "12:00")
    shift(centre, "ben", "08:00", "12:00")
    centre.states(*on(DAY, ("ben", "08:00", "12:00", "available")))
    centre.build(f"{DAY} 11:00")
    assert centre.sums("noshow_n adh_out_s", DAY, NEXT, ANN) == {"noshow_n": 0, "adh_out_s": 10800}
    centre.build("2026-03-04 12:00")
    assert centre.sums("noshow_n adh_in_s lost_noshow_s", DAY, NEXT, ANN) == {
        "noshow_n": 1,
        "adh_in_s": 0,
        "lost_noshow_s": 14400,
    }


def test_without_any_state_feed_at_the_site_nothing_is_in_or_out(centre) -> None:
    shift(centre, "ann", "08:00", "12:00")
    centre.build("2026-03-04 12:00")
    assert centre.sums(
        "adh_in_s adh_out_s adh_unknown_s login_s sched_s noshow_n shifts_n", DAY, NEXT, ANN
    ) == {
        "adh_in_s": None, "adh_out_s": None, "adh_unknown_s": 14400, "login_s": None,
        "sched_s": 14400, "noshow_n": None, "shifts_n": 1,
    }  # fmt: skip


def test_an_unmapped_reason_is_unknown_and_neither_in_nor_out(centre) -> None:
    shift(centre, "ann", "08:00", "10:00")
    centre.states(
        *on(DAY, ("ann", "08:00", "09:00", "available"), ("ann", "09:00", "10:00", "aux", "zz9"))
    )
    centre.build("2026-03-04 12:00")
    assert centre.sums("adh_in_s adh_out_s adh_unknown_s", DAY, NEXT, ANN) == {
        "adh_in_s": 3600,
        "adh_out_s": 0,
        "adh_unknown_s": 3600,
    }


def test_a_shift_over_midnight_belongs_to_the_day_it_starts(centre) -> None:
    centre.shift("ann", DAY, [(f"{DAY} 22:00", f"{NEXT} 02:00", "on_queue")])
    centre.states(("ann", f"{DAY} 22:00", f"{NEXT} 01:00", "available"))
    centre.build("2026-03-05 12:00")
    days = centre.sums(
        "adh_sched_s adh_in_s shifts_n open_act_s", DAY, "2026-03-05", ANN, by=("day",)
    )
    assert [(str(d), *values) for d, *values in days] == [
        (DAY, 14400, 10800, 1, 7200),
        (NEXT, None, None, None, 3600),
    ]
    inside = centre.sums("adh_sched_s", NEXT, "2026-03-04", ANN, by=("slot",))
    assert [(slot, 900) for slot in range(8)] == inside


def test_a_break_moved_afterwards_is_excused_and_the_first_figure_stays_visible(centre) -> None:
    old, new = [("10:00", "10:15", "break")], [("11:00", "11:15", "break")]
    shift(centre, "ann", "08:00", "12:00", old, recorded_at=centre.at("2026-03-01 09:00"))
    shift(centre, "ann", "08:00", "12:00", new, recorded_at=centre.at(f"{DAY} 13:00"))
    centre.states(
        *on(DAY, ("ann", "08:00", "11:00", "available"), ("ann", "11:00", "11:15", "aux", "break"),
            ("ann", "11:15", "12:00", "available"))
    )  # fmt: skip
    centre.build("2026-03-04 12:00")
    # 10:00-10:15 and 11:00-11:15 were out as known, and are right under the new version.
    assert (centre.sums("adh_out_s adh_neutral_s adh_excused_s adh_in_s", DAY, NEXT, ANN)) == {
        "adh_out_s": 0,
        "adh_neutral_s": 1800,
        "adh_excused_s": 1800,
        "adh_in_s": 12600,
    }


def test_a_change_known_before_its_time_is_judged_by_the_new_plan(centre) -> None:
    shift(centre, "ann", "08:00", "12:00", recorded_at=centre.at("2026-03-01 09:00"))
    shift(
        centre, "ann", "08:00", "12:00", [("10:00", "12:00", "leave")],
        recorded_at=centre.at(f"{DAY} 09:30"),
    )  # fmt: skip
    centre.states(*on(DAY, ("ann", "08:00", "10:00", "available")))
    centre.build("2026-03-04 12:00")
    assert (centre.sums("adh_sched_s adh_in_s lost_leave_s adh_ignored_s", DAY, NEXT, ANN)) == {
        "adh_sched_s": 7200,
        "adh_in_s": 7200,
        "lost_leave_s": 7200,
        "adh_ignored_s": 7200,
    }


@pytest.mark.parametrize(
    ("day", "slots", "hours"), [("2026-03-29", 92, 23), ("2026-10-25", 96, 25)]
)
def test_a_day_with_a_clock_change_has_23_or_25_hours(centre, day, slots, hours) -> None:
    after = str(__import__("datetime").date.fromisoformat(day).replace(day=int(day[-2:]) + 1))
    centre.states(("ann", f"{day} 00:00", f"{after} 00:00", "available"))
    centre.build(f"{day[:8]}31 12:00")
    assert {"avail_s": hours * 3600} == centre.sums("avail_s", day, after)
    assert slots == len(centre.sums("avail_s", day, after, by=("slot",)))
    assert hours * 4 == len(centre.sums("avail_s", day, after, by=("q",)))


def test_staffing_splits_an_agent_over_his_groups_without_losing_a_second(centre) -> None:
    shift(centre, "ann", "08:00", "10:00")
    shift(centre, "ann", "08:00", "10:00", [("09:00", "10:00", "training")], recorded_at=5)
    centre.states(*on(DAY, ("ann", "08:00", "08:30", "available")))
    centre.build("2026-03-04 12:00")
    rows = centre.sums("sch_s cur_sch_s act_s req_s", DAY, NEXT, by=("group",))
    assert rows == [("sales", 3600, 1800, 900, None), ("service", 3600, 1800, 900, None)]


def test_one_team_weeks_are_the_sum_of_its_agents(lunch) -> None:
    agents = lunch.sums("adh_in_s login_s", DAY, NEXT, Scope("dublin", "d1"), by=("agent",))
    (week,) = lunch.sums("adh_in_s login_s", DAY, NEXT, Scope("dublin", "d1"), by=("week",))
    assert agents == [("ann", 28500, 28800), ("ben", 27000, 27000)]
    assert (str(week[0]), *week[1:]) == ("2026-03-02", 55500, 55800)
