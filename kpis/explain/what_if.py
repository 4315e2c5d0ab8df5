"""What moving work to other people would do to a figure, as far as its levels tell."""

from __future__ import annotations

from kpis.definition import Kpi
from kpis.display import format_gap, format_value
from kpis.explain.levels import Bar, Level
from kpis.explain.reassign import Reassigned, reassigned
from wfm.domain.language import say

WORTH = 0.2  # of the rise: less is not worth moving people for (convention)


def moved_to(levels: tuple[Level, ...], slow: str, fast: str) -> Reassigned | None:
    """The whole figure if the fast took all work of the segment in which both are found.

    1,300 contacts at 420 s, of which 100 offers at 480 s by settled and 300 at 640 s by new
    agents: 383.1 s. None where the levels do not lead to both.
    """
    found = both_of(levels, slow, fast)
    if found is None:
        return None
    whole, (new, old) = levels[0], found
    base = sum(bar.base1 for bar in whole.bars)
    if new.after is None or old.after is None or base <= 0:
        return None
    return reassigned(base, whole.after * base, (old.base1, old.after), (new.base1, new.after), 1.0)


def both_of(levels: tuple[Level, ...], slow: str, fast: str) -> tuple[Bar, Bar] | None:
    """The bars of the slow and the fast in the level that is cut by tenure, slower the first."""
    for level in levels:
        if level.dimension != "tenure":
            continue
        bars = {bar.key: bar for bar in level.bars}
        new, old = bars.get(slow), bars.get(fast)
        if new is None or old is None or new.after is None or old.after is None:
            return None
        return (new, old) if new.after > old.after and old.base1 > 0 else None
    return None


def what_if_sentence(kpi: Kpi, levels: tuple[Level, ...], slow: str, fast: str) -> str:
    """What it would remove and what stays: "If agents with 90 days and more took them all, handle
    time would be 383 s: 37 s of the 66 s go, 29 s are more of this work and stay."
    """
    moved = moved_to(levels, slow, fast)
    if moved is None or kpi.unit != "s" or not is_worth_it(levels, moved):
        return ""
    found = both_of(levels, slow, fast)
    assert found is not None
    if levels[0].ends[0] == "target":
        less = round(levels[0].after) - round(moved.value)
        then = say(
            "it would be {value}, {size} less",
            value=format_value(kpi, moved.value),
            size=_size(kpi, less),
        )
        return say(
            "If {name} took them all, {then}; {saved:.1f} h are saved.",
            name=found[1].name,
            then=then,
            saved=moved.saved / 3600,
        )
    delta = round(levels[0].after) - round(levels[0].before)
    stays = round(moved.value) - round(levels[0].before)
    text = say(
        "If {name} took them all, it would be {value}: {size} of the {size_2} go",
        name=found[1].name,
        value=format_value(kpi, moved.value),
        size=_size(kpi, delta - stays),
        size_2=_size(kpi, delta),
    )
    if stays > 0:
        text += say(", {size} are its volume and stay", size=_size(kpi, stays))
    return say("{text}; {saved:.1f} h are saved.", text=text, saved=moved.saved / 3600)


def is_worth_it(levels: tuple[Level, ...], moved: Reassigned | None) -> bool:
    """Whether moving the work takes a fifth of the rise away, or more."""
    delta = levels[0].delta
    return moved is not None and delta > 0 and moved.removes >= WORTH * delta


def _size(kpi: Kpi, size: float) -> str:
    return format_gap(kpi, size).removeprefix("+")
