"""Days worked in a week."""

from __future__ import annotations

from collections.abc import Sequence

from wfm.domain.language import say
from wfm.domain.rules.duty import Duty, Violation

CODE = "days_per_week"


def check_days_per_week(
    duties: Sequence[Duty], weeks: int, allowed: tuple[int, int]
) -> tuple[Violation, ...]:
    """Weeks with too few or too many duties: 6 days where 5 to 5 are allowed."""
    low, high = allowed
    found = []
    for week in range(weeks):
        days = sum(d.day // 7 == week for d in duties)
        if not low <= days <= high:
            found.append(
                Violation(
                    CODE,
                    week * 7,
                    say(
                        "week {week} has {days} days, allowed {low} to {high}",
                        week=week + 1,
                        days=days,
                        low=low,
                        high=high,
                    ),
                )
            )
    return tuple(found)
