"""Planning: does the plan meet demand at least cost, and why not?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dashboards.frame import Ask, PageRoom, Spec, View, by_the_minute
from dashboards.pages import (
    planning_design,
    planning_draft,
    planning_edits,
    planning_forms,
    planning_gate,
    planning_offers,
    planning_publish,
    planning_tools,
    planning_whatif,
    planning_wishes,
)  # fmt: skip
from dashboards.pages.planning_compare import compare_panel, compare_sheet
from dashboards.pages.planning_data import Planning, read_planning
from dashboards.pages.planning_day import changes_panel, changes_sheet, day_panel
from dashboards.pages.planning_horizon import horizon_panel
from dashboards.pages.planning_panels import (
    days_sheet,
    quarters_sheet,
    rules_panel,
    rules_sheet,
    week_panel,
)
from dashboards.pages.planning_runs import jobs_panel, run_panel
from dashboards.pages.planning_words import planning_answer
from dashboards.parts import html
from dashboards.parts.answer import Answer
from dashboards.parts.panel import panel
from dashboards.parts.proof import proof_of
from dashboards.parts.sparkline import Trend
from dashboards.parts.states import empty
from dashboards.parts.table import Cell, Col, Line, Sheet, figure_cell
from dashboards.parts.tile import Tile, goal_line, tile_of
from dashboards.view_state import period_label
from kpis.catalogue.load import CATALOGUE
from kpis.dashboards import PAGES
from kpis.value import KpiValue
from wfm.domain.language import say, to_say
from wfm.queries.planning import planning_mark

SPEC = Spec(
    grains=(("week", to_say("Week")), ("weeks", to_say("4 weeks")), ("quarter", to_say("Quarter"))),
    grain="weeks",
    ahead=True,
)
TILES = PAGES["planning"].kpi_ids
# Figures of what has happened: told of the last four weeks, not of weeks to come.
BACKWARD = ("forecast_wape", "forecast_bias", "overtime_share", "preference_granted_rate")
LOOK_BACK = 28


def view(ask: Ask) -> View:
    """The page's answer: sentence, tiles, weeks ahead, the week's drafts, the run, the day."""
    given = read_planning(ask)
    values = _values(ask)
    if given is None:
        nothing = Answer("none", say("There is no site to plan here."), say("Load org.csv first."))
        sheet = Sheet(
            "drafts", say("Compare drafts"), (Col("measure", say("Measure"), text=True),), ()
        )
        body: Any = panel(say("Planning"), empty(say("No site in this scope")))
        return View(
            nothing, lambda: _tiles(ask, values), lambda: [body], lambda: (sheet,), "planning"
        )
    return View(
        planning_answer(given),
        lambda: _tiles(ask, values),
        lambda: _body(given),
        lambda: _sheets(given),
        "planning",
    )


def _body(given: Planning) -> list[Any]:
    left = html.Div(
        [horizon_panel(given), week_panel(given), rules_panel(given), *jobs_panel(given)],
        className="stack",
    )
    right = html.Div(
        [run_panel(given), compare_panel(given), *planning_tools.tools_panel(given),
         *planning_wishes.wishes_panel(given),
         planning_design.design_panel(given), planning_whatif.whatif_panel(given)],
        className="stack",
    )  # fmt: skip
    return [left, right, day_panel(given), changes_panel(given)]


def _sheets(given: Planning) -> tuple[Sheet, ...]:
    return (
        compare_sheet(given),
        days_sheet(given),
        quarters_sheet(given),
        rules_sheet(given),
        changes_sheet(given),
        planning_offers.offers_sheet(given),
        planning_offers.sent_sheet(given),
        planning_wishes.wishes_sheet(given),
        planning_design.design_sheet(given),
        planning_whatif.whatif_sheet(given),
        _forecasts_sheet(given),
    )


def _values(ask: Ask) -> tuple[KpiValue, ...]:
    first = ask.today - timedelta(days=LOOK_BACK)
    back = {v.kpi_id: v for v in ask.values(BACKWARD, first=first, end=ask.today)}
    ahead = {v.kpi_id: v for v in ask.values(tuple(k for k in TILES if k not in BACKWARD))}
    return tuple((back | ahead)[kpi_id] for kpi_id in TILES)


def _tiles(ask: Ask, values: tuple[KpiValue, ...]) -> tuple[Tile, ...]:
    known = tuple(v.kpi_id for v in values if v.value is not None)
    first = ask.today - timedelta(days=LOOK_BACK)
    back = tuple(k for k in known if k in BACKWARD)
    ahead = tuple(k for k in known if k not in BACKWARD)
    series = dict(ask.series(back, "day", first=first, end=ask.today)) if back else {}
    series |= dict(ask.series(ahead, "day")) if ahead else {}
    shown = []
    for value in values:
        trend = None
        if value.kpi_id in series:
            steps = series[value.kpi_id]
            last = next((v.value for v in reversed(list(steps)) if v.value is not None), None)
            kpi = CATALOGUE[value.kpi_id]
            trend = Trend(
                [v.value for v in steps], kpi.unit, kpi.short_name, goal_line(value.target, last)
            ).recent(LOOK_BACK)
        words = (
            say("last {look_back} days", look_back=LOOK_BACK)
            if value.kpi_id in BACKWARD
            else period_label(ask.grain, ask.period, ask.today)
        )
        proof = proof_of(value, period=words, links=[])
        shown.append(tile_of(value, trend=trend, badge="", href="", shown_proof=proof))
    return tuple(shown)


def _forecasts_sheet(given: Planning) -> Sheet:
    """The forecasts behind the page: version, when and by whom, and their past errors."""
    columns = (
        Col("site", say("Site"), text=True, phone=True),
        Col("version", say("Version"), phone=True),
        Col("made", say("Made"), text=True),
        Col("by", say("By"), text=True),
        Col("days", say("Days"), text=True),
        Col(
            "wape",
            say("Error by quarter-hour"),
            "%",
            say("WAPE on the days looked back at"),
            phone=True,
        ),
        Col(
            "naive", say("Last week again"), "%", say("the same error of repeating the week before")
        ),
        Col("day", say("Error by day"), "%", say("WAPE of the day's totals")),
        Col("bias", say("Bias"), "%", say("forecast less actual, of the actual")),
        Col("band", say("Band of a day"), text=True),
        Col("method", say("Method"), text=True),
    )
    authors = given.ask.sources.planner.authors(
        tuple({s.forecast.author for s in given.sites if s.forecast is not None})
    )
    lines = []
    for site in given.sites:
        found = site.forecast
        if found is None:
            continue
        last = found.end_on - timedelta(days=1)
        cells = (
            Cell(site.name, site.unit),
            Cell(str(found.fc_version), found.fc_version),
            Cell(planning_forms.local(found.created_at, site.zone), found.created_at),
            Cell(authors.get(found.author, found.author), found.author),
            Cell(
                say("{first_on} to {last}", first_on=found.first_on, last=last),
                found.first_on.isoformat(),
            ),
            _percent(found.past_wape),
            _percent(found.past_naive_wape),
            _percent(found.past_day_wape),
            _percent(found.past_bias, signed=True),
            Cell(found.day_band or say("not kept"), found.day_band),
            Cell(found.method, found.method),
        )
        lines.append(Line(cells))
    return Sheet("forecasts", say("Forecasts"), columns, tuple(lines), say("newest of each site"),
                 say("No forecast touches these days"))  # fmt: skip


def _percent(value: float | None, *, signed: bool = False) -> Cell:
    return figure_cell(value, 1, signed=signed)


def sign(ask: Ask) -> object:
    """What the page depends on beside facts: plans, shifts, runs, versions."""
    return planning_mark(ask.sources.store), ask.pulse.deeds_mark


FORMS = (
    *planning_forms.FORMS, *planning_edits.FORMS, *planning_tools.FORMS, *planning_design.FORMS,
    *planning_gate.FORMS, *planning_whatif.FORMS, *planning_draft.FORMS,
    *planning_offers.FORMS, *planning_publish.FORMS,
)  # fmt: skip
ROOM = PageRoom("planning", SPEC, view, FORMS, sign, by_the_minute)
