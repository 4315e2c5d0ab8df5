"""Days off next to each other in a week."""

from __future__ import annotations

from collections.abc import Sequence

from wfm.domain.language import say
from wfm.domain.rules.duty import Duty, Violation

CODE = "days_off_together"


def check_days_off_together(
    duties: Sequence[Duty], weeks: int, least: int
) -> tuple[Violation, ...]:
    """Weeks without so many days off in a row: Tuesday and Friday off are not 2 together."""
    worked = {duty.day for duty in duties}
    found = []
    for week in range(weeks):
        longest = run = 0
        for day in range(7 * week, 7 * week + 7):
            run = 0 if day in worked else run + 1
            longest = max(longest, run)
        if longest < least:
            found.append(
                Violation(
                    CODE, 7 * week,
                    say("week {week} has {longest} days off together, at least {least}",
                        week=week + 1, longest=longest, least=least),
                )
            )  # fmt: skip
    return tuple(found)
