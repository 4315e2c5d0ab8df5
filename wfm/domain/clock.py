"""The one clock of the product: passed in, never read from the system inside a room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Whatever tells the instant that counts as now, in UTC."""

    def now(self) -> datetime: ...


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class FixedClock:
    """Always the same instant: tests, and old data (`WFM_NOW=data` or an instant)."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant


@dataclass(frozen=True)
class RunningClock:
    """A clock that was `shown` when the machine's clock read `started`, and runs at `speed`.

    shown 10:00, started 12:00, speed 60: at 12:01 on the machine it tells 11:00.
    """

    shown: datetime
    started: datetime
    speed: float = 1.0

    def now(self) -> datetime:
        elapsed = (datetime.now(UTC) - self.started).total_seconds()
        return self.shown + timedelta(seconds=elapsed * self.speed)


def running_clock(text: str) -> RunningClock | None:
    """The running clock of `SHOWN@STARTED*SPEED`, as the demo hands it to its processes.

    None for any other text. "2026-10-12T10:00:00Z@2026-11-02T08:00:00Z*60" told 10:00 when the
    machine's clock read 08:00, and runs sixty times as fast.
    """
    shown, at, rest = text.partition("@")
    started, star, speed = rest.partition("*")
    if not at or not star:
        return None
    return RunningClock(
        datetime.fromisoformat(shown), datetime.fromisoformat(started), float(speed)
    )


def epoch_s(instant: datetime) -> int:
    """Whole seconds since 1970 of an aware instant; a naive one is an error.

    2026-01-01T00:00:00Z is 1767225600.
    """
    if instant.tzinfo is None:
        raise ValueError(f"naive instant {instant!r}: give it an offset")
    return int(instant.timestamp())


def instant_at(epoch: int) -> datetime:
    """The aware UTC instant of whole seconds since 1970."""
    return datetime.fromtimestamp(epoch, UTC)
