"""Days worked in a row."""

from __future__ import annotations

from collections.abc import Sequence

from wfm.domain.language import say
from wfm.domain.rules.duty import Duty, Violation

CODE = "max_consecutive_days"


def check_consecutive_days(
    duties: Sequence[Duty], limit: int, *, days: int, run_before: int = 0, run_after: int = 0
) -> tuple[Violation, ...]:
    """Stretches longer than the limit, with the days around the horizon: day 7 of at most 6."""
    worked = {d.day for d in duties}
    worked |= set(range(-run_before, 0)) | set(range(days, days + run_after))
    found, run = [], 0
    for day in range(-run_before, days + run_after):
        run = run + 1 if day in worked else 0
        # A stretch that only the days after make too long is told once, at the last day.
        tips_over = day >= days > day - run + 1 and run == limit + 1
        if run > limit and (0 <= day < days or tips_over):
            found.append(
                Violation(
                    CODE,
                    min(day, days - 1),
                    say("day {run} in a row, limit {limit}", run=run, limit=limit),
                )
            )
    return tuple(found)
