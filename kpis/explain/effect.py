"""Did it work: treated against comparable others, before and after; one person is one unit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import mean, variance

import numpy as np

from kpis.explain.student import t_quantile
from wfm.domain.errors import BadInput

FEW = 8  # people of a side below which the exact permutation is taken
MOST_WAYS = 200_000  # of dividing people; beyond it as many are drawn
PROVEN = 0.05


@dataclass(frozen=True)
class Effect:
    """A difference in differences with its interval; `p` by permutation, None for many people.

    `least_p` is the smallest p that so few people could ever give.
    """

    size: float
    se: float
    df: float
    low: float
    high: float
    p: float | None
    least_p: float
    treated_n: int
    control_n: int

    @property
    def too_few(self) -> bool:
        """Whether so few people could not prove anything."""
        return self.p is not None and self.least_p > PROVEN

    @property
    def proven(self) -> bool:
        """Whether the interval leaves 0 out, and the permutation agrees."""
        apart = self.low > 0 or self.high < 0
        return apart and (self.p is None or self.p <= PROVEN)


@dataclass(frozen=True)
class Means:
    """The effect from four means: the naive change, the effect, and the effect as a share."""

    naive: float
    effect: float
    ratio: float


def effect_of_means(treated: tuple[float, float], control: tuple[float, float]) -> Means:
    """The effect beyond what the others changed; (before, after) of each side.

    420 to 372 against 415 to 403: -36 s, not the -48 s it looks like.
    """
    naive = treated[1] - treated[0]
    ratio = (treated[1] / treated[0]) / (control[1] / control[0]) - 1
    return Means(naive, naive - (control[1] - control[0]), ratio)


def effect_of(treated: Sequence[float], control: Sequence[float]) -> Effect:
    """The effect from each person's own change (after - before, mix-adjusted), with 95 % bounds.

    [-50, -46, -44, -52] against [-10, -14, -12, -12]: -36, Welch's se 2.0 at 4.154 degrees of
    freedom, -41.5 to -30.5, p = 2/70. Fewer than two people on a side cannot be compared.
    """
    n_t, n_c = len(treated), len(control)
    if min(n_t, n_c) < 2:
        raise BadInput(f"{n_t} treated and {n_c} compared: two people of each are needed at least.")
    size = mean(treated) - mean(control)
    part_t, part_c = variance(treated) / n_t, variance(control) / n_c
    se = math.sqrt(part_t + part_c)
    df = float(n_t + n_c - 2)
    if se > 0:
        df = (part_t + part_c) ** 2 / (part_t**2 / (n_t - 1) + part_c**2 / (n_c - 1))
    half = t_quantile(0.975, df) * se
    few = min(n_t, n_c) < FEW
    ways = math.comb(n_t + n_c, n_t)
    p = permutation_p(treated, control) if few else None
    # Both ways of being extreme exist when the sides are alike in size, else only one.
    least = (2 if n_t == n_c else 1) / ways
    return Effect(size, se, df, size - half, size + half, p, least, n_t, n_c)


def permutation_p(treated: Sequence[float], control: Sequence[float], seed: int = 0) -> float:
    """The share of all ways to divide the people that differ as much or more, two-sided.

    Exact up to 200,000 ways; beyond them as many drawn with the seed.
    """
    values = np.array([*treated, *control], dtype=float)
    n, k = len(values), len(treated)
    total = values.sum()
    wanted = abs(mean(treated) - mean(control))
    if math.comb(n, k) <= MOST_WAYS:
        sums = np.array([values[list(chosen)].sum() for chosen in combinations(range(n), k)])
    else:
        rng = np.random.default_rng(seed)
        sums = np.array([rng.permutation(values)[:k].sum() for _ in range(MOST_WAYS // 10)])
    apart = np.abs(sums / k - (total - sums) / (n - k))
    return float(np.mean(apart >= wanted - 1e-9 * max(1.0, wanted)))


@dataclass(frozen=True)
class Adjusted:
    """A comparison with what was known before taken out, and how much of the noise went with it."""

    theta: float
    rho: float
    raw: float
    adjusted: float
    differences: float
    variance_ratio: float


def cuped(before: Sequence[float], after: Sequence[float], treated: Sequence[bool]) -> Adjusted:
    """Treated less others after, each corrected by its own value before (CUPED).

    theta = cov / var of the values before. 10 12 14 16 18 20 that become 11 12 15 15 18 19, every
    second treated: raw +0.667, adjusted -0.990, with 3.9 % of the variance left.
    """
    x, y = np.array(before, dtype=float), np.array(after, dtype=float)
    on = np.array(treated, dtype=bool)
    if on.all() or not on.any() or x.std() == 0:
        raise BadInput("Treated and others, with values before that differ, are needed.")
    theta = float(np.cov(x, y)[0, 1] / np.var(x, ddof=1))
    rho = float(np.corrcoef(x, y)[0, 1]) if y.std() > 0 else 0.0
    return Adjusted(
        theta, rho, _apart(y, on), _apart(y - theta * (x - x.mean()), on), _apart(y - x, on),
        1 - rho * rho,
    )  # fmt: skip


@dataclass(frozen=True)
class Payback:
    """Hours a training cost, hours a week it saves, and the weeks until both are even."""

    cost_h: float
    saved_h_per_week: float
    weeks: float | None


def payback(
    agents: int, hours_each: float, effect_s: float, contacts_per_day: float, days_per_week: float,
    *, proven: bool = True,
) -> Payback:  # fmt: skip
    """What a training cost against what it saves; weeks None where nothing is proven or saved.

    Ten agents for 6 h, -36 s on 60 contacts a day, five days: 60 h against 30 h a week, 2 weeks.
    """
    cost = agents * hours_each
    saved = -effect_s * contacts_per_day * days_per_week * agents / 3600
    return Payback(cost, saved, cost / saved if proven and saved > 0 else None)


def _apart(values: np.ndarray, on: np.ndarray) -> float:
    return float(values[on].mean() - values[~on].mean())
