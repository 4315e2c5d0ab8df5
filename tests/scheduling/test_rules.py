"""Labour rules by hand: each with its sentence."""

from __future__ import annotations

from wfm.domain.contracts import parse_breaks
from wfm.domain.rules.availability import check_availability
from wfm.domain.rules.break_windows import check_breaks
from wfm.domain.rules.consecutive_days import check_consecutive_days
from wfm.domain.rules.days_per_week import check_days_per_week
from wfm.domain.rules.duty import Duty, Rest, Violation
from wfm.domain.rules.rest import check_rest
from wfm.domain.rules.weekly_hours import check_weekly_hours

DAY = Duty(2, 480, 990, 480)  # day 2, 08:00-16:30


def said(found: tuple[Violation, ...]) -> list[str]:
    return [violation.sentence for violation in found]


def test_rest_counts_from_the_end_of_one_duty_to_the_start_of_the_next() -> None:
    late = Duty(1, 840, 1380, 510)  # 14:00-23:00
    assert said(check_rest([DAY, late], 660)) == ["9 h rest before day 2, minimum 11 h"]
    assert check_rest([DAY, late], 540) == ()


def test_weeks_are_counted_apart() -> None:
    duties = [Duty(d, 480, 990, 480) for d in (0, 1, 2, 3, 4, 7)]
    assert said(check_days_per_week(duties, 2, (5, 5))) == ["week 2 has 1 days, allowed 5 to 5"]
    assert said(check_weekly_hours(duties, 2, (2400, 2400))) == [
        "week 2 pays 8 h, allowed 40 h to 40 h"
    ]


def test_days_in_a_row_reach_into_the_weeks_around() -> None:
    duties = [Duty(d, 480, 990, 480) for d in (0, 1, 5, 6)]
    assert check_consecutive_days(duties, 6, run_before=4, days=7) == ()
    assert said(check_consecutive_days(duties, 6, run_before=5, days=7)) == [
        "day 7 in a row, limit 6"
    ]
    assert said(check_consecutive_days(duties, 6, run_after=5, days=7)) == [
        "day 7 in a row, limit 6"
    ]


def test_breaks_are_owed_in_order_within_their_windows() -> None:
    owed = parse_breaks("break:15:yes:90-180;meal:30:no:210-300")
    good = Duty(0, 480, 990, 480, (Rest("break", 90, 15), Rest("meal", 300, 30)))
    late = Duty(0, 480, 990, 480, (Rest("break", 90, 15), Rest("meal", 315, 30)))
    none = Duty(0, 480, 990, 480)
    assert check_breaks(good, owed) == ()
    assert said(check_breaks(late, owed)) == ["meal at 13:15, allowed 11:30 to 13:00"]
    assert said(check_breaks(none, owed)) == [
        "breaks are none; owed, in order: break 15 min, meal 30 min"
    ]


def test_a_duty_must_lie_in_free_days_hours_and_opening() -> None:
    assert check_availability(DAY, (), (0, 1440), (480, 1200)) == ()
    assert said(check_availability(DAY, {2}, (540, 960), None)) == [
        "duty 08:00-16:30 on a day that is not free",
        "duty 08:00-16:30, possible 09:00-16:00",
        "duty 08:00-16:30 on a closed day",
    ]
