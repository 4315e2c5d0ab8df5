"""New figures put into a page that stands: only what changed is sent, and nothing else moves.

Replacing a whole page would draw every chart anew, close what is open and lose the focus. So a
page is cut into units (a table row, a tile, a chart), each with an id; a refresh that keeps the
page's shape sets the properties of the units that differ.

A unit of plain elements is one component of the browser, `Part` of `assets/part.js`, however many
elements it holds: Dash looks at each of its components whenever anything changes, and a page has
about a thousand elements.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from dash import no_update, set_props
from dash.development.base_component import Component
from plotly.utils import PlotlyJSONEncoder

Props = dict[str, Any]
HTML = "dash_html_components"
# What holds one of these is a frame around units and no unit itself, as with all that is no HTML.
UNITS = frozenset(("Details", "Tr", "Article"))
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
    whole = cut(page_id, list(tree))
    children = whole.children
    shape = mark(whole.shape)
    now = Seen(sign, view, shape, whole.marks)
    same_frame = seen is not None and (seen.view, seen.shape) == (view, shape)
    if seen is None or not same_frame or len(seen.units) != len(now.units):
        return children, now.text()
    for unit, old, new in zip(whole.units, seen.units, now.units, strict=True):
        if old != new:
            set_props(unit["id"], {name: value for name, value in unit.items() if name != "id"})
    return no_update, now.text()


def mark(value: object) -> str:
    """A short mark of a value: the same value, the same mark."""
    return hashlib.blake2b(encoded(value, orjson.OPT_SORT_KEYS), digest_size=5).hexdigest()


def encoded(value: object, more: int = 0) -> bytes:
    """A value as JSON; what is no plain value as the charts' library writes it."""
    options = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY | more
    return orjson.dumps(value, default=_default, option=options)


_default = PlotlyJSONEncoder().default


@dataclass(frozen=True)
class Cut:
    """A part of a page as plain values: its frame, and its units with a mark of each."""

    children: Any
    shape: list[Any]
    units: list[Props]
    marks: tuple[str, ...]

    def to_plotly_json(self) -> Any:
        """The part as the browser is sent it."""
        return self.children


def part_props(node: Any) -> Props:
    """The properties that show an element and all in it as one part: its tree."""
    return {"tree": told(node)}


def told(node: Any) -> Any:
    """Elements as the part in the browser builds them: tag, attributes, and what is inside."""
    if not isinstance(node, Component):
        return node
    own = node.__dict__
    inside = own.get("children")
    attributes = {k: v for k, v in own.items() if k != "children" and v is not None}
    return [node._type.lower(), attributes or 0, *(told(child) for child in _flat(inside))]


def _flat(children: Any) -> Iterator[Any]:
    if isinstance(children, (list, tuple)):
        for child in children:
            yield from _flat(child)
    elif children is not None:
        yield children


def cut(name: str, tree: Any) -> Cut:
    """A tree of components as plain values; its units are numbered under a name of their own.

    A frame's own properties are a unit too, without its children, which stand for themselves. A
    part that was cut before is put in as it is.
    """
    walk = _Walk(name)
    children = walk.whole(tree)
    marks = tuple(
        mark(unit) if known is None else known
        for unit, known in zip(walk.units, walk.known, strict=True)
    )
    return Cut(children, walk.shape, walk.units, marks)


class _Walk:
    """The one walk over a page, which notes shape and units on the way."""

    def __init__(self, page_id: str) -> None:
        self._page_id = page_id
        self._frames: dict[int, bool] = {}  # by component: whether it holds a frame
        self.shape: list[Any] = []
        self.units: list[Props] = []
        self.known: list[str | None] = []  # marks of the units, where a part brought them

    def whole(self, node: Any) -> Any:
        """A part of the frame, its shape and units noted."""
        if isinstance(node, (list, tuple)):
            self.shape.append(len(node))
            put = list[Any]()
            for child in node:
                made = self.whole(child)
                # A part that was cut before may be several elements side by side.
                put += made if isinstance(child, Cut) and isinstance(made, list) else [made]
            return put
        if isinstance(node, Cut):
            self.shape += node.shape
            self.units += node.units
            self.known += node.marks
            return node.children
        if not isinstance(node, Component):
            self.shape.append(node)
            return node
        props: Props = node.to_plotly_json()["props"]
        name = props.get("id")
        if name is None:
            name = f"{self._page_id}-u{len(self.units)}"
        if node._namespace == HTML and not self._holds_frame(node):
            self.shape.append(name)
            return self._noted({"id": name, **part_props(node)}, "Part", "muster")
        children = props.pop("children", _NONE)
        names = sorted(props) if children is _NONE else sorted([*props, "children"])
        self.shape.append([node._type, name, names])
        unit: Props = {"id": name} | {key: plain(value) for key, value in props.items()}
        shown = self._noted(unit, node._type, node._namespace)
        if children is not _NONE:
            shown["props"] = {**unit, "children": self.whole(children)}
        return shown

    def _noted(self, unit: Props, kind: str, namespace: str) -> dict[str, Any]:
        self.units.append(unit)
        self.known.append(None)
        return {"props": unit, "type": kind, "namespace": namespace}

    def _holds_frame(self, node: Any) -> bool:
        """Whether a node holds units of its own; of a unit, whether it holds more than HTML."""
        known = self._frames.get(id(node))
        if known is None:
            wanted = _foreign if node._type in UNITS else _framed
            known = self._frames[id(node)] = _any_inside(node, wanted)
        return known


def _foreign(node: Any) -> bool:
    return isinstance(node, Cut) or node._namespace != HTML


def _framed(node: Any) -> bool:
    return _foreign(node) or node._type in UNITS


def _any_inside(node: Any, wanted: Callable[[Any], bool]) -> bool:
    return any(
        wanted(child) or (not isinstance(child, Cut) and _any_inside(child, wanted))
        for child in _flat(getattr(node, "children", None))
        if isinstance(child, (Component, Cut))
    )


_NONE = object()


def plain(node: Any) -> Any:
    """A tree of components as the plain values that the browser is sent."""
    if isinstance(node, str):
        return node
    if isinstance(node, (list, tuple)):
        return [plain(child) for child in node]
    if isinstance(node, Component):
        shown: Props = node.to_plotly_json()
        props = shown["props"]
        children = props.get("children")
        if children is not None and not isinstance(children, str):
            props["children"] = plain(children)
        return shown
    return node
