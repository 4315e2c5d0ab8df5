"""Which target holds for a scope and a day, over a period, and where it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kpis.definition import Bands, Kpi
from wfm.domain.language import say
from wfm.domain.scope import Scope
from wfm.domain.target_rules import TargetShape, resolve
from wfm.domain.targets import Target, TargetBook

__all__ = [
    "Effective",
    "added_bands",
    "bands_of",
    "days_of",
    "effective",
    "provenance",
    "resolve",
    "shape_of",
    "weighted_bands",
]

# Convention where a KPI wants a target value and only one number is set: 5 % around it is green,
# 10 % amber (the catalogue's own proposal for handle time).
GREEN_SHARE, AMBER_SHARE = 0.05, 0.10


@dataclass(frozen=True)
class Effective:
    """The limits in force and the sentence that says who set them; row None: the default."""

    bands: Bands
    source: str
    row: Target | None = None


def bands_of(kpi: Kpi, row: Target | None) -> Bands:
    """The limits a row sets for a KPI; the catalogue's own when there is no row.

    Higher is better, 95 with amber width 2: green from 95, amber from 93. Without a width the
    catalogue's width is kept (adherence 92/88: 4).
    """
    default = kpi.bands
    if row is None:
        return default
    low, high = row.value_lo, row.value_hi
    if kpi.better == "higher":
        goal = low if low is not None else high
        width = _width(row, default.green_lo, default.amber_lo)
        return Bands() if goal is None else Bands(green_lo=goal, amber_lo=goal - width)
    if kpi.better == "lower":
        goal = high if high is not None else low
        width = _width(row, default.green_hi, default.amber_hi)
        return Bands() if goal is None else Bands(green_hi=goal, amber_hi=goal + width)
    if low is None or high is None or low == high:
        return _around(low if low is not None else high, row.amber_width)
    width_lo = _width(row, default.green_lo, default.amber_lo)
    width_hi = _width(row, default.green_hi, default.amber_hi)
    return Bands(low, high, low - width_lo, high + width_hi)


def effective(
    book: TargetBook,
    kpi: Kpi,
    day: date,
    scope: Scope,
    contact_type: str,
    label: str,
    *,
    queue_id: str = "",
) -> Effective | None:
    """The limits of a scope on a day with their provenance; None when nothing is set."""
    row = resolve(book, kpi.id, day, scope, contact_type, queue_id=queue_id)
    bands = bands_of(kpi, row)
    if bands.empty:
        return None
    return Effective(bands, provenance(book, kpi, row, scope, label), row)


def provenance(
    book: TargetBook, kpi: Kpi, row: Target | None, scope: Scope, goal_text: str = ""
) -> str:
    """Who set the target, when and for whom, in one sentence.

    "95.0 %, set for Site Phoenix by Ana M. on 2026-01-01, inherited by Team 7."
    """
    return of_place(book, row, scope, set_by(book, kpi, row, goal_text))


def set_by(book: TargetBook, kpi: Kpi, row: Target | None, goal_text: str = "") -> str:
    """Who set a target, when and for whom: the part that is the same for all who inherit it."""
    start = f"{goal_text}, " if goal_text else ""
    if row is None:
        why = say("our convention") if kpi.target_basis in ("conv", "") else kpi.target_basis
        return say("{start}default of the catalogue ({why})", start=start, why=why)
    sentence = say(
        "{start}set for {name} by {author} on {day:%Y-%m-%d}",
        start=start,
        name=book.name_of(row.level, row.key),
        author=row.author,
        day=row.effective_from,
    )
    if row.contact_type:
        sentence += say(" for contact type {contact_type}", contact_type=row.contact_type)
    if row.queue_id:
        sentence += say(" for queue {queue_id}", queue_id=row.queue_id)
    if row.restated_on is not None:
        sentence += say(" (restated on {day:%Y-%m-%d})", day=row.restated_on)
    return sentence


def of_place(book: TargetBook, row: Target | None, scope: Scope, sentence: str) -> str:
    """The sentence of `set_by` with who inherits the target, and why it was set."""
    if row is None:
        return sentence
    own = getattr(scope, scope.level) if scope.level != "enterprise" else ""
    if row.level != scope.level or (row.level != "enterprise" and row.key != own):
        sentence += say(", inherited by {name}", name=book.name_of(scope.level, own))
    return (
        say(
            "{rstrip}. Reason: {rstrip_2}",
            rstrip=sentence.rstrip("."),
            rstrip_2=row.reason.rstrip("."),
        )
        if row.reason
        else sentence
    )


def shape_of(kpi: Kpi) -> TargetShape:
    """What a change of a KPI's target is held against: direction, unit and the default limits."""
    default = kpi.bands
    low = (default.green_lo, default.amber_lo)
    edge = (
        low if low[0] is not None and low[1] is not None else (default.green_hi, default.amber_hi)
    )
    width = None if edge[0] is None or edge[1] is None else abs(edge[0] - edge[1])
    return TargetShape(
        kpi.id,
        kpi.name,
        kpi.better,
        kpi.unit,
        kpi.kind == "sum",
        default.green_lo,
        default.green_hi,
        width,
    )


def days_of(first: date, end: date) -> tuple[date, ...]:
    """The days of a half-open period."""
    return tuple(first + timedelta(days=n) for n in range((end - first).days))


def weighted_bands(parts: Iterable[tuple[Bands, float]]) -> Bands | None:
    """The mean of limits, each weighted by the KPI's own denominator.

    90 % on 9,000 contacts and 95 % on 27,000: 93.75 %. None when nothing weighs.
    """
    kept = [(bands, weight) for bands, weight in parts if weight > 0]
    if not kept:
        return None
    return _combine([b for b, _ in kept], _mean([w for _, w in kept]))


def added_bands(parts: Sequence[Bands]) -> Bands | None:
    """The sum of limits, for counts: 100 contacts a day over five days is 500."""
    return _combine(list(parts), sum) if parts else None


def _mean(weights: list[float]) -> Callable[[list[float]], float]:
    total = sum(weights)
    return lambda values: sum(v * w for v, w in zip(values, weights, strict=True)) / total


def _combine(parts: list[Bands], rule: Callable[[list[float]], float]) -> Bands:
    def one(name: str) -> float | None:
        values = [getattr(part, name) for part in parts]
        return None if any(value is None for value in values) else rule(values)

    return Bands(one("green_lo"), one("green_hi"), one("amber_lo"), one("amber_hi"), one("centre"))


def _width(row: Target, green: float | None, amber: float | None) -> float:
    if row.amber_width is not None:
        return row.amber_width
    return abs(green - amber) if green is not None and amber is not None else 0.0


def _around(goal: float | None, amber_width: float | None) -> Bands:
    """Limits around one value: 300 s gives green 285 to 315, amber 270 to 330."""
    if goal is None:
        return Bands()
    green = abs(goal) * GREEN_SHARE
    amber = abs(goal) * AMBER_SHARE if amber_width is None else green + amber_width
    return Bands(goal - green, goal + green, goal - amber, goal + amber, goal)
