"""The clock of one local day: wall minutes as seconds since midnight, whatever the clock does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

QUARTERS = 96


@dataclass(frozen=True)
class LocalDay:
    """A floor day of a site: `zero_at` is local midnight in UTC seconds.

    `quarters` holds (second since midnight, quarter of the wall clock 0-95) of each quarter-hour
    of the floor day: 96 of them, 92 or 100 when the clock changes within.
    """

    zone: str
    day: date
    zero_at: int
    quarters: tuple[tuple[int, int], ...]

    def second(self, minute: int) -> int:
        """Seconds since midnight at which the wall clock shows a minute of the day.

        Usually 60 a minute; 03:00 on the night the clock goes back is 14,400. Minutes past 1440
        are those of the next day.
        """
        return wall_at(self.zone, self.day, minute) - self.zero_at


@lru_cache(maxsize=4096)
def local_day(zone: str, day: date, day_from: int = 0) -> LocalDay:
    """The clock of a day in a zone, its quarters beginning at `day_from` minutes."""
    zero, zone_info = wall_at(zone, day, 0), ZoneInfo(zone)
    found = []
    for at in range(wall_at(zone, day, day_from), wall_at(zone, day, day_from + 1440), 900):
        shown = datetime.fromtimestamp(at, zone_info)
        found.append((at - zero, shown.hour * 4 + shown.minute // 15))
    return LocalDay(zone, day, zero, tuple(found))


@lru_cache(maxsize=1 << 15)
def wall_at(zone: str, day: date, minute: int) -> int:
    """UTC seconds at which the clock of a zone shows a minute of a day, the first time it does."""
    days, rest = divmod(minute, 1440)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60))
    return int(wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).timestamp())


def day_start_at(zone: str, day: date) -> int:
    """UTC seconds of a local midnight."""
    return wall_at(zone, day, 0)
