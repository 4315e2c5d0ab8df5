"""The search for the fewest agents: upward for Erlang C, by doubling and halves else (STF-7)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scheduling.staffing.cells import Cells
from scheduling.staffing.erlang import Floats


def searched(cells: Cells) -> Floats:
    """The fewest agents that meet all targets of each cell; nobody where nothing comes."""
    agents = np.zeros(cells.load.shape)
    busy = np.flatnonzero(cells.load > 0)
    if cells.patience is None and cells.chat_s is None:
        from scheduling.staffing.compiled import walk_rows

        walk_rows(
            *(cells.load, cells.aht, cells.sl, cells.target_s, cells.asa, cells.floor, agents)
        )
    elif busy.size:
        agents[busy] = _bisect(cells.at(busy))
    return agents


def _meets(cells: Cells, agents: Floats) -> NDArray[np.bool_]:
    """Whether all targets hold; a value that is not defined (nobody answered) does not."""
    got = cells.given(agents)
    ok = agents >= cells.floor
    ok &= np.isnan(cells.sl) | (got.sl >= cells.sl)
    ok &= np.isnan(cells.asa) | (got.asa_s <= cells.asa)
    return ok & (np.isnan(cells.abandon) | (got.p_abandon <= cells.abandon))


def _bisect(cells: Cells) -> Floats:
    """Erlang A: from near the load outward by doubling steps, then by halves."""
    guess = np.maximum(np.ceil(cells.load), cells.floor)
    low, high = cells.floor - 1, guess.copy()
    first = np.maximum(1.0, np.floor(np.sqrt(cells.load)))
    met = _meets(cells, guess)
    _gallop(cells, np.flatnonzero(~met), high, low, first.copy(), +1)
    _gallop(cells, np.flatnonzero(met), low, high, first.copy(), -1)
    while True:
        open_rows = np.flatnonzero(high - low > 1)
        if not open_rows.size:
            return high
        middle = np.floor((low[open_rows] + high[open_rows]) / 2)
        ok = _meets(cells.at(open_rows), middle)
        high[open_rows[ok]] = middle[ok]
        low[open_rows[~ok]] = middle[~ok]


def _gallop(
    cells: Cells,
    rows: NDArray[np.intp],
    moving: Floats,
    other: Floats,
    step: Floats,
    sign: int,
) -> None:
    """Moves one bound of the search until it lies on the far side of the answer.

    Upward, `moving` ends where the targets are met and `other` is the last miss; downward the
    reverse, never below the floor less one, which is known to miss.
    """
    start = other[rows].copy() if sign < 0 else moving[rows].copy()
    while rows.size:
        tried = start + sign * step[rows]
        bottom = tried < cells.floor[rows] if sign < 0 else np.zeros(rows.size, dtype=bool)
        test = np.where(bottom, cells.floor[rows], tried)
        ok = _meets(cells.at(rows), test)
        if sign > 0:
            moving[rows] = np.where(ok, test, moving[rows])
            other[rows] = np.where(ok, other[rows], test)
            stay = ~ok
        else:
            moving[rows] = np.where(ok, moving[rows], test)
            other[rows] = np.where(ok, test, other[rows])
            stay = ok & ~bottom
        step[rows] *= 2
        rows, start = rows[stay], test[stay]
