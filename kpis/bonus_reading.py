"""A person's bonus from the facts: the period's sums, the target in force, the outlook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from kpis.bonus import (
    Day,
    Help,
    Outlook,
    Projection,
    State,
    Sums,
    daily_spread,
    modified,
    outlook,
    recent_rate,
    what_would_help,
)
from kpis.catalogue.load import kpi_of
from kpis.definition import Kpi
from kpis.query import kpi_sums
from kpis.reading import Ask, Key, read_rows
from kpis.targets import bands_of, provenance, resolve
from wfm.domain.bonus import Ahead, Scheme, Tier
from wfm.domain.errors import BadInput
from wfm.domain.language import say
from wfm.domain.periods import Period
from wfm.domain.scope import Scope
from wfm.domain.targets import Target, TargetBook
from wfm.facts.reader import FactReader

BACK_DAYS = 70  # in which the last twenty shifts are looked for
EXCUSED = "adh_excused_s"


@dataclass(frozen=True)
class Loss:
    """A recurring loss as a pattern tells it: the moment, its seconds, and their whole base."""

    moment: str
    lost_s: float
    of_base_s: float


@dataclass(frozen=True)
class BonusView:
    """Everything that is shown of one person's bonus. Rates and targets are fractions.

    `state` is the projection's, but for `too_early`. `factor` is what the tiers reached pay after
    the modifiers, 0 when none is. `rows` are the target rows in use, None the catalogue's default.
    """

    scheme: Scheme
    kpi: Kpi
    scope: Scope
    period: Period
    sums: Sums
    excused_s: float
    target: float | None
    source: str
    rows: tuple[Target | None, ...]
    outlook: Outlook | None
    recent: float | None
    state: State
    factor: float
    counts: tuple[tuple[str, float, float, float], ...] = ()
    help: Help | None = None
    moment: str = ""
    estimated_from: date | None = None
    protected: bool = False
    days: tuple[tuple[date, Day], ...] = ()

    @property
    def projection(self) -> Projection | None:
        """The projection of the tier that pays the whole bonus."""
        if self.outlook is None:
            return None
        return self.outlook.of_factor(self.scheme.whole.factor).projection

    @property
    def next_tier(self) -> tuple[float, float] | None:
        """Threshold and factor of the best tier still in reach below one that is not."""
        if self.outlook is None or self.outlook.reachable is None:
            return None
        found = self.outlook.reachable
        return found.projection.target, found.factor


def check_bonus_kpi(kpi_id: str) -> Kpi:
    """The KPI, when a bonus can hang on it: a ratio of which more is better."""
    kpi = kpi_of(kpi_id)
    if kpi.kind != "ratio" or kpi.better != "higher" or "A" not in kpi.roles:
        raise BadInput(
            say(
                "A bonus needs a ratio of which more is better and which agents see; {name} is "
                "none. Adherence is the usual one.",
                name=kpi.name,
            )
        )
    return kpi


def read_bonus(
    facts: FactReader,
    book: TargetBook,
    scheme: Scheme,
    scope: Scope,
    today: date,
    planned: Ahead,
    *,
    scopes: Sequence[Scope] = (),
    period: Period | None = None,
    loss: Loss | None = None,
    protected: float | None = None,
) -> BonusView:
    """Where a person stands in the period that holds today, or in a given one.

    `scopes` are all teams the person was in (the seconds stay with the person); `protected` is a
    target that was shown as secured: a restated target cannot rise above it.
    """
    given = read_sums(facts, scheme, scopes or (scope,), today, period)
    return given.of(scope, planned).answer(book, loss, protected)


@dataclass
class _Read:
    """What the facts hold of one person."""

    by_day: dict[date, Day] = field(default_factory=dict)
    counts: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class PeopleSums:
    """The sums of everybody in some teams, read together, for one period of a scheme."""

    kpi: Kpi
    scheme: Scheme
    period: Period
    people: Mapping[str, _Read]

    def of(self, scope: Scope, planned: Ahead) -> PersonSums:
        """The sums of one of them."""
        found = self.people.get(scope.agent or "", _Read())
        counts = {m.measure: found.counts.get(m.measure, 0.0) for m in self.scheme.modifiers}
        return PersonSums(
            self.kpi, self.scheme, scope, self.period, found.by_day, planned, counts,
            found.counts.get(EXCUSED, 0.0),
        )  # fmt: skip


def read_sums(
    facts: FactReader,
    scheme: Scheme,
    scopes: Sequence[Scope],
    today: date,
    period: Period | None = None,
) -> PeopleSums:
    """The sums of the people of some teams or agents in the period that holds today, or in a
    given one; what one of them did in several of these teams is added up."""
    kpi = check_bonus_kpi(scheme.kpi_id)
    span = period or scheme.period_at(today)
    first = min(span.first, today - timedelta(days=BACK_DAYS))
    end = min(span.end, today + timedelta(days=1)) if period is None else span.end
    people: dict[str, _Read] = defaultdict(_Read)
    measures = dict.fromkeys((EXCUSED, *(m.measure for m in scheme.modifiers)))
    for one in scopes:
        sums = kpi_sums(facts, Ask(one, first, end, ("agent", "day")), kpi)
        for key, (good, base) in sums.items():
            day = dict(key)["day"]
            if isinstance(day, date) and base:
                by_day = people[_agent_of(key)].by_day
                old = by_day.get(day, Day(0.0, 0.0))
                by_day[day] = Day(old.base_s + base, old.good_s + good)
        rows = read_rows(facts, Ask(one, span.first, end, ("agent",)), measures).rows
        for key, row in rows.items():
            counts = people[_agent_of(key)].counts
            for measure in measures:
                counts[measure] = counts.get(measure, 0.0) + _number(row.cell.get(measure))
    return PeopleSums(kpi, scheme, span, people)


@dataclass(frozen=True)
class PersonSums:
    """The sums of one person, from which the outlook follows; no facts are read from here on."""

    kpi: Kpi
    scheme: Scheme
    scope: Scope
    period: Period
    by_day: Mapping[date, Day]
    planned: Ahead
    counts: Mapping[str, float]
    excused_s: float = 0.0

    def answer(
        self, book: TargetBook, loss: Loss | None = None, protected: float | None = None
    ) -> BonusView:
        """The outlook with its target, tiers, guards and what would help."""
        inside = {d: v for d, v in self.by_day.items() if self.period.first <= d < self.period.end}
        base = sum(day.base_s for day in inside.values())
        good = sum(day.good_s for day in inside.values())
        sums = Sums(base, good, self.planned.seconds, self.planned.shifts)
        days = [self.by_day[d] for d in sorted(self.by_day)]
        recent = recent_rate(days, good / base if base > 0 else None)
        target, rows = self._target(book, inside)
        kept = False
        restated = any(row is not None and row.restated_on is not None for row in rows)
        if target is not None and protected is not None and restated and protected < target:
            target, kept = protected, True
        counts = tuple(
            (m.measure, self.counts.get(m.measure, 0.0), m.at_least, m.factor)
            for m in self.scheme.modifiers
        )
        plain = BonusView(
            self.scheme, self.kpi, self.scope, self.period, sums, self.excused_s, target,
            self._source(book, rows), rows, None, recent, "no_data", 0.0, counts,
            moment=loss.moment if loss is not None else "",
            estimated_from=self.planned.estimated_from, protected=kept,
            days=tuple((d, inside[d]) for d in sorted(inside)),
        )  # fmt: skip
        if target is None:
            return plain
        tiers = [(threshold, tier.factor) for threshold, tier in self._tiers(target)]
        seen = outlook(sums, tiers, recent, sd_day=daily_spread(days))
        state = seen.of_factor(self.scheme.whole.factor).projection.state
        if sums.left_s > 0 and base < self.scheme.least_hours * 3600 and state != "no_data":
            state = "too_early"
        if base <= 0:
            state = "no_data"
        reached = seen.reached
        factor = reached.factor if reached is not None and sums.left_s <= 0 else 0.0
        helped = None
        if loss is not None:
            line = seen.of_factor(self.scheme.whole.factor).projection.target
            helped = what_would_help(
                sums, line, recent, lost_s=loss.lost_s, of_base_s=loss.of_base_s
            )
        return replace(
            plain,
            outlook=seen,
            state=state,
            factor=modified(factor, [c[1:] for c in counts]),
            help=helped,
        )

    def _target(
        self, book: TargetBook, inside: Mapping[date, Day]
    ) -> tuple[float | None, tuple[Target | None, ...]]:
        """The target of the whole period as a fraction: each day's, weighted by its base."""
        scale = float(self.kpi.scale)
        if self.scheme.target_source == "tiers":
            return self.scheme.whole.threshold / scale, ()
        weights: dict[date, float] = {day: value.base_s for day, value in inside.items()}
        for day, seconds in self.planned.by_day.items():
            weights[day] = weights.get(day, 0.0) + seconds
        if not weights:
            weights = {self.period.first: 1.0}
        total = weighed = 0.0
        rows: list[Target | None] = []
        for day in sorted(weights):
            row = resolve(book, self.kpi.id, day, self.scope)
            goal = bands_of(self.kpi, row).green_lo
            if goal is None or weights[day] <= 0:
                continue
            rows.append(row)
            total += weights[day]
            weighed += weights[day] * goal
        found = tuple(dict.fromkeys(rows))
        return (weighed / total / scale if total > 0 else None), found

    def _tiers(self, target: float) -> Iterable[tuple[float, Tier]]:
        scale = float(self.kpi.scale)
        follows = self.scheme.target_source == "target"
        for tier in self.scheme.tiers:
            threshold = tier.threshold / scale
            yield (target + threshold if follows else threshold), tier

    def _source(self, book: TargetBook, rows: Sequence[Target | None]) -> str:
        if self.scheme.target_source == "tiers":
            return say("set in the scheme {name}", name=self.scheme.name)
        told = [provenance(book, self.kpi, row, self.scope) for row in rows]
        if len(told) <= 1:
            return told[0] if told else say("no target is set")
        return say("mean by base of {n} targets: {told}", n=len(told), told="; ".join(told))


def _agent_of(key: Key) -> str:
    return str(dict(key)["agent"])


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
