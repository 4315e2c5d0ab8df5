"""Seconds of disjoint spells by agent, quarter and code: one running sum, read at the edges."""

from __future__ import annotations

from collections.abc import Mapping
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


def run_sums(
    counts: Mapping[str, Mask], index: Ints, seconds: Ints, runs: Ints, place: Ints, cells: int
) -> tuple[dict[str, Shorts], dict[str, Shorts]]:
    """Seconds by name of each run of parts, and of each cell: where the piece of a part counts.

    Parts are those `index` of pieces; `runs` are the first parts of the runs, `place` the cell of
    each run. A cell lies inside one quarter of one agent, so six names share a 64-bit sum here too.
    """
    names = list(counts)
    found: dict[str, Shorts] = {}
    whole: dict[str, Shorts] = {}
    length = seconds.astype(np.uint64)
    for low in range(0, len(names), PER_WORD):
        chosen = names[low : low + PER_WORD]
        word = np.zeros(len(counts[chosen[0]]), np.uint64)
        for field, name in enumerate(chosen):
            word |= counts[name].astype(np.uint64) << np.uint64(field * SECONDS_BITS)
        sums = np.add.reduceat(word[index] * length, runs) if len(runs) else length[:0]
        both = sums if len(sums) == cells else in_cells(sums, place, cells)
        for field, name in enumerate(chosen):
            found[name] = _field(sums, field)
            whole[name] = found[name] if both is sums else _field(both, field)
    return found, whole


def in_cells(values: NDArray[Number], place: Ints, n: int) -> NDArray[Number]:
    """Sums of values by the cell of each; nearly always they come in the order of their cells."""
    if n and (place[1:] >= place[:-1]).all():
        return np.add.reduceat(values, np.flatnonzero(np.append(True, place[1:] != place[:-1])))
    sums = np.zeros(n, values.dtype)
    np.add.at(sums, place, values)
    return sums


def _field(sums: NDArray[np.uint64], field: int) -> Shorts:
    return ((sums >> np.uint64(field * SECONDS_BITS)) & _MASK).astype(np.uint16)


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
