"""Explain one figure: against its target, the period before, or any other period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kpis.catalogue.load import kpi_of
from kpis.definition import Kpi
from kpis.explain.breakdown import (
    KINDS_OF_WORK,
    Dimension,
    both_moved,
    components_of,
    dimensions_of,
    drill,
    factors_of,
    is_time_per_contact,
    mix_first,
)
from kpis.explain.finding import Step
from kpis.explain.levels import Level
from kpis.explain.naming import Namer
from kpis.explain.segments import DIMENSIONS, NEW, SETTLED, Question
from kpis.explain.sentences import (
    cancels,
    change_sentence,
    channels_sentence,
    component_sentence,
    dimension_words,
    drill_sentence,
    gap_sentence,
    no_parts,
    opposed,
    split_sentence,
)
from kpis.explain.steps import next_step
from kpis.explain.what_if import what_if_sentence
from kpis.query import kpi_values
from kpis.reading import Ask
from kpis.value import KpiValue
from wfm.domain.language import say
from wfm.domain.periods import Period
from wfm.domain.scope import Scope
from wfm.domain.targets import TargetBook
from wfm.facts.reader import FactReader

VERSUS = ("target", "previous")
CHANNEL = "channel"


@dataclass(frozen=True)
class Asked:
    """What shall be explained: a figure at a place, its local days, and against what.

    `versus` is "target", "previous" or a `Period`; `where` is the name of the place. `before_to`
    cuts the period compared with at a quarter, where the present one still runs. `lacks` says why
    the period before cannot be compared with yet, where its days are still loading.
    """

    kpi_id: str
    scope: Scope
    period: Period
    versus: str | Period = "previous"
    q_from: int | None = None
    q_to: int | None = None
    queues: tuple[str, ...] = ()
    contact_types: tuple[str, ...] = ()
    where: str = ""
    before_to: int | None = None
    lacks: str = ""


@dataclass(frozen=True)
class Explanation:
    """A figure explained: its value, what it is held against, dimensions ranked, the way down.

    `reason` says why there is no explanation; `without` why some dimensions have no parts here.
    """

    kpi: Kpi
    scope: Scope
    value: KpiValue
    base: float | None
    against: str
    dimensions: tuple[Dimension, ...] = ()
    levels: tuple[Level, ...] = ()
    components: Level | None = None
    factors: Level | None = None
    sentences: tuple[str, ...] = ()
    step: Step | None = None
    without: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def delta(self) -> float | None:
        """The difference that the parts sum to."""
        if self.value.value is None or self.base is None:
            return None
        return self.value.value - self.base


def explain(facts: FactReader, asked: Asked, book: TargetBook, name: Namer) -> Explanation:
    """Why a figure is what it is, in parts that sum to the difference to the last digit.

    Of every dimension that the figure can have, the one that explains it best comes first and is
    gone into, up to four levels. What cannot be taken apart says why.
    """
    kpi = kpi_of(asked.kpi_id)
    now = _ask(asked, asked.period)
    (value,) = _values(facts, asked.kpi_id, now, book)
    before, goal, base, against, reason = _held_against(facts, asked, book, value)
    plain = Explanation(kpi, asked.scope, value, base, against)
    if value.value is None or base is None:
        return _none(plain, reason if value.value is not None else value.reason)
    question = Question(facts, kpi, now, before, goal)
    without = {d: why for d in DIMENSIONS if (why := question.reason_against(d))}
    dimensions = dimensions_of(question, name)
    parts, product = components_of(question, name), factors_of(question)
    if not dimensions and parts is None:
        told = next(
            iter(without.values()), say("there is one segment only, or its parts are not known")
        )
        return _none(plain, told)
    dimensions = mix_first(kpi, dimensions)
    levels = drill(question, dimensions[0].level, name) if dimensions else ()
    word = "in" if asked.scope.agent is None else "of"
    where = f" {word} {asked.where}" if asked.where else ""
    sentences = _sentences(kpi, levels, parts, product, where, against, goal is not None)
    channels = next((one.level for one in dimensions if one.level.dimension == CHANNEL), None)
    if channels is not None and kpi.kind == "ratio" and levels[0].dimension != CHANNEL:
        sentences.insert(1, channels_sentence(kpi, channels))
    if levels and is_time_per_contact(kpi) and _is_split(levels[0]):
        sentences.insert(1, split_sentence(kpi, levels[0]))
    best = max(dimensions, key=lambda one: one.surprise, default=None)
    if len(dimensions) > 1 and best is dimensions[0]:
        others = [one.level.dimension for one in dimensions[1:4]]
        sentences.append(
            say(
                "It explains more of it than {dimension_words}.",
                dimension_words=dimension_words(others),
            )
        )
    step = next_step(kpi, asked.scope, levels, value, goal is not None)
    return Explanation(
        kpi, asked.scope, value, base, against, dimensions, levels, parts, product,
        tuple(sentences), step, without,
    )  # fmt: skip


def _is_split(level: Level) -> bool:
    """Whether the first sentence leaves open how much of it is mix and how much own values."""
    kinds = level.dimension in KINDS_OF_WORK and both_moved(level)
    return kinds and not opposed(level) and not cancels(level)


def _held_against(
    facts: FactReader, asked: Asked, book: TargetBook, value: KpiValue
) -> tuple[Ask | None, float | None, float | None, str, str]:
    """The period before, or the target; its value, its words, and why there is none."""
    if asked.versus == "target":
        if value.value is None or value.target is None or value.gap is None:
            return None, None, None, say("its target"), value.reason or say("it has no target here")
        if not value.gap:
            return None, None, None, say("its target"), say("it is inside its target's range")
        goal = value.value - value.gap
        return None, goal, goal, say("its target {text}", text=value.target.text), ""
    period = asked.period.previous() if asked.versus == "previous" else asked.versus
    assert isinstance(period, Period)
    ask = _ask(asked, period, (period.first - asked.period.first).days * 96)
    if asked.before_to is not None:
        ask = replace(ask, q_to=asked.before_to)
    (before,) = _values(facts, asked.kpi_id, ask, TargetBook())
    words = say("{first} to {end}", first=period.first.isoformat(), end=period.end.isoformat())
    words = say("the period before") if asked.versus == "previous" else words
    if asked.lacks:
        return ask, None, None, words, asked.lacks
    return (
        ask,
        None,
        before.value,
        words,
        say("{reason} before", reason=before.reason) if before.reason else "",
    )


def _sentences(
    kpi: Kpi, levels: tuple[Level, ...], parts: Level | None, product: Level | None,
    where: str, against: str, to_target: bool,
) -> list[str]:  # fmt: skip
    told: list[str] = []
    if levels:
        first = levels[0]
        told.append(
            gap_sentence(kpi, first, where) if to_target
            else change_sentence(kpi, first, where, say("against {against}", against=against))
        )  # fmt: skip
        told += [drill_sentence(kpi, level) for level in levels[1:]]
        what_if = what_if_sentence(kpi, levels, NEW, SETTLED)
        if what_if:
            told.append(what_if)
    told += [component_sentence(kpi, level) for level in (parts, product) if level is not None]
    return told


def _none(plain: Explanation, reason: str) -> Explanation:
    return Explanation(
        plain.kpi, plain.scope, plain.value, plain.base, plain.against,
        sentences=(no_parts(plain.kpi, plain.value.value, reason),), reason=reason,
    )  # fmt: skip


def _ask(asked: Asked, period: Period, shift: int = 0) -> Ask:
    return Ask(
        asked.scope, period.first, period.end, (),
        None if asked.q_from is None else asked.q_from + shift,
        None if asked.q_to is None else asked.q_to + shift,
        asked.queues, asked.contact_types,
    )  # fmt: skip


def _values(facts: FactReader, kpi_id: str, ask: Ask, book: TargetBook) -> tuple[KpiValue, ...]:
    return kpi_values(
        facts, ask.scope, (kpi_id,), ask.first, ask.end, targets=book, q_from=ask.q_from,
        q_to=ask.q_to, queues=ask.queues, contact_types=ask.contact_types,
    )  # fmt: skip
