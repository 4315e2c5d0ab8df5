"""What a contract allows: hours, days, shift lengths, breaks and rest."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wfm.domain.errors import BadInput

_BREAK = re.compile(r"^(\w+):(\d+):(yes|no|true|false|1|0):(\d+)-(\d+)$", re.I)


@dataclass(frozen=True)
class BreakRule:
    """A break owed in a shift: kind, minutes, paid, and the window of its start in minutes."""

    kind: str
    minutes: int
    paid: bool
    earliest: int
    latest: int


STEP = 15
STANDARD_BREAKS = (
    BreakRule("break", 15, True, 90, 180),
    BreakRule("meal", 30, False, 210, 300),
    BreakRule("break", 15, True, 360, 450),
)
MEAL_FROM_MINUTES = 360


@dataclass(frozen=True)
class Contract:
    """Rules of one contract; times of day in minutes after local midnight."""

    contract_id: str
    weekly_minutes: tuple[int, int]
    days: tuple[int, int]
    shift_minutes: tuple[int, ...]
    start_every: int = 30
    earliest_start: int | None = None
    latest_end: int | None = None
    rest_minutes: int = 660
    max_consecutive_days: int = 6
    breaks: tuple[BreakRule, ...] = ()

    @property
    def window(self) -> tuple[int, int]:
        """Earliest start and latest end in minutes after midnight; 22:00 to 06:00 ends at 1800."""
        first = self.earliest_start or 0
        if self.latest_end is None:
            return first, 2 * 1440
        return first, self.latest_end + (1440 if self.latest_end <= first else 0)

    def paid_minutes(self, length: int) -> int:
        """Paid minutes of a shift of `length`: 510 with an unpaid meal of 30 pays 480."""
        return length - sum(rule.minutes for rule in self.breaks if not rule.paid)


def standard_contract(weekly_hours: float | None) -> Contract:
    """The rules used for people without a contract: five days, the same length each day.

    40 h: five shifts of 8 h and an unpaid meal of 30 min.
    """
    hours = weekly_hours or 40.0
    daily = max(STEP, round(hours * 60 / 5 / STEP) * STEP)
    meal = 30 if daily >= MEAL_FROM_MINUTES else 0
    breaks = tuple(b for b in STANDARD_BREAKS if meal or b.kind != "meal")
    return Contract(
        contract_id=f"standard {hours:g} h",
        weekly_minutes=(daily * 5, daily * 5),
        days=(5, 5),
        shift_minutes=(daily + meal,),
        breaks=breaks,
    )


def parse_breaks(text: str | None) -> tuple[BreakRule, ...]:
    """Break rules of `break:15:yes:90-180;meal:30:no:210-300`, in order of their windows."""
    rules = []
    for part in (text or "").split(";"):
        if not part.strip():
            continue
        match = _BREAK.match(part.strip())
        if not match:
            raise BadInput(
                f"Break rule {part.strip()!r} is not understood; write kind:minutes:paid:"
                f"earliest-latest in minutes from the shift's start, like break:15:yes:90-180."
            )
        rules.append(
            BreakRule(
                match[1], int(match[2]), match[3].lower() in ("yes", "true", "1"),
                int(match[4]), int(match[5]),
            )
        )  # fmt: skip
    return tuple(sorted(rules, key=lambda rule: rule.earliest))
