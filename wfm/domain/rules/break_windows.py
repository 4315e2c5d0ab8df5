"""Breaks owed in a duty, each within its window."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from wfm.domain.contracts import BreakRule
from wfm.domain.rules.duty import Duty, Violation, clock_text

CODE = "legal_breaks"


def check_breaks(duty: Duty, owed: Sequence[BreakRule]) -> tuple[Violation, ...]:
    """Breaks missing, of the wrong length, outside their window, or over each other.

    An unpaid break may be longer than owed: a meal of 35 minutes where 30 are owed breaks nothing.
    """
    taken = sorted(duty.rests, key=lambda r: r.start)
    if [r.kind for r in taken] != [o.kind for o in owed] or any(
        r.minutes < o.minutes or (o.paid and r.minutes > o.minutes)
        for r, o in zip(taken, owed, strict=True)
    ):
        wanted = ", ".join(f"{o.kind} {o.minutes} min" for o in owed) or "none"
        given = ", ".join(f"{r.kind} {r.minutes} min" for r in taken) or "none"
        return (Violation(CODE, duty.day, f"breaks are {given}; owed, in order: {wanted}"),)
    found = []
    for rest, rule in zip(taken, owed, strict=True):
        if not rule.earliest <= rest.start <= rule.latest:
            a, b = duty.start + rule.earliest, duty.start + rule.latest
            found.append(
                Violation(
                    CODE,
                    duty.day,
                    f"{rest.kind} at {clock_text(duty.start + rest.start)}, "
                    f"allowed {clock_text(a)} to {clock_text(b)}",
                )
            )
    for one, two in itertools.pairwise(taken):
        if one.start + one.minutes > two.start:
            found.append(Violation(CODE, duty.day, f"{one.kind} and {two.kind} overlap"))
    return tuple(found)
