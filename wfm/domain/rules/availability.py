"""Days and hours in which a person can work, and the place is open."""

from __future__ import annotations

from collections.abc import Collection

from wfm.domain.language import say
from wfm.domain.rules.duty import Duty, Violation, span_text

UNAVAILABLE = "unavailable_day"
WINDOW = "outside_window"
CLOSED = "site_open_hours"


def check_availability(
    duty: Duty,
    unavailable: Collection[int],
    window: tuple[int, int],
    opening: tuple[int, int] | None,
) -> tuple[Violation, ...]:
    """What speaks against a duty: day off, before or after the window, doors closed."""
    found = []
    span = span_text(duty.start, duty.end)
    if duty.day in unavailable:
        found.append(
            Violation(
                UNAVAILABLE, duty.day, say("duty {span} on a day that is not free", span=span)
            )
        )
    if duty.start < window[0] or duty.end > window[1]:
        limits = span_text(*window)
        found.append(
            Violation(
                WINDOW, duty.day, say("duty {span}, possible {limits}", span=span, limits=limits)
            )
        )
    if opening is None:
        found.append(Violation(CLOSED, duty.day, say("duty {span} on a closed day", span=span)))
    elif duty.start < opening[0] or duty.end > opening[1]:
        limits = span_text(*opening)
        found.append(
            Violation(CLOSED, duty.day, say("duty {span}, open {limits}", span=span, limits=limits))
        )
    return tuple(found)
