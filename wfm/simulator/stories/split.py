"""Totals split into parts that add up to them exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def even_parts(rng: np.random.Generator, count: int, total: int, low: int, high: int) -> Ints:
    """`count` whole numbers from `low` to `high`, scattered by chance, that add up to `total`.

    20 parts of 240 to 300 with the total 5,400 have the mean 270.
    """
    if count == 0:
        return np.zeros(0, dtype=np.int64)
    if not count * low <= total <= count * high:
        raise ValueError(f"{count} parts of {low} to {high} cannot add up to {total}")
    mean = total / count
    width = min(mean - low, high - mean)
    parts = np.clip(np.round(rng.triangular(mean - width, mean, mean + width + 1e-9, count)),
                    low, high).astype(np.int64)  # fmt: skip
    while (rest := total - int(parts.sum())) != 0:
        step = 1 if rest > 0 else -1
        free = np.flatnonzero(parts < high if rest > 0 else parts > low)
        chosen = rng.permutation(free)[: abs(rest)]
        parts[chosen] += step
    return parts


def by_largest_remainder(total: int, weights: Sequence[float]) -> tuple[int, ...]:
    """A whole total shared by weights: 10 by (1, 1, 1) is (4, 3, 3)."""
    exact = np.array(weights, dtype=float) / sum(weights) * total
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return tuple(whole.tolist())


def scaled(n: Mapping[str, float], scale: float) -> dict[str, int]:
    """Counts times a scale, rounded: 600 by 42 is 25,200."""
    return {kind: round(count * scale) for kind, count in n.items()}
