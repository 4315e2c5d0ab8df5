"""Trends of tiles: each figure over the period, in the finest step of time that it has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from dashboards.frame import Ask
from dashboards.parts.sparkline import Trend
from dashboards.parts.tile import goal_line
from kpis.catalogue.load import CATALOGUE
from kpis.drill import finest_time
from kpis.value import KpiValue
from wfm.domain.grid import QUARTER_S

LEAST_DAYS = 14  # a trend by day shows two weeks at least
MOST_QUARTERS = 32


def trends_of(ask: Ask, values: Sequence[KpiValue]) -> dict[str, Trend]:
    """Trends of the figures that are known: over one day by quarter-hour, over longer by day.

    A figure that is kept by day (cost, shifts) has no quarter-hours: its trend of one day shows
    the two weeks that end with it.
    """
    known = tuple(v.kpi_id for v in values if v.value is not None)
    one_day = ask.period.days == 1
    fine = tuple(k for k in known if one_day and finest_time(CATALOGUE[k], "q") == "q")
    coarse = tuple(k for k in known if k not in fine)
    found = {}
    if fine:
        close = ask.now // QUARTER_S
        for kpi_id, steps in ask.series(fine, "interval").items():
            passed = [v for v in steps if int(str(v.at("q"))) < close]
            found[kpi_id] = _trend(kpi_id, passed).recent(MOST_QUARTERS)
    if coarse:
        end = min(ask.period.end, ask.today + timedelta(days=1))
        first = min(ask.period.first, end - timedelta(days=LEAST_DAYS))
        for kpi_id, steps in ask.series(coarse, "day", first=first, end=end).items():
            found[kpi_id] = _trend(kpi_id, steps).recent(len(steps))
    return found


def _trend(kpi_id: str, steps: Sequence[KpiValue]) -> Trend:
    kpi = CATALOGUE[kpi_id]
    points = [v.value for v in steps]
    while points and points[-1] is None:
        points.pop()
    target = next((v.target for v in steps if v.target is not None), None)
    last = points[-1] if points else None
    return Trend(points, kpi.unit, kpi.short_name, goal_line(target, last))
