"""Values of KPIs for a scope, a period and a breakdown, with target, colour and reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from kpis.answer import KpiAnswer, by_interval
from kpis.catalogue.load import kpi_of
from kpis.definition import Kpi
from kpis.drill import check_drill, finest_time
from kpis.kept import kept_values
from kpis.reading import Ask, Key
from kpis.value import Change, KpiTarget, KpiValue, Restated, compare, hidden_red
from wfm.domain.scope import Scope
from wfm.domain.targets import TargetBook
from wfm.facts.measures import MEASURES
from wfm.facts.reader import FactReader

__all__ = [
    "Change",
    "KpiTarget",
    "KpiValue",
    "Restated",
    "compare",
    "hidden_red",
    "kpi_series",
    "kpi_sums",
    "kpi_values",
]

FOLLOWED = "customer_contact"
LIVE_DAYS = 3  # of a trend by day that ends today: those that change, and what binds one to them
GRAINS = {"interval": "q", "q": "q", "slot": "slot", "day": "day", "week": "week", "month": "month"}


def kpi_values(
    facts: FactReader,
    scope: Scope,
    kpi_ids: Sequence[str],
    first: date,
    end: date,
    *,
    targets: TargetBook,
    by: Sequence[str] = (),
    q_from: int | None = None,
    q_to: int | None = None,
    queues: Sequence[str] = (),
    contact_types: Sequence[str] = (),
    bare: bool = False,
) -> tuple[KpiValue, ...]:
    """One value per KPI and key over the local days `first` up to, not including, `end`.

    KPIs in the order asked, keys in order. Without `by` there is exactly one value a KPI, None
    with its reason where the facts give none. `ForbiddenDrill` for a breakdown a KPI cannot have.
    `bare` are figures alone, without target, colour and reason: a third of the work.
    """
    kpis = [kpi_of(kpi_id) for kpi_id in dict.fromkeys(kpi_ids)]
    for kpi in kpis:
        check_drill(kpi, tuple(by))
    ask = Ask(scope, first, end, tuple(by), q_from, q_to, tuple(queues), tuple(contact_types))
    if "tenure" in by:  # hangs on the days of hire, which are no facts
        return _asked(facts, ask, kpis, targets, bare)
    # What customers did in the week after a contact is not over with the period.
    later = any(MEASURES[m].table == FOLLOWED for kpi in kpis for m in kpi.measures)
    asked = (facts.mark_until(None if later else end), ask, tuple(k.id for k in kpis), bare)
    return kept_values(scope, asked, targets, lambda: _asked(facts, ask, kpis, targets, bare))


def _asked(
    facts: FactReader, ask: Ask, kpis: Sequence[Kpi], targets: TargetBook, bare: bool
) -> tuple[KpiValue, ...]:
    answer = KpiAnswer(facts, ask, kpis, targets, bare)
    values = answer.values()
    restated_at = None if bare else facts.restated_at(ask.first, ask.end)
    if restated_at is None:
        return values
    before = KpiAnswer(facts.before_restatement, ask, kpis, TargetBook())
    return _restated(values, before.values_apart(answer), restated_at)


def kpi_series(
    facts: FactReader,
    scope: Scope,
    kpi_ids: Sequence[str],
    first: date,
    end: date,
    grain: str,
    *,
    targets: TargetBook,
    by: Sequence[str] = (),
    queues: Sequence[str] = (),
    contact_types: Sequence[str] = (),
    bare: bool = False,
) -> Mapping[str, tuple[KpiValue, ...]]:
    """The trend of each KPI, in order of time; grain one of interval, slot, day, week, month.

    A KPI that is kept more coarsely than asked comes in the finest grain it has: the keys of its
    values tell which (`finest_time`). Steps without facts are absent, so a gap stays a gap. All
    KPIs of a grain share one query a fact table. The days that are still built again and again are
    asked for apart, so that those before them are answered from memory. `bare` as in `kpi_values`.
    """
    steps: dict[str, list[str]] = {}
    for kpi_id in dict.fromkeys(kpi_ids):
        steps.setdefault(finest_time(kpi_of(kpi_id), GRAINS[grain]), []).append(kpi_id)
    found: dict[str, list[KpiValue]] = {kpi_id: [] for kpi_id in dict.fromkeys(kpi_ids)}
    for step, same in steps.items():
        settled = end - timedelta(days=LIVE_DAYS)
        days = [k for k in same if step == "day" and not by and not by_interval(kpi_of(k))]
        parts = [(first, settled), (settled, end)] if days and first < settled else []
        rest = [kpi_id for kpi_id in same if not parts or kpi_id not in days]
        asked = [(*part, days) for part in parts] + ([(first, end, rest)] if rest else [])
        for begin, over, kpi_ids in asked:
            values = kpi_values(
                facts, scope, kpi_ids, begin, over, targets=targets, by=(*by, step),
                queues=queues, contact_types=contact_types, bare=bare,
            )  # fmt: skip
            for value in values:
                found[value.kpi_id].append(value)
    return {kpi_id: tuple(values) for kpi_id, values in found.items()}


def kpi_sums(facts: FactReader, ask: Ask, kpi: Kpi) -> Mapping[Key, tuple[float, float | None]]:
    """Numerator and denominator of a KPI by key, without targets; a key without a value is absent.

    A figure without a denominator (a count, agents on average) has None, and is its numerator
    divided by the window where it has one.
    """
    return KpiAnswer(facts, ask, [kpi], TargetBook()).sums(kpi)


def _restated(
    values: tuple[KpiValue, ...], before: Mapping[tuple[str, Key], float | None], at: int
) -> tuple[KpiValue, ...]:
    """The values, those that changed after their days were closed with what they were.

    `before` are those of other cells than now.
    """
    found = []
    for value in values:
        was = before.get((value.kpi_id, value.key), value.value)
        found.append(value if was == value.value else replace(value, restated=Restated(at, was)))
    return tuple(found)
