"""The rest of a running day, forecast anew from what has come so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from wfm.domain.errors import BadInput

# Without them a day of which little is expected early explodes; set once, not tuned.
GUARD = 25.0
CLIP = (0.4, 2.5)
PRIOR_CONTACTS = 100.0  # contacts that the forecast handle time counts for
Z80 = NormalDist().inv_cdf(0.9)


@dataclass(frozen=True)
class Reforecast:
    """The factor on what is still to come, and the whole day with it; a band where one is known."""

    factor: float
    day: float
    factor_sd: float | None = None
    rest_sd: float | None = None

    @property
    def band80(self) -> tuple[float, float] | None:
        """The bounds that hold the day four times in five."""
        if self.rest_sd is None:
            return None
        return self.day - Z80 * self.rest_sd, self.day + Z80 * self.rest_sd


def by_ratio(forecast: Sequence[float], actual: Sequence[float]) -> Reforecast:
    """What came over what was expected so far: 404 of 360 is 1.122, the day 1,189.6 of 1,060."""
    expected = _seen(forecast, actual)
    if expected <= 0:
        raise BadInput("Nothing was expected so far; use the guarded ratio.")
    return _applied(forecast, actual, math.fsum(actual) / expected)


def by_run_rate(actual_so_far: float, normal_share: float) -> float:
    """The day when so much of it has normally come by now: 4,032 at 45 % is 8,960."""
    if not 0 < normal_share <= 1:
        raise BadInput(f"A share of {normal_share:g} of the day cannot have come; give 0 to 1.")
    return actual_so_far / normal_share


def by_smoothed_factor(
    forecast: Sequence[float], actual: Sequence[float], alpha: float = 0.2
) -> Reforecast:
    """Each interval's ratio smoothed, the first one as it is: 1.12, 1.15 and 1.10 become 1.1208."""
    _seen(forecast, actual)
    ratios = [a / f for a, f in zip(actual, forecast, strict=False) if f > 0]
    if not ratios:
        raise BadInput("Nothing was expected so far; use the guarded ratio.")
    factor = ratios[0]
    for ratio in ratios[1:]:
        factor = alpha * ratio + (1 - alpha) * factor
    return _applied(forecast, actual, factor)


def by_guarded_ratio(
    forecast: Sequence[float],
    actual: Sequence[float],
    guard: float = GUARD,
    clip: tuple[float, float] = CLIP,
) -> Reforecast:
    """The ratio with 25 contacts on both sides, kept in 0.4 to 2.5: 12 of 0.5 is 1.451, not 24."""
    expected = _seen(forecast, actual)
    factor = (math.fsum(actual) + guard) / (expected + guard)
    return _applied(forecast, actual, min(max(factor, clip[0]), clip[1]))


def by_gamma_poisson(
    forecast: Sequence[float],
    actual: Sequence[float],
    cv_day: float,
    one_off: Sequence[float] = (),
) -> Reforecast:
    """The factor between 1 and the ratio, by how much days differ, with its uncertainty.

    a = 1 / cv_day^2 contacts of prior: 404 of 360 at 8 % is 1.085, the day 1,163.7, four times in
    five 1,109 to 1,218. Contacts tagged as a one-off (a spot) count in the day and not in the
    factor.
    """
    prior = 1 / cv_day**2
    known = [a - o for a, o in zip(actual, one_off, strict=True)] if one_off else list(actual)
    expected = _seen(forecast, actual)
    top, bottom = prior + math.fsum(known), prior + expected
    factor, factor_sd = top / bottom, math.sqrt(top) / bottom
    rest = math.fsum(forecast[len(actual) :])
    rest_sd = math.sqrt(factor * rest + (factor_sd * rest) ** 2)
    return Reforecast(factor, math.fsum(actual) + factor * rest, factor_sd, rest_sd)


def by_one_factor(forecast: Sequence[float], actual: Sequence[float], penalty: float) -> Reforecast:
    """One factor by least squares on square roots, pulled to 1: penalty 156.25 gives 1.0844."""
    expected = _seen(forecast, actual)
    roots = math.fsum(math.sqrt(a * f) for a, f in zip(actual, forecast, strict=False))
    b = (roots + penalty) / (expected + penalty)
    return _applied(forecast, actual, b * b)


def handle_time_now(
    forecast_s: float, handled_n: float, observed_s: float, prior_n: float = PRIOR_CONTACTS
) -> float:
    """Handle time between forecast and observed: 300 s, and 330 s over 50 contacts, is 310 s."""
    return (prior_n * forecast_s + handled_n * observed_s) / (prior_n + handled_n)


def _seen(forecast: Sequence[float], actual: Sequence[float]) -> float:
    if len(actual) > len(forecast):
        raise BadInput(f"{len(actual)} intervals have come of a day of {len(forecast)}.")
    return math.fsum(forecast[: len(actual)])


def _applied(forecast: Sequence[float], actual: Sequence[float], factor: float) -> Reforecast:
    rest = math.fsum(forecast[len(actual) :])
    return Reforecast(factor, math.fsum(actual) + factor * rest)
