"""Days and hours in which a person can work, and the place is open."""

from __future__ import annotations

from collections.abc import Collection

from wfm.domain.rules.duty import Duty, Violation, clock_text

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
    span = f"{clock_text(duty.start)}-{clock_text(duty.end)}"
    if duty.day in unavailable:
        found.append(Violation(UNAVAILABLE, duty.day, f"duty {span} on a day that is not free"))
    if duty.start < window[0] or duty.end > window[1]:
        limits = f"{clock_text(window[0])}-{clock_text(window[1])}"
        found.append(Violation(WINDOW, duty.day, f"duty {span}, possible {limits}"))
    if opening is None:
        found.append(Violation(CLOSED, duty.day, f"duty {span} on a closed day"))
    elif duty.start < opening[0] or duty.end > opening[1]:
        limits = f"{clock_text(opening[0])}-{clock_text(opening[1])}"
        found.append(Violation(CLOSED, duty.day, f"duty {span}, open {limits}"))
    return tuple(found)
