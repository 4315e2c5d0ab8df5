"""Time cut into pieces: layers painted over each other, cut at instants, split on the grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.domain.grid import QUARTER_S

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
# One agent's seconds: 48 days, more than any window the builder reads (a clock change included).
SPAN = 1 << 22


@dataclass(frozen=True)
class Layer:
    """Spells of one kind, half-open, agents as small indexes; a later spell covers an earlier."""

    agent: Ints
    start: Ints
    end: Ints


@dataclass(frozen=True)
class Pieces:
    """Elementary pieces in order of agent and time, with the spell of each layer on top (-1)."""

    agent: Ints
    start: Ints
    end: Ints
    top: tuple[Ints, ...]

    @property
    def seconds(self) -> Ints:
        return self.end - self.start


def overlay(layers: Sequence[Layer], base: int) -> Pieces:
    """Layers laid over each other: where any layer has a spell there are pieces, cut at all edges.

    A schedule 09:00-12:00 over states 08:50-10:00 and 10:00-12:05 gives four pieces: 08:50-09:00
    (no schedule), 09:00-10:00, 10:00-12:00 and 12:00-12:05 (no schedule).
    """
    keys = [
        packed(layer.agent, edge, base) for layer in layers for edge in (layer.start, layer.end)
    ]
    edges = np.unique(np.concatenate(keys)) if keys else np.empty(0, np.int64)
    if len(edges) < 2:
        nothing = np.empty(0, np.int64)
        return Pieces(nothing, nothing, nothing, tuple(nothing for _ in layers))
    tops = [_painted(layer, edges, base) for layer in layers]
    covered = np.any(np.stack(tops) >= 0, axis=0)
    first, last = edges[:-1][covered], edges[1:][covered]
    agent = first // SPAN
    return Pieces(
        agent, first - agent * SPAN + base, last - agent * SPAN + base,
        tuple(top[covered] for top in tops),
    )  # fmt: skip


def packed(agent: Ints, at: Ints, base: int) -> Ints:
    """One sortable number for agent and instant."""
    return agent * SPAN + (at - base)


def _painted(layer: Layer, edges: Ints, base: int) -> Ints:
    """For each piece between two edges, the last spell of the layer that covers it, or -1."""
    top = np.full(len(edges) - 1, -1, np.int64)
    lo = np.searchsorted(edges, packed(layer.agent, layer.start, base))
    hi = np.searchsorted(edges, packed(layer.agent, layer.end, base))
    counts = np.maximum(hi - lo, 0)
    spell = np.repeat(np.arange(len(counts)), counts)
    top[ranges(lo, counts)] = spell
    return top


def ranges(first: Ints, counts: Ints) -> Ints:
    """Whole numbers first, first + 1, ... for each count: (5, 9), (2, 3) is 5 6 9 10 11."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) - np.repeat(ends - counts - first, counts)


def cut_at(pieces: Pieces, agent: Ints, at: Ints, base: int) -> tuple[Pieces, Ints]:
    """The pieces cut at instants that lie inside one, and which old piece each new one is of."""
    starts = packed(pieces.agent, pieces.start, base)
    if not len(starts):
        return pieces, np.arange(0)
    ends = packed(pieces.agent, pieces.end, base)
    cuts = np.unique(packed(agent, at, base))
    holder = np.searchsorted(starts, cuts, side="right") - 1
    inside = (holder >= 0) & (cuts > starts[holder]) & (cuts < ends[holder])
    if not inside.any():
        return pieces, np.arange(len(starts))
    first = np.sort(np.concatenate([starts, cuts[inside]]))
    owner = np.searchsorted(starts, first, side="right") - 1
    last = ends[owner]
    same = owner[1:] == owner[:-1]
    last[:-1][same] = first[1:][same]
    who = pieces.agent[owner]
    shift = base - who * SPAN
    cut = Pieces(who, first + shift, last + shift, tuple(top[owner] for top in pieces.top))
    return cut, owner


def covered_by(pieces: Pieces, layer: Layer, base: int) -> Ints:
    """The last spell of a layer that covers each piece, or -1; pieces are cut at its edges."""
    starts = packed(pieces.agent, pieces.start, base)
    lo = np.searchsorted(starts, packed(layer.agent, layer.start, base))
    hi = np.searchsorted(starts, packed(layer.agent, layer.end, base))
    counts = np.maximum(hi - lo, 0)
    top = np.full(len(starts), -1, np.int64)
    top[ranges(lo, counts)] = np.repeat(np.arange(len(counts)), counts)
    return top


def joined_runs(pieces: Pieces, chosen: Mask, tag: Ints | None = None) -> Ints:
    """Number of the unbroken run of each chosen piece (from 0), -1 for the others.

    Pieces join when they touch, belong to one agent and carry the same tag.
    """
    joins = np.zeros(len(chosen), bool)
    if len(chosen) > 1:
        joins[1:] = (
            chosen[1:]
            & chosen[:-1]
            & (pieces.agent[1:] == pieces.agent[:-1])
            & (pieces.start[1:] == pieces.end[:-1])
        )
        if tag is not None:
            joins[1:] &= tag[1:] == tag[:-1]
    number = np.cumsum(chosen & ~joins) - 1
    return np.where(chosen, number, -1)


def run_bounds(pieces: Pieces, run: Ints) -> Layer:
    """Agent, start and end of each run."""
    chosen = np.flatnonzero(run >= 0)
    first = chosen[np.unique(run[chosen], return_index=True)[1]]
    n = len(first)
    end = np.zeros(n, np.int64)
    end[run[chosen]] = pieces.end[chosen]  # the last piece of a run comes last
    return Layer(pieces.agent[first], pieces.start[first], end)


def split_on_grid(start: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """Spells split on the quarter-hour grid: index of the spell, quarter, seconds in it.

    10:07:30-10:48:00 is 450, 900, 900 and 180 s: together the 2,430 s of the spell.
    """
    first = start // QUARTER_S
    counts = np.maximum((end - 1) // QUARTER_S - first + 1, 0) * (end > start)
    index = np.repeat(np.arange(len(start)), counts)
    quarter = ranges(first, counts)
    seconds = np.minimum(end[index], (quarter + 1) * QUARTER_S) - np.maximum(
        start[index], quarter * QUARTER_S
    )
    return index, quarter, seconds
