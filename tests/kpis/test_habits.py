"""A habit of one weekday: only where the weekday has it surely and the other days do not."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from kpis.insights.habits import likely
from kpis.insights.moments import Kept

MONDAY = date(2026, 8, 24)
TODAY = MONDAY + timedelta(weeks=13)
WORKDAYS = [MONDAY + timedelta(weeks=week, days=day) for week in range(13) for day in range(5)]


def kept(late: dict[int, list[date]], weeks: int = 13) -> Kept:
    """Eight agents, six of whom begin on time; of the others the days on which they are late."""
    days = [day for day in WORKDAYS if day >= TODAY - timedelta(weeks=weeks)]
    rows = [
        (agent, day, "shift_start", 360 if day in late.get(agent, ()) else 0)
        for agent in range(8)
        for day in days
    ]
    moments = pl.DataFrame(rows, ["agent", "shift_day", "moment", "late_s"], orient="row")
    judged = moments.select("agent", "shift_day", pl.lit(28_800).alias("base_s"),
                            (28_800 - pl.col("late_s")).alias("in_s"))  # fmt: skip
    places = pl.DataFrame({"agent": list(range(8)), "site": "york", "team": "t-1"})
    return Kept(moments, judged, places)


MONDAYS = [day for day in WORKDAYS if day.weekday() == 0]


@pytest.mark.parametrize(
    ("late", "weeks", "told"),
    [
        (MONDAYS[:11], 13, [(1, 11, 13, 3960.0)]),
        (MONDAYS, 9, []),  # nine Mondays are too few
        (MONDAYS[:8], 13, []),  # 8 of 13: sure of 35 % only
        (WORKDAYS, 13, [(0, 22, 22, 7920.0)]),  # every day is one habit, and no weekday's
        ([], 13, []),
    ],
)
def test_a_habit_of_mondays_is_told_from_ten_of_them_on(
    late: list[date], weeks: int, told: list[tuple[int, int, int, float]]
) -> None:
    found = likely(kept({0: late}, weeks), TODAY)
    got = [(one.weekday, one.habit.given.hits, one.habit.given.days, one.habit.given.late_s)
           for one in found]  # fmt: skip
    assert got == told
    assert all(one.agent == 0 for one in found)
    if told:
        assert found[0].habit.share_of_late == 1.0
