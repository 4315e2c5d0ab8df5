"""How far a figure lies from what it is held against, as words of a sentence."""

from __future__ import annotations

from dashboards.parts.numbers import kpi_with_unit
from wfm.domain.language import say, to_say

# By whether it is the period before and whether its value is named: level, over, under.
WORDS = {
    (False, False): (
        to_say("at its target"), to_say("{size} over its target"),
        to_say("{size} under its target"),
    ),
    (False, True): (
        to_say("at target {goal}"), to_say("{size} over target {goal}"),
        to_say("{size} under target {goal}"),
    ),
    (True, False): (
        to_say("as the period before"), to_say("{size} over the period before"),
        to_say("{size} under the period before"),
    ),
    (True, True): (
        to_say("as the period before, {goal}"), to_say("{size} over the period before {goal}"),
        to_say("{size} under the period before {goal}"),
    ),
}  # fmt: skip


def apart(kpi_id: str, gap: float, base: float | None = None, *, before: bool = False) -> str:
    """The gap to its target or to the period before, named with its value where one is given.

    apart("adherence", -0.4, 95.0) is "0.4 pp under target 95.0 %".
    """
    size = kpi_with_unit(kpi_id, abs(gap), gap=True)
    goal = "" if base is None else kpi_with_unit(kpi_id, base)
    level, over, under = WORDS[before, bool(goal)]
    words = over if gap > 0 else under if gap < 0 else level
    return say(words[:], size=size, goal=goal)
