"""A figure's sums by dimension, before and after: what every decomposition is made of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from kpis.definition import Kpi
from kpis.drill import drill_reason
from kpis.explain.rate_mix import Decomposition, Part, Sums, fold_small, rate_and_mix
from kpis.query import kpi_sums
from kpis.reading import Ask
from kpis.value import KeyPart
from wfm.domain.errors import ForbiddenDrill
from wfm.domain.language import say
from wfm.facts.reader import FactReader

# In the order in which a tie is decided: kinds of work, places, people, times.
DIMENSIONS = (
    "contact_type", "channel", "queue", "group", "site", "team", "tenure", "agent", "weekday",
    "hour",
)  # fmt: skip
ADDITIVE = ("sum", "level", "level_days", "level_std")
RATIO = ("ratio",)
# Bands of tenure: the catalogue's own line between new and settled (`new_agent_share`).
NEW_DAYS = 90
NEW, SETTLED, UNKNOWN = "new", "settled", ""
_SOURCE = {"hour": "slot"}
_FIXED = {"site": "site", "team": "team", "agent": "agent"}
Keys = tuple[str, ...]
# Which segment a drill is inside: (dimension, key), from the outermost on.
Path = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Question:
    """A figure to explain: now, and before or a target to hold it against.

    `goal` is a target in the KPI's unit; without it `before` is the period compared with.
    """

    facts: FactReader
    kpi: Kpi
    now: Ask
    before: Ask | None = None
    goal: float | None = None
    _cache: dict[tuple[str, ...], tuple[Sums, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @cached_property
    def dimensions(self) -> tuple[str, ...]:
        """Dimensions by which the figure has parts here."""
        return tuple(d for d in DIMENSIONS if not self.reason_against(d))

    def within(self, used: Collection[str]) -> tuple[str, ...]:
        """Dimensions for the way into a segment: within a team also its agents."""
        return tuple(d for d in DIMENSIONS if not self.reason_against(d, inside="team" in used))

    def reason_against(self, dimension: str, *, inside: bool = False) -> str:
        """Why the figure has no such parts here, empty when it has; `inside` one team."""
        if self.kpi.kind not in (*ADDITIVE, *RATIO):
            return say("a {kind} has no parts that sum", kind=self.kpi.kind.replace("_", " "))
        level = _FIXED.get(dimension)
        if level is not None and getattr(self.now.scope, level) is not None:
            return say("the view is one {level}", level=level)
        if dimension == "tenure" and self.now.scope.agent is not None:
            return say("the view is one agent")
        if dimension == "agent" and self.now.scope.team is None and not inside:
            return say("agents are told team by team")
        if dimension == "queue" and len(self.now.queues) == 1:
            return say("the view is one queue")
        if dimension == "contact_type" and len(self.now.contact_types) == 1:
            return say("the view is one contact type")
        if dimension in ("weekday", "hour") and self.now.q_from is not None:
            return say("the view is a part of one day")
        if dimension == "weekday" and (self.now.end - self.now.first).days < 7:
            return say("the period is shorter than a week")
        return drill_reason(self.kpi, _SOURCE.get(dimension, dimension))

    def segments(self, *by: str) -> tuple[Sums, ...]:
        """Sums by one dimension or several, keys joined by "/" in the order of `by`.

        Empty where the facts have no such parts. Parts of additive figures have a base of 1.
        """
        if by not in self._cache:
            self._cache[by] = self._read(by)
        return self._cache[by]

    def inside(self, path: Path, dimension: str) -> tuple[Sums, ...]:
        """Segments of a dimension within one segment of others."""
        if not path:
            return self.segments(dimension)
        outer = tuple(key for _, key in path)
        found = []
        for one in self.segments(*(name for name, _ in path), dimension):
            *head, last = one.key.split("/")
            if tuple(head) == outer:
                found.append(replace(one, key=last))
        return tuple(found)

    def _read(self, by: Keys) -> tuple[Sums, ...]:
        try:
            late = self._sums(self.now, by)
            early = self._sums(self.before, by) if self.before is not None else {}
        except ForbiddenDrill:
            return ()
        if self.goal is not None:
            goal = self.goal / float(self.kpi.scale)
            return tuple(Sums(k, goal * base, base, top, base) for k, (top, base) in late.items())
        none = (0.0, 0.0)
        keys = dict.fromkeys((*early, *late))
        return tuple(Sums(k, *early.get(k, none), *late.get(k, none)) for k in keys)

    def _sums(self, ask: Ask, by: Keys) -> dict[str, tuple[float, float]]:
        source = tuple(_SOURCE.get(name, name) for name in by)
        found: dict[str, list[float]] = {}
        asked = replace(ask, by=tuple(dict.fromkeys(source)))
        for key, (top, base) in kpi_sums(self.facts, asked, self.kpi).items():
            given = dict(key)
            name = "/".join(
                self._key(one, given[where]) for one, where in zip(by, source, strict=True)
            )
            row = found.setdefault(name, [0.0, 0.0])
            row[0] += top
            row[1] += 1.0 if base is None else base
        return {name: (top, base) for name, (top, base) in found.items()}

    def _key(self, dimension: str, key: KeyPart) -> str:
        if key is None:
            return UNKNOWN
        if dimension == "hour":
            return f"{int(str(key)) // 4:02d}"
        if dimension == "tenure":
            return NEW if int(str(key)) < NEW_DAYS else SETTLED
        return str(key)


def decomposed(question: Question, segments: Sequence[Sums]) -> Decomposition | None:
    """The change of a figure by segment in the KPI's unit; None where a period is empty.

    Ratios by rate and mix, segments below the minimum base told as one; counts and levels by what
    each adds. Against a target every part is (value - target) * its share of the base.
    """
    kpi = question.kpi
    if kpi.kind in ADDITIVE:
        found = added(segments)
    else:
        least = kpi.min_base if kpi.min_base is not None else 0.0
        found = rate_and_mix(fold_small(segments, least))
    return None if found is None else found.scaled(float(kpi.scale))


def added(segments: Sequence[Sums]) -> Decomposition | None:
    """The change of a sum by segment: what each has more or less."""
    if not segments:
        return None
    parts = tuple(Part(one.key, one.top1 - one.top0, 0.0, one) for one in segments)
    before, after = (sum(getattr(s, name) for s in segments) for name in ("top0", "top1"))
    return Decomposition(before, after, parts, 1.0, 1.0)
