"""The change of a ratio in parts: what each segment does by its own rate, and by its share.

Kitagawa's decomposition of the difference of two rates, its mix centred on the mean of both
wholes, which is free because shares add up to 1 and makes a segment's mix readable: more of what
is slow is positive.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kpis.explain.contract import is_exact, residual_of
from wfm.domain.language import to_say

OTHERS = to_say("all others")


@dataclass(frozen=True)
class Sums:
    """Numerator and denominator of one segment, before and after; a denominator of 0: absent."""

    key: str
    top0: float
    base0: float
    top1: float
    base1: float

    @property
    def value0(self) -> float | None:
        """The segment's own ratio before, None when it was absent."""
        return self.top0 / self.base0 if self.base0 > 0 else None

    @property
    def value1(self) -> float | None:
        """The segment's own ratio after, None when it is absent."""
        return self.top1 / self.base1 if self.base1 > 0 else None


@dataclass(frozen=True)
class Part:
    """One segment's part of a change: by its own rate, and by its share of the whole."""

    key: str
    rate: float
    mix: float
    sums: Sums

    @property
    def size(self) -> float:
        return self.rate + self.mix


@dataclass(frozen=True)
class Decomposition:
    """A change and its parts, which sum to it; share0 and share1 weigh each segment."""

    value0: float
    value1: float
    parts: tuple[Part, ...]
    base0: float
    base1: float

    @property
    def delta(self) -> float:
        return self.value1 - self.value0

    @property
    def residual(self) -> float:
        return residual_of(self.delta, (x for part in self.parts for x in (part.rate, part.mix)))

    @property
    def exact(self) -> bool:
        """Whether the parts sum to the change, so that it may be shown."""
        return is_exact(self.delta, self.residual)

    @property
    def rate(self) -> float:
        """What all segments do by their own rates."""
        return math.fsum(part.rate for part in self.parts)

    @property
    def mix(self) -> float:
        """What the shift between segments does."""
        return math.fsum(part.mix for part in self.parts)

    @property
    def ranked(self) -> tuple[Part, ...]:
        """The parts, those that push in the direction of the change first, the largest first."""
        sign = 1 if self.delta >= 0 else -1
        return tuple(sorted(self.parts, key=lambda part: -sign * part.size))

    def scaled(self, scale: float) -> Decomposition:
        """The same in another unit: fractions times 100 are percent."""
        if scale == 1:
            return self
        parts = tuple(Part(p.key, scale * p.rate, scale * p.mix, p.sums) for p in self.parts)
        return Decomposition(
            scale * self.value0, scale * self.value1, parts, self.base0, self.base1
        )

    def weight(self, part: Part) -> float:
        """The mean share of a segment before and after, by which its own change counts."""
        return (part.sums.base0 / self.base0 + part.sums.base1 / self.base1) / 2


def rate_and_mix(segments: Iterable[Sums]) -> Decomposition | None:
    """The change of `sum(top) / sum(base)` by segment; None when a period is empty.

    rate = mean share * (value after - before); mix = change of share * (mean of the segment's two
    values - mean of both wholes). Contacts 600/300/100 at 300/420/480 s become 600/300/400 at
    300/420/600 s: 354 becomes 420 s, +12.05, -2.28 and +56.24, of which 24.46 because offers take
    longer and 31.78 because there are more. A segment that is new or gone has one value only: all
    of its part is mix. The value may be a rate with a base of its own (service level: not the
    contacts handled, but those that count in it).
    """
    given = [one for one in segments if one.base0 > 0 or one.base1 > 0]
    base0 = math.fsum(one.base0 for one in given)
    base1 = math.fsum(one.base1 for one in given)
    if base0 <= 0 or base1 <= 0:
        return None
    value0 = math.fsum(one.top0 for one in given) / base0
    value1 = math.fsum(one.top1 for one in given) / base1
    centre = (value0 + value1) / 2
    parts = tuple(_part(one, base0, base1, centre) for one in given)
    return Decomposition(value0, value1, parts, base0, base1)


def fold_small(segments: Sequence[Sums], min_base: float, *keep: str) -> tuple[Sums, ...]:
    """Segments whose base is below the minimum in both periods as one, so that sums stay.

    Types with 600, 300, 12 and 9 contacts at a minimum of 30: the last two are "all others".
    """
    large = [s for s in segments if max(s.base0, s.base1) >= min_base or s.key in keep]
    small = [s for s in segments if s not in large]
    if len(small) < 2:
        return tuple(segments)
    return (*large, merged(OTHERS, small))


def merged(key: str, segments: Iterable[Sums]) -> Sums:
    """Several segments as one."""
    given = list(segments)
    sums = (math.fsum(getattr(s, name) for s in given)
            for name in ("top0", "base0", "top1", "base1"))  # fmt: skip
    return Sums(key, *sums)


def _part(one: Sums, base0: float, base1: float, centre: float) -> Part:
    share0, share1 = one.base0 / base0, one.base1 / base1
    before, after = one.value0, one.value1
    first = before if before is not None else (after or 0.0)
    last = after if after is not None else first
    rate = (share0 + share1) / 2 * (last - first)
    mix = (share1 - share0) * ((first + last) / 2 - centre)
    return Part(one.key, rate, mix, one)
