"""Ratios of sums carried ahead with their band: a share of time lost, patience, seconds a contact.

A rate is never averaged: tops and bottoms are summed, then divided. The band is conformal. Past
days are forecast a week ahead from the days before them; how far they lay off, held against what a
day of so many contacts or hours may lie off, gives the levels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls
from scipy.special import ndtri

from forecasting.series import Bools, Floats, Wholes

DAYS = 90  # of the past that tell the level
HALF_LIFE = 28.0  # days after which a day counts half
LEAD = 7  # days ahead at which the past is forecast again
LOOK = 84  # past days that are forecast again
PRIOR_DAYS = 4.0  # usual days that a weekday of its own is drawn to all of them by
LEAST_ERRORS = 8
TRUST = 20.0  # errors at which the past's own levels count half, beside the normal ones
UNKNOWN = 0.15  # convention: spread where no past error exists yet


@dataclass(frozen=True, eq=False)
class RatioSpread:
    """How far a ratio may lie from its forecast, relative to it, by the size of its bottom.

    Variance is `steady` + `single` / bottom: what all contacts of a day share, and what each has of
    its own. `errors` are past errors over their standard deviation, sorted.
    """

    steady: float
    single: float
    errors: Floats
    known: bool

    def factor(self, level: float, bottom: Floats | float) -> Floats:
        """What a forecast ratio is multiplied by for a quantile; never below 0."""
        size = np.maximum(np.asarray(bottom, dtype=np.float64), 1e-9)
        away = float(ndtri(level))
        if self.errors.size:
            count = self.errors.size
            place = np.clip((level * (count + 1) - 1) / max(count - 1, 1), 0.0, 1.0)
            own = float(np.quantile(self.errors, place))
            trust = count / (count + TRUST)
            away = trust * own + (1 - trust) * away
        deviation = np.sqrt(self.steady + self.single / size)
        return np.asarray(np.maximum(1 + away * deviation, 0.0), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class RatioForecast:
    """A ratio ahead by weekday (Monday first), and how far a day's ratio may lie from it."""

    level: float
    by_weekday: Floats
    spread: RatioSpread
    usual_bottom: float  # of a usual day

    def quantile(self, level: float, days: float = 1.0) -> float:
        """The ratio over some days together that is not exceeded with a probability."""
        return self.level * float(self.spread.factor(level, self.usual_bottom * days))


def forecast_ratio(top: Floats, bottom: Floats, weekdays: Wholes) -> RatioForecast | None:
    """The ratio of daily sums carried ahead; None where no day has a bottom.

    480 s lost of 9,600 s on every day are 0.05 for each weekday. `nan` is unknown, in either.
    """
    known = np.isfinite(top) & np.isfinite(bottom) & (bottom > 0)
    if not known.any():
        return None
    level, by_weekday = _rates(top, bottom, weekdays, known, top.size)
    usual = float(bottom[known][-DAYS:].mean())
    wrong, sizes = [], []
    for row in np.flatnonzero(known)[-LOOK:]:
        before = known[: max(row - LEAD + 1, 0)]
        if before.sum() < 2 * LEAD:
            continue
        mean, own = _rates(top, bottom, weekdays, known, row - LEAD + 1)
        if mean > 0:
            wrong.append((top[row] / bottom[row] - own[weekdays[row]]) / mean)
            sizes.append(bottom[row])
    return RatioForecast(level, by_weekday, learn_ratio_spread(wrong, sizes), usual)


def learn_ratio_spread(wrong: Sequence[float] | Floats, sizes: Sequence[float] | Floats) -> (
    RatioSpread
):  # fmt: skip
    """The spread of relative errors of ratios, given the bottoms that they were measured over."""
    errors, bottoms = np.asarray(wrong, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
    if errors.size < LEAST_ERRORS:
        return RatioSpread(UNKNOWN**2, 0.0, np.zeros(0), False)
    squares = errors**2
    # Two passes of least squares, the second by how sure each square is of its mean.
    steady, single = float(squares.mean()), 0.0
    for _ in range(2):
        trust = 1 / np.maximum(steady + single / bottoms, 1e-12)
        sides = np.column_stack([np.ones(bottoms.size), 1 / bottoms]) * trust[:, None]
        (steady, single), _ = nnls(sides, squares * trust)
    variance = np.maximum(steady + single / bottoms, 1e-12)
    return RatioSpread(float(steady), float(single), np.sort(errors / np.sqrt(variance)), True)


def _rates(
    top: Floats, bottom: Floats, weekdays: Wholes, known: Bools, end: int
) -> tuple[float, Floats]:
    """The level and each weekday's ratio from the rows before `end`, later days counting more."""
    rows = np.flatnonzero(known[:end])[-DAYS:]
    weights = 0.5 ** ((end - 1 - rows) / HALF_LIFE)
    tops, bottoms = top[rows] * weights, bottom[rows] * weights
    level = float(tops.sum() / bottoms.sum())
    prior = PRIOR_DAYS * float(bottoms.sum() / weights.sum())
    sums = np.bincount(weekdays[rows], tops, 7), np.bincount(weekdays[rows], bottoms, 7)
    return level, np.asarray((sums[0] + prior * level) / (sums[1] + prior), dtype=np.float64)
