"""Local quarters of the day as instants, also on days when the clock changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from wfm.domain.grid import QUARTER_S, QUARTERS_A_DAY, zone_of


def slot_start(day: date, slot: int, zone: str) -> int:
    """The UTC second at which a local quarter begins; slot 96 is the next day's midnight.

    Slot 28 (07:00) of 2026-03-08 in America/New_York is 11:00 UTC, the day before it was 12:00.
    An hour that the clock jumps over begins where the jump ends.
    """
    days, inside = divmod(slot, QUARTERS_A_DAY)
    shown = datetime.combine(day + timedelta(days=days), datetime.min.time(), zone_of(zone))
    local = shown.replace(hour=inside // 4, minute=inside % 4 * 15)
    return int(local.timestamp()) // QUARTER_S * QUARTER_S
