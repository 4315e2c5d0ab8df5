"""How far an interval may lie from its mean: negative binomial, never plain Poisson (FC-14)."""

from __future__ import annotations

import numpy as np
from scipy import special

from forecasting.series import Floats

LEAST = 1e-5
UNKNOWN = 0.05  # convention: where no past error exists yet


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
    """The count that is not exceeded with probability `level`; 0 where the mean is 0.

    Mean 20 with φ = 0.05 stays at or under 28 in nine of ten intervals.
    """
    out = np.zeros_like(mean)
    some = mean > 0
    m = mean[some]
    size = 1 / phi
    chance = size / (size + m)
    count = np.ceil(np.nan_to_num(special.nbdtrik(level, size, chance)))
    # nbdtrik answers between two counts, and may stop one short or long: settle on the first
    # count whose cumulated share reaches the level.
    reached = special.betainc(size, np.maximum(count, 0) + 1, chance)
    count = np.where(reached < level, count + 1, count)
    under = (count > 0) & (special.betainc(size, np.maximum(count - 1, 0) + 1, chance) >= level)
    out[some] = np.where(under, count - 1, count)
    return out
