"""Trends of tiles: each figure over the period, in the finest step of time that it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from dashboards.frame import Ask
from dashboards.pages.happenings import acted_in, step_notes
from dashboards.parts.sparkline import Trend
from dashboards.parts.tile import goal_line
from kpis.catalogue.load import CATALOGUE
from kpis.drill import finest_time
from kpis.value import KpiTarget, KpiValue
from wfm.domain.grid import QUARTER_S

LEAST_DAYS = 14  # a trend by day shows two weeks at least
MOST_QUARTERS = 32


def steps_of(
    ask: Ask, values: Sequence[KpiValue], grain: str, **span: Any
) -> dict[str, tuple[Sequence[KpiValue], KpiTarget | None]]:
    """The steps of each figure by grain, and the target they are drawn with.

    A rate has the target of its figure; a count has one of its own each day.
    """
    counts = tuple(v.kpi_id for v in values if CATALOGUE[v.kpi_id].kind == "sum")
    rates = tuple(v.kpi_id for v in values if v.kpi_id not in counts)
    found: dict[str, tuple[Sequence[KpiValue], KpiTarget | None]] = {}
    if rates:
        steps = ask.series(rates, grain, bare=True, **span)
        found |= {v.kpi_id: (steps[v.kpi_id], v.target) for v in values if v.kpi_id in steps}
    for kpi_id, own in (ask.series(counts, grain, **span) if counts else {}).items():
        found[kpi_id] = own, next((v.target for v in own if v.target is not None), None)
    return found


def trends_of(ask: Ask, values: Sequence[KpiValue]) -> dict[str, Trend]:
    """Trends of the figures that are known: over one day by quarter-hour, over longer by day.

    A figure that is kept by day (cost, shifts) has no quarter-hours: its trend of one day shows
    the two weeks that end with it. What was done about a figure is marked on its trend by day.
    """
    known = [v for v in values if v.value is not None]
    one_day = ask.period.days == 1
    fine = [v for v in known if one_day and finest_time(CATALOGUE[v.kpi_id], "q") == "q"]
    coarse = [v for v in known if v not in fine]
    found = {}
    if fine:
        close = ask.now // QUARTER_S
        for kpi_id, (steps, target) in steps_of(ask, fine, "interval").items():
            passed = [v for v in steps if int(str(v.at("q"))) < close]
            found[kpi_id] = _trend(kpi_id, passed, target).recent(MOST_QUARTERS)
    if coarse:
        end = min(ask.period.end, ask.today + timedelta(days=1))
        first = min(ask.period.first, end - timedelta(days=LEAST_DAYS))
        acted = acted_in(ask, first, end)
        for kpi_id, (steps, target) in steps_of(ask, coarse, "day", first=first, end=end).items():
            about = [one for one in acted if one.kpi_id == kpi_id]
            notes = step_notes([v.at("day") for v in steps], about, ask.scope)
            found[kpi_id] = replace(_trend(kpi_id, steps, target), notes=notes).recent(len(steps))
    return found


def _trend(kpi_id: str, steps: Sequence[KpiValue], target: KpiTarget | None) -> Trend:
    kpi = CATALOGUE[kpi_id]
    points = [v.value for v in steps]
    while points and points[-1] is None:
        points.pop()
    last = points[-1] if points else None
    return Trend(points, kpi.unit, kpi.short_name, goal_line(target, last))
