"""Who makes the gap: parts that sum exactly to the distance from a base or a past value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpis.catalogue.load import CATALOGUE
from kpis.value import KpiValue


@dataclass(frozen=True)
class Share:
    """One segment's part of a gap: what it adds, its own size, and what all others reach."""

    value: KpiValue
    adds: float | None
    rest: float | None


@dataclass(frozen=True)
class Moved:
    """One segment's part of a change: by its own rate, and by its share of the whole."""

    name: str
    rate: float
    mix: float

    @property
    def size(self) -> float:
        return self.rate + self.mix


def shares_of_gap(
    values: Sequence[KpiValue], whole: KpiValue, base: float | None
) -> tuple[tuple[Share, ...], float | None]:
    """What each segment adds to (whole - base), and what no segment accounts for.

    8 contacts at 300 s and 2 at 600 s make 360 s; against 300 the second adds all 60 s, because
    it is 2 of 10 contacts and 300 s above the base. (value - base) * its share of the denominator.
    """
    kpi = CATALOGUE[whole.kpi_id]
    total = whole.denominator
    if kpi.kind != "ratio" or base is None or not total or whole.value is None:
        return tuple(Share(value, None, None) for value in values), None
    scale = float(kpi.scale)
    found = []
    for value in values:
        top, bottom = value.numerator, value.denominator
        if top is None or bottom is None:
            found.append(Share(value, None, None))
            continue
        others_top = (whole.numerator or 0.0) - top
        others_bottom = total - bottom
        rest = scale * others_top / others_bottom if others_bottom > 0 else None
        found.append(Share(value, (scale * top - base * bottom) / total, rest))
    missing = whole.value - base - sum(s.adds for s in found if s.adds is not None)
    return tuple(found), (missing if abs(missing) > 1e-9 * max(1.0, abs(whole.value)) else 0.0)


def moves_between(
    now: Sequence[tuple[str, float, float]], before: Sequence[tuple[str, float, float]]
) -> tuple[Moved, ...]:
    """Each segment's part of the change of a ratio; segments are (name, numerator, denominator).

    600/300/100 contacts at 300/420/480 s become 600/300/400 at 300/420/600 s: 354 becomes 420 s,
    and the parts are +12.0, −2.3 and +56.2, of which 24 by being slower and 32 by being more.
    """
    late = {name: (top, bottom) for name, top, bottom in now if bottom > 0}
    early = {name: (top, bottom) for name, top, bottom in before if bottom > 0}
    total_late = sum(bottom for _, bottom in late.values())
    total_early = sum(bottom for _, bottom in early.values())
    if not total_late or not total_early:
        return ()
    mean = (
        sum(top for top, _ in late.values()) / total_late
        + sum(top for top, _ in early.values()) / total_early
    ) / 2
    found = []
    for name in dict.fromkeys([*late, *early]):
        share_late = late.get(name, (0.0, 0.0))[1] / total_late
        share_early = early.get(name, (0.0, 0.0))[1] / total_early
        rate_late, rate_early = _rate(late.get(name)), _rate(early.get(name))
        # A segment that is new or gone has one rate only: all of its part is mix.
        after = rate_late if rate_late is not None else rate_early
        first = rate_early if rate_early is not None else rate_late
        if after is None or first is None:
            continue
        rate = (share_late + share_early) / 2 * (after - first)
        mix = (share_late - share_early) * ((after + first) / 2 - mean)
        found.append(Moved(name, rate, mix))
    return tuple(found)


def grouped(parts: Sequence[tuple[str, float]], most: int) -> list[tuple[str, float]]:
    """The largest parts, and all others as one, so that the sum stays the same."""
    if len(parts) <= most:
        return list(parts)
    ranked = sorted(parts, key=lambda part: -abs(part[1]))
    kept = {name for name, _ in ranked[: most - 1]}
    shown = [part for part in parts if part[0] in kept]
    return [*shown, ("all others", sum(size for name, size in parts if name not in kept))]


def _rate(sums: tuple[float, float] | None) -> float | None:
    return sums[0] / sums[1] if sums else None
