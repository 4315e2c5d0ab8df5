"""A floor's day in cells: the kind that fills most of each cell, agent by agent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl


def cells_of(
    pieces: pl.DataFrame, rows: Mapping[int, int], kinds: int, start_at: int, end_at: int,
    cell_s: int,
) -> tuple[bytes, ...]:  # fmt: skip
    """A byte a cell for each row: 0 where nothing is known, else the code of the piece plus 1.

    `pieces` has columns agent, t0, t1, code; `rows` gives each agent's row. 10:00 to 10:03 of code
    0 and 10:03 to 10:05 of code 2 make the five minutes from 10:00 a 1: the longer one wins.
    """
    size = (len(rows), -(-(end_at - start_at) // cell_s))
    held = np.zeros((*size, kinds))
    mine = pieces.filter(
        pl.col("agent").is_in(list(rows)) & (pl.col("t1") > start_at) & (pl.col("t0") < end_at)
    )
    if mine.height:
        row = np.array([rows[int(a)] for a in mine["agent"]])
        begin = np.clip(mine["t0"].to_numpy().astype(np.int64), start_at, end_at) - start_at
        end = np.clip(mine["t1"].to_numpy().astype(np.int64), start_at, end_at) - start_at
        code = mine["code"].to_numpy()
        first, last = begin // cell_s, -(-end // cell_s)
        n = np.maximum(last - first, 0)
        piece = np.repeat(np.arange(len(n)), n)
        cell = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n) + np.repeat(first, n)
        over = np.minimum(end[piece], (cell + 1) * cell_s)
        np.add.at(
            held, (row[piece], cell, code[piece]), over - np.maximum(begin[piece], cell * cell_s)
        )
    best = np.where(held.max(axis=2, initial=0) > 0, held.argmax(axis=2) + 1, 0)
    return tuple(row.astype(np.uint8).tobytes() for row in best)


def cells_undone(plan: Sequence[bytes], actual: Sequence[bytes], codes: Sequence[int]) -> list[int]:
    """How many cells of each row are planned with one of the codes and were not done with one.

    Cells of which nothing is known of anybody are still to come.
    """
    planned, done = (
        np.frombuffer(b"".join(cells), np.uint8).reshape(len(cells), -1) for cells in (plan, actual)
    )
    undone = np.isin(planned, codes) & ~np.isin(done, codes) & done.any(axis=0)
    found: list[int] = undone.sum(axis=1).tolist()
    return found
