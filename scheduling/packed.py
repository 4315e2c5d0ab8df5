"""Menus, graphs, people and cover as plain arrays side by side, for the compiled loops.

Rows of unequal length are filled up; what counts is said beside them. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scheduling.shifts import Floats, Ints, ShiftMenu

if TYPE_CHECKING:
    from scheduling.tours import TourGraph

DAYS = 7


class Menus(NamedTuple):
    """Shifts of contracts: row, entry, break."""

    entries: Ints
    start: Ints
    length: Ints
    breaks: Ints  # how many each shift has
    slots: Ints
    earliest: Ints
    latest: Ints
    column: Ints  # of the resting table, for a break that begins with the shift


class Graphs(NamedTuple):
    """Graphs of weeks: how many of each thing a row has, then the things."""

    options: Ints
    moves: Ints
    combos: Ints
    classes: Ints
    limit: Ints
    tracked: Ints
    order: Ints
    option_at: Ints
    source: Ints
    option: Ints
    target: Ints
    unmet: Floats
    runs: Ints
    first: Ints  # run on entering -> combo


class Crew(NamedTuple):
    """People; `all_` tables are shared, people hold row numbers into them (-1: none)."""

    menu: Ints
    graph: Ints  # of each person and week
    tracked: Ints
    most: Ints  # days of a week
    limit: Ints  # days in a row
    pause: Ints  # slots of rest
    floor: Floats  # what a week without any tour is worth
    row: Ints  # first row of the person's queues in the cover, -1 when nobody needs them
    sets: Ints
    mask: Ints
    group: Ints
    guide: Ints  # row of the guide
    end: Ints  # of the shift before the horizon, far below 0 for none
    run: Ints
    start: Ints  # of the shift after the horizon, far above for none
    run_after: Ints
    fees: Ints
    off: Ints
    resting: Ints
    busy_at: Ints
    busy: Ints
    spill: Ints
    all_fees: Floats
    all_off: Floats
    all_resting: Floats


class Cover(NamedTuple):
    """Need and staff of every set of linked queues (rows) and slot; see `cover`."""

    need: Floats
    staff: Floats
    on_queue: Floats  # groups x slots
    mean: Floats  # groups x weeks: mean need of a slot
    idle: Ints


class Tours(NamedTuple):
    """Who works when: entry of the menu by person and day (-1: off), first slots of breaks."""

    entry: Ints
    rest: Ints
    fee: Floats
    random: Any


class Guide(NamedTuple):
    """What the bound says of each skill set and slot: cost of one more agent, slack to expect."""

    price: Floats
    level: Floats


class Mood(NamedTuple):
    """How slots are priced at this moment of the descent."""

    under: float
    over: float
    width: float  # of the step between understaffed and overstaffed, in agents
    smoothing: float  # cost of each agent off the requirement, doubled
    noise: float
    led: float  # 0 to 1: share of the guide
    pull: float  # cost of each agent off the level of the guide
    opening: float  # above 0 while the first schedule fills
    share: float  # of the requirement, while it fills


class Scratch(NamedTuple):
    """Room for the loops to write in."""

    price: Floats
    miss: Floats
    total: Floats
    cost: Floats
    value: Floats
    reach: Floats
    reached: Ints
    came: Ints
    weight: Floats
    pick: Ints
    chosen: Ints
    off: Floats
    ending: Floats


def pack_menus(menus: Sequence[ShiftMenu], *, full_windows: bool = False) -> Menus:
    """Menus side by side; `full_windows` gives breaks all of the room that the contract does."""
    forms = [menu.full_forms if full_windows else menu.forms for menu in menus]
    rows, wide = len(menus), max((len(menu.start) for menu in menus), default=0)
    most = max((len(form) for all_ in forms for form in all_), default=0)
    start, length, breaks = (np.zeros((rows, wide), dtype=np.int64) for _ in range(3))
    deep = np.zeros((4, rows, wide, most), dtype=np.int64)
    for row, menu in enumerate(menus):
        n = len(menu.start)
        start[row, :n], length[row, :n] = menu.start, menu.length
        table = np.zeros((4, len(forms[row]), most), dtype=np.int64)
        for f, form in enumerate(forms[row]):
            for j, rule in enumerate(form):
                first = menu.column(rule.slots, 0)
                table[:, f, j] = rule.slots, rule.earliest, rule.latest, first
        counts = np.array([len(form) for form in forms[row]], dtype=np.int64)
        if n:
            breaks[row, :n] = counts[menu.form]
            deep[:, row, :n] = table[:, menu.form]
            deep[3, row, :n] += menu.start[:, None]
    sizes = np.array([len(menu.start) for menu in menus], dtype=np.int64)
    return Menus(sizes, start, length, breaks, *deep)


def pack_graphs(graphs: Sequence[TourGraph]) -> Graphs:
    """Graphs side by side."""

    def table(rows: Sequence[Any], fill: float = 0, kind: type = np.int64) -> Any:
        made: Any = np.full((len(rows), max(1, *(len(r) for r in rows))), fill, dtype=kind)
        for i, row in enumerate(rows):
            made[i, : len(row)] = row
        return made

    def count(values: list[int]) -> Ints:
        return np.array(values, dtype=np.int64)

    return Graphs(
        options=count([len(g.option_at) for g in graphs]),
        moves=count([len(g.source) for g in graphs]),
        combos=count([len(g.combos) for g in graphs]),
        classes=count([g.classes for g in graphs]),
        limit=count([g.rules.max_consecutive_days for g in graphs]),
        tracked=count([int(g.tracked) for g in graphs]),
        order=table([g.order for g in graphs]),
        option_at=table([[*g.option_at, len(g.order)] for g in graphs]),
        source=table([g.source for g in graphs]),
        option=table([g.option for g in graphs]),
        target=table([g.target for g in graphs]),
        unmet=table([g.unmet for g in graphs], np.inf, np.float64),
        runs=table([g.runs for g in graphs]),
        first=table([[g.first_combo[r] for r in sorted(g.first_combo)] for g in graphs]),
    )


def scratch_for(graphs: Graphs, entries: int, slots: int) -> Scratch:
    """Room for weeks of so many slots over menus of so many entries."""
    states = int((graphs.combos * graphs.classes).max(initial=1))
    options = graphs.option_at.shape[1]

    def floats(*shape: int) -> Floats:
        return np.zeros(shape)

    def ints(*shape: int) -> Ints:
        return np.zeros(shape, dtype=np.int64)

    return Scratch(
        price=floats(slots), miss=floats(slots), total=floats(slots + 1),
        cost=floats(DAYS, max(1, entries)), value=floats(DAYS + 1, states), reach=floats(states),
        reached=ints(DAYS, states), came=ints(DAYS + 1, states), weight=floats(options + 1),
        pick=ints(DAYS, options + 1), chosen=ints(DAYS), off=floats(DAYS), ending=floats(1),
    )  # fmt: skip
