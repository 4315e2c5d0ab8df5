"""What labour rules look at: one person's duties in order, in minutes; and what they answer."""

from __future__ import annotations

from dataclasses import dataclass

DAY_MINUTES = 1440


@dataclass(frozen=True)
class Rest:
    """A break as planned: minutes from the start of the duty, and its length."""

    kind: str
    start: int
    minutes: int


@dataclass(frozen=True)
class Duty:
    """One shift: its day counted from 0, minutes after that day's midnight, paid minutes."""

    day: int
    start: int
    end: int
    paid: int
    rests: tuple[Rest, ...] = ()

    @property
    def begins(self) -> int:
        """Minutes since midnight of day 0."""
        return self.day * DAY_MINUTES + self.start

    @property
    def ends(self) -> int:
        """Minutes since midnight of day 0."""
        return self.day * DAY_MINUTES + self.end


@dataclass(frozen=True)
class Violation:
    """A broken rule: its code, the day, and one sentence with the values and the limit."""

    code: str
    day: int
    sentence: str


def clock_text(minutes: int) -> str:
    """A time of day: 545 is 09:05, 1800 is 06:00 next day."""
    if minutes > DAY_MINUTES:
        return f"{clock_text(minutes - DAY_MINUTES)} next day"
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def hours_text(minutes: int) -> str:
    """Minutes as hours: 630 is 10.5 h."""
    return f"{minutes / 60:.4g} h"
