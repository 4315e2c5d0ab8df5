"""Shifts of a week that begin at about the same time."""

from __future__ import annotations

from collections.abc import Sequence

from wfm.domain.language import say
from wfm.domain.rules.duty import Duty, Violation, clock_text

CODE = "same_start"


def check_same_start(duties: Sequence[Duty], weeks: int, within: int) -> tuple[Violation, ...]:
    """Weeks whose starts lie further apart: 07:00 and 10:00 where 60 minutes are allowed."""
    found = []
    for week in range(weeks):
        starts = [duty.start for duty in duties if duty.day // 7 == week]
        if starts and max(starts) - min(starts) > within:
            found.append(
                Violation(
                    CODE, 7 * week,
                    say(
                        "week {week} starts from {first} to {last}, at most {within} min apart",
                        week=week + 1,
                        first=clock_text(min(starts)),
                        last=clock_text(max(starts)),
                        within=within,
                    ),
                )
            )  # fmt: skip
    return tuple(found)
