"""Weekends that must stay free."""

from __future__ import annotations

from collections.abc import Sequence

from wfm.domain.language import say
from wfm.domain.rules.duty import Duty, Violation

CODE = "weekends_off"


def check_weekends_off(
    duties: Sequence[Duty],
    weeks: int,
    least: int,
    in_weeks: int,
    *,
    first_weekday: int = 0,
    before: Sequence[bool] = (),
) -> tuple[Violation, ...]:
    """Stretches of so many weekends with fewer free ones: 0 of 2 where 1 is owed.

    `before` tells of each weekend before day 0 whether it was worked, newest last.
    """
    worked = list(before)
    for week in range(weeks):
        days = [d for d in range(7 * week, 7 * week + 7) if (first_weekday + d) % 7 in (5, 6)]
        worked.append(any(duty.day in days for duty in duties))
    found = []
    for last in range(len(before), len(worked)):
        stretch = worked[max(0, last - in_weeks + 1) : last + 1]
        free = stretch.count(False)
        if len(stretch) == in_weeks and free < least:
            day = 7 * (last - len(before)) + (5 - first_weekday) % 7
            found.append(
                Violation(
                    CODE,
                    day,
                    say(
                        "{free} of {in_weeks} weekends free, at least {least}",
                        free=free,
                        in_weeks=in_weeks,
                        least=least,
                    ),
                )
            )
    return tuple(found)
