"""How far a count may lie from its mean: negative binomial, its levels set by the past (FC-14).

Never plain Poisson: days differ by more than chance. The spread φ is learned from past errors, by
days ahead. Then the levels themselves are set: where a tenth of the past counts lay under the
level 0.14 of the negative binomial, P10 is that level (split conformal on its probabilities).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from forecasting.ensemble import BUCKETS, bucket
from forecasting.series import Floats, Wholes

LEAST = 1e-5
FAR = 40.0  # standard deviations beyond which a count is no answer
CURVE = 64  # means that a curve of quantiles is read at
HALVINGS = 50
UNKNOWN = 0.05  # convention: where no past error exists yet
TRUST_ORIGINS = 4  # past origins at which the levels of the past count half
EDGE = 0.001
GRID = np.linspace(0.0, 1.0, 201)


@dataclass(frozen=True, eq=False)
class Spread:
    """By bucket of days ahead: φ, and the level of the negative binomial that stands for each."""

    phi: tuple[float, ...]
    levels: tuple[Floats, ...]  # at GRID
    known: bool  # False: by convention, as no past error exists

    def quantile(self, mean: Floats, leads: Wholes, level: float) -> Floats:
        """The counts not exceeded with a probability, for rows of days `leads` ahead."""
        out = np.zeros_like(mean)
        buckets = np.array([bucket(int(lead)) for lead in leads])
        for number in np.unique(buckets):
            rows = buckets == number
            asked = float(np.interp(level, GRID, self.levels[number]))
            out[rows] = quantile(mean[rows], self.phi[number], asked)
        return out


def stated_spread(phi: float) -> Spread:
    """The same φ for all days ahead, and levels as they are."""
    return Spread((phi,) * len(BUCKETS), (GRID,) * len(BUCKETS), False)


def learn_spread(
    pieces: Sequence[tuple[Wholes, Floats, Floats]],
) -> Spread:
    """The spread of past errors; each piece is one past origin: days ahead, actual, forecast.

    A bucket without any takes that of the next nearer days; without all, the convention.
    """
    phis: list[float] = []
    levels: list[Floats] = []
    for low, high in BUCKETS:
        actual, mean, origins = [], [], 0
        for leads, came, said in pieces:
            rows = (leads >= low) & (leads <= high)
            known = np.isfinite(came[rows]) & (said[rows] > 0)
            if known.any():
                actual.append(came[rows][known])
                mean.append(said[rows][known])
                origins += 1
        if not origins:
            phis.append(phis[-1] if phis else UNKNOWN)
            levels.append(levels[-1] if levels else GRID)
            continue
        y, m = np.concatenate(actual), np.concatenate(mean)
        phi = dispersion(y, m)
        trust = origins / (origins + TRUST_ORIGINS)
        reached = np.quantile(_probability(y, m, phi), GRID)
        phis.append(phi)
        levels.append(np.clip(trust * reached + (1 - trust) * GRID, EDGE, 1 - EDGE))
    if not any(piece[0].size for piece in pieces):
        return stated_spread(UNKNOWN)
    return Spread(tuple(phis), tuple(levels), True)


def _probability(actual: Floats, mean: Floats, phi: float) -> Floats:
    """The probability of a count under what came, and half of that of what came itself."""
    size = 1 / phi
    return np.asarray(special.betainc(size, actual + 0.5, size / (size + mean)), dtype=np.float64)


def dispersion(actual: Floats, mean: Floats) -> float:
    """Spread beyond counting noise: variance is m + φm², φ learned from past errors.

    Forecasts of 100 that miss by 14 on average squared (196 = 100 + φ·10,000) give φ = 0.0096.
    """
    known = np.isfinite(actual) & (mean > 0)
    y, m = actual[known], mean[known]
    if not m.size:
        return UNKNOWN
    return max(float((((y - m) ** 2) - m).sum() / (m**2).sum()), LEAST)


def quantile(mean: Floats, phi: float, level: float) -> Floats:
    """What is not exceeded with probability `level`; 0 where the mean is 0.

    Mean 20 with φ = 0.05 stays at or under 28.4 in nine of ten intervals. Counts are whole, this is
    not: half of a count's own probability lies on each side of it, so that bands of few contacts
    hold no more than they say. Between many means it is read off a curve.
    """
    out = np.zeros_like(mean)
    some = mean > 0
    m = mean[some]
    if m.size > CURVE:
        ends = np.sqrt(m.min()), np.sqrt(m.max())
        roots = np.linspace(*ends, CURVE)
        out[some] = np.interp(np.sqrt(m), roots, np.sqrt(_exact(roots**2, phi, level))) ** 2
    else:
        out[some] = _exact(m, phi, level)
    return out


def _exact(mean: Floats, phi: float, level: float) -> Floats:
    size = 1 / phi
    chance = size / (size + mean)
    none, under = chance**size, special.betainc(size, 0.5, chance)
    few = np.clip((level - under) / np.maximum(none - under, 1e-300), 0.0, 1.0)
    found = np.where(level <= none, 0.5 * few, np.nan)
    many = level > none
    found[many] = special.nbdtrik(level, size, chance[many]) + 0.5
    most = mean + FAR * np.sqrt(mean + phi * mean**2) + FAR
    lost = np.flatnonzero(~(found <= most))
    if lost.size:
        found[lost] = _searched(most[lost], size, chance[lost], level)
    return np.asarray(found, dtype=np.float64)


def _searched(most: Floats, size: float, chance: Floats, level: float) -> Floats:
    """The same by halving, where the closed form loses its way: next to nothing, hardly spread."""
    low, high = np.zeros(most.size), most
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        reached = special.betainc(size, middle + 0.5, chance) >= level
        high, low = np.where(reached, middle, high), np.where(reached, low, middle)
    return np.asarray(high, dtype=np.float64)
