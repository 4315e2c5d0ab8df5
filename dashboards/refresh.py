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
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import orjson
from dash import no_update, set_props
from dash.development.base_component import Component
from plotly.utils import PlotlyJSONEncoder

Props = dict[str, Any]
HTML = "dash_html_components"
NUL = b"\0"  # in no JSON: there it is written by its number
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
    shape = mark(whole.shape)
    now = Seen(sign, view, shape, tuple(told for _, told in whole.units))
    same_frame = seen is not None and (seen.view, seen.shape) == (view, shape)
    if seen is None or not same_frame or len(seen.units) != len(now.units):
        return orjson.Fragment(b"[" + whole.text + b"]"), now.text()
    changed = [name for (name, new), old in zip(whole.units, seen.units, strict=True) if new != old]
    for name, props in whole.props(changed):
        set_props(name, props)
    return no_update, now.text()


def mark(value: object) -> str:
    """A short mark of a value: the same value, the same mark."""
    return _mark(encoded(value))


def _mark(text: bytes) -> str:
    return hashlib.blake2b(text, digest_size=5).hexdigest()


def encoded(value: object) -> bytes:
    """A value as JSON; what is no plain value as the charts' library writes it."""
    return orjson.dumps(value, default=_default, option=_OPTIONS)


_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
_default = PlotlyJSONEncoder().default
_decoder = json.JSONDecoder()


class Packed(NamedTuple):
    """A part as it is kept, a tenth of its text, with the kept parts that stand in it."""

    own: bytes
    inside: tuple[Packed, ...]

    @property
    def size(self) -> int:
        """The bytes of all."""
        return len(self.own) + sum(part.size for part in self.inside)

    def unpacked(self) -> Cut:
        """The part as it was cut."""
        told, _, own = zlib.decompress(self.own).partition(b"\n")
        shape, units = orjson.loads(told)
        return Cut(own, self.inside, shape, tuple(map(tuple, units)), self)


@dataclass(frozen=True)
class Cut:
    """A part of a page as the browser is sent it: what stands in it, and a mark of each unit.

    Each unit is written as JSON once, for its mark and for the answer. A part inside that somebody
    keeps is named in the text of this one and not repeated.
    """

    own: bytes  # its elements as JSON with commas between; NUL, number, NUL for a part inside
    inside: tuple[Cut | Packed, ...]
    shape: str  # a mark of the frame
    units: tuple[tuple[str, str], ...]  # id and mark, in order
    kept: Packed | None = None  # the same packed, where somebody keeps it

    @cached_property
    def text(self) -> bytes:
        """Its elements as JSON with commas between, those of the parts inside it too."""
        pieces = self.own.split(NUL)
        for at in range(1, len(pieces), 2):
            part = self.inside[int(pieces[at])]
            pieces[at] = (part if isinstance(part, Cut) else part.unpacked()).text
        return b"".join(pieces)

    def to_plotly_json(self) -> list[Any]:
        """Its elements as plain values."""
        return list(orjson.loads(b"[" + self.text + b"]"))

    def props(self, names: Sequence[str]) -> Iterator[tuple[str, Props]]:
        """Ids and properties of some units, those of a frame without what stands in it."""
        text = self.text.decode() if names else ""
        for name in names:
            props, _ = _decoder.raw_decode(text, text.index('{"id":' + encoded(name).decode()))
            yield name, {key: props[key] for key in props if key not in ("id", "children")}

    def packed(self) -> Packed:
        """The part as it is kept."""
        if self.kept is not None:
            return self.kept
        told = encoded((self.shape, self.units))
        inside = (part.packed() if isinstance(part, Cut) else part for part in self.inside)
        return Packed(zlib.compress(told + b"\n" + self.own, 1), tuple(inside))


def part_props(node: Any) -> Props:
    """The properties that show an element and all in it as one part: its tree."""
    return {"tree": told(node)}


def told(node: Any) -> Any:
    """Elements as the part in the browser builds them: tag, attributes, and what is inside."""
    if _namespace(node) is None:
        return node
    own = node.__dict__
    inside = own.get("children")
    attributes = {k: v for k, v in own.items() if k != "children" and v is not None}
    return [node._type.lower(), attributes or 0, *(told(child) for child in _flat(inside))]


