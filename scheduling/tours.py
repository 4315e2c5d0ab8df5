"""The cheapest week of one agent under every contract rule, by dynamic programming over days.

State: days worked, paid slots, days worked in a row, and the rest class (which starts are allowed
tomorrow). All agents of a contract share one graph; what an agent cannot do costs infinity.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scheduling.packed import Graphs, Scratch, pack_graphs, scratch_for
from scheduling.problem import SLOTS, ContractRules
from scheduling.shifts import Floats, Ints, ShiftMenu

WEEK = 7


@dataclass(frozen=True)
class TourGraph:
    """States and moves of a contract's week; `tracked` graphs also know days worked in a row."""

    menu: ShiftMenu
    rules: ContractRules
    tracked: bool
    classes: int  # rest classes
    combos: tuple[tuple[int, int, int], ...]  # (days, paid, run)
    first_combo: dict[int, int]  # run on entering -> combo
    order: Ints  # entries in order of their option
    option_at: Ints  # first position of each option in `order`
    source: Ints  # of each move: state before (combo x classes + class)
    option: Ints  # of each move; the last option is a day off
    target: Ints  # and state after it
    unmet: Floats  # of each combo: cost of its overtime, infinite where it breaks the contract
    runs: Ints  # of each combo: days worked in a row

    @cached_property
    def packed(self) -> Graphs:
        """The graph alone, for the compiled loop."""
        return pack_graphs((self,))

    @cached_property
    def _scratch(self) -> Scratch:
        return scratch_for(self.packed, len(self.menu.start), 0)

    def best_week(
        self,
        costs: Floats,
        run_before: int = 0,
        run_after: int = 0,
        off: Floats | None = None,
    ) -> tuple[float, tuple[tuple[int, int], ...]] | None:
        """The least cost and the shifts as (day, entry of the menu); None when no week is allowed.

        `costs` is 7 days x entries, infinite where the agent cannot work; `off` is what each day
        off costs, infinite where the agent must work.
        """
        from scheduling.kernels import cheapest_week

        free = np.zeros(WEEK) if off is None else np.ascontiguousarray(off)
        scratch = self._scratch
        value = cheapest_week(
            np.ascontiguousarray(costs), 0, run_before, run_after, free, self.packed, scratch
        )
        if not np.isfinite(value):
            return None
        chosen = tuple((day, int(e)) for day, e in enumerate(scratch.chosen) if e >= 0)
        return float(value), chosen


def tour_graph(menu: ShiftMenu, rules: ContractRules, tracked: bool) -> TourGraph:
    """The graph of a contract over a menu of shifts."""
    # After a shift that ends at e, tomorrow's earliest start is e + rest - 96.
    after = _next_starts(menu, menu.start + menu.length + rules.min_rest_slots - SLOTS)
    thresholds, idle = _rest_classes(menu, after)
    into = np.searchsorted(thresholds, menu.start, side="right") - 1
    out = np.searchsorted(thresholds, after)
    keys = np.stack([menu.paid, into, out], axis=1)
    order = np.lexsort((menu.start, menu.length, keys[:, 2], keys[:, 1], keys[:, 0]))
    options: list[tuple[int, int, int]] = []
    option_at: list[int] = []
    for position, entry in enumerate(order):
        key = (int(keys[entry][0]), int(keys[entry][1]), int(keys[entry][2]))
        if not options or options[-1] != key:
            options.append(key)
            option_at.append(position)
    combos, moves = _moves(rules, options, len(thresholds), idle, tracked)
    moves.sort()
    return TourGraph(
        menu=menu,
        rules=rules,
        tracked=tracked,
        classes=len(thresholds),
        combos=tuple(combos),
        first_combo={c: i for i, (n, p, c) in enumerate(combos) if n == 0 and p == 0},
        order=order.astype(np.int64),
        option_at=np.array(option_at, dtype=np.int64),
        source=np.array([m[1] for m in moves], dtype=np.int64),
        option=np.array([m[2] for m in moves], dtype=np.int64),
        target=np.array([m[0] for m in moves], dtype=np.int64),
        unmet=np.array([_unmet(rules, n, p) for n, p, _ in combos]),
        runs=np.array([c for _, _, c in combos], dtype=np.int64),
    )


def _next_starts(menu: ShiftMenu, earliest: Ints) -> Ints:
    """The first start of the menu at or after each slot; past them all, the slot itself."""
    starts = np.unique(menu.start)
    at = np.searchsorted(starts, earliest)
    beyond = at == len(starts)
    if not len(starts):
        return earliest
    found: Ints = np.where(beyond, np.maximum(earliest, starts[-1] + 1), starts[at - beyond])
    # Who may not start tomorrow at all, but may the day after, is the same whatever the hour.
    soon = beyond & (found - SLOTS <= starts[0])
    return np.where(soon, starts[-1] + 1, found)


def _rest_classes(menu: ShiftMenu, after: Ints) -> tuple[list[int], list[tuple[int, int]]]:
    """Earliest starts that rest can leave, in order, and the moves of a day off between them.

    Class 0 allows every start. A night until 06:00 and 11 h of rest leave 17:00 tomorrow.
    """
    first = int(menu.start.min()) if len(menu.start) else 0
    found = {first, *(int(n) for n in after)}
    pending = sorted(found)
    while pending:
        later = _next_starts(menu, np.array([n - SLOTS for n in pending], dtype=np.int64))
        pending = sorted({int(n) for n in later} - found)
        found |= set(pending)
    classes = sorted(found)
    later = _next_starts(menu, np.array([n - SLOTS for n in classes], dtype=np.int64))
    reached = {classes.index(int(n)): at for at, n in enumerate(later)}
    return classes, sorted((at, into) for into, at in reached.items())


def _unmet(rules: ContractRules, days: int, paid: int) -> float:
    low, high = rules.days_per_week
    least, most = rules.paid_slots_per_week
    if not (low <= days <= high and least <= paid <= most):
        return np.inf
    return rules.overtime_cost(paid)


def _moves(
    rules: ContractRules,
    options: list[tuple[int, int, int]],
    classes: int,
    idle: list[tuple[int, int]],
    tracked: bool,
) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
    """Combos (days, paid, run) and moves (target state, source state, option)."""
    most_days, most_paid = rules.days_per_week[1], rules.paid_slots_per_week[1]
    limit = rules.max_consecutive_days
    worth = sorted({paid for paid, _, _ in options})
    by_paid = {
        n: [(i, into, out) for i, (m, into, out) in enumerate(options) if m == n] for n in worth
    }
    combos = [(0, 0, run) for run in range(limit + 1)] if tracked else [(0, 0, 0)]
    number = {combo: i for i, combo in enumerate(combos)}
    moves: list[tuple[int, int, int]] = []

    def place(combo: tuple[int, int, int]) -> int:
        if combo not in number:
            number[combo] = len(combos)
            combos.append(combo)
        return number[combo]

    i = 0
    while i < len(combos):
        days, paid, run = combos[i]
        rested = place((days, paid, 0)) * classes
        moves.extend((rested + into, i * classes + at, len(options)) for at, into in idle)
        for n in worth:
            total = paid + n
            if days + 1 > most_days or total > most_paid or (tracked and run + 1 > limit):
                continue
            there = place((days + 1, total, run + 1 if tracked else 0))
            moves.extend(
                (there * classes + out, i * classes + into, option)
                for option, into, out in by_paid[n]
            )
        i += 1
    return combos, moves
