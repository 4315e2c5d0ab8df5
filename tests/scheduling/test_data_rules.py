"""Rules that are data, by hand: each checker with its sentence, and the week it accepts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfm.domain.rules.day_patterns import check_day_patterns
from wfm.domain.rules.days_off_together import check_days_off_together
from wfm.domain.rules.duty import Duty, Rest, Violation, clock_text
from wfm.domain.rules.fixed_work import Fixed, Pinned, check_activities, check_pinned
from wfm.domain.rules.same_start import check_same_start
from wfm.domain.rules.shift_class import ShiftClass
from wfm.domain.rules.shift_count import check_shift_count
from wfm.domain.rules.shift_order import check_shift_order
from wfm.domain.rules.weekends_off import check_weekends_off
from wfm.domain.rules.weekly_rest import check_weekly_rest

LATE = ShiftClass("late", end=(1320, 2880))  # ends at 22:00 or after
EARLY = ShiftClass("early", start=(0, 450))  # starts by 07:30
SATURDAY = ShiftClass("saturday", weekdays=(5,))


def on(*days: int, start: int = 480, hours: int = 8) -> list[Duty]:
    return [Duty(day, start, start + hours * 60, hours * 60) for day in days]


def said(found: Sequence[Violation]) -> list[str]:
    return [violation.sentence for violation in found]


def test_a_class_of_shifts_holds_all_that_is_given() -> None:
    night = Duty(4, 1320, 1800, 480)  # Friday 22:00 to Saturday 06:00
    assert LATE.has(night, 0)
    assert not EARLY.has(night, 0)
    # A shift belongs to the day it starts on; day 4 is a Saturday when day 0 is a Tuesday.
    assert not SATURDAY.has(night, 0)
    assert SATURDAY.has(night, 1)
    assert clock_text(night.end) == "06:00 next day"


def test_one_of_two_weekends_is_free_counting_those_before() -> None:
    assert said(check_weekends_off(on(5), 1, 1, 2, before=[True])) == [
        "0 of 2 weekends free, at least 1"
    ]
    assert check_weekends_off(on(5), 1, 1, 2, before=[False]) == ()
    assert check_weekends_off(on(5), 1, 1, 2) == ()  # what was before is not known
    assert [v.day for v in check_weekends_off(on(5, 12, 26), 4, 1, 2)] == [12]


def test_days_off_lie_together() -> None:
    assert check_days_off_together(on(0, 1, 2, 3, 4), 1, 2) == ()
    assert said(check_days_off_together(on(0, 2, 3, 4, 5), 1, 2)) == [
        "week 1 has 1 days off together, at least 2"
    ]


def test_a_week_follows_a_pattern() -> None:
    assert check_day_patterns(on(0, 1, 2, 3, 4), 1, ["1111100"]) == ()
    assert said(check_day_patterns(on(0, 1, 2, 4, 5), 1, ["1111100", "0011111"])) == [
        "week 1 is worked 1110110, agreed: 1111100, 0011111"
    ]


def test_late_shifts_are_counted_by_week_and_by_horizon() -> None:
    late = on(0, 1, 2, 7, start=840)  # 14:00-22:00
    assert said(check_shift_count(late, 2, LATE, "week", (0, 2))) == [
        "3 late shifts in week 1, allowed 0 to 2"
    ]
    assert said(check_shift_count(late, 2, LATE, "horizon", (5, 9))) == [
        "4 late shifts in 2 weeks, allowed 5 to 9"
    ]
    assert check_shift_count(late, 2, EARLY, "week", (0, 0)) == ()


def test_no_early_shift_follows_a_late_one_on_the_next_day() -> None:
    both = [*on(0, start=840), *on(1, start=420)]
    assert said(check_shift_order(both, LATE, EARLY)) == ["a shift early on day 1 follows one late"]
    assert check_shift_order([*on(0, start=840), *on(2, start=420)], LATE, EARLY) == ()


def test_starts_of_a_week_lie_near_each_other() -> None:
    week = [*on(0, start=420), *on(3, start=600)]
    assert said(check_same_start(week, 1, 120)) == [
        "week 1 starts from 07:00 to 10:00, at most 120 min apart"
    ]
    assert check_same_start(week, 1, 180) == ()


def test_a_week_has_one_long_rest() -> None:
    # Monday to Saturday until 20:00, then free to Sunday 24:00: 28 h.
    six = on(0, 1, 2, 3, 4, 5, start=720)
    assert said(check_weekly_rest(six, 1, 36 * 60)) == [
        "week 1 rests 28 h at most in one piece, minimum 36 h"
    ]
    assert check_weekly_rest(six, 1, 28 * 60) == ()
    # Without Wednesday: Tuesday 20:00 to Thursday 12:00 are 40 h.
    assert check_weekly_rest([d for d in six if d.day != 2], 1, 40 * 60) == ()
    # A night before runs into Monday until 06:00.
    late = on(1, 2, 3, 4, 5, 6, start=480)
    assert said(check_weekly_rest(late, 1, 1800, free_from=360)) == [
        "week 1 rests 26 h at most in one piece, minimum 30 h"
    ]


def test_activities_lie_in_the_shift_and_clear_of_its_breaks() -> None:
    duty = Duty(1, 480, 990, 480, (Rest("meal", 240, 30),))
    assert check_activities([duty], [Fixed("coaching", 1, 600, 30)]) == ()
    assert said(check_activities([duty], [Fixed("coaching", 1, 960, 60)])) == [
        "coaching 16:00-17:00 lies outside the shift"
    ]
    assert said(check_activities([duty], [Fixed("coaching", 1, 705, 30)])) == [
        "coaching 11:45-12:15 meets a meal"
    ]


def test_a_promise_is_kept() -> None:
    duty = Duty(1, 480, 990, 480, (Rest("meal", 240, 30),))
    kept = Pinned(1, False, 480, 990, (Rest("meal", 240, 30),))
    assert check_pinned([duty], [kept, Pinned(2, True)]) == ()
    moved = Pinned(1, False, 480, 990, (Rest("meal", 255, 30),))
    assert said(check_pinned([duty], [moved])) == ["08:00-16:30 with its breaks moved"]
    assert said(check_pinned([duty], [Pinned(1, True)])) == ["08:00-16:30, promised free"]
    assert said(check_pinned([], [kept])) == ["free, promised 08:00-16:30"]


WEEKS = st.sets(st.integers(0, 13)).map(lambda days: on(*sorted(days)))


@given(WEEKS)
def test_a_free_day_more_never_breaks_what_days_off_ask_for(duties: list[Duty]) -> None:
    fewer = duties[:-1]
    for check in (
        lambda d: check_days_off_together(d, 2, 2),
        lambda d: check_weekends_off(d, 2, 1, 2),
        lambda d: check_weekly_rest(d, 2, 36 * 60),
        lambda d: check_shift_count(d, 2, SATURDAY, "week", (0, 0)),
    ):
        assert len(check(fewer)) <= len(check(duties))


@pytest.mark.parametrize("week", [0, 1])
def test_each_week_is_judged_alone(week: int) -> None:
    busy = on(*range(7 * week, 7 * week + 7))
    assert {v.day // 7 for v in check_days_off_together(busy, 2, 1)} == {week}
    assert {v.day // 7 for v in check_weekly_rest(busy, 2, 1440)} == {week}
