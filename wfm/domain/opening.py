"""Opening hours as written in organisation files: `Mon-Fri 08:00-20:00; Sat 09:00-13:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wfm.domain.errors import BadInput

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_RANGE = re.compile(r"^(\w{3})(?:-(\w{3}))?\s+(\d{2}):(\d{2})-(\d{2}):(\d{2})$")


@dataclass(frozen=True)
class OpeningHours:
    """Open minutes of each weekday (Monday first) as (start, end), None when closed."""

    by_weekday: tuple[tuple[int, int] | None, ...]

    def minutes(self, weekday: int) -> tuple[int, int] | None:
        """Open span of a weekday in minutes after local midnight; 24:00 is 1440."""
        return self.by_weekday[weekday]

    def shift_span(self, weekday: int) -> tuple[int, int] | None:
        """Open span in which shifts of a weekday lie: a night open to the next day is one.

        Open day and night: (0, 2880). Closed at midnight, or from midnight on: to 1440 at most.
        """
        span, after = self.by_weekday[weekday], self.by_weekday[(weekday + 1) % 7]
        if span is None or span[1] < 1440 or after is None or after[0] > 0:
            return span
        return span[0], 1440 + after[1]

    @property
    def open_weekdays(self) -> int:
        return sum(span is not None for span in self.by_weekday)


ALWAYS_OPEN = OpeningHours(((0, 1440),) * 7)


def parse_opening(text: str | None) -> OpeningHours:
    """Opening hours of a text; empty means always open.

    "Sun-Thu 07:00-24:00; Fri 07:00-14:00; Sat 20:00-24:00" closes no day and opens Friday 420-840.
    """
    if not text or not text.strip():
        return ALWAYS_OPEN
    spans: list[tuple[int, int] | None] = [None] * 7
    for part in text.split(";"):
        match = _RANGE.match(part.strip())
        if not match or match[1] not in DAYS or (match[2] and match[2] not in DAYS):
            raise BadInput(
                f"Opening hours {part.strip()!r} are not understood; "
                f"write them like 'Mon-Fri 08:00-20:00; Sat 09:00-13:00'."
            )
        start = int(match[3]) * 60 + int(match[4])
        end = int(match[5]) * 60 + int(match[6])
        if not 0 <= start < end <= 1440:
            raise BadInput(f"Opening hours {part.strip()!r} end before they start, or after 24:00.")
        day, last = DAYS.index(match[1]), DAYS.index(match[2] or match[1])
        while True:
            spans[day] = (start, end)
            if day == last:
                break
            day = (day + 1) % 7
    return OpeningHours(tuple(spans))
