"""Before and after a change: the same weekdays on both sides, beside what nobody changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kpis.catalogue.load import kpi_of
from kpis.drill import drill_reason
from kpis.explain.effect import effect_of_means
from kpis.query import kpi_sums, kpi_values
from kpis.reading import Ask
from wfm.domain.periods import Period
from wfm.domain.scope import Scope
from wfm.domain.targets import TargetBook
from wfm.facts.query import FactReader

MOST_DAYS = 28


@dataclass(frozen=True)
class Windows:
    """The finished days since a change, and as many days of the same weekdays before it."""

    before: Period
    since: Period


@dataclass(frozen=True)
class Changed:
    """A figure before and since, with that of what was not changed; None where it is not known."""

    before: float | None
    since: float | None
    others_before: float | None = None
    others_since: float | None = None

    @property
    def net(self) -> float | None:
        """The change beyond that of the others: 420 to 372 against 415 to 403 is -36."""
        sides = (self.before, self.since), (self.others_before, self.others_since)
        if any(value is None or value == 0 for side in sides for value in side):
            return None
        return effect_of_means(*sides).effect  # type: ignore[arg-type]


def windows_of(first: date, today: date) -> Windows | None:
    """The days to compare for a change from `first` on; None before its first day is over.

    A change of Tuesday 1 December, seen on Friday: Tuesday to Thursday against those a week before.
    """
    days = min(MOST_DAYS, (today - first).days)
    if days < 1:
        return None
    earlier = first - timedelta(weeks=-(-days // 7))
    since = Period(first, first + timedelta(days=days))
    return Windows(Period(earlier, earlier + timedelta(days=days)), since)


def queue_change(
    facts: FactReader, scope: Scope, kpi_id: str, windows: Windows, queues: Sequence[str],
    others: Sequence[str],
) -> Changed:  # fmt: skip
    """A figure of some queues before and since, beside that of the queues nobody was moved from."""

    def value(period: Period, which: Sequence[str]) -> float | None:
        if not which:
            return None
        (found,) = kpi_values(
            facts, scope, (kpi_id,), period.first, period.end, targets=TargetBook(), queues=which
        )
        return found.value

    return Changed(
        value(windows.before, queues), value(windows.since, queues),
        value(windows.before, others), value(windows.since, others),
    )  # fmt: skip


@dataclass(frozen=True)
class PersonChange:
    """One person's change beside that of colleagues: how many of them changed as much, of how many.

    One person against seven proves nothing below 1 in 8: `alike` is told, not a verdict.
    """

    changed: Changed
    alike: int
    of: int


def person_change(
    facts: FactReader, team: Scope, kpi_id: str, windows: Windows, agent_id: str
) -> PersonChange | None:
    """A ratio of one person before and since, beside colleagues; None where it has no such parts.

    The colleagues' figure is their sums divided, never a mean of their values; only people with
    the KPI's least base on both sides count. Alike is who changed as far or further the same way.
    """
    kpi = kpi_of(kpi_id)
    if kpi.kind != "ratio" or drill_reason(kpi, "agent"):
        return None
    least = kpi.min_base or 0
    sides = []
    for period in (windows.before, windows.since):
        ask = Ask(team, period.first, period.end, ("agent",))
        sides.append(
            {str(dict(key)["agent"]): sums for key, sums in kpi_sums(facts, ask, kpi).items()}
        )
    early, late = (
        {agent: (top, base) for agent, (top, base) in side.items() if base and base >= least}
        for side in sides
    )
    return compare_person(early, late, agent_id, float(kpi.scale))


def compare_person(
    early: Mapping[str, tuple[float, float]], late: Mapping[str, tuple[float, float]],
    agent_id: str, scale: float = 1.0,
) -> PersonChange | None:  # fmt: skip
    """The change of one person from sums (numerator, base) by person on both sides.

    184 to 120 s beside colleagues at 45 to 44 s: -64 s, and 0 of 7 changed as much.
    """
    if agent_id not in early or agent_id not in late:
        return None
    others = sorted((early.keys() & late.keys()) - {agent_id})

    def ratio(side: Mapping[str, tuple[float, float]], who: Sequence[str]) -> float | None:
        base = sum(side[one][1] for one in who)
        return scale * sum(side[one][0] for one in who) / base if base else None

    own = [ratio(side, [agent_id]) for side in (early, late)]
    rest = [ratio(side, others) for side in (early, late)]
    alike = 0
    for one in others:
        was, now = ratio(early, [one]), ratio(late, [one])
        if None in (was, now, *own):
            continue
        change, mine = now - was, own[1] - own[0]  # type: ignore[operator]
        alike += change * mine > 0 and abs(change) >= abs(mine)
    return PersonChange(Changed(own[0], own[1], rest[0], rest[1]), alike, len(others))
