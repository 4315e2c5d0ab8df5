"""Who is to be scheduled: what each person can do, must do, is promised and wishes for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SLOTS = 96


@dataclass(frozen=True)
class Neighbours:
    """What lies around the horizon: `end` and `run` before it, `start` and `run_after` behind.

    end -8, run 3: three days worked in a row until 22:00 of the day before day 0.
    """

    end: int | None = None
    run: int = 0
    start: int | None = None
    run_after: int = 0
    on_queue: tuple[tuple[int, int], ...] = ()  # slots of a shift that runs into the first day
    weekends: tuple[bool, ...] = ()  # whether each of the last weekends was worked, newest last
    shift: tuple[int, int] | None = None  # start and length of the shift of the day before
    shift_after: tuple[int, int] | None = None  # and of the day after the last


@dataclass(frozen=True)
class FixedActivity:
    """Training, a meeting: at work, inside a shift and outside its breaks, but not on the queue."""

    kind: str
    day: int  # the shift's day
    start: int
    slots: int


@dataclass(frozen=True)
class PinnedBreak:
    """A break in its place; paid None: as the contract pays its kind."""

    kind: str
    start: int
    slots: int
    paid: bool | None = None


@dataclass(frozen=True)
class Pin:
    """What a day is to hold, whatever it costs: a shift as it stands, or nothing (`off`).

    `breaks` None leaves the breaks of the shift free.
    """

    day: int
    off: bool = False
    start: int = 0
    length: int = 0
    breaks: tuple[PinnedBreak, ...] | None = None


@dataclass(frozen=True)
class Wish:
    """What a person would like, and what it costs to do otherwise, once for each day.

    want "off": any shift costs; want "work": a day off costs; want a class of shifts: every other
    shift costs; avoid a class: such a shift costs.
    """

    cost: float
    want: str = ""
    avoid: str = ""
    days: tuple[int, ...] = ()  # of the horizon; () with no weekdays: every day
    weekdays: tuple[int, ...] = ()  # 0 is Monday

    def holds(self, day: int, weekday: int) -> bool:
        """Whether it is about a day of the horizon."""
        if self.days or self.weekdays:
            return day in self.days or weekday in self.weekdays
        return True


@dataclass(frozen=True)
class Agent:
    """One person: contract, days and hours that are impossible, queues that can be served."""

    id: str
    contract: str
    unavailable_days: frozenset[int]
    window: tuple[int, int]
    queues: tuple[str, ...]
    neighbours: Neighbours = Neighbours()
    activities: tuple[FixedActivity, ...] = ()
    hours: tuple[tuple[int, tuple[int, int]], ...] = ()  # (day, window) where a day has its own
    pins: tuple[Pin, ...] = ()
    wishes: tuple[Wish, ...] = ()
    ledger: Mapping[str, float] = field(default_factory=dict)  # class of shifts -> worked before
    share: float = 1.0  # of what is fair: 0.5 for half the days

    def window_on(self, day: int) -> tuple[int, int]:
        """Earliest start and latest end of a shift that starts on a day."""
        return dict(self.hours).get(day, self.window)

    @property
    def widest(self) -> tuple[int, int]:
        """The window that holds those of all days."""
        spans = [self.window, *(span for _, span in self.hours)]
        return min(a for a, _ in spans), max(b for _, b in spans)

    @property
    def busy(self) -> tuple[int, ...]:
        """Slots of the horizon spent in activities, in order."""
        return tuple(
            sorted(
                a.day * SLOTS + slot
                for a in self.activities
                for slot in range(a.start, a.start + a.slots)
            )
        )
