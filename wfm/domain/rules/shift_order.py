"""Kinds of shifts that may not follow each other from one day to the next."""

from __future__ import annotations

from collections.abc import Sequence

from wfm.domain.language import say
from wfm.domain.rules.duty import Duty, Violation, on_day
from wfm.domain.rules.shift_class import ShiftClass

CODE = "shift_order"


def check_shift_order(
    duties: Sequence[Duty],
    after: ShiftClass,
    forbidden: ShiftClass,
    *,
    first_weekday: int = 0,
) -> tuple[Violation, ...]:
    """Days on which a kind follows another one that it may not: early the day after late.

    `duties` holds the days before and after the horizon too, as far as they are known.
    """
    by_day = {duty.day: duty for duty in duties}
    return tuple(
        Violation(
            CODE, day, say("a shift {forbidden} on {day} follows one {after}",
                       forbidden=forbidden.name, day=on_day(day), after=after.name),
        )
        for day, duty in sorted(by_day.items())
        if day - 1 in by_day
        and after.has(by_day[day - 1], first_weekday)
        and forbidden.has(duty, first_weekday)
    )  # fmt: skip
