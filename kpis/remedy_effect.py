"""What a change of shifts would have done to adherence, from the lapses it would have covered."""

from __future__ import annotations

from collections.abc import Iterable

from wfm.domain.language import to_say

# The moment of the shift whose lapses a change covers; a moved meal covers none of its own.
COVERS = {"meal_longer": to_say("after lunch"), "start_later": to_say("at the start")}


def adherence_after(
    value: float | None, scheduled_s: float | None, lapses_s: Iterable[int], minutes: int
) -> float | None:
    """The adherence in percent had the plan begun again `minutes` later, by the same base.

    94.75 % of 633,600 s, twenty returns of 270 s and 5 minutes more: 94.75 + 5,400 / 6,336 = 95.60.
    A lapse is covered up to the minutes given. None without a value or a base, or when minutes are
    taken away, as nothing is known of what people would do then.
    """
    if value is None or not scheduled_s or minutes <= 0:
        return None
    covered = sum(min(seconds, minutes * 60) for seconds in lapses_s)
    return value + 100 * covered / scheduled_s
