"""The long rest of a week."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from wfm.domain.language import say
from wfm.domain.rules.duty import DAY_MINUTES, Duty, Violation, hours_text

CODE = "weekly_rest"
WEEK = 7 * DAY_MINUTES


def check_weekly_rest(
    duties: Sequence[Duty], weeks: int, least: int, *, free_from: int = 0
) -> tuple[Violation, ...]:
    """Weeks whose longest rest, from their first to their last midnight, is too short.

    `free_from` is the minute at which a duty of the time before ends. 32 h where 36 h are owed.
    """
    found = []
    spans = sorted((duty.begins, duty.ends) for duty in duties)
    for week in range(weeks):
        first, end = week * WEEK, (week + 1) * WEEK
        since = max([first, free_from, *(b for a, b in spans if a < first)])
        inside = [(a, b) for a, b in spans if first <= a < end]
        edges = [(since, since), *inside, (end, end)]
        longest = max(b[0] - a[1] for a, b in itertools.pairwise(edges))
        if longest < least:
            found.append(
                Violation(
                    CODE, 7 * week,
                    say(
                        "week {week} rests {longest} at most in one piece, minimum {least}",
                        week=week + 1,
                        longest=hours_text(max(0, longest)),
                        least=hours_text(least),
                    ),
                )
            )  # fmt: skip
    return tuple(found)
