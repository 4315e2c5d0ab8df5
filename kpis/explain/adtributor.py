"""In which dimension a change lies: the few elements that explain it, by how much they surprise.

After "Adtributor: Revenue Debugging in Advertising Systems" (Bhagwan and others, NSDI 2014). Use it
to choose the dimension and `rate_mix` for the bars, for they answer different questions: putting
the offers of a campaign back alone returns all of 66 s, while their accounting share is 56 s.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kpis.explain.rate_mix import Sums

# The values common in public implementations; not tuned on any data here.
LEAST_POWER = 0.1
ENOUGH_POWER = 0.67


@dataclass(frozen=True)
class Element:
    """One element: what of the change is undone by putting it back alone, and its surprise."""

    key: str
    power: float
    surprise: float


@dataclass(frozen=True)
class Ranked:
    """A dimension with the elements that explain the change, and the sum of their surprise."""

    dimension: str
    elements: tuple[Element, ...]
    power: float
    surprise: float


def rank_dimensions(dimensions: Mapping[str, Sequence[Sums]]) -> tuple[Ranked, ...]:
    """Dimensions in which a few elements explain the change, the most surprising first.

    Per dimension elements by surprise, those of more than 10 % power, until together they have
    67 %. A dimension that never gets there is left out.
    """
    found = []
    for name, segments in dimensions.items():
        chosen = _chosen(elements_of(segments))
        power = math.fsum(one.power for one in chosen)
        if chosen and power > ENOUGH_POWER:
            surprise = math.fsum(one.surprise for one in chosen)
            found.append(Ranked(name, chosen, power, surprise))
    return tuple(sorted(found, key=lambda one: -one.surprise))


def elements_of(segments: Sequence[Sums]) -> tuple[Element, ...]:
    """Power and surprise of each segment of a ratio, in their order; nothing when nothing changed.

    The power is proportional to how far the ratio moves when this segment alone is as it is now,
    scaled so that all powers sum to 1; below 0 or above 1 are offsets. Surprise is the
    Jensen-Shannon divergence of its share in the numerator.
    """
    top0, top1 = math.fsum(s.top0 for s in segments), math.fsum(s.top1 for s in segments)
    base0 = math.fsum(s.base0 for s in segments)
    if base0 <= 0 or top0 <= 0 or top1 <= 0:
        return ()
    raw = [_moved(s, top0, base0) for s in segments]
    total = math.fsum(raw)
    if abs(total) < 1e-15 * max(1.0, *(abs(r) for r in raw)):
        return ()
    return tuple(
        Element(s.key, r / total, surprise(s.top0 / top0, s.top1 / top1))
        for s, r in zip(segments, raw, strict=True)
    )


def elements_of_sum(values: Sequence[tuple[str, float, float]]) -> tuple[Element, ...]:
    """The same for an additive figure; values are (key, before, after).

    50, 30 and 20 becoming 50, 34 and 36: powers 0, 0.2 and 0.8.
    """
    before, after = math.fsum(v[1] for v in values), math.fsum(v[2] for v in values)
    if before == after or before <= 0 or after <= 0:
        return ()
    return tuple(
        Element(key, (late - early) / (after - before), surprise(early / before, late / after))
        for key, early, late in values
    )


def surprise(before: float, after: float) -> float:
    """How much a share of `after` surprises who expected `before`; 0 for alike.

    180,000 of 354,000 s that become 180,000 of 546,000 s: 0.00961. What has the other sign than the
    whole, as a surplus in a shortage, has no share of it: half that becomes it is 0.1733.
    """
    shares = max(before, 0.0), max(after, 0.0)
    return 0.5 * sum(p * math.log(2 * p / sum(shares)) for p in shares if p > 0)


def _moved(one: Sums, top0: float, base0: float) -> float:
    change_top, change_base = one.top1 - one.top0, one.base1 - one.base0
    bottom = base0 * (base0 + change_base)
    return (change_top * base0 - change_base * top0) / bottom if bottom > 0 else 0.0


def _chosen(elements: Sequence[Element]) -> tuple[Element, ...]:
    chosen: list[Element] = []
    power = 0.0
    for one in sorted(elements, key=lambda e: -e.surprise):
        if one.power <= LEAST_POWER:
            continue
        chosen.append(one)
        power += one.power
        if power > ENOUGH_POWER:
            break
    return tuple(chosen)
