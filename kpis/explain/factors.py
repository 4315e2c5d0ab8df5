"""The change of a product in parts, one for each factor, exact and without an order of factors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from kpis.explain.contract import is_exact, residual_of
from wfm.domain.errors import BadInput


@dataclass(frozen=True)
class Factor:
    """One factor of a product, before and after; power -1 divides by it."""

    name: str
    before: float
    after: float
    power: float = 1.0


@dataclass(frozen=True)
class Effects:
    """A product before and after, and the part of each factor in its change, in their order."""

    value0: float
    value1: float
    sizes: tuple[float, ...]

    @property
    def delta(self) -> float:
        return self.value1 - self.value0

    @property
    def exact(self) -> bool:
        """Whether the parts sum to the change, so that it may be shown."""
        return is_exact(self.delta, residual_of(self.delta, self.sizes))


def effects(factors: Sequence[Factor], scale: float = 1.0) -> Effects:
    """What each factor does to `scale * product(factor ** power)`.

    1,000 contacts of 300 s become 1,200 of 330 s: workload 83.33 h becomes 110.00 h, 17.51 by
    volume and 9.15 by handle time. By the logarithmic mean (LMDI) where every factor is above 0,
    else by the mean over all orders of changing them (Shapley).
    """
    if all(f.before > 0 and f.after > 0 for f in factors):
        return _logarithmic(factors, scale)
    return shapley(factors, scale)


def shapley(factors: Sequence[Factor], scale: float = 1.0) -> Effects:
    """The same as the mean over all orders in which the factors may have changed.

    1,000 contacts of 300 s become 1,200 of 330 s: 17.500 and 9.167 h. It also takes factors of 0;
    a factor that divides may not be 0.
    """
    zero = [f.name for f in factors if f.power < 0 and 0 in (f.before, f.after)]
    if zero:
        raise BadInput(f"Nothing can be divided by {zero[0]} of 0: leave the factor out.")
    n = len(factors)
    sizes = []
    for place in range(n):
        others = [i for i in range(n) if i != place]
        total = 0.0
        for size in range(n):
            weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
            for changed in combinations(others, size):
                with_it = _product(factors, scale, {*changed, place})
                total += weight * (with_it - _product(factors, scale, set(changed)))
        sizes.append(total)
    before, after = _product(factors, scale, set()), _product(factors, scale, set(range(n)))
    return Effects(before, after, tuple(sizes))


def _logarithmic(factors: Sequence[Factor], scale: float) -> Effects:
    before = _product(factors, scale, set())
    after = _product(factors, scale, set(range(len(factors))))
    mean = _log_mean(after, before)
    sizes = tuple(mean * f.power * math.log(f.after / f.before) for f in factors)
    return Effects(before, after, sizes)


def _log_mean(a: float, b: float) -> float:
    """(a - b) / ln(a / b), which tends to a where both are alike."""
    ratio = a / b
    if abs(ratio - 1) < 1e-6:
        # The quotient of two differences near 0 loses its digits; its series does not.
        x = ratio - 1
        return b * (1 + x / 2 - x * x / 12)
    return (a - b) / math.log(ratio)


def _product(factors: Sequence[Factor], scale: float, changed: set[int]) -> float:
    total = scale
    for place, factor in enumerate(factors):
        total *= (factor.after if place in changed else factor.before) ** factor.power
    return total
