"""How far a figure lies from what it is held against, as words of a sentence."""

from __future__ import annotations

from dashboards.parts.numbers import kpi_with_unit
from wfm.domain.language import say


def apart(kpi_id: str, gap: float, base: float | None = None, *, before: bool = False) -> str:
    """The gap to its target or to the period before, named with its value where one is given.

    apart("adherence", -0.4, 95.0) is "0.4 pp under target 95.0 %".
    """
    size = kpi_with_unit(kpi_id, abs(gap), gap=True)
    goal = "" if base is None else kpi_with_unit(kpi_id, base)
    if before:
        return _from_before(gap, size, goal)
    if not goal:
        if not gap:
            return say("at its target")
        return (
            say("{size} over its target", size=size)
            if gap > 0
            else (say("{size} under its target", size=size))
        )
    if not gap:
        return say("at target {goal}", goal=goal)
    return (
        say("{size} over target {goal}", size=size, goal=goal)
        if gap > 0
        else (say("{size} under target {goal}", size=size, goal=goal))
    )


def _from_before(gap: float, size: str, goal: str) -> str:
    if not goal:
        if not gap:
            return say("as the period before")
        return (
            say("{size} over the period before", size=size)
            if gap > 0
            else (say("{size} under the period before", size=size))
        )
    if not gap:
        return say("as the period before, {goal}", goal=goal)
    return (
        say("{size} over the period before {goal}", size=size, goal=goal)
        if gap > 0
        else (say("{size} under the period before {goal}", size=size, goal=goal))
    )
