"""One level of an explanation: from one value to another in bars that sum, as they are printed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kpis.explain.contract import is_exact, residual_of
from kpis.explain.rate_mix import OTHERS
from kpis.explain.rounding import share_out

MOST_BARS = 8


@dataclass(frozen=True)
class Bar:
    """One part: its key and name, size, how much of it is rate and mix, its values and bases."""

    key: str
    name: str
    size: float
    rate: float = 0.0
    mix: float = 0.0
    before: float | None = None
    after: float | None = None
    base0: float = 0.0
    base1: float = 0.0


@dataclass(frozen=True)
class Level:
    """A value before and after by one dimension; `inside` names the segment it looks into.

    `weight` is the share by which this level's change counts in the whole: 1 for the whole. `ends`
    name the two values: before and now, or a target and now.
    """

    dimension: str
    before: float
    after: float
    bars: tuple[Bar, ...]
    inside: str = ""
    weight: float = 1.0
    ends: tuple[str, str] = ("before", "now")

    @property
    def delta(self) -> float:
        return self.after - self.before

    @property
    def exact(self) -> bool:
        """Whether the bars sum to the change; what does not is not shown."""
        sizes = [bar.size for bar in self.bars]
        return is_exact(self.delta, residual_of(self.delta, sizes))

    @property
    def ranked(self) -> tuple[Bar, ...]:
        """Bars that push in the direction of the change first, the largest first."""
        sign = 1 if self.delta >= 0 else -1
        return tuple(sorted(self.bars, key=lambda bar: -sign * bar.size))

    @property
    def rate(self) -> float:
        return math.fsum(bar.rate for bar in self.bars)

    @property
    def mix(self) -> float:
        return math.fsum(bar.mix for bar in self.bars)

    def share(self, bar: Bar) -> float:
        """A bar's share of the change; 0 where nothing changed in sum."""
        return bar.size / self.delta if self.delta else 0.0

    def printed(self, decimals: int) -> tuple[float, tuple[float, ...], float]:
        """First value, bars and last value, rounded so that they add up to the last digit."""
        first, last = round(self.before, decimals), round(self.after, decimals)
        shown = share_out([bar.size for bar in self.bars], decimals, last - first)
        return first, tuple(shown), last

    def shortened(self, most: int = MOST_BARS) -> Level:
        """The largest bars, and all others as one, so that the sum stays."""
        if len(self.bars) <= most:
            return self
        order = sorted(self.bars, key=lambda bar: -abs(bar.size))
        kept = {bar.key for bar in order[: most - 1] if bar.key != OTHERS}
        rest = [bar for bar in self.bars if bar.key not in kept]
        return replace(self, bars=(*(b for b in self.bars if b.key in kept), _merged(rest)))


def _merged(bars: Sequence[Bar]) -> Bar:
    def total(name: str) -> float:
        return math.fsum(getattr(bar, name) for bar in bars)

    return Bar(OTHERS, OTHERS, total("size"), total("rate"), total("mix"), None, None,
               total("base0"), total("base1"))  # fmt: skip
