"""Spells that overlap nowhere: what is on top when a layer is painted, in order of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from wfm.facts.pieces import SPAN, Codes, Ints, Layer, Mask, ranges

Kinds = NDArray[np.signedinteger]
Value = TypeVar("Value", bound=np.generic)


@dataclass(frozen=True)
class Flat:
    """Disjoint spells in order of agent and time: packed start and end.

    `index` is the layer's spell of each; None when the layer was flat and in order already.
    """

    start: Ints
    end: Ints
    index: Ints | None

    @property
    def spell(self) -> Ints:
        """The layer's spell of each flat spell."""
        return np.arange(len(self.start)) if self.index is None else self.index

    def of(self, values: NDArray[Value]) -> NDArray[Value]:
        """A value of the layer's spells, for each flat spell."""
        return values if self.index is None else values[self.index]

    def at(self, keys: Ints) -> Ints:
        """Index of the flat spell that covers each instant, -1 where none does."""
        if not len(self.start):
            return np.full(len(keys), -1)
        found = np.searchsorted(self.start, keys, side="right") - 1
        return np.where((found >= 0) & (self.end[found] > keys), found, -1)

    def runs(self, kind: Kinds) -> tuple[Flat, Kinds]:
        """Touching spells of one kind joined, kinds below 0 left out; and the kind of each run.

        Break 12:00-12:15 and meal 12:15-12:45, both of kind 1, are one run of 45 minutes.
        """
        # What is left out becomes time between, and so ends a run.
        mine = np.flatnonzero(kind >= 0)
        start, end, kind = self.start[mine], self.end[mine], kind[mine]
        fresh = np.ones(len(mine), bool)
        fresh[1:] = (kind[1:] != kind[:-1]) | (start[1:] != end[:-1])
        first = np.flatnonzero(fresh)
        last = np.append(first[1:], len(mine))[: len(first)] - 1
        return Flat(start[first], end[last], self._origin(mine[first])), kind[first]

    def joined(self, code: Codes) -> tuple[Flat, Codes]:
        """Touching spells of one code as one: what an agent is seen to do, without its steps."""
        if not len(code):
            return self, code
        fresh = code[1:] != code[:-1]
        fresh |= self.start[1:] != self.end[:-1]
        last = np.append(np.flatnonzero(fresh), len(code) - 1)
        first = np.append(0, last[:-1] + 1)
        return Flat(self.start[first], self.end[last], self._origin(first)), code[first]

    def _origin(self, mine: Ints) -> Ints:
        return mine if self.index is None else self.index[mine]


def flat(layer: Layer, base: int, until: int) -> Flat:
    """The layer as painted, up to an instant: a later spell covers what it overlaps.

    Available 09:00-10:00 with a contact 09:20-09:30 painted after it gives three spells.
    """
    ends = layer.end
    if len(ends) and int(ends.max()) > until:
        ends = np.minimum(ends, until)
    offset = layer.agent * SPAN - base
    start, end = layer.start + offset, ends + offset
    alive = end > start
    spell: Ints | None = None
    if not alive.all():
        spell = np.flatnonzero(alive)
        start, end = start[spell], end[spell]
    if not (start[1:] < end[:-1]).any():
        return Flat(start, end, spell)
    order = np.argsort(start, kind="stable")
    start, end, spell = start[order], end[order], order if spell is None else spell[order]
    touches = start[1:] < end[:-1]
    if not touches.any():
        return Flat(start, end, spell)
    # Only agents whose spells overlap are painted; the others are flat already.
    agents = np.unique(start[1:][touches] // SPAN)
    mine = np.isin(start // SPAN, agents)
    painted = _painted(start[mine], end[mine], spell[mine])
    rest = start[~mine], end[~mine], spell[~mine]
    merged = [np.concatenate(parts) for parts in zip(rest, painted, strict=True)]
    order = np.argsort(merged[0], kind="stable")
    return Flat(*(values[order] for values in merged))


def _painted(start: Ints, end: Ints, spell: Ints) -> tuple[Ints, Ints, Ints]:
    """Overlapping spells resolved: between two edges the spell painted last is on top."""
    order = np.argsort(spell, kind="stable")
    start, end, spell = start[order], end[order], spell[order]
    edges = np.unique(np.concatenate([start, end]))
    lo, hi = np.searchsorted(edges, start), np.searchsorted(edges, end)
    top = np.full(len(edges) - 1, -1)
    top[ranges(lo, hi - lo)] = np.repeat(np.arange(len(spell)), hi - lo)
    return _unbroken(edges[:-1], edges[1:], top, spell)


def _unbroken(first: Ints, last: Ints, top: Ints, spell: Ints) -> tuple[Ints, Ints, Ints]:
    fresh: Mask = np.ones(len(top), bool)
    fresh[1:] = top[1:] != top[:-1]
    begin = np.flatnonzero(fresh)
    end = np.append(begin[1:], len(top)) - 1
    covered = top[begin] >= 0
    begin, end = begin[covered], end[covered]
    return first[begin], last[end], spell[top[begin]]
