"""Every shift a contract allows on some day, with the cost of each as prefix sums."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from scheduling.problem import SLOTS, Break, ContractRules
from wfm.domain.errors import BadInput

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ShiftMenu:
    """All (start, length) of a contract between two slots, in order of length, then start."""

    rules: ContractRules
    start: Ints
    length: Ints
    paid: Ints
    breaks: dict[int, tuple[Break, ...]]  # windows that cannot overlap
    _sizes: tuple[int, ...]
    _places: Ints  # entries x breaks x window -> column of the break table

    def costs(self, prices: Floats) -> Floats:
        """Cost of each shift on each day, breaks at their best; prices are days x 96.

        All slots -1 and a shift of 34 slots with breaks of 1, 2 and 1: its cost is -30.
        """
        total = np.zeros((prices.shape[0], SLOTS + 1))
        np.cumsum(prices, axis=1, out=total[:, 1:])
        whole = total[:, self.start + self.length] - total[:, self.start]
        if self._places.shape[1] == 0:
            return whole
        spared: Floats = self._table(total)[:, self._places].max(axis=3).sum(axis=2)
        return whole - spared

    def placed_breaks(self, prices: Floats, entry: int) -> tuple[tuple[Break, int], ...]:
        """The breaks of one shift on a day of 96 prices, each with its best first slot."""
        total = np.concatenate([[0.0], np.cumsum(prices)])
        start = int(self.start[entry])
        chosen = []
        for rule in self.breaks[int(self.length[entry])]:
            first = np.arange(start + rule.earliest, start + rule.latest + 1)
            best = int(np.argmax(total[first + rule.slots] - total[first]))
            chosen.append((rule, int(first[best])))
        return tuple(chosen)

    def _table(self, total: Floats) -> Floats:
        table = np.zeros((total.shape[0], len(self._sizes) * (SLOTS + 1) + 1))
        for i, size in enumerate(self._sizes):
            at = i * (SLOTS + 1)
            table[:, at : at + SLOTS + 1 - size] = total[:, size:] - total[:, :-size]
        return table


def shift_menu(rules: ContractRules, first: int, end: int, grid_from: int) -> ShiftMenu:
    """The menu of a contract between slots `first` and `end`, starts on the contract's grid."""
    breaks = {n: separate_windows(rules.breaks[n], n) for n in rules.shift_lengths}
    offset = (first - grid_from) % rules.start_every_slots
    begin = first if offset == 0 else first + rules.start_every_slots - offset
    pairs = [
        (start, length)
        for length in sorted(set(rules.shift_lengths))
        for start in range(begin, end - length + 1, rules.start_every_slots)
    ]
    sizes = tuple(sorted({b.slots for n in breaks for b in breaks[n]}))
    most = max((len(b) for b in breaks.values()), default=0)
    width = max((b.latest - b.earliest + 1 for n in breaks for b in breaks[n]), default=1)
    nothing = len(sizes) * (SLOTS + 1)  # the last column is always 0: no break, nothing spared
    places = np.full((len(pairs), most, width), nothing, dtype=np.int64)
    for e, (start, length) in enumerate(pairs):
        for j, rule in enumerate(breaks[length]):
            at = sizes.index(rule.slots) * (SLOTS + 1) + start
            window = np.arange(rule.earliest, rule.latest + 1) + at
            places[e, j] = np.resize(window, width) if len(window) < width else window
    column: Any = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return ShiftMenu(
        rules=rules,
        start=column[:, 0],
        length=column[:, 1],
        paid=np.array([rules.paid(n) for _, n in pairs], dtype=np.int64),
        breaks=breaks,
        _sizes=sizes,
        _places=places,
    )


def separate_windows(breaks: tuple[Break, ...], length: int) -> tuple[Break, ...]:
    """The breaks with windows narrowed so far that no two can meet, in the order given.

    A break of 1 in 4-12 and a meal of 2 in 10-16 become 4-10 and 11-16.
    """
    rules = list(breaks)
    for i in range(len(rules) - 1):
        one, two = rules[i], rules[i + 1]
        if one.latest + one.slots <= two.earliest:
            continue
        low, high = one.earliest + one.slots, two.latest
        border = min(max((one.latest + one.slots + two.earliest) // 2, low), high)
        rules[i] = replace(one, latest=min(one.latest, border - one.slots))
        rules[i + 1] = replace(two, earliest=max(two.earliest, border))
        if low > high or rules[i].latest < rules[i].earliest:
            raise BadInput(
                f"A shift of {length} slots has no room for the {two.kind} after the {one.kind}: "
                f"their windows {one.earliest}-{one.latest} and {two.earliest}-{two.latest} clash."
            )
    return tuple(rules)
