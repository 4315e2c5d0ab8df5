"""Kinds of shifts that rules speak of: late, night, weekend, whatever a place calls unpopular."""

from __future__ import annotations

from dataclasses import dataclass

from wfm.domain.rules.duty import DAY_MINUTES, Duty

ALWAYS = (0, 2 * DAY_MINUTES)


@dataclass(frozen=True)
class ShiftClass:
    """All that is given must hold; ranges in minutes after the day's midnight, both ends inside.

    end (1320, 2880) is late: it ends at 22:00 or after.
    """

    name: str
    weekdays: tuple[int, ...] | None = None  # 0 is Monday
    start: tuple[int, int] = ALWAYS
    end: tuple[int, int] = ALWAYS
    length: tuple[int, int] = ALWAYS

    def has(self, duty: Duty, first_weekday: int) -> bool:
        """Whether a duty is of this kind; day 0 has the weekday given."""
        weekday = (first_weekday + duty.day) % 7
        spans = (
            (self.start, duty.start),
            (self.end, duty.end),
            (self.length, duty.end - duty.start),
        )
        known = self.weekdays is None or weekday in self.weekdays
        return known and all(low <= value <= high for (low, high), value in spans)
