"""Contacts of the desk's day: as forecast, the rest as forecast again with its band, what came."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from dashboards.frame import Ask
from dashboards.pages.happenings import alert_marks, alerts_of
from dashboards.parts.numbers import plain
from dashboards.parts.panel import panel
from dashboards.parts.table import Cell, Col, Line, Sheet, figure_cell
from dashboards.parts.time_panel import Axis, Lane, Series, time_panel
from wfm.domain.grid import local_day
from wfm.domain.language import say
from wfm.queries.intraday import Demand, read_demand
from wfm.queries.reforecasts import RestOfDay, RestQuarter, read_rest


def rest_of_day(ask: Ask) -> RestOfDay | None:
    """The rest of today over the sites of the scope; None for other days and below a site."""
    if not ask.live or ask.scope.team is not None:
        return None
    sites = [s.org_id for s in ask.organisation.sites if ask.scope.site in (None, s.org_id)]
    today = local_day(ask.now, ask.zone)
    return read_rest(ask.sources.store, ask.scope, sites, today) if sites else None


def demand_panel(ask: Ask, axis: Axis, done: int) -> tuple[Any, Sheet | None]:
    """The panel of contacts and its numbers; nothing below a site, where queues are not split."""
    if ask.scope.team is not None:
        return None, None
    day = ask.today if ask.live else ask.period.first
    rows = read_demand(
        ask.facts, ask.scope, day - timedelta(days=1), day + timedelta(days=2),
        q_from=axis.q_from, q_to=axis.q_to,
    )  # fmt: skip
    if not rows:
        return None, None
    rest = rest_of_day(ask)
    later = {} if rest is None else {one.q: one for one in rest.quarters if one.q >= done}
    by_q = {row.q: row for row in rows}
    marks = alert_marks(ask, alerts_of(ask, day))
    lane = replace(_lane(ask, axis, by_q, later, done), marks=marks)
    keys = [("actual", say("actual")), ("forecast", say("forecast"))]
    if later:
        keys += [("dotted", say("forecast again")), ("box-band", say("P10 to P90"))]
    drawn = time_panel(
        [lane], axis, ask.look.palette, narrow=ask.look.narrow, lane_h=92, labels=True,
        from_zero=True, name="desk-demand",
    )  # fmt: skip
    note = say("per quarter-hour")
    if rest is not None and rest.quarters:
        note = say(
            "{plain} to come ({plain_2} to {plain_3}), forecast {plain_4}",
            plain=plain(rest.rest, 0),
            plain_2=plain(rest.rest_p10, 0),
            plain_3=plain(rest.rest_p90, 0),
            plain_4=plain(rest.forecast, 0),
        )
    return panel(say("Contacts offered"), drawn, note=note, legend_of=keys), _sheet(
        axis, by_q, later, done
    )


def _lane(
    ask: Ask,
    axis: Axis,
    by_q: dict[int, Demand],
    later: dict[int, RestQuarter],
    done: int,
) -> Lane:
    offered = [_offered(by_q.get(q), q, done) for q in axis.quarters]
    forecast = [row.forecast if (row := by_q.get(q)) else None for q in axis.quarters]
    total = sum(value for value in offered if value)
    planned = sum(f for f, o in zip(forecast, offered, strict=True) if f and o is not None)
    note = say("{plain} so far", plain=plain(total, 0)) if axis.now_at else plain(total, 0)
    if planned:
        note += say(" of {plain}", plain=plain(planned, 0))
    series = [Series(say("forecast"), forecast, "forecast", step=False)]
    band = None
    if later:
        again = [one.contacts if (one := later.get(q)) else None for q in axis.quarters]
        series.append(Series(say("forecast again"), again, "projection", step=False))
        band = (
            [one.p10 if (one := later.get(q)) else None for q in axis.quarters],
            [one.p90 if (one := later.get(q)) else None for q in axis.quarters],
        )
    series.append(Series(say("offered"), offered, "actual", step=False))
    return Lane(
        ask.organisation.name_of(ask.scope), tuple(series), note=note, band=band, decimals=0
    )


def _offered(row: Demand | None, q: int, done: int) -> float | None:
    """Before now an interval without contacts had none; later nothing is known yet."""
    return (row.offered if row and row.offered else 0.0) if q < done else None


def _sheet(axis: Axis, by_q: dict[int, Demand], later: dict[int, RestQuarter], done: int) -> Sheet:
    columns = (
        Col("at", say("Time, {zone}", zone=axis.zone), text=True, phone=True),
        Col("forecast", say("Forecast"), "", say("in force when the day began"), phone=True),
        Col("reforecast", say("Again"), "", say("forecast again from what has come"), phone=True),
        Col("p10", "P10"),
        Col("p90", "P90"),
        Col("aht", say("AHT again"), "s"),
        Col("offered", say("Offered"), phone=True),
    )
    lines = []
    for q in axis.quarters:
        row, one = by_q.get(q), later.get(q)
        lines.append(
            Line(
                (
                    Cell(axis.clock(q * 900), q),
                    figure_cell(row.forecast if row else None, 1),
                    figure_cell(one.contacts if one else None, 1),
                    figure_cell(one.p10 if one else None, 0),
                    figure_cell(one.p90 if one else None, 0),
                    figure_cell(one.aht_s if one else None, 0),
                    figure_cell(_offered(row, q, done), 0),
                )
            )
        )
    return Sheet("contacts", say("Contacts offered by quarter-hour"), columns, tuple(lines))
