"""New figures put into a page that stands: only what changed is sent, and nothing else moves.

Replacing a whole page would draw every chart anew, close what is open and lose the focus. So a
page is cut into units (a table row, a line of a tile, a chart), each with an id; a refresh that
keeps the page's shape sets the properties of the units that differ.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dash import no_update, set_props
from dash.development.base_component import Component
from plotly.utils import PlotlyJSONEncoder

# A component that holds one of these is a frame around units, not a unit itself.
Props = dict[str, Any]
FRAMED = ("Graph", "Details", "Tr", "Article")
LONGEST_SEEN = 60_000


@dataclass(frozen=True)
class Seen:
    """What a browser shows: the state of data and view, the page's shape, a mark per unit."""

    sign: str
    view: str
    shape: str
    units: tuple[str, ...]

    def text(self) -> str:
        """The same as one text, as the browser keeps it."""
        return " ".join((self.sign, self.view, self.shape, *self.units))


def parse_seen(value: object) -> Seen | None:
    """What the browser says it shows; anything unreadable counts as nothing."""
    if not isinstance(value, str) or len(value) > LONGEST_SEEN:
        return None
    parts = value.split(" ")
    return Seen(parts[0], parts[1], parts[2], tuple(parts[3:])) if len(parts) >= 3 else None


def refreshed(
    page_id: str, tree: Sequence[Any], sign: str, view: str, seen: Seen | None
) -> tuple[Any, str]:
    """The page's new children, or nothing when its changed units could be set one by one."""
    units: list[Props] = []
    shape = mark(list(_shape(tree, page_id, units)))
    marks = tuple(mark(unit) for unit in units)
    now = Seen(sign, view, shape, marks)
    if seen is None or (seen.view, seen.shape) != (view, shape) or len(seen.units) != len(marks):
        return list(tree), now.text()
    for unit, old, new in zip(units, seen.units, marks, strict=True):
        if old != new:
            set_props(unit["id"], {name: value for name, value in unit.items() if name != "id"})
    return no_update, now.text()


def mark(value: object) -> str:
    """A short mark of a value: the same value, the same mark."""
    text = json.dumps(value, cls=PlotlyJSONEncoder, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=5).hexdigest()


def _shape(node: Any, page_id: str, units: list[Props]) -> Iterator[Any]:
    """The frame of a page as text and names; its units are numbered and collected on the way.

    A frame's own properties are a unit too, without its children, which stand for themselves.
    """
    if isinstance(node, (list, tuple)):
        yield len(node)
        for child in node:
            yield from _shape(child, page_id, units)
    elif not isinstance(node, Component):
        yield node
    else:
        if getattr(node, "id", None) is None:
            node.id = f"{page_id}-u{len(units)}"
        props: Props = dict(node.to_plotly_json()["props"])
        units.append(props)
        yield [node._type, node.id, sorted(props)]
        if node._type == "Details" or _holds_frame(node):
            yield from _shape(props.pop("children", None), page_id, units)


def _holds_frame(node: Any) -> bool:
    children = getattr(node, "children", None)
    below = children if isinstance(children, (list, tuple)) else [children]
    return any(
        isinstance(child, Component) and (child._type in FRAMED or _holds_frame(child))
        for child in below
    )
