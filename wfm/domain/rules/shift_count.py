"""How often a kind of shift may or must be worked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from wfm.domain.language import say, say_many
from wfm.domain.rules.duty import Duty, Violation
from wfm.domain.rules.shift_class import ShiftClass

CODE = "shift_count"


def check_shift_count(
    duties: Sequence[Duty],
    weeks: int,
    kind: ShiftClass,
    per: Literal["week", "horizon"],
    allowed: tuple[int, int],
    *,
    first_weekday: int = 0,
) -> tuple[Violation, ...]:
    """Weeks, or whole horizons, with too many or too few shifts of a kind: 3 late of at most 2."""
    low, high = allowed
    days = [duty.day for duty in duties if kind.has(duty, first_weekday)]
    spans = [(7 * w, 7 * w + 7) for w in range(weeks)] if per == "week" else [(0, 7 * weeks)]
    found = []
    for first, end in spans:
        n = sum(first <= day < end for day in days)
        if not low <= n <= high:
            where = (
                say("week {week}", week=first // 7 + 1)
                if per == "week"
                else say_many("{n} week", "{n} weeks", weeks)
            )
            found.append(
                Violation(
                    CODE,
                    first,
                    say(
                        "{n} {kind} shifts in {where}, allowed {low} to {high}",
                        n=n,
                        kind=kind.name,
                        where=where,
                        low=low,
                        high=high,
                    ),
                )
            )
    return tuple(found)
