"""What if other people took the work: the ratio with changed segments at the same volumes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from wfm.domain.errors import BadInput
from wfm.domain.language import say


@dataclass(frozen=True)
class Reassigned:
    """The value after moving work, what it removes, and the seconds it saves."""

    value: float
    removes: float
    saved: float


def reassigned(
    base: float, total: float, fast: tuple[float, float], slow: tuple[float, float], share: float
) -> Reassigned:
    """A mean when the fast take a share of one kind of work; `fast` and `slow` are (n, value).

    1,300 contacts of 546,000 s, of which experts take 100 offers at 480 s and novices 300 at
    640 s: with half of the offers for experts 407.7 s, with all 383.1 s, 36.9 s less and 13.3 h.
    """
    if base <= 0 or not 0 <= share <= 1:
        raise BadInput(
            say(
                "A share of {share:g} of {base:g} contacts cannot be moved; give 0 to 1.",
                share=share,
                base=base,
            )
        )
    n = fast[0] + slow[0]
    now = fast[0] * fast[1] + slow[0] * slow[1]
    then = n * (share * fast[1] + (1 - share) * slow[1])
    return Reassigned((total - now + then) / base, (now - then) / base, now - then)


def mix_adjusted(counts: Sequence[float], goals: Sequence[float]) -> float:
    """What the mix that came should take: 600/300/400 contacts at 300/420/480 s is 383.1 s."""
    return math.fsum(n * goal for n, goal in zip(counts, goals, strict=True)) / math.fsum(counts)
