"""Time lost is put to the moment of the shift at which it began."""

from __future__ import annotations

from datetime import date

from kpis.patterns import MomentLoss, lost_by_moment
from wfm.domain.activities import Segment
from wfm.domain.schedules import Shift
from wfm.queries.lapses import OutSpell

DAY = date(2026, 10, 12)
HOUR = 3600
CATEGORIES = {"on_queue": "on_queue", "break": "break", "lunch": "meal"}


def shift(day: date = DAY) -> Shift:
    """08:00 to 16:30: break 10:00-10:15, lunch 12:30-13:00."""
    segments = (
        Segment(8 * HOUR, 10 * HOUR, "on_queue"),
        Segment(10 * HOUR, 10 * HOUR + 900, "break"),
        Segment(10 * HOUR + 900, 12 * HOUR + 1800, "on_queue"),
        Segment(12 * HOUR + 1800, 13 * HOUR, "lunch", paid=False),
        Segment(13 * HOUR, 16 * HOUR + 1800, "on_queue"),
    )
    return Shift("a-1", day, 1, 0, 0, "planner", "publish", segments)


def lapse(start: float, end: float) -> OutSpell:
    return OutSpell("a-1", DAY, int(start * HOUR), int(end * HOUR), "", "", "", "")


def test_back_late_from_lunch_is_lost_after_lunch() -> None:
    losses = lost_by_moment([lapse(13, 13 + 270 / HOUR)], [shift()], CATEGORIES)
    assert losses == (MomentLoss("after lunch", 270, 1, 1),)


def test_moments_are_ranked_by_time_lost_and_add_up_to_all_of_it() -> None:
    lapses = [
        lapse(8, 8.05),  # 180 s late at the start
        lapse(10, 10.1),  # 360 s on a contact into the break
        lapse(10.25, 10.35),  # 360 s late back
        lapse(13, 13.5),  # 1,800 s late back from lunch
        lapse(15, 15.1),  # 360 s in the afternoon
        lapse(16.4, 16.5),  # 360 s gone early
    ]
    losses = lost_by_moment(lapses, [shift()], CATEGORIES)
    assert losses[0] == MomentLoss("after lunch", 1800, 1, 1)
    assert {loss.moment for loss in losses} == {
        "at the start", "going to break", "after break", "after lunch", "in between", "at the end",
    }  # fmt: skip
    assert sum(loss.seconds for loss in losses) == sum(one.seconds for one in lapses)


def test_a_lapse_without_a_known_shift_is_kept_in_the_sum() -> None:
    assert lost_by_moment([lapse(9, 9.5)], [], CATEGORIES) == (
        MomentLoss("in between", 1800, 1, 0),
    )
