"""The quarter-hour grid in UTC, and its labels in a site's own zone.

Every zone offset in use since 2016 is a multiple of 15 minutes, so one grid serves every site.
`q = epoch_s // 900` is an interval's identity; `slot` (local quarter 0 to 95) is only a label,
because a day with a clock change has 92 or 100 quarters.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

QUARTER_S = 900
QUARTERS_A_DAY = 96


def quarter_of(epoch: int) -> int:
    """The quarter in which a second lies: 36,449 s (10:07:29) is quarter 40."""
    return epoch // QUARTER_S


@lru_cache(maxsize=512)
def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name; `BadInput` is raised by callers that read names from files."""
    return ZoneInfo(name)


@lru_cache(maxsize=65536)
def day_start(day: date, zone: str) -> int:
    """Epoch second at which the local day begins in `zone`.

    2026-03-08 in America/New_York begins at 05:00 UTC and has 23 hours.
    """
    local = datetime(day.year, day.month, day.day, tzinfo=zone_of(zone))
    return int(local.astimezone(UTC).timestamp())


def day_quarters(day: date, zone: str) -> range:
    """Quarters of a local day: 96 as a rule, 92 or 100 when the clock changes."""
    return range(
        quarter_of(day_start(day, zone)),
        quarter_of(day_start(day + timedelta(days=1), zone)),
    )


def local_day(epoch: int, zone: str) -> date:
    """The local calendar date of a second."""
    return datetime.fromtimestamp(epoch, zone_of(zone)).date()


def local_slot(epoch: int, zone: str) -> int:
    """The local quarter of the day, 0 to 95: 10:07 is slot 40."""
    local = datetime.fromtimestamp(epoch, zone_of(zone))
    return local.hour * 4 + local.minute // 15


def days_between(first: date, end: date) -> list[date]:
    """Dates from `first` up to, not including, `end`."""
    return [first + timedelta(days=i) for i in range((end - first).days)]
