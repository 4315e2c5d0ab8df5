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
    """All (start, length) of a contract between two slots, in order of length, then start.

    The contract's own shifts (`ContractRules.own`) stand behind them.
    """

    rules: ContractRules
    start: Ints
    length: Ints
    paid: Ints
    form: Ints  # of each entry: which of the break plans
    forms: tuple[tuple[Break, ...], ...]  # windows that cannot overlap
    full_forms: tuple[tuple[Break, ...], ...]  # windows as the contract has them
    width: int  # slots of a day's prices: 96, or more when shifts run into the next day
    _sizes: tuple[int, ...]
    _places: Ints  # entries x breaks x window -> column of the break table

    def costs(self, prices: Floats, resting: Floats | None = None) -> Floats:
        """Cost of each shift on each day, breaks at their best; prices are days x `width`.

        All slots -1 and a shift of 34 slots with breaks of 1, 2 and 1: its cost is -30.
        `resting` is added to what a break spares, see `resting_table`.
        """
        total = np.zeros((prices.shape[0], self.width + 1))
        np.cumsum(prices, axis=1, out=total[:, 1:])
        whole = total[:, self.start + self.length] - total[:, self.start]
        if self._places.shape[1] == 0:
            return whole
        table = self._table(total)
        if resting is not None:
            table += resting
        spared: Floats = table[:, self._places].max(axis=3).sum(axis=2)
        return whole - spared

    def placed_breaks(
        self, prices: Floats, entry: int, resting: Floats | None = None
    ) -> tuple[tuple[Break, int], ...]:
        """The breaks of one shift on a day of prices, each with its best first slot."""
        total = np.concatenate([[0.0], np.cumsum(prices)])
        start = int(self.start[entry])
        chosen = []
        for rule in self.forms[int(self.form[entry])]:
            first = np.arange(start + rule.earliest, start + rule.latest + 1)
            spared = total[first + rule.slots] - total[first]
            if resting is not None:
                spared = spared + resting[self.column(rule.slots, 0) + first]
            chosen.append((rule, int(first[int(np.argmax(spared))])))
        return tuple(chosen)

    def resting_table(self, days: int) -> Floats:
        """Zeros to fill with what a break gains or loses beside cover: days x (size, first slot).

        -1e6 in the column of a break of 2 slots at slot 50 forbids it; see `column`.
        """
        return np.zeros((days, len(self._sizes) * (self.width + 1) + 1))

    def column(self, slots: int, first: int) -> int:
        """The column of a break of so many slots at a first slot of the day."""
        return self._sizes.index(slots) * (self.width + 1) + first

    @property
    def sizes(self) -> tuple[int, ...]:
        """Lengths of breaks that its shifts have."""
        return self._sizes

    def _table(self, total: Floats) -> Floats:
        wide = self.width + 1
        table = np.zeros((total.shape[0], len(self._sizes) * wide + 1))
        for i, size in enumerate(self._sizes):
            at = i * wide
            table[:, at : at + wide - size] = total[:, size:] - total[:, :-size]
        return table


def shift_menu(rules: ContractRules, first: int, end: int, grid_from: int) -> ShiftMenu:
    """The menu of a contract between slots `first` and `end`, starts on the contract's grid."""
    lengths = sorted(set(rules.shift_lengths))
    forms = [separate_windows(rules.breaks[n], n) for n in lengths]
    own = [shift.breaks for shift in rules.own]
    forms += own
    offset = (first - grid_from) % rules.start_every_slots
    begin = first if offset == 0 else first + rules.start_every_slots - offset
    pairs = [
        (start, length, form)
        for form, length in enumerate(lengths)
        for start in range(begin, min(end - length + 1, SLOTS), rules.start_every_slots)
    ]
    pairs += [(s.start, s.length, len(lengths) + i) for i, s in enumerate(rules.own)]
    width = max([SLOTS, *(start + length for start, length, _ in pairs)])
    sizes = tuple(sorted({b.slots for form in forms for b in form}))
    most = max((len(form) for form in forms), default=0)
    window_n = max((b.latest - b.earliest + 1 for form in forms for b in form), default=1)
    nothing = len(sizes) * (width + 1)  # the last column is always 0: no break, nothing spared
    places = np.full((len(pairs), most, window_n), nothing, dtype=np.int64)
    for e, (start, _, form) in enumerate(pairs):
        for j, rule in enumerate(forms[form]):
            at = sizes.index(rule.slots) * (width + 1) + start
            window = np.arange(rule.earliest, rule.latest + 1) + at
            places[e, j] = np.resize(window, window_n) if len(window) < window_n else window
    column: Any = np.array(pairs, dtype=np.int64).reshape(-1, 3)
    unpaid = np.array([sum(b.slots for b in f if not b.paid) for f in forms], dtype=np.int64)
    return ShiftMenu(
        rules=rules,
        start=column[:, 0],
        length=column[:, 1],
        paid=column[:, 1] - unpaid[column[:, 2]],
        form=column[:, 2],
        forms=tuple(forms),
        full_forms=(*(rules.breaks[n] for n in lengths), *own),
        width=width,
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
