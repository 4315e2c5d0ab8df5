"""The verdict on a training: what those who had it changed beyond comparable people without it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, median, variance

from kpis.catalogue.load import kpi_of
from kpis.definition import Kpi
from kpis.drill import drill_reason
from kpis.explain.contract import MIN_BASE
from kpis.explain.effect import Effect, Payback, effect_of, payback
from kpis.explain.peers import LEAST_PEERS, TENURED_DAYS, TO_SIGMA
from kpis.query import kpi_sums
from kpis.reading import Ask
from wfm.domain.language import say
from wfm.domain.periods import Period
from wfm.domain.scope import Scope
from wfm.facts.reader import FactReader

BEFORE_WEEKS = 4
LOOKS = (2, 6, 12)  # weeks after it at which the effect is read, so that a fading one shows
LOOK_WEEKS = 2  # that each of them is made of
EACH_PEERS = 3  # comparable people for each who was trained, where there are as many
ALIKE = 0.1  # of the others' level, from which two levels are no longer the same
NEAR_TENURE_DAYS = 30  # of another new starter
LEAST_DAYS = 5  # to tell how much a person's days differ
Totals = Mapping[str, tuple[float, float]]  # by contact type: numerator, denominator


@dataclass(frozen=True)
class Training:
    """Who was trained in what figure, on which days, and of whom something else was decided.

    `first` and `last` are the days of the first and the last of them: neither belongs to a side.
    `hours` is what it took of all of them, None when nobody said. `overlaps` are trained people on
    whom something else was done meanwhile; `busy` other people, who are nobody's comparison.
    """

    agents: frozenset[str]
    first: date
    last: date
    hours: float | None = None
    overlaps: frozenset[str] = frozenset()
    busy: frozenset[str] = frozenset()

    @property
    def before(self) -> Period:
        """The four whole weeks before it."""
        return Period(self.first - timedelta(weeks=BEFORE_WEEKS), self.first)

    def looks(self, today: date) -> tuple[tuple[int, Period], ...]:
        """Weeks and the finished days they are read from: of the first week alone, then two each.

        Trained on 1 December, seen on 16: (2, 2 to 15 December).
        """
        start = self.last + timedelta(days=1)
        found = []
        for weeks in LOOKS:
            end = start + timedelta(weeks=weeks)
            if end <= today:
                found.append((weeks, Period(end - timedelta(weeks=LOOK_WEEKS), end)))
        if not found and start + timedelta(weeks=1) <= today:
            found.append((1, Period(start, start + timedelta(weeks=1))))
        return tuple(found)


@dataclass(frozen=True)
class Person:
    """One person's figure before and since at one mix of work, and the halves of the time before.

    `noise` is the standard error of `before`, from how much the person's days differ; `weekly` the
    denominator of a week since.
    """

    agent_id: str
    before: float
    since: float
    noise: float = 0.0
    tenure: int | None = None
    early: float | None = None
    late: float | None = None
    weekly: float = 0.0


@dataclass(frozen=True)
class Compared:
    """What the trained changed beyond comparable people: the effect, and what speaks against it.

    `before` and `since` are means over people, trained and others. `drift` is what the trained
    would have changed by themselves, back to the middle; it is taken out on both sides. `weak`
    says why the comparison is weak, nothing when it is not. `drift` is None with too few people.
    """

    effect: Effect
    before: tuple[float, float]
    since: tuple[float, float]
    drift: float | None
    weekly: float
    weak: tuple[str, ...] = ()


@dataclass(frozen=True)
class Look:
    """A figure so many weeks after: the comparison, or None with the reason."""

    kpi_id: str
    weeks: int
    period: Period
    found: Compared | None
    reason: str = ""


@dataclass(frozen=True)
class Verdict:
    """The figure that was trained at each look, the last look of others beside it, and payback.

    `paid` is None where the figure is no time a contact, nobody said what it took, or not proven.
    """

    looks: tuple[Look, ...]
    beside: tuple[Look, ...]
    paid: Payback | None

    @property
    def last(self) -> Look | None:
        """The newest look."""
        return self.looks[-1] if self.looks else None


def verdict_on(
    facts: FactReader, site: Scope, kpi_id: str, training: Training, today: date,
    tenures: Mapping[str, int], beside: Sequence[str] = (),
) -> Verdict:  # fmt: skip
    """Whether a training worked: difference in differences, person by person, at one mix of work.

    The comparison is people of the site with the same level before and the same tenure, on whom
    nothing was done (`compare_people`). `tenures` are days on the first day of the training. Where
    the interval holds 0 there is no payback. Figures of `beside` that agents have are read at the
    newest look only.
    """
    looks = training.looks(today)
    own = tuple(
        _look(facts, site, kpi_of(kpi_id), training, weeks, period, tenures)
        for weeks, period in looks
    )
    others = tuple(
        _look(facts, site, kpi_of(one), training, *looks[-1], tenures)
        for one in beside
        if looks and one != kpi_id and not _why_not(kpi_of(one))
    )
    return Verdict(own, others, _paid(kpi_of(kpi_id), training, own[-1].found if own else None))


def compare_people(people: Iterable[Person], training: Training) -> Compared | None:
    """The effect on those who were trained; None with fewer than two on a side.

    For each of them the three nearest by the value before, of the same side of 90 days of tenure
    and, for new starters, begun within 30 days of each other; each counts once. What a person who
    stands off the middle changes by himself (regression to the mean, `drift_of`) is taken out of
    both sides first, so that people picked for a bad month win nothing.
    """
    known = {one.agent_id: one for one in people}
    treated = [known[a] for a in sorted(training.agents) if a in known]
    pool = [p for a, p in sorted(known.items()) if a not in training.agents | training.busy]
    control, alone = _matched(treated, pool)
    if min(len(treated), len(control)) < 2:
        return None
    drift = drift_of([*treated, *pool])
    own = [drift[one.agent_id] for one in treated if one.agent_id in drift]

    def change(one: Person) -> float:
        return one.since - one.before - drift.get(one.agent_id, 0.0)

    return Compared(
        effect_of([change(one) for one in treated], [change(one) for one in control]),
        (fmean(p.before for p in treated), fmean(p.before for p in control)),
        (fmean(p.since for p in treated), fmean(p.since for p in control)),
        fmean(own) if own else None,
        sum(one.weekly for one in treated),
        _weak(treated, control, alone, training),
    )  # fmt: skip


def drift_of(people: Sequence[Person]) -> dict[str, float]:
    """What each person would change with nothing done: (1 - B)(middle - value), empirical Bayes.

    B = tau^2 / (tau^2 + se^2): tau from the median absolute deviation of all, less their noise, the
    middle that of people on the same side of 90 days. 460 s beside 400 with B 0.5 is -30 s. Nobody
    of a side with fewer than 30 people: what is usual there is not known.
    """
    found = {}
    for side in (True, False):
        mine = [one for one in people if _is_new(one) is side]
        if len(mine) < LEAST_PEERS:
            continue
        middle = median(one.before for one in mine)
        spread = TO_SIGMA * median(abs(one.before - middle) for one in mine)
        tau2 = max(spread**2 - median(one.noise**2 for one in mine), 0.0)
        for one in mine:
            total = tau2 + one.noise**2
            weight = tau2 / total if total > 0 else 1.0
            found[one.agent_id] = (1 - weight) * (middle - one.before)
    return found


def _matched(treated: Sequence[Person], pool: Sequence[Person]) -> tuple[list[Person], int]:
    """The nearest of the pool, each once, and how many of the trained have nobody alike."""
    free, chosen, alone = list(pool), dict[str, Person](), set[str]()
    for _ in range(EACH_PEERS):
        for one in treated:
            alike = [p for p in free if _alike(one, p)]
            if not alike:
                continue
            best = min(alike, key=lambda p: (abs(p.before - one.before), p.agent_id))
            free.remove(best)
            chosen[best.agent_id] = best
            alone.add(one.agent_id)
    return list(chosen.values()), len(treated) - len(alone)


def _is_new(one: Person) -> bool:
    return one.tenure is not None and one.tenure < TENURED_DAYS


def _alike(one: Person, other: Person) -> bool:
    if _is_new(one) != _is_new(other):
        return False
    if not _is_new(one):
        return True
    return abs((one.tenure or 0) - (other.tenure or 0)) <= NEAR_TENURE_DAYS


def _weak(
    treated: Sequence[Person], control: Sequence[Person], alone: int, training: Training
) -> tuple[str, ...]:  # fmt: skip
    """Why the comparison is weak: levels or trends that differed before, or something else done."""
    found = []
    level = effect_of([p.before for p in treated], [p.before for p in control])
    usual = abs(fmean(p.before for p in control))
    if abs(level.size) > min(level.se, ALIKE * usual):
        found.append(say("their level before was not the same"))
    trends = [
        [p.late - p.early for p in side if p.early is not None and p.late is not None]
        for side in (treated, control)
    ]
    if min(len(side) for side in trends) < 2:
        found.append(say("their trend before is not known"))
    else:
        slope = effect_of(*trends)
        if abs(slope.size) > slope.se:
            found.append(say("they moved apart before it already"))
    if training.overlaps:
        found.append(say("something else was done at the same time"))
    if alone:
        found.append(say("some have nobody of the same tenure to be held against"))
    return tuple(found)


def _look(
    facts: FactReader, site: Scope, kpi: Kpi, training: Training, weeks: int, period: Period,
    tenures: Mapping[str, int],
) -> Look:  # fmt: skip
    why = _why_not(kpi)
    if why:
        return Look(kpi.id, weeks, period, None, why)
    found = compare_people(_people(facts, site, kpi, training, period, tenures), training)
    few = say("fewer than two people with enough contacts on both sides")
    return Look(kpi.id, weeks, period, found, "" if found else few)


def _why_not(kpi: Kpi) -> str:
    if kpi.kind != "ratio":
        return say("a {kind} has no parts that sum", kind=kpi.kind.replace("_", " "))
    return drill_reason(kpi, "agent")


def _people(
    facts: FactReader, site: Scope, kpi: Kpi, training: Training, since: Period,
    tenures: Mapping[str, int],
) -> list[Person]:  # fmt: skip
    """Everybody of the site with enough on both sides, at the reference of both times together."""
    before, half = training.before, timedelta(weeks=BEFORE_WEEKS // 2)
    halves = Period(before.first, before.first + half), Period(before.first + half, before.end)
    early, late, then = (_totals(facts, site, kpi, one) for one in (*halves, since))
    whole = {a: _plus(early.get(a, {}), late.get(a, {})) for a in early.keys() | late.keys()}
    usual = _reference([*whole.values(), *then.values()])
    least, scale = MIN_BASE if kpi.min_base is None else kpi.min_base, float(kpi.scale)
    noise = _noise(facts, site, kpi, before)

    def value(totals: Totals, enough: float) -> float | None:
        base = math.fsum(b for _, b in totals.values())
        if base <= 0 or base < enough:
            return None
        apart = math.fsum(top - b * usual[kind] for kind, (top, b) in totals.items())
        return scale * (usual[""] + apart / base)

    found = []
    for agent in sorted(whole.keys() & then.keys()):
        was, now = value(whole[agent], least), value(then[agent], least)
        if was is None or now is None or agent not in noise:
            continue
        weekly = math.fsum(b for _, b in then[agent].values()) * 7 / since.days
        first, second = (value(side.get(agent, {}), least / 2) for side in (early, late))
        found.append(
            Person(agent, was, now, scale * noise[agent], tenures.get(agent), first, second, weekly)
        )
    return found


def _totals(facts: FactReader, site: Scope, kpi: Kpi, period: Period) -> dict[str, Totals]:
    by_type = not drill_reason(kpi, "contact_type")
    by = ("agent", "contact_type") if by_type else ("agent",)
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for key, (top, base) in kpi_sums(facts, Ask(site, period.first, period.end, by), kpi).items():
        told = dict(key)
        if told["agent"] is not None and base:
            kind = str(told.get("contact_type") or "-")
            found.setdefault(str(told["agent"]), {})[kind] = (top, base)
    return {agent: dict(totals) for agent, totals in found.items()}


def _plus(one: Totals, other: Totals) -> Totals:
    return {
        kind: (
            one.get(kind, (0.0, 0.0))[0] + other.get(kind, (0.0, 0.0))[0],
            one.get(kind, (0.0, 0.0))[1] + other.get(kind, (0.0, 0.0))[1],
        )
        for kind in one.keys() | other.keys()
    }


def _reference(everybody: Sequence[Totals]) -> dict[str, float]:
    """The value of each contact type over all people, and "" that of all contacts."""
    tops: dict[str, float] = {"": 0.0}
    bases: dict[str, float] = {"": 0.0}
    for totals in everybody:
        for kind, (top, base) in totals.items():
            for name in ("", kind):
                tops[name] = tops.get(name, 0.0) + top
                bases[name] = bases.get(name, 0.0) + base
    return {kind: tops[kind] / base if base else 0.0 for kind, base in bases.items()}


def _noise(facts: FactReader, site: Scope, kpi: Kpi, period: Period) -> dict[str, float]:
    """The standard error of each person's ratio, from how much the own days differ."""
    days: dict[str, list[tuple[float, float]]] = {}
    ask = Ask(site, period.first, period.end, ("agent", "day"))
    for key, (top, base) in kpi_sums(facts, ask, kpi).items():
        if base:
            days.setdefault(str(dict(key)["agent"]), []).append((top, base))
    return {agent: _error(rows) for agent, rows in days.items() if len(rows) >= LEAST_DAYS}


def _error(days: Sequence[tuple[float, float]]) -> float:
    base = math.fsum(b for _, b in days)
    value = math.fsum(top for top, _ in days) / base
    return math.sqrt(variance([top - value * b for top, b in days]) * len(days)) / base


def _paid(kpi: Kpi, training: Training, found: Compared | None) -> Payback | None:
    """Hours against hours saved a week; None where the figure is no time a contact."""
    if found is None or training.hours is None or kpi.unit != "s" or not found.weekly:
        return None
    people = found.effect.treated_n
    return payback(
        people, training.hours / len(training.agents), found.effect.size,
        found.weekly / people, 1, proven=found.effect.proven,
    )  # fmt: skip
