"""Work in hand through the day: modified offered load on minutes, and halves of longer cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from scheduling.staffing.erlang import Floats

MINUTE_S = 60.0


def modified_offered_load(
    contacts: ArrayLike, aht_s: ArrayLike, cell_s: int = 900, carried: float | None = None
) -> Floats:
    """Mean erlangs in hand in each cell, which follow arrivals by about one handle time (STF-10).

    100 contacts of 300 s in the first of four quarters, none after: 33.3 erlangs, then 9.5, 0.47
    and 0.02. `carried` is the load in hand when the first cell begins; None: as if its own rate
    had lasted. Exact for exponential handle times, else an approximation.
    """
    count = np.asarray(contacts, dtype=np.float64)
    aht = np.broadcast_to(np.asarray(aht_s, dtype=np.float64), count.shape)
    steps = max(1, round(cell_s / MINUTE_S))
    step_s = cell_s / steps
    out = np.empty_like(count)
    in_hand = carried
    for cell in range(count.size):
        steady = count[cell] * aht[cell] / cell_s
        if in_hand is None:
            in_hand = float(steady)
        kept = np.exp(-step_s * np.arange(1, steps + 1) / aht[cell])
        minutes = steady + (in_hand - steady) * kept
        out[cell] = minutes.mean()
        in_hand = float(minutes[-1])
    return out


def split_halves(values: ArrayLike) -> Floats:
    """Each cell as two of half the length, sloping as its neighbours do, sums kept.

    [4, 8] becomes [1.5, 2.5, 3.5, 4.5].
    """
    whole = np.asarray(values, dtype=np.float64)
    if whole.size < 2:
        return np.repeat(whole / 2, 2)
    slope = np.gradient(whole) / 8
    slope = np.clip(slope, -whole / 2, whole / 2)
    return np.column_stack([whole / 2 - slope, whole / 2 + slope]).ravel()
