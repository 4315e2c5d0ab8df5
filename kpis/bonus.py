"""Where a bonus stands and what it takes from here: the projection, its chance, its tiers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, stdev
from typing import Literal

from kpis.status import TOLERANCE

State = Literal[
    "earned", "missed", "secured", "on_track", "at_risk", "out_of_reach", "no_data", "too_early"
]
Chance = Literal["low", "even", "high"]
# Conventions: the last shifts that tell the recent rate, the weight that pulls it to the period's
# own, and the least spread of a person's days.
RECENT_SHIFTS = 20
SHRINK = 5
LEAST_SPREAD = 0.01
LOW, HIGH = 0.25, 0.75


@dataclass(frozen=True)
class Sums:
    """Base and good seconds to date, the base seconds still planned and the shifts they make.

    For adherence the base is scheduled less neutral seconds, good those in adherence; time that
    the employer took away is in none of them.
    """

    base_s: float
    good_s: float
    left_s: float
    shifts_left: int


@dataclass(frozen=True)
class Projection:
    """What a target asks from here on; rates are fractions, budgets seconds.

    `needed` above 1 is out of reach, at or below 0 secured. None where nothing is left or known.
    """

    target: float
    rate_now: float | None
    needed: float | None
    budget_s: float | None
    budget_per_shift_s: float | None
    best: float | None
    projected: float | None
    state: State


def project(sums: Sums, target: float, recent: float | None) -> Projection:
    """The projection of a target from sums to date and what is still planned.

    40 days of 480 min at 93.5 %, 22 left, target 95 %: 97.727 % are needed from here, 240 min may
    be missed, 10.91 a shift; at best 95.806 %: at risk. Closed exactly at 95 % is earned.
    """
    now = sums.good_s / sums.base_s if sums.base_s > 0 else None
    if sums.left_s <= 0:
        if now is None:
            return Projection(target, None, None, None, None, None, None, "no_data")
        earned = now >= target - TOLERANCE
        return Projection(target, now, None, None, None, now, now, "earned" if earned else "missed")
    whole = sums.base_s + sums.left_s
    needed = (target * whole - sums.good_s) / sums.left_s
    budget = sums.left_s * (1 - needed)
    rate = recent if recent is not None else now
    return Projection(
        target=target,
        rate_now=now,
        needed=needed,
        budget_s=budget,
        budget_per_shift_s=budget / sums.shifts_left if sums.shifts_left else None,
        best=(sums.good_s + sums.left_s) / whole,
        projected=None if rate is None else (sums.good_s + rate * sums.left_s) / whole,
        state=_state(needed, rate),
    )


def _state(needed: float, rate: float | None) -> State:
    if needed <= TOLERANCE:
        return "secured"
    if needed > 1 + TOLERANCE:
        return "out_of_reach"
    if rate is None:
        return "no_data"
    return "on_track" if needed <= rate + TOLERANCE else "at_risk"


@dataclass(frozen=True)
class Day:
    """Base and good seconds of one shift."""

    base_s: float
    good_s: float

    @property
    def rate(self) -> float:
        """The share of the base that was good."""
        return self.good_s / self.base_s


def recent_rate(days: Sequence[Day], period_rate: float | None) -> float | None:
    """The rate of the last shifts, pulled towards the period's own when they are few.

    Ten shifts at 90 % in a period at 96 %: 10/15 of 90 and 5/15 of 96, 92 %. `days` oldest first.
    """
    last = [day for day in days if day.base_s > 0][-RECENT_SHIFTS:]
    if not last:
        return period_rate
    rate = sum(day.good_s for day in last) / sum(day.base_s for day in last)
    if period_rate is None:
        return rate
    weight = len(last) / (len(last) + SHRINK)
    return weight * rate + (1 - weight) * period_rate


def daily_spread(days: Sequence[Day]) -> float:
    """How much a person's days differ: the standard deviation of the last shifts, 1 pp at least."""
    rates = [day.rate for day in days if day.base_s > 0][-RECENT_SHIFTS:]
    return max(LEAST_SPREAD, stdev(rates) if len(rates) > 1 else LEAST_SPREAD)


