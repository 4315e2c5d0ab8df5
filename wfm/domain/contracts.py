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

    def paid_minutes(self, length: int) -> int:
        """Paid minutes of a shift of `length`: 510 with an unpaid meal of 30 pays 480."""
        return length - sum(rule.minutes for rule in self.breaks if not rule.paid)


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
