"""What labour rules look at: one person's duties in order, in minutes; and what they answer."""

from __future__ import annotations

from dataclasses import dataclass

from wfm.domain.language import joined, say, to_say

DAY_MINUTES = 1440

DAY = to_say("day {n}")


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
        return say("{clock} next day", clock=clock_text(minutes - DAY_MINUTES))
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def span_text(start: int, end: int) -> str:
    """Two times of day: 09:00-17:00."""
    return joined("-", (clock_text(start), clock_text(end)))


def hours_text(minutes: int) -> str:
    """Minutes as hours: 630 is 10.5 h."""
    return say("{hours:.4g} h", hours=minutes / 60)


def on_day(number: int) -> str:
    """A day of a plan in a sentence: "day 3", until `told` knows the week and names its date."""
    return say(DAY, n=number)