def chance(mu: float, sd_day: float, needed: float, shifts_left: int) -> float:
    """The chance of reaching a needed rate, days taken as independent.

    96.5 % on average, 3 pp a day, 97.727 % needed on 22 shifts: 2.75 %. Days are not independent
    where a pattern recurs, so people are shown `chance_word`, never this number.
    """
    if needed <= 0:
        return 1.0
    if needed > 1 or shifts_left <= 0:
        return 0.0
    spread = max(sd_day, LEAST_SPREAD) / math.sqrt(shifts_left)
    return NormalDist().cdf((mu - needed) / spread)


def chance_word(probability: float) -> Chance:
    """A chance as it may be shown: low below 25 %, high above 75 %, else even."""
    if probability < LOW:
        return "low"
    return "high" if probability > HIGH else "even"


@dataclass(frozen=True)
class TierOutlook:
    """One tier: its projection, and the chance of reaching it as a fraction."""

    factor: float
    projection: Projection
    p: float


@dataclass(frozen=True)
class Outlook:
    """All tiers of a scheme, lowest first, and the factor to be expected."""

    tiers: tuple[TierOutlook, ...]
    expected_factor: float

    def of_factor(self, factor: float) -> TierOutlook:
        """The outlook of the tier that pays a factor."""
        return next(t for t in self.tiers if t.factor == factor)

    @property
    def reachable(self) -> TierOutlook | None:
        """The highest tier that can still be reached, None when none can."""
        states = ("out_of_reach", "missed", "no_data")
        found = [t for t in self.tiers if t.projection.state not in states]
        return found[-1] if found else None

    @property
    def reached(self) -> TierOutlook | None:
        """The highest tier that is earned or secured already, None when none is."""
        found = [t for t in self.tiers if t.projection.state in ("earned", "secured")]
        return found[-1] if found else None


def outlook(
    sums: Sums,
    tiers: Sequence[tuple[float, float]],
    recent: float | None,
    *,
    mu: float | None = None,
    sd_day: float = LEAST_SPREAD,
) -> Outlook:
    """What each tier (threshold, factor) asks, its chance, and the factor to be expected.

    Tiers 93/95/97 % that pay .5/1/1.25: the expected factor is .5 P(93) + .5 P(95) + .25 P(97).
    `mu` is the daily mean to come, else the recent rate.
    """
    mean = mu if mu is not None else recent
    found = []
    expected, before = 0.0, 0.0
    for threshold, factor in tiers:
        projection = project(sums, threshold, recent)
        p = _p(projection, mean, sd_day, sums.shifts_left)
        expected += (factor - before) * p
        before = factor
        found.append(TierOutlook(factor, projection, p))
    return Outlook(tuple(found), expected)


def _p(projection: Projection, mean: float | None, sd_day: float, shifts_left: int) -> float:
    if projection.needed is None:
        return 1.0 if projection.state == "earned" else 0.0
    if mean is None:
        return 0.0
    return chance(mean, sd_day, projection.needed, shifts_left)


@dataclass(frozen=True)
class Help:
    """What a recurring loss is worth: the rate with and without it, and the projections of both."""

    lost_s: float
    rate_now: float
    rate_without: float
    crosses: bool
    now: Projection
    without: Projection


def what_would_help(
    sums: Sums, target: float, recent: float | None, *, lost_s: float, of_base_s: float
) -> Help | None:
    """The projection run again without one recurring loss; None without a loss or a base.

    `lost_s` out of `of_base_s` seconds of the shifts looked at: 90 of 10,560 min at 94.75 % would
    be 95.60 %, above the line of 95 %. What is lost so often is taken to be lost from here on too.
    """
    if lost_s <= 0 or of_base_s <= 0 or sums.base_s <= 0:
        return None
    share = lost_s / of_base_s
    regained = min(share * sums.base_s, sums.base_s - sums.good_s)
    better = Sums(sums.base_s, sums.good_s + regained, sums.left_s, sums.shifts_left)
    later = None if recent is None else min(1.0, recent + share)
    now, without = project(sums, target, recent), project(better, target, later)
    before, after = sums.good_s / sums.base_s, better.good_s / better.base_s
    line = target - TOLERANCE
    return Help(lost_s, before, after, before < line <= after, now, without)


def modified(factor: float, counts: Sequence[tuple[float, float, float]]) -> float:
    """A factor after its modifiers: (count, at least, multiplied by), each that is reached.

    1.0 with two no-shows where one halves and three cancel: 0.5.
    """
    for count, at_least, times in counts:
        if count >= at_least:
            factor *= times
    return factor
