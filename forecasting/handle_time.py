"""Handle time by time of day and by how experienced the people are, with its band (FC-13)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.ratios import RatioSpread, learn_ratio_spread
from forecasting.series import Floats, History

DAYS = 28
PRIOR_CONTACTS = 100.0
BAND_CONTACTS = 400.0  # contacts of all that a band of tenure is drawn to the mean by
LEAD = 7  # days ahead at which the past is forecast again
LOOK = 28  # past days that are forecast again


@dataclass(frozen=True, eq=False)
class TenureMix:
    """Who handled a queue's contacts, by bands of tenure, and who will on the days ahead.

    `contacts` and `seconds` are the sums of each band over the last weeks; `ahead` is the share of
    each band on each day ahead, a row a day.
    """

    contacts: Floats
    seconds: Floats
    ahead: Floats


@dataclass(frozen=True, eq=False)
class HandleTime:
    """Seconds a contact on each day ahead and interval, and how far they may lie from it."""

    mean: float  # over all contacts of the last weeks
    by_interval: Floats  # of the day, at the past's mix of people
    mix: Floats  # by day ahead, what the mix of people makes of it: 1.02 is 2 % longer
    spread: RatioSpread  # of one interval
    day_spread: RatioSpread

    @property
    def seconds(self) -> Floats:
        """Seconds a contact, days × intervals."""
        return np.asarray(self.mix[:, None] * self.by_interval[None, :], dtype=np.float64)

    def same_for_all(self) -> HandleTime:
        """The mean at every hour, for work that is done at another hour than it comes in."""
        return replace(self, by_interval=np.full_like(self.by_interval, self.mean))

    def quantile(self, level: float, contacts: Floats) -> Floats:
        """The handle time of each interval of so many contacts that is not exceeded."""
        return np.asarray(self.seconds * self.spread.factor(level, contacts), dtype=np.float64)

    def days(self, contacts: Floats) -> Floats:
        """Seconds a contact of each whole day; `nan` for a day without contacts."""
        total = contacts.sum(axis=1)
        work = (contacts * self.seconds).sum(axis=1)
        return np.where(total > 0, work / np.where(total > 0, total, 1.0), np.nan)

    def day_quantile(self, level: float, contacts: Floats) -> Floats:
        """The handle time of each day that is not exceeded with a probability."""
        factor = self.day_spread.factor(level, contacts.sum(axis=1))
        return np.asarray(self.days(contacts) * factor, dtype=np.float64)


def handle_time(
    history: History, horizon: int = 1, tenure: TenureMix | None = None
) -> HandleTime | None:
    """Handle time of the days ahead; None when no feed tells handle seconds.

    An interval with 300 contacts of 200 s where the mean is 180 s: (60,000 + 18,000) / 400 = 195 s,
    of the last 28 known days. Half of the work by people in their first month, who need 20 %
    longer, makes 2 % more of it than two fifths did. Handle time is booked in the interval in which
    the contact ends.
    """
    if history.handled is None or history.handle_s is None:
        return None
    known = np.flatnonzero((~np.isnan(history.handled)).any(axis=1))
    counts = np.nan_to_num(history.handled[known])
    seconds = np.where(
        np.isnan(history.handled[known]), 0.0, np.nan_to_num(history.handle_s[known])
    )
    by_interval = _by_interval(counts[-DAYS:], seconds[-DAYS:])
    if by_interval is None:
        return None
    mix = np.ones(horizon) if tenure is None else mix_factors(tenure)
    mean = float(seconds[-DAYS:].sum() / counts[-DAYS:].sum())
    return HandleTime(mean, by_interval, mix, *_spreads(counts, seconds))


def mix_factors(tenure: TenureMix) -> Floats:
    """What each day's mix of people makes of the handle time, against that of the past.

    Bands of few contacts are drawn to the mean. People of a band not seen yet count as the mean.
    """
    whole = tenure.contacts.sum()
    if whole <= 0 or tenure.seconds.sum() <= 0:
        return np.ones(tenure.ahead.shape[0])
    mean = tenure.seconds.sum() / whole
    bands = (tenure.seconds + BAND_CONTACTS * mean) / (tenure.contacts + BAND_CONTACTS)
    then = float(tenure.contacts @ bands / whole)
    shares = tenure.ahead.sum(axis=1)
    now = np.where(shares > 0, tenure.ahead @ bands / np.where(shares > 0, shares, 1.0), then)
    return np.asarray(now / then, dtype=np.float64)


def _by_interval(counts: Floats, seconds: Floats) -> Floats | None:
    contacts, work = counts.sum(axis=0), seconds.sum(axis=0)
    if contacts.sum() <= 0 or work.sum() <= 0:
        return None
    mean = work.sum() / contacts.sum()
    return np.asarray(
        (work + PRIOR_CONTACTS * mean) / (contacts + PRIOR_CONTACTS), dtype=np.float64
    )


def _spreads(counts: Floats, seconds: Floats) -> tuple[RatioSpread, RatioSpread]:
    """How far past intervals, and days, lay from what was forecast of them a week ahead."""
    cells: tuple[list[Floats], list[Floats]] = ([], [])
    days: tuple[list[float], list[float]] = ([], [])
    for row in range(max(counts.shape[0] - LOOK, LEAD + 1), counts.shape[0]):
        before = slice(max(row - LEAD + 1 - DAYS, 0), row - LEAD + 1)
        said = _by_interval(counts[before], seconds[before])
        some = counts[row] > 0
        if said is None or not some.any():
            continue
        cells[0].append(seconds[row][some] / counts[row][some] / said[some] - 1)
        cells[1].append(counts[row][some])
        days[0].append(float(seconds[row].sum() / (counts[row] * said).sum()) - 1)
        days[1].append(float(counts[row].sum()))
    if not cells[0]:
        return learn_ratio_spread([], []), learn_ratio_spread([], [])
    return (
        learn_ratio_spread(np.concatenate(cells[0]), np.concatenate(cells[1])),
        learn_ratio_spread(*days),
    )
