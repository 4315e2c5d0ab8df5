"""Quantiles of merged log-bucket histograms: counts add, quantiles never do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

GROWTH = 1.01 / 0.99  # neighbouring buckets differ by 2.02 %, so an answer is within 1 %


def bucket_of(seconds: float) -> int:
    """The bucket of a duration: -1 below one second, 0 at exactly 1, 286 at 300 s."""
    return -1 if seconds < 1 else math.ceil(math.log(seconds) / math.log(GROWTH))


def bucket_value(bucket: int) -> float:
    """The duration a bucket stands for: 0 for -1, else the middle of its bounds."""
    return 0.0 if bucket < 0 else 2 * GROWTH**bucket / (GROWTH + 1)


def quantile_of(counts: Mapping[int, int], q: Fraction) -> float | None:
    """The nearest-rank quantile of a histogram, None when it is empty.

    90 waits near 10 s and 110 near 200 s and more: the 0.9 quantile is the 180th of 200.
    """
    total = sum(counts.values())
    if total <= 0:
        return None
    rank = max(1, math.ceil(q * total))
    seen = 0
    for bucket in sorted(counts):
        seen += counts[bucket]
        if seen >= rank:
            return bucket_value(bucket)
    return None
