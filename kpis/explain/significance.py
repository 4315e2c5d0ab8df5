"""How sure a share is, and which of many tests survive: bounds, tails, false findings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

Z95 = NormalDist().inv_cdf(0.975)


def wilson(hits: int, n: int, z: float = Z95) -> tuple[float, float] | None:
    """Bounds of a share (Wilson's score interval): 20 of 22 is 0.722 to 0.975; None of nothing."""
    if n == 0:
        return None
    share = hits / n
    bottom = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / bottom
    half = z / bottom * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if hits == 0 else max(0.0, centre - half)
    return low, 1.0 if hits == n else min(1.0, centre + half)


def binomial_tail(hits: int, n: int, chance: float) -> float:
    """The probability of so many hits or more by chance: 20 of 22 at 0.15 is 5.6e-15."""
    if hits <= 0 or chance >= 1:
        return 1.0
    if chance <= 0:
        return 0.0
    logs = [
        math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
        + k * math.log(chance) + (n - k) * math.log1p(-chance)
        for k in range(hits, n + 1)
    ]  # fmt: skip
    return min(1.0, math.fsum(math.exp(log) for log in logs))


def survivors(p_values: Sequence[float], level: float = 0.05) -> tuple[bool, ...]:
    """Which of many tests hold at a share of false findings (Benjamini-Hochberg).

    Of ten tests of which five are below 0.05 two survive.
    """
    n = len(p_values)
    order = sorted(range(n), key=lambda i: p_values[i])
    last = max(
        (rank for rank, i in enumerate(order, 1) if p_values[i] <= level * rank / n), default=0
    )
    kept = set(order[:last])
    return tuple(i in kept for i in range(n))


def two_sided(z: float) -> float:
    """The probability of a standard normal value as far from 0: 1.96 is 0.05."""
    return math.erfc(abs(z) / math.sqrt(2))