def _namespace(node: Any) -> str | None:
    """The library that a component is of; None for what is no component.

    To ask for the class, which is an abstract one, takes ten times as long.
    """
    return getattr(node, "_namespace", None)


def _flat(children: Any) -> Iterator[Any]:
    if isinstance(children, (list, tuple)):
        for child in children:
            yield from _flat(child)
    elif children is not None:
        yield children


def cut(name: str, tree: Any) -> Cut:
    """A tree of components as the browser is sent it; units are numbered under a name of their own.

    A frame's own properties are a unit too, without its children, which stand for themselves. A
    part that was cut before is put in as it is.
    """
    walk = _Walk(name)
    own = walk.beside(tree) if isinstance(tree, (list, tuple)) else walk.whole(tree)
    return Cut(own, tuple(walk.inside), mark(walk.shape), tuple(walk.units))


class _Walk:
    """The one walk over a page, which notes shape and units on the way."""

    def __init__(self, page_id: str) -> None:
        self._page_id = page_id
        self._holds: dict[int, tuple[bool, bool]] = {}  # by element: more than HTML, units
        self.shape: list[Any] = []
        self.units: list[tuple[str, str]] = []
        self.inside: list[Cut] = []

    def beside(self, nodes: Sequence[Any]) -> bytes:
        """Elements side by side, with commas between."""
        self.shape.append(len(nodes))
        return b",".join(text for node in nodes if (text := self.whole(node)))

    def whole(self, node: Any) -> bytes:
        """A part of the frame as JSON, its shape and units noted."""
        if isinstance(node, Cut):
            return self._put_in(node)
        if isinstance(node, (list, tuple)):
            return b"[" + self.beside(node) + b"]"
        if _namespace(node) is None:
            self.shape.append(node)
            return encoded(node)
        name = getattr(node, "id", None)
        if name is None:
            name = f"{self._page_id}-u{len(self.units)}"
        if node._namespace == HTML and not self._is_frame(node):
            self.shape.append(name)
            unit = self._noted(name, {"id": name, **part_props(node)})
            return b'{"props":' + unit + b',"type":"Part","namespace":"muster"}'
        props: Props = node.to_plotly_json()["props"]
        children = props.pop("children", _NONE)
        names = sorted(props) if children is _NONE else sorted([*props, "children"])
        self.shape.append([node._type, name, names])
        unit = self._noted(name, {"id": name, **{k: plain(v) for k, v in props.items()}})
        if children is not _NONE:
            shown = self.whole(children)
            shown = b"[" + shown + b"]" if isinstance(children, Cut) else shown
            unit = unit[:-1] + b',"children":' + shown + b"}"
        kind = encoded({"type": node._type, "namespace": node._namespace})
        return b'{"props":' + unit + b"," + kind[1:]

    def _put_in(self, part: Cut) -> bytes:
        """The number of a part that was cut before, in place of its text; nothing for nothing."""
        self.shape.append(part.shape)
        self.units += part.units
        if not part.own:
            return b""
        self.inside.append(part)
        return NUL + str(len(self.inside) - 1).encode() + NUL

    def _noted(self, name: str, unit: Props) -> bytes:
        text = encoded(unit)
        self.units.append((name, _mark(text)))
        return text

    def _is_frame(self, node: Any) -> bool:
        """Whether a node holds units of its own; of a unit, whether it holds more than HTML."""
        more, units = self._held(node)
        return more or (units and node._type not in UNITS)

    def _held(self, node: Any) -> tuple[bool, bool]:
        """Whether anything inside an element is more than HTML, and whether anything is a unit."""
        known = self._holds.get(id(node))
        if known is None:
            more = units = False
            for child in _flat(getattr(node, "children", None)):
                if (namespace := _namespace(child)) == HTML:
                    inner, own = self._held(child)
                    more, units = more or inner, units or own or child._type in UNITS
                elif namespace is not None or isinstance(child, Cut):
                    more = True
            known = self._holds[id(node)] = more, units
        return known


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
