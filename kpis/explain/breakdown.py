"""A figure broken down: dimensions ranked, components and factors, and the way down."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from kpis.definition import Kpi
from kpis.evaluate import PART_NAMES
from kpis.explain.adtributor import rank_dimensions
from kpis.explain.factors import Factor, effects
from kpis.explain.levels import Bar, Level
from kpis.explain.naming import Namer
from kpis.explain.rate_mix import OTHERS, Decomposition, Sums
from kpis.explain.segments import ADDITIVE, Path, Question, decomposed
from kpis.reading import Ask, read_rows
from wfm.domain.errors import ForbiddenDrill
from wfm.domain.language import to_say

# Conventions: how deep a drill goes, and the least share of a change worth going into.
DEEPEST = 4
LEAST_SHARE = 0.2
TARGET = "target"
HANDLING = frozenset({"talk_s", "hold_s", "acw_s"})
KINDS_OF_WORK = ("channel", "contact_type")
TIMES = ("weekday", "hour")  # told of the whole; within a segment they are mostly chance
# Figures that are a product: contacts an hour are the busy share of it over seconds a contact.
FACTORS: Mapping[str, tuple[tuple[str, str, str, float], ...]] = {
    "contacts_per_hour": (
        ("occupancy", "busy_s", "open_act_s", 1.0),
        (to_say("time per contact"), "busy_s", "handled_n", -1.0),
    ),
}
FACTOR_SCALE = {"contacts_per_hour": 3600.0}


@dataclass(frozen=True)
class Dimension:
    """One dimension: its level, how few elements explain the change, and how they surprise."""

    level: Level
    power: float = 0.0
    surprise: float = 0.0
    chosen: tuple[str, ...] = ()


def dimensions_of(question: Question, name: Namer) -> tuple[Dimension, ...]:
    """Every dimension of a figure with exact bars, the one that explains it best first.

    First those in which a few elements explain two thirds and surprise most, then the others by
    their largest part. Dimensions that tell nothing (one segment) or the same as one before are
    left out, and those whose parts do not make up the whole.
    """
    whole = _whole(question)
    segments = {d: question.segments(d) for d in question.dimensions}
    segments = {d: s for d, s in segments.items() if len(s) > 1}
    ranked = {}
    if question.kpi.kind not in ADDITIVE:
        ranked = {one.dimension: one for one in rank_dimensions(segments)}
    found: list[Dimension] = []
    for dimension in segments:
        level = level_of(question, (), dimension, name)
        if level is None or whole is None or not _makes_up(level, whole):
            continue
        if any(_same(level, other.level) for other in found):
            continue
        told = ranked.get(dimension)
        if told is None:
            found.append(Dimension(level))
        else:
            chosen = tuple(element.key for element in told.elements)
            found.append(Dimension(level, told.power, told.surprise, chosen))
    return tuple(sorted(found, key=_order))


def mix_first(kpi: Kpi, dimensions: tuple[Dimension, ...]) -> tuple[Dimension, ...]:
    """The dimensions, handle time's split by channel or contact type first where both moved.

    When the mix of channels (else of contact types) moved it and their own values did too, each by
    a fifth or more of what moved in all, any other first cut would take one for the other.
    """
    if not is_time_per_contact(kpi):
        return dimensions
    for wanted in KINDS_OF_WORK:
        for one in dimensions:
            if one.level.dimension == wanted and both_moved(one.level):
                return (one, *(other for other in dimensions if other is not one))
    return dimensions


def is_time_per_contact(kpi: Kpi) -> bool:
    """Whether it is handle time or a part of it."""
    return kpi.top is not None and set(kpi.top.measures) <= HANDLING


def both_moved(level: Level) -> bool:
    """Whether own values and mix each make a fifth or more of what moved: 24 and 42 s do."""
    whole = abs(level.rate) + abs(level.mix)
    return whole > 0 and min(abs(level.rate), abs(level.mix)) >= LEAST_SHARE * whole


def level_of(
    question: Question, path: Path, dimension: str, name: Namer, weight: float = 1.0
) -> Level | None:
    """The bars of a dimension, of the whole or within a segment; None where they are not exact."""
    found = decomposed(question, question.inside(path, dimension))
    if found is None or not found.exact:
        return None
    inside = name(*path[-1]) if path else ""
    ends = ("before", "now") if question.goal is None else (TARGET, "now")
    level = _level(dimension, found, name, inside, weight, float(question.kpi.scale))
    return replace(level, ends=ends)


def drill(question: Question, first: Level, name: Namer) -> tuple[Level, ...]:
    """The way down from a level into its largest segment, at most four levels in all.

    Each next dimension is the one that explains the segment's own change best. It ends where the
    best part is less than a fifth of the whole change, or a segment is new and has no change.
    """
    whole, levels = first.delta, [first]
    path: Path = ()
    level = first
    while len(levels) < DEEPEST and level.bars and whole:
        top = level.ranked[0]
        path = (*path, (level.dimension, top.key))
        within = _next(question, path, name, level.weight * _weight(level, top))
        if within is None or not within.bars:
            break
        best = within.ranked[0]
        if abs(best.size * within.weight) < LEAST_SHARE * abs(whole):
            break
        levels.append(within)
        level = within
    return tuple(levels)


def components_of(question: Question, name: Namer) -> Level | None:
    """A figure whose numerator is a sum, by its terms: handle time as talk, hold, after-contact."""
    kpi = question.kpi
    if kpi.kind != "ratio" or kpi.top is None or len(kpi.top.terms) < 2 or question.before is None:
        return None
    if any(measure not in PART_NAMES for measure in kpi.top.measures):
        return None
    late, early = _cells(question, question.now), _cells(question, question.before)
    if kpi.bottom is None or late is None or early is None:
        return None
    bottoms = [kpi.bottom.value(cell) for cell in (early, late)]
    if min(bottoms) <= 0:
        return None
    bars = []
    for measure, coefficient in kpi.top.terms:
        scale = float(kpi.scale * coefficient)
        before, after = scale * early[measure] / bottoms[0], scale * late[measure] / bottoms[1]
        word = PART_NAMES[measure]
        bars.append(Bar(measure, word, after - before, after - before, 0.0, before, after,
                        *bottoms))  # fmt: skip
    totals = [math.fsum(getattr(bar, side) or 0.0 for bar in bars) for side in ("before", "after")]
    level = Level("component", totals[0], totals[1], tuple(bars))
    return level if level.exact else None


def factors_of(question: Question) -> Level | None:
    """A figure that is a product, by its factors; None for the others."""
    told = FACTORS.get(question.kpi.id)
    if told is None or question.before is None:
        return None
    names = tuple(dict.fromkeys(m for _, top, bottom, _ in told for m in (top, bottom)))
    late = _measures(question, question.now, names)
    early = _measures(question, question.before, names)
    if late is None or early is None:
        return None
    if any(cell[bottom] <= 0 or cell[top] <= 0 for cell in (late, early)
           for _, top, bottom, _ in told):  # fmt: skip
        return None
    given = [Factor(word, early[top] / early[bottom], late[top] / late[bottom], power)
             for word, top, bottom, power in told]  # fmt: skip
    found = effects(given, FACTOR_SCALE[question.kpi.id])
    bars = tuple(
        Bar(f.name, f.name, size, size, 0.0, f.before, f.after)
        for f, size in zip(given, found.sizes, strict=True)
    )
    level = Level("factor", found.value0, found.value1, bars)
    return level if level.exact else None


def _level(
    dimension: str, found: Decomposition, name: Namer, inside: str, weight: float, scale: float
) -> Level:
    bars = tuple(
        Bar(
            part.key, name(dimension, part.key), part.size, part.rate, part.mix,
            _scaled(part.sums.value0, scale), _scaled(part.sums.value1, scale),
            part.sums.base0, part.sums.base1,
        )
        for part in found.parts
    )  # fmt: skip
    return Level(dimension, found.value0, found.value1, bars, inside, weight)


def _scaled(value: float | None, scale: float) -> float | None:
    return None if value is None else scale * value


def _weight(level: Level, bar: Bar) -> float:
    """The mean share of a bar before and after, by which its own change counts."""
    base0 = math.fsum(one.base0 for one in level.bars)
    base1 = math.fsum(one.base1 for one in level.bars)
    if base0 <= 0 or base1 <= 0:
        return 1.0
    return (bar.base0 / base0 + bar.base1 / base1) / 2


def _next(question: Question, path: Path, name: Namer, weight: float) -> Level | None:
    used = {dimension for dimension, _ in path}
    segments: dict[str, tuple[Sums, ...]] = {}
    for dimension in question.within(used):
        if dimension in (*used, *TIMES):
            continue
        told = question.inside(path, dimension)
        if len(told) > 1:
            segments[dimension] = told
    levels = {d: level_of(question, path, d, name, weight) for d in segments}
    known = {
        d: level for d, level in levels.items()
        if level is not None and len(level.bars) > 1 and level.ranked[0].key != OTHERS
    }  # fmt: skip
    if not known:
        return None
    for one in rank_dimensions({d: segments[d] for d in known}):
        return known[one.dimension]
    # Nothing stands out: the dimension whose largest part is largest.
    return max(known.values(), key=lambda level: abs(level.ranked[0].size))


def _whole(question: Question) -> tuple[float, float] | None:
    found = decomposed(question, question.segments())
    return None if found is None else (found.value0, found.value1)


def _makes_up(level: Level, whole: tuple[float, float]) -> bool:
    pairs = zip((level.before, level.after), whole, strict=True)
    return all(abs(a - b) <= 1e-6 * max(1.0, abs(b)) for a, b in pairs)


def _same(one: Level, other: Level) -> bool:
    """Whether two dimensions cut the figure alike, such as queues with one contact type each."""
    sizes = [sorted(round(bar.size, 6) for bar in level.bars) for level in (one, other)]
    return len(one.bars) == len(other.bars) and sizes[0] == sizes[1]


def _order(one: Dimension) -> tuple[float, float]:
    top = abs(one.level.ranked[0].size) if one.level.bars else 0.0
    return -one.surprise, -top


def _cells(question: Question, ask: Ask) -> Mapping[str, float] | None:
    return _measures(question, ask, question.kpi.measures)


def _measures(question: Question, ask: Ask, names: tuple[str, ...]) -> Mapping[str, float] | None:
    try:
        row = read_rows(question.facts, replace(ask, by=()), names).rows[()]
    except ForbiddenDrill:
        return None
    found = {m: float(v) for m in names if isinstance(v := row.cell.get(m), int | float)}
    return found if len(found) == len(names) else None
