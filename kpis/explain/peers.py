"""Fair comparison of people: small samples pulled to the peers, tenure, and the mix they got."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, median

from kpis.explain.contract import MIN_BASE

ONE_SIDED = NormalDist().inv_cdf(0.95)
TO_SIGMA = 1.4826  # of a median absolute deviation of a normal spread
FLOOR_SHARE, FLOOR_ABS = 0.1, 3.0  # of tau: peers who are all alike still leave room
LEAST_PEERS = 30
TENURED_DAYS = 90
# The curve of new agents, a convention inside published bands (1.3 to 1.8 times at the start).
CURVE_START, CURVE_DAYS = 0.5, 45.0


@dataclass(frozen=True)
class Spread:
    """The peers: their median, and how far apart they truly are."""

    mu: float
    tau: float
    mad: float


@dataclass(frozen=True)
class Shrunk:
    """One person's mean as far as the sample carries it: weight of it, estimate, sd, 5 % bounds."""

    weight: float
    mean: float
    sd: float
    low: float
    high: float
    flag: bool


def spread_of(
    values: Sequence[float], floor_share: float = FLOOR_SHARE, floor_abs: float = FLOOR_ABS
) -> Spread:
    """Median and spread (1.4826 MAD) of peers, the spread floored at 10 % of the median or 3.

    Six at 35.57 and two at 184.44: median 35.57, MAD 0, spread 3.557. A mean would be 72.8.
    """
    mu = median(values)
    mad = median(abs(value - mu) for value in values)
    return Spread(mu, max(TO_SIGMA * mad, floor_share * abs(mu), floor_abs), mad)


def shrink(x: float, n: float, sigma: float, peers: Spread, min_base: float = MIN_BASE) -> Shrunk:
    """A person's mean pulled to the peers by how little is known of it (empirical Bayes).

    weight = tau^2 / (tau^2 + sigma^2 / n). Peers 45 and spread 8, contacts of sd 40: 184 s over
    300 contacts stays 173.3 and is flagged; 95 s over 20 is 67.2; 184 s over 8 would be flagged
    by its bound and is not, because 8 are fewer than 30. Flagged is who is beyond mu + tau with
    the 5 % bound.
    """
    noise = sigma * sigma / n
    weight = peers.tau**2 / (peers.tau**2 + noise)
    mean = peers.mu + weight * (x - peers.mu)
    sd = math.sqrt(weight * noise)
    low = mean - ONE_SIDED * sd
    flag = n >= min_base and low > peers.mu + peers.tau
    return Shrunk(weight, mean, sd, low, mean + ONE_SIDED * sd, flag)


def expected_change(x: float, n: float, sigma: float, peers: Spread) -> float:
    """What a person picked for a bad period changes without anything done: back to the mean.

    460 s over 100 contacts of sd 300, peers 400 and spread 30: -30 s with no training at all.
    """
    return shrink(x, n, sigma, peers, 0).mean - x


def expected_at(
    tenure_days: float, settled: float, start: float = CURVE_START, days: float = CURVE_DAYS
) -> float:
    """The value of a new agent after some days: settled * (1 + start * exp(-tenure / days)).

    Settled 300 s: 450 at the start, 377.0 after 30 days, 320.3 after 90.
    """
    return settled * (1 + start * math.exp(-tenure_days / days))


def days_to_within(share: float, start: float = CURVE_START, days: float = CURVE_DAYS) -> float:
    """Days until the curve is within a share of the settled value: 72.4 for 10 %."""
    return max(0.0, days * math.log(start / share))


def direct_mean(weights: Sequence[float], values: Sequence[float]) -> float:
    """A person's mean with the reference's mix of work; every kind must be known.

    280 and 560 s at half and half: 420 s.
    """
    return math.fsum(w * v for w, v in zip(weights, values, strict=True)) / math.fsum(weights)


def expected_of_mix(counts: Sequence[float], values: Sequence[float]) -> float | None:
    """What a person's own mix takes at the peers' values; None without contacts.

    80 and 20 contacts at 290 and 570 s: 346 s. A raw 336 s is then 0.971 of what is expected,
    though another's raw 524 s is 1.019: the mix makes the rest.
    """
    total = math.fsum(counts)
    return None if total <= 0 else direct_mean(counts, values)
