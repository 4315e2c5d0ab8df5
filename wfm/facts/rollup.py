"""Seconds of disjoint spells by agent, quarter and code: one running sum, read at the edges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from wfm.domain.grid import QUARTER_S
from wfm.facts.pieces import SPAN, Ints, Mask

SECONDS_BITS = 10  # a quarter-hour holds at most 900 s of one code
PER_WORD = 64 // SECONDS_BITS
Shorts = NDArray[np.uint16]
Number = TypeVar("Number", np.uint64, np.int64)
_MASK = np.uint64((1 << SECONDS_BITS) - 1)
_PER_AGENT = SPAN // QUARTER_S
_NAMES = 4  # names in a word of sums
_AT_ONCE = 1 << 14  # runs added up at once: what they need stays in the processor's cache
_EVERY_OTHER = np.uint64(0x0000FFFF0000FFFF)


def quarter_seconds(
    start: Ints, end: Ints, code: NDArray[np.unsignedinteger], codes: int, agents: int,
    first: int, quarters: int,
) -> NDArray[np.uint16]:  # fmt: skip
    """Seconds by (agent, quarter, code) of packed spells in order, none of which overlap.

    `first` is the number of the first quarter after the base. 10:07:30-10:48:00 gives its code
    450, 900, 900 and 180 s. Six codes share one 64-bit sum, ten bits each: the sum may overflow
    from field to field, the difference of two of its values may not, since no field of a quarter
    exceeds 900.
    """
    seconds = np.zeros((agents, quarters, codes), np.uint16)
    if not len(start):
        return seconds
    edge, before = _edges(start, agents, first, quarters)
    last = before - 1
    over = np.maximum(end[last] - edge, 0).astype(np.uint64)
    over[before == 0] = 0
    length = (end - start).astype(np.uint64)
    for low in range(0, codes, PER_WORD):
        weights = np.zeros(max(codes, int(np.iinfo(code.dtype).max) + 1), np.uint64)
        n = min(PER_WORD, codes - low)
        weights[low : low + n] = np.uint64(1) << np.arange(
            0, n * SECONDS_BITS, SECONDS_BITS, dtype=np.uint64
        )
        weight = weights[code]
        total = np.cumsum(weight * length)
        at_edge = np.where(before > 0, total[last], np.uint64(0)) - weight[last] * over
        cells = np.diff(at_edge.reshape(agents, quarters + 1), axis=1)
        for field in range(n):
            seconds[:, :, low + field] = (cells >> np.uint64(field * SECONDS_BITS)) & _MASK
    return seconds


@dataclass(frozen=True)
class Sums:
    """Seconds by name of stretches of time, four names to a 64-bit word, sixteen bits each.

    A stretch inside a quarter of one agent holds at most 900 s of a name, so fields never meet.
    """

    names: tuple[str, ...]
    words: tuple[NDArray[np.uint64], ...]

    def of(self, name: str) -> Shorts:
        """The seconds of one name in each stretch."""
        word, field = divmod(self.names.index(name), _NAMES)
        return self.words[word].astype("<u8", copy=False).view("<u2")[field::_NAMES]

    def columns(self) -> dict[str, Shorts]:
        """The seconds of every name."""
        return {name: self.of(name) for name in self.names}

    def in_cells(self, place: Ints, cells: int) -> Sums:
        """Sums by the cell of each stretch, cells of one quarter and agent."""
        if len(place) == cells:
            return self
        return Sums(self.names, tuple(in_cells(word, place, cells) for word in self.words))

    def wide(self, place: Ints, n: int) -> dict[str, Ints]:
        """Sums of every name over any length of time, by the place of each stretch."""
        run = np.flatnonzero(np.append(True, place[1:] != place[:-1])[: len(place)])
        at, found = place[run], dict[str, Ints]()
        for low, word in zip(range(0, len(self.names), _NAMES), self.words, strict=True):
            # Half the fields at a time, in twice the room: whole days fit.
            for odd in (0, 1):
                half = (word >> np.uint64(16 * odd)) & _EVERY_OTHER
                sums = np.add.reduceat(half, run) if len(run) else half
                for field in (odd, odd + 2):
                    if low + field < len(self.names):
                        part = sums.astype("<u8", copy=False).view("<u4")[field // 2 :: 2]
                        values = np.bincount(at, part, n).astype(np.int64)
                        found[self.names[low + field]] = values
        return found


def run_sums(
    counts: Mapping[str, Mask], kind: NDArray[np.int32], seconds: Ints, runs: Ints
) -> Sums:
    """Seconds by name of each run of parts: of those parts whose kind counts for the name.

    `runs` are the first parts of the runs; a run lies inside one quarter of one agent.
    """
    names, weights = tuple(counts), []
    for low in range(0, len(names), _NAMES):
        chosen = names[low : low + _NAMES]
        weight = np.zeros(len(counts[chosen[0]]), np.uint64)
        for field, name in enumerate(chosen):
            weight |= counts[name].astype(np.uint64) << np.uint64(field * 16)
        weights.append(weight)
    words = tuple(np.empty(len(runs), np.uint64) for _ in weights)
    for low in range(0, len(runs), _AT_ONCE):
        mine = runs[low : low + _AT_ONCE]
        end = runs[low + _AT_ONCE] if low + _AT_ONCE < len(runs) else len(kind)
        own, length = kind[mine[0] : end].astype(np.int64), seconds[mine[0] : end].astype(np.uint64)
        for weight, word in zip(weights, words, strict=True):
            np.add.reduceat(weight[own] * length, mine - mine[0], out=word[low : low + len(mine)])
    return Sums(names, words)


def in_cells(values: NDArray[Number], place: Ints, n: int) -> NDArray[Number]:
    """Sums of values by the cell of each; nearly always they come in the order of their cells."""
    if n and (place[1:] >= place[:-1]).all():
        return np.add.reduceat(values, np.flatnonzero(np.append(True, place[1:] != place[:-1])))
    sums = np.zeros(n, values.dtype)
    np.add.at(sums, place, values)
    return sums


def _edges(start: Ints, agents: int, first: int, quarters: int) -> tuple[Ints, Ints]:
    """Each edge of the grid (agents times quarters + 1), and how many spells begin before it."""
    quarter = start // QUARTER_S
    agent = start // SPAN
    slots = quarters + 2
    quarter -= agent * _PER_AGENT
    quarter -= first - 1
    np.clip(quarter, 0, quarters + 1, out=quarter)
    quarter += agent * slots
    counts = np.bincount(quarter, minlength=agents * slots)
    before = np.cumsum(counts).reshape(agents, slots)[:, :-1].reshape(-1)
    keys = np.arange(agents)[:, None] * SPAN + (first + np.arange(quarters + 1)) * QUARTER_S
    return keys.reshape(-1), before
