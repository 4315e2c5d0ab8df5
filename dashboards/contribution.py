"""Who makes the gap: parts that sum exactly to the distance from a base or a past value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpis.catalogue.load import CATALOGUE
from kpis.value import KpiValue
from wfm.domain.language import say

MAIN_PART = 0.2  # of a gap, for one segment to be named as where it comes from


@dataclass(frozen=True)
class Share:
    """One segment's part of a gap: what it adds, its own size, and what all others reach."""

    value: KpiValue
    adds: float | None
    rest: float | None


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


def spread_of(shares: Sequence[Share], gap: float) -> tuple[int, int] | None:
    """How many segments are part of a gap, of how many, where none stands out; else None.

    None stands out when at least three and at least half of them are part of it, and the largest
    has less than a fifth of it. Six teams that each add -1 to a gap of -6: (6, 6).
    """
    known = [share.adds for share in shares if share.adds is not None]
    parts = [abs(adds) for adds in known if adds * gap > 0]
    if len(parts) < 3 or 2 * len(parts) < len(known) or max(parts) >= MAIN_PART * abs(gap):
        return None
    return len(parts), len(known)


def grouped(parts: Sequence[tuple[str, float]], most: int) -> list[tuple[str, float]]:
    """The largest parts, and all others as one, so that the sum stays the same."""
    if len(parts) <= most:
        return list(parts)
    ranked = sorted(parts, key=lambda part: -abs(part[1]))
    kept = {name for name, _ in ranked[: most - 1]}
    shown = [part for part in parts if part[0] in kept]
    return [*shown, (say("all others"), sum(size for name, size in parts if name not in kept))]
