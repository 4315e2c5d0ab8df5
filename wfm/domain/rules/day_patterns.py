"""Weeks that follow one of the patterns of days agreed on."""

from __future__ import annotations

from collections.abc import Sequence

from wfm.domain.language import say
from wfm.domain.rules.duty import Duty, Violation

CODE = "day_patterns"


def check_day_patterns(
    duties: Sequence[Duty], weeks: int, patterns: Sequence[str]
) -> tuple[Violation, ...]:
    """Weeks whose days worked are no pattern of the list: 1110110 where 1111100 is agreed."""
    worked = {duty.day for duty in duties}
    found = []
    for week in range(weeks):
        days = "".join("1" if 7 * week + d in worked else "0" for d in range(7))
        if days not in patterns:
            known = ", ".join(patterns)
            found.append(
                Violation(
                    CODE,
                    7 * week,
                    say(
                        "week {week} is worked {days}, agreed: {known}",
                        week=week + 1,
                        days=days,
                        known=known,
                    ),
                )
            )
    return tuple(found)
