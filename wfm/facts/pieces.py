"""Time in pieces: layers of spells, runs of pieces, spells split on the quarter-hour grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.domain.grid import QUARTER_S

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Codes = NDArray[np.uint8]
# One agent's seconds: 48 days, more than any window the builder reads (a clock change included),
# and whole quarter-hours, so that a packed key tells its quarter.
SPAN = 4661 * QUARTER_S


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


def packed(agent: Ints, at: Ints, base: int) -> Ints:
    """One sortable number for agent and instant."""
    return agent * SPAN + (at - base)


def ranges(first: Ints, counts: Ints) -> Ints:
    """Whole numbers first, first + 1, ... for each count: (5, 9), (2, 3) is 5 6 9 10 11."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) - np.repeat(ends - counts - first, counts)


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
    last = (end - 1) // QUARTER_S
    alive = end > start
    if not alive.all():
        chosen = np.flatnonzero(alive)
        index, quarter, seconds = split_on_grid(start[chosen], end[chosen])
        return chosen[index], quarter, seconds
    counts = last - first + 1
    after = np.cumsum(counts)
    total = int(after[-1]) if len(after) else 0
    index = np.repeat(np.arange(len(start)), counts)
    # Most spells lie within a quarter: whole quarters first, then the two ends of each spell.
    begins = after - counts
    step = np.ones(total, np.int64)
    step[begins] = first - np.append(0, last[:-1])[: len(first)]
    seconds = np.full(total, QUARTER_S)
    seconds[after - 1] = end - last * QUARTER_S
    seconds[begins] = np.minimum(end, (first + 1) * QUARTER_S) - start
    return index, np.cumsum(step), seconds
