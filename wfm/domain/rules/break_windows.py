"""Breaks owed in a duty, each within its window."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from wfm.domain.contracts import BreakRule
from wfm.domain.language import joined, say
from wfm.domain.rules.duty import Duty, Rest, Violation, clock_text

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
        wanted = _listed(owed)
        given = _listed(taken)
        return (
            Violation(
                CODE,
                duty.day,
                say("breaks are {given}; owed, in order: {wanted}", given=given, wanted=wanted),
            ),
        )
    found = []
    for rest, rule in zip(taken, owed, strict=True):
        if not rule.earliest <= rest.start <= rule.latest:
            a, b = duty.start + rule.earliest, duty.start + rule.latest
            found.append(
                Violation(
                    CODE,
                    duty.day,
                    say(
                        "{kind} at {at}, allowed {first} to {last}",
                        kind=say(rest.kind),
                        at=clock_text(duty.start + rest.start),
                        first=clock_text(a),
                        last=clock_text(b),
                    ),
                )
            )
    for one, two in itertools.pairwise(taken):
        if one.start + one.minutes > two.start:
            found.append(
                Violation(
                    CODE,
                    duty.day,
                    say("{one} and {two} overlap", one=say(one.kind), two=say(two.kind)),
                )
            )
    return tuple(found)


def _listed(rests: Sequence[Rest] | Sequence[BreakRule]) -> str:
    each = [say("{kind} {minutes} min", kind=say(r.kind), minutes=r.minutes) for r in rests]
    return joined(", ", each) if each else say("none")
