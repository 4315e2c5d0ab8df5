"""Forecast: what will come, how sure is it, and did our corrections help?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dashboards.frame import Ask, PageRoom, Spec, View, by_the_minute
from dashboards.pages import forecast_forms, forecast_panels, forecast_tables, forecast_year
from dashboards.pages.forecast_data import Forecasts, read_page
from dashboards.pages.forecast_year import Year
from dashboards.pages.forecast_year_forms import YEAR_FORMS
from dashboards.parts import html
from dashboards.parts.answer import Act, Answer
from dashboards.parts.numbers import plain
from dashboards.parts.panel import panel
from dashboards.parts.proof import proof_of
from dashboards.parts.sparkline import Trend
from dashboards.parts.states import empty
from dashboards.parts.table import Col, Sheet
from dashboards.parts.tile import Tile, goal_line, tile_of
from kpis.catalogue.load import CATALOGUE
from kpis.dashboards import PAGES
from wfm.domain.forecast_days import day_sentence
from wfm.domain.language import say, say_many, to_say
from wfm.queries.forecasts import forecast_mark

SPEC = Spec(
    grains=(("week", to_say("Week")), ("weeks", to_say("4 weeks")), ("quarter", to_say("Quarter"))),
    grain="weeks",
    ahead=True,
)
TILES = PAGES["forecast"].kpi_ids
LOOK_BACK = 28


def view(ask: Ask) -> View:
    """The page's answer: sentence, past errors, days ahead, one day explained, corrections."""
    given = read_page(ask)
    if given is None:
        nothing = Answer(
            "none", say("There is no site to forecast here."), say("Load org.csv first.")
        )
        sheet = Sheet("days", say("Days"), (Col("day", say("Day"), text=True),), ())
        body: Any = panel(say("Forecast"), empty(say("No site in this scope")))
        return View(nothing, lambda: _tiles(ask), lambda: [body], lambda: (sheet,), "forecast")
    year = forecast_year.year_of(given)
    return View(
        _answer(given),
        lambda: _tiles(ask),
        lambda: _body(given, year),
        lambda: _sheets(given, year),
        "forecast",
    )


def _body(given: Forecasts, year: Year | None) -> list[Any]:
    left = html.Div(
        [
            *([forecast_year.year_panel(year)] if year else []),
            forecast_panels.days_panel(given),
            forecast_panels.day_panel(given),
            forecast_tables.calendar_panel(given),
        ],
        className="stack",
    )
    right = html.Div(
        [
            *([forecast_year.scenarios_panel(year)] if year else []),
            forecast_tables.accuracy_panel(given),
            forecast_tables.overrides_panel(given),
            forecast_tables.versions_panel(given),
        ],
        className="stack",
    )
    return [left, right]


def _sheets(given: Forecasts, year: Year | None) -> tuple[Sheet, ...]:
    return (
        forecast_panels.days_sheet(given),
        forecast_panels.day_sheet(given),
        forecast_tables.accuracy_sheet(given),
        forecast_tables.overrides_sheet(given),
        forecast_tables.calendar_sheet(given),
        forecast_tables.versions_sheet(given),
        *([forecast_year.year_sheet(year), forecast_year.scenario_sheet(year)] if year else []),
    )


def _answer(given: Forecasts) -> Answer:
    """How many contacts are to come, how far past forecasts were off, and what bends the days."""
    ask, site = given.ask, given.site.name
    ahead = [day for day in given.days if day >= ask.today]
    acts: tuple[Act, ...] = ()
    if given.may_write:
        args = {"unit": given.site.org_id, "on": given.on.isoformat() if given.on else ""}
        acts = (Act(say("Forecast again"), "", not ahead, "", "forecast-again", args),)
    if not given.days:
        return Answer("none", say("{site} has no forecast for these days.", site=site),
                      say("Forecast it to see what will come."), acts)  # fmt: skip
    days = ahead or list(given.days)
    total = sum(given.days[day].total for day in days) / 1000
    told = {"plain": plain(total, 0), "site": site}
    lead = (
        say_many(
            "{plain} contacts are forecast for {site} on {n} day",
            "{plain} contacts are forecast for {site} on {n} days",
            len(days),
            **told,
        )
        if ahead
        else say_many(
            "{plain} contacts were forecast for {site} on {n} day",
            "{plain} contacts were forecast for {site} on {n} days",
            len(days),
            **told,
        )
    )
    scores = given.scores.by_lead
    best = next(iter(scores.values()), None)
    status = "none"
    if best is not None and best.wape is not None:
        words, _ = next(iter(scores.items()))
        lead += say(
            "; {words} ahead they were {plain} % off by quarter-hour",
            words=say(words[:]),
            plain=plain(best.wape, 1),
        )
        if best.naive_wape is not None:
            lead += say(", last week again {plain} %", plain=plain(best.naive_wape, 1))
            status = "good" if best.wape <= best.naive_wape else "warn"
    rest = []
    if given.on is not None:
        rest.append(day_sentence(given.on, given.days[given.on]))
    added = given.scores.added
    if added is not None and added.points is not None:
        points = plain(abs(added.points), 1)
        rest.append(
            say("Overrides saved {plain} points of error.", plain=points)
            if added.points >= 0
            else say("Overrides cost {plain} points of error.", plain=points)
        )
    return Answer(status, lead + ".", " ".join(rest), acts)


def _tiles(ask: Ask) -> tuple[Tile, ...]:
    first = ask.today - timedelta(days=LOOK_BACK)
    values = ask.values(TILES, first=first, end=ask.today)
    known = tuple(v.kpi_id for v in values if v.value is not None)
    series = dict(ask.series(known, "day", first=first, end=ask.today)) if known else {}
    shown = []
    for value in values:
        trend = None
        if value.kpi_id in series:
            steps = list(series[value.kpi_id])
            last = next((v.value for v in reversed(steps) if v.value is not None), None)
            kpi = CATALOGUE[value.kpi_id]
            trend = Trend(
                [v.value for v in steps], kpi.unit, kpi.short_name, goal_line(value.target, last)
            ).recent(LOOK_BACK)
        proof = proof_of(value, period=say("last {look_back} days", look_back=LOOK_BACK), links=[])
        shown.append(tile_of(value, trend=trend, badge="", href="", shown_proof=proof))
    return tuple(shown)


def sign(ask: Ask) -> object:
    """What the page depends on beside facts: versions, records, jobs of forecasting."""
    return forecast_mark(ask.sources.store)


ROOM = PageRoom("forecast", SPEC, view, (*forecast_forms.FORMS, *YEAR_FORMS), sign, by_the_minute)
