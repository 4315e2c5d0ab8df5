"""Status as shape, word and colour together, so that none of them has to carry it alone."""

from __future__ import annotations

from typing import Any

from dashboards.parts import html
from wfm.domain.language import key_of, to_say

WORD = {
    "good": to_say("On target"), "warn": to_say("Near"), "bad": to_say("Off target"),
    "none": to_say("No data"),
}  # fmt: skip
# On a phone.
SHORT = {"On target": to_say("Met"), "Off target": to_say("Missed"), "No data": to_say("None")}
# Order of harm: what needs somebody comes first.
RANK = {"bad": 0, "warn": 1, "good": 2, "none": 3}


def icon(kind: str, *, size: int | None = None, label: str = "") -> Any:
    """An icon by name: tick (good), triangle (warn), octagon (bad), dashed ring (none), dot ...

    Without a label it is decoration for a text that says the same.
    """
    style = {"fontSize": f"{size}px"} if size else None
    if label:
        return html.Span(className=f"ic ic-{kind}", style=style, role="img", title=label,
                         **{"aria-label": label})  # fmt: skip
    return html.Span(className=f"ic ic-{kind}", style=style, **{"aria-hidden": "true"})


def mark(status: str, word: str | None = None, *, shape: str | None = None) -> Any:
    """Icon and word of a status: a red octagon and "Off target"; reference tiles have no icon."""
    text = WORD[status] if word is None else word
    quiet = status in ("good", "none")
    return html.Span(
        [
            icon(shape or status),
            html.Span(text, className="w"),
            html.Span(SHORT.get(key_of(text), text), className="s", **{"aria-hidden": "true"}),
        ],
        className=f"mark{'' if quiet else f' is-{status}'}{' is-none' if status == 'none' else ''}",
    )


def worst_of(statuses: list[str]) -> str:
    """The most harmful status of several; "none" of nothing."""
    return min(statuses, key=lambda s: RANK[s], default="none")
