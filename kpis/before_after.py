"""Before and after a change: the same weekdays on both sides, beside what nobody changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kpis.answer import LEVELS
from kpis.catalogue.load import kpi_of
from kpis.definition import Kpi
from kpis.drill import drill_reason
from kpis.explain.effect import effect_of_means
from kpis.explain.peers import LEAST_PEERS
from kpis.query import kpi_sums, kpi_values
from kpis.reading import Ask
from kpis.value import KpiValue
from wfm.domain.periods import Period
from wfm.domain.scope import Scope
from wfm.domain.targets import TargetBook
from wfm.facts.reader import FactReader

MOST_DAYS = 28
Sums = Mapping[str, tuple[float, float]]


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


def site_change(
    facts: FactReader, site: Scope, kpi_id: str, day: date, before: tuple[int, int],
    since: tuple[int, int], beside: Scope | None = None,
) -> Changed:  # fmt: skip
    """A figure of a site in two spans of quarters of a day, beside that of the other sites.

    `beside` is the scope in which the other sites lie; None leaves them out. Agents over or under
    add up over the sites, a rate is their sums divided.
    """
    kpi, days = kpi_of(kpi_id), (day - timedelta(days=1), day + timedelta(days=2))

    def values(scope: Scope, span: tuple[int, int], by: tuple[str, ...] = ()) -> list[KpiValue]:
        found = kpi_values(
            facts, scope, (kpi_id,), *days, targets=TargetBook(), by=by,
            q_from=span[0], q_to=span[1],
        )  # fmt: skip
        return [one for one in found if one.value is not None]

    def others(span: tuple[int, int]) -> float | None:
        rest = [] if beside is None else [
            one for one in values(beside, span, ("site",)) if one.at("site") != site.site
        ]  # fmt: skip
        if not rest:
            return None
        if kpi.kind in LEVELS:
            return sum(one.value or 0.0 for one in rest)
        base = sum(one.denominator or 0.0 for one in rest)
        return float(kpi.scale) * sum(one.numerator or 0.0 for one in rest) / base if base else None

    own = [next((one.value for one in values(site, span)), None) for span in (before, since)]
    return Changed(own[0], own[1], others(before), others(since))


@dataclass(frozen=True)
class PersonChange:
    """One person's change beside that of colleagues: how many of them changed as much, of how many.

    One person against seven proves nothing below 1 in 8: `alike` is told, not a verdict. `drift` is
    what people who stood as far off changed by themselves; None with fewer than 30 of them known.
    """

    changed: Changed
    alike: int
    of: int
    drift: float | None = None


def person_change(
    facts: FactReader, team: Scope, kpi_id: str, windows: Windows, agent_id: str,
    wider: Scope | None = None,
) -> PersonChange | None:  # fmt: skip
    """A ratio of one person before and since, beside colleagues; None where it has no such parts.

    The colleagues' figure is their sums divided, never a mean of their values; only people with
    the KPI's least base on both sides count. Alike is who changed as far or further the same way.
    The drift is read from the people of the `wider` scope.
    """
    kpi = kpi_of(kpi_id)
    if kpi.kind != "ratio" or drill_reason(kpi, "agent"):
        return None
    early, late = (_sums(facts, team, kpi, p) for p in (windows.before, windows.since))
    found = compare_person(early, late, agent_id, float(kpi.scale))
    if found is None or wider is None:
        return found
    early, late = (_sums(facts, wider, kpi, p) for p in (windows.before, windows.since))
    return replace(found, drift=expected_change_of(early, late, agent_id, float(kpi.scale)))


def _sums(facts: FactReader, scope: Scope, kpi: Kpi, period: Period) -> Sums:
    """Numerator and denominator by person, of those with the KPI's least base."""
    found = kpi_sums(facts, Ask(scope, period.first, period.end, ("agent",)), kpi)
    return {
        str(dict(key)["agent"]): (top, base)
        for key, (top, base) in found.items()
        if base and base >= (kpi.min_base or 0)
    }


def expected_change_of(early: Sums, late: Sums, agent_id: str, scale: float = 1.0) -> float | None:
    """What the others who stood where a person stood changed by themselves: back to the middle.

    The line through the others' values before and since, at the person's own value before: at 90 %
    among people around 95 % whose lead or lag halves from month to month, +2.5 points with nothing
    done. None with fewer than 30 others, or when they are all alike.
    """
    others = (early.keys() & late.keys()) - {agent_id}
    if agent_id not in early or len(others) < LEAST_PEERS:
        return None

    def value(side: Sums, who: str) -> float:
        return scale * side[who][0] / side[who][1]

    pairs = [(value(early, one), value(late, one)) for one in sorted(others)]
    mean_x = sum(x for x, _ in pairs) / len(pairs)
    mean_y = sum(y for _, y in pairs) / len(pairs)
    spread = sum((x - mean_x) ** 2 for x, _ in pairs)
    if spread <= 0:
        return None
    slope = sum((x - mean_x) * (y - mean_y) for x, y in pairs) / spread
    own = value(early, agent_id)
    return mean_y + min(1.0, max(0.0, slope)) * (own - mean_x) - own


def compare_person(
    early: Sums, late: Sums, agent_id: str, scale: float = 1.0
) -> PersonChange | None:
    """The change of one person from sums (numerator, base) by person on both sides.

    184 to 120 s beside colleagues at 45 to 44 s: -64 s, and 0 of 7 changed as much.
    """
    if agent_id not in early or agent_id not in late:
        return None
    others = sorted((early.keys() & late.keys()) - {agent_id})

    def ratio(side: Sums, who: Sequence[str]) -> float | None:
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
