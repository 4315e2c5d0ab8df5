"""What every explanation owes: its parts sum to the difference, or it is not shown."""

from __future__ import annotations

import math
from collections.abc import Iterable

NEAR = 1e-9
MIN_BASE = 30  # contacts below which a segment is folded into the others


def residual_of(delta: float, parts: Iterable[float]) -> float:
    """What the parts leave of a difference: 66 less 12.05, -2.28 and 56.23 is 0."""
    return delta - math.fsum(parts)


def is_exact(delta: float, residual: float) -> bool:
    """Whether a residual is no more than rounding: at most 1e-9 of the difference, or of 1."""
    return abs(residual) <= NEAR * max(1.0, abs(delta))
