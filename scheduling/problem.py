"""What is to be scheduled, as frozen values; `problem_file` reads them from JSON.

Days and slots count from 0; a slot is a quarter of an hour; slot 28 of a day is 07:00. A shift
belongs to the day it starts on; slots above 95 are those of the next day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from scheduling.people import SLOTS, Agent, FixedActivity, Neighbours, Pin, PinnedBreak, Wish

__all__ = [
    "SLOTS", "Agent", "Break", "ChangeCosts", "ContractRules", "FixedActivity", "LabourRule",
    "Neighbours", "OwnShift", "Pin", "PinnedBreak", "Problem", "PublishedShift", "ShiftClass",
    "Wish",
]  # fmt: skip


@dataclass(frozen=True)
class Break:
    """A break owed: its first slot lies `earliest` to `latest` slots after the shift's start."""

    kind: str
    slots: int
    paid: bool
    earliest: int
    latest: int


@dataclass(frozen=True)
class ShiftClass:
    """A kind of shift, like late or weekend: all that is given must hold; ranges hold both ends.

    end (88, 192): shifts that end at 22:00 or later.
    """

    name: str
    weekdays: tuple[int, ...] | None = None  # 0 is Monday
    start: tuple[int, int] = (0, 2 * SLOTS)
    end: tuple[int, int] = (0, 2 * SLOTS)
    length: tuple[int, int] = (0, 2 * SLOTS)

    def has(self, weekday: int, start: int, length: int) -> bool:
        """Whether a shift of a weekday is of this kind."""
        return (
            (self.weekdays is None or weekday in self.weekdays)
            and self.start[0] <= start <= self.start[1]
            and self.end[0] <= start + length <= self.end[1]
            and self.length[0] <= length <= self.length[1]
        )


@dataclass(frozen=True)
class LabourRule:
    """A rule of a contract as data: its name and the values that it needs; see `labour`.

    ("shift_count", {"class": "late", "per": "week", "least": 0, "most": 2}).
    """

    rule: str
    values: Mapping[str, object]

    def number(self, name: str, default: int = 0) -> int:
        """A whole number of the rule."""
        found = self.values.get(name, default)
        return found if isinstance(found, int) else default

    def text(self, name: str) -> str:
        """A word of the rule."""
        return str(self.values.get(name, ""))


@dataclass(frozen=True)
class PublishedShift:
    """A shift as people know it already: changing it costs."""

    agent: str
    day: int
    start: int
    length: int
    breaks: tuple[tuple[str, int, int], ...]  # kind, first slot of the day, slots
    paid: tuple[bool | None, ...] = ()  # of each break; None: as the contract pays its kind


@dataclass(frozen=True)
class ChangeCosts:
    """Cost of each shift added or taken away, each slot it moves, each break that moves."""

    shift: float = 0.0
    slot: float = 0.0
    rest: float = 0.0


@dataclass(frozen=True)
class OwnShift:
    """A shift as somebody was promised it, inside the contract or not, its breaks in place."""

    start: int
    length: int
    breaks: tuple[Break, ...]
    days: frozenset[int] = frozenset()  # on which it is allowed


@dataclass(frozen=True)
class ContractRules:
    """What a contract allows, in slots; every range holds both of its ends."""

    name: str
    days_per_week: tuple[int, int]
    shift_lengths: tuple[int, ...]
    paid_slots_per_week: tuple[int, int]
    max_consecutive_days: int
    min_rest_slots: int
    start_every_slots: int
    breaks: Mapping[int, tuple[Break, ...]]
    own: tuple[OwnShift, ...] = ()  # beside the contract's shifts: what pins hold
    overtime_from: int | None = None  # paid slots of a week beyond which each costs
    overtime_slot: float = 0.0
    wage_slot: float = 0.0  # cost of a paid slot
    premiums: tuple[tuple[str, float], ...] = ()  # class of shifts -> cost of each of its slots
    labour: tuple[LabourRule, ...] = ()

    def paid(self, length: int) -> int:
        """Paid slots of a shift: 34 slots with an unpaid meal of 2 pay 32."""
        return length - sum(b.slots for b in self.breaks[length] if not b.paid)

    def overtime_cost(self, paid: int) -> float:
        """Cost of a week's overtime: 168 paid slots, 160 of them free, 0.5 each are 4."""
        if self.overtime_from is None:
            return 0.0
        return self.overtime_slot * max(0, paid - self.overtime_from)


@dataclass(frozen=True)
class Problem:
    """Requirement, people and rules of one to four weeks."""

    first_day: date
    days: int
    opening: tuple[tuple[int, int] | None, ...]  # of each day; None: closed
    grid_from: int  # starts lie on the grid counted from this slot
    requirement: Mapping[str, tuple[tuple[int, ...], ...]]  # queue -> days x 96
    understaffed_slot: float
    overstaffed_slot: float
    contracts: Mapping[str, ContractRules]
    agents: tuple[Agent, ...]
    classes: Mapping[str, ShiftClass] = field(default_factory=dict)
    fairness: tuple[tuple[str, float], ...] = ()  # class of shifts -> cost of a squared deviation
    published: tuple[PublishedShift, ...] = ()
    change: ChangeCosts = ChangeCosts()

    @property
    def weeks(self) -> int:
        return self.days // 7

    def weekday(self, day: int) -> int:
        """0 for Monday, of a day of the horizon."""
        return (self.first_day.weekday() + day) % 7

    @property
    def required_slots(self) -> int:
        """Agent-slots needed in all."""
        return sum(sum(row) for rows in self.requirement.values() for row in rows)
