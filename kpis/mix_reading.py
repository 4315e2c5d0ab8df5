"""Plan and mix-adjusted target of handle time, read from forecast and contacts by queue."""

from __future__ import annotations

from datetime import date

from kpis.catalogue.load import kpi_of
from kpis.definition import Bands, Kpi
from kpis.mix_target import MixPart, MixTargets, mix_targets
from kpis.query import kpi_values
from kpis.reading import Ask, read_rows
from kpis.targets import bands_of, resolve
from wfm.domain.errors import ForbiddenDrill
from wfm.domain.scope import Scope
from wfm.domain.targets import TargetBook
from wfm.facts.reader import FactReader

HANDLE_TIME = "average_handle_time"
PLANNED = ("fc_contacts_n", "fc_work_s")


def read_mix(
    facts: FactReader, book: TargetBook, scope: Scope, first: date, end: date
) -> MixTargets | None:
    """What handle time should be by plan, and by the mix of queues that came; None without both.

    A queue's own target counts first, else its forecast handle time. A team has no plan of its
    own, so there only the mix is told. Queues without either leave nothing to compare with.
    """
    kpi = kpi_of(HANDLE_TIME)
    site = Scope(scope.site)
    try:
        came = kpi_values(facts, scope, (kpi.id,), first, end, targets=book, by=("queue",))
        rows = read_rows(facts, Ask(site, first, end, ("queue",)), PLANNED).rows
    except ForbiddenDrill:
        return None
    planned = {dict(key)["queue"]: row.cell for key, row in rows.items()}
    parts: list[MixPart] = []
    total = work = 0.0
    for value in came:
        queue = value.at("queue")
        if not isinstance(queue, str) or not value.denominator or value.label:
            continue
        cell = planned.get(queue, {})
        contacts, seconds = cell.get("fc_contacts_n"), cell.get("fc_work_s")
        forecast = goal = None
        if isinstance(contacts, int | float) and isinstance(seconds, int | float) and contacts:
            forecast, goal = float(contacts), seconds / contacts
        own = _own(book, kpi, scope, queue, first)
        goal = goal if own is None else own
        if goal is None:
            return None
        plan = forecast if scope.team is None else None
        parts.append(MixPart(goal, value.denominator, plan))
        total += value.denominator
        work += value.numerator or 0.0
    return mix_targets(parts, work / total if total else None)


def _own(book: TargetBook, kpi: Kpi, scope: Scope, queue: str, day: date) -> float | None:
    """The target set for a queue itself; a row for all queues says nothing of one of them."""
    row = resolve(book, kpi.id, day, scope, queue_id=queue)
    return _middle(bands_of(kpi, row)) if row is not None and row.queue_id else None


def _middle(bands: Bands) -> float | None:
    if bands.centre is not None:
        return bands.centre
    if bands.green_lo is not None and bands.green_hi is not None:
        return (bands.green_lo + bands.green_hi) / 2
    return bands.green_hi
