"""Kinds of shifts that may not follow each other from one day to the next."""

from __future__ import annotations

from collections.abc import Sequence

from wfm.domain.rules.duty import Duty, Violation
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
            CODE, day, f"a shift {forbidden.name} on day {day} follows one {after.name}"
        )
        for day, duty in sorted(by_day.items())
        if day - 1 in by_day
        and after.has(by_day[day - 1], first_weekday)
        and forbidden.has(duty, first_weekday)
    )  # fmt: skip
