"""Paid time of a week."""

from __future__ import annotations

from collections.abc import Sequence

from wfm.domain.language import say
from wfm.domain.rules.duty import Duty, Violation, hours_text

CODE = "week_paid"


def check_weekly_hours(
    duties: Sequence[Duty], weeks: int, allowed: tuple[int, int]
) -> tuple[Violation, ...]:
    """Weeks whose paid minutes lie outside the range: 32 h where 40 to 40 are allowed."""
    low, high = allowed
    found = []
    for week in range(weeks):
        paid = sum(d.paid for d in duties if d.day // 7 == week)
        if not low <= paid <= high:
            found.append(
                Violation(
                    CODE,
                    week * 7,
                    say(
                        "week {week} pays {paid}, allowed {low} to {high}",
                        week=week + 1,
                        paid=hours_text(paid),
                        low=hours_text(low),
                        high=hours_text(high),
                    ),
                )
            )
    return tuple(found)
