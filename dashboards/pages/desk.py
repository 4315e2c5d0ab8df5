"""The control desk: which site is short, when, and what fixes it before it hurts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dashboards.explain import explain_form, figure_args
from dashboards.frame import Ask, PageRoom, Spec, View
from dashboards.insights import insights_sign
from dashboards.pages.desk_data import (
    AHEAD,
    TILES,
    Place,
    Window,
    read_people,
    read_places,
    read_values,
    window_of,
)
from dashboards.pages.desk_floor import floor_panel
from dashboards.pages.desk_panels import axis_of, day_panels, staffing_steps
from dashboards.pages.desk_words import desk_answer
from dashboards.pages.reassign_form import FORM, REASSIGN
from dashboards.pages.remedies_forms import ALERT
from dashboards.pages.remedies_panel import remedies_panel, remedies_sign
from dashboards.pages.remedies_steps import DECIDE, SKILL_STEP, WITHDRAW
from dashboards.pages.trends import trends_of
from dashboards.parts import html
from dashboards.parts.drawer import opener
from dashboards.parts.numbers import kpi_number, plain
from dashboards.parts.panel import panel
from dashboards.parts.proof import proof_of
from dashboards.parts.table import Cell, Col, Line, Sheet, kpi_cell, sort_lines, table
from dashboards.parts.tile import Tile, tile_of
from dashboards.view_state import period_label
from kpis.catalogue.load import CATALOGUE
from kpis.drill import drill_reason
from kpis.status import red_sentence
from kpis.value import KpiValue
from wfm.domain.grid import QUARTER_S, zone_of
from wfm.domain.language import say, to_say
from wfm.queries.reforecasts import reforecast_sign

SPEC = Spec(
    grains=(("now", to_say("Now")), ("today", to_say("Today")), ("week", to_say("Week"))),
    grain="now",
    comparisons=(("target", to_say("target")), ("previous", to_say("last week"))),
    compare="target",
)
WEEK_Q = 7 * 96
MOST_SITES = 6
BOARD = ("net_staffing", "service_level", "contacts_offered_vs_forecast")


def view(ask: Ask) -> View:
    """The page's answer: sentence, tiles, the board, and the day on one axis."""
    window = window_of(ask)
    axis = axis_of(ask)
    places = read_places(ask, window, axis.q_from, axis.q_to)
    people = read_people(ask, window)
    values = read_values(ask, TILES, window)
    steps = staffing_steps(ask, places, window)
    answer = desk_answer(ask, places, values, axis, steps.causes if steps else {})
    sheets = [board(ask, places, axis.now_at, window)] if places or not people else []
    if people:
        sheets.append(people_sheet(ask, people))
    whole_floor = floor_panel(ask, axis)
    panels, more = day_panels(ask, places, axis, None if whole_floor is None else whole_floor[0])
    left: list[Any] = [_board_panel(ask, sheet, window) for sheet in sheets]
    if steps is not None:
        left.append(steps.panel(ask.look))
        more = [steps.sheet(), *more]
    doing, doing_sheet = remedies_panel(
        ask,
        say("Alerts, requests and moves"),
        ("decide_request", "withdraw_alert", "skill_step"),
        _alerts(ask),
    )
    left.append(doing)
    body = [html.Div(left, className="stack"), html.Div(panels, className="stack")]

    def told() -> tuple[Sheet, ...]:
        minutes = () if whole_floor is None else (whole_floor[1](),)
        return (*sheets, *more, *minutes, doing_sheet)

    return View(answer, lambda: _tiles(ask, values, window), lambda: body, told, "desk")


def _alerts(ask: Ask) -> list[Any]:
    """A button for each site of the scope; inside a site also the one that moves people."""
    sites = [s for s in ask.organisation.sites if ask.scope.site in (None, s.org_id)]
    if ask.scope.site is not None:
        move = [
            opener(say("Move people to other work"), FORM, {"scope": ask.scope.path}, small=True)
        ]
    else:
        move = []
    return move + [
        opener(say("Alert {name}", name=site.name), "alert_site", {"site": site.org_id}, small=True)
        for site in sites[:MOST_SITES]
    ]


def _tiles(ask: Ask, values: tuple[KpiValue, ...], window: Window) -> tuple[Tile, ...]:
    trends = trends_of(ask, values)
    badges = _hidden_reds(ask, values, window)
    lacks = ask.not_compared if ask.compare == "previous" else ""
    before = _before(ask, window) if ask.compare == "previous" and not lacks else {}
    period = window.label or period_label(ask.grain, ask.period, ask.today)
    shown = []
    for value in values:
        kpi_id = value.kpi_id
        right = _right(value)
        if lacks:
            right = say("last week: still loading")
        elif kpi_id in before:
            right = say("last week {number}", number=kpi_number(kpi_id, before[kpi_id].value))
        links = _links(ask, kpi_id)
        shown.append(
            tile_of(
                value,
                trend=trends.get(kpi_id),
                badge=badges.get(kpi_id, ""),
                right=right,
                href=links[0][1] if links else "",
                shown_proof=proof_of(value, period=period, links=links),
                why=figure_args(value.kpi_id, ask.scope),
            )
        )
    return tuple(shown)


def _before(ask: Ask, window: Window) -> dict[str, KpiValue]:
    if window.q_from is None or window.q_to is None:
        earlier = ask.period.previous()
        values = ask.values(TILES, first=earlier.first, end=earlier.end)
    else:
        day = ask.today - timedelta(days=7)
        values = ask.values(
            TILES, first=day - timedelta(days=1), end=day + timedelta(days=2),
            q_from=window.q_from - WEEK_Q, q_to=window.q_to - WEEK_Q,
        )  # fmt: skip
    return {value.kpi_id: value for value in values}


def _right(value: KpiValue) -> str:
    """Both sums in agents or contacts, which say more than a target would."""
    if value.numerator is None or not value.denominator:
        return ""
    top, bottom = value.numerator, value.denominator
    if value.kpi_id == "contacts_offered_vs_forecast":
        return say("{plain} of {plain_2}", plain=plain(top + bottom, 0), plain_2=plain(bottom, 0))
    return ""


def _hidden_reds(ask: Ask, values: tuple[KpiValue, ...], window: Window) -> dict[str, str]:
    """ "1 of 4 sites red" by KPI, where a calm tile hides a red part (TGT-10)."""
    calm = [v.kpi_id for v in values if v.value is not None and v.status != "bad"]
    asked: dict[str, list[str]] = {}
    for kpi_id in calm:
        dimension = below_of(ask, kpi_id)
        if dimension:
            asked.setdefault(dimension, []).append(kpi_id)
    badges = {}
    for dimension, kpi_ids in asked.items():
        parts = read_values(ask, tuple(kpi_ids), window, (dimension,))
        for kpi_id in kpi_ids:
            own = [part.status for part in parts if part.kpi_id == kpi_id]
            badges[kpi_id] = red_sentence(own, dimension)
    return badges


def below_of(ask: Ask, kpi_id: str) -> str:
    """The dimension next below the scope that a KPI can be broken down by, empty for none."""
    taken = {"site": ask.scope.site, "team": ask.scope.team}
    for dimension in ("site", "group", "team", "queue"):
        if taken.get(dimension) is None and not drill_reason(CATALOGUE[kpi_id], dimension):
            return dimension
    return ""


def _links(ask: Ask, kpi_id: str) -> list[tuple[str, str]]:
    """Where a tile leads: the board sorted by its figure, where it has that column."""
    return [(say("Sort the board by it"), ask.link(sort=kpi_id))] if kpi_id in BOARD else []


def board(ask: Ask, places: tuple[Place, ...], now_at: int | None, window: Window) -> Sheet:
    """Sites or skill groups, worst first, with now and the next hour."""
    near = window.q_from is not None
    columns = (
        Col(
            "name",
            say("Site, local time") if ask.scope.site is None else say("Skill group"),
            text=True,
            phone=True,
        ),
        Col("avg_agents_on_queue", say("On"), "", say("agents on queue")),
        Col("scheduled_agents", say("Sched."), "", say("agents of the published schedule")),
        Col("required_agents", say("Req."), "", say("agents required on queue")),
        Col(
            "net_staffing",
            say("Net now") if near else say("Net"),
            "",
            say("on queue less required"),
            phone=True,
        ),
        *(
            Col(
                f"ahead_{q}",
                f"+{q * 15} m",
                "",
                say("current schedule less requirement, in the quarter-hour then"),
            )
            for q in AHEAD
            if ask.live
        ),
        Col("service_level", say("SL"), "%", phone=True),
        Col("adherence", say("Adh."), "%"),
        Col("shrinkage", say("Shrink."), "%"),
        Col(
            "contacts_offered_vs_forecast",
            say("Fcst"),
            "%",
            say("contacts offered against forecast"),
        ),
    )
    lines = []
    for place in places:
        lines.append(_line(ask, place, columns, now_at, "group"))
        lines += [_line(ask, part, columns, now_at, "child") for part in place.parts]
    title = say("Sites and skill groups") if ask.scope.site is None else say("Skill groups")
    return Sheet(
        "board",
        title,
        columns,
        tuple(lines),
        say("worst first"),
        say("No staffing figures: neither schedule nor requirement nor agent states for this time"),
    )


def _line(ask: Ask, place: Place, columns: tuple[Col, ...], now_at: int | None, kind: str) -> Line:
    cells = [_name_cell(ask, place)]
    for column in columns[1:]:
        if column.key.startswith("ahead_"):
            q = (now_at or 0) // QUARTER_S + int(column.key.removeprefix("ahead_"))
            net = place.net_at(q)
            need = next((row.required for row in place.quarters if row.q == q), None)
            status = place.short_status(net, need)
            flagged = status if status in ("bad", "warn") else ""
            cells.append(Cell(plain(net, 1, signed=True), net, flagged))
        elif column.key == "net_staffing":
            status = place.short_status(place.net, place.value("required_agents"))
            flagged = status if status in ("bad", "warn") else ""
            cells.append(Cell(plain(place.net, 1, signed=True), place.net, flagged))
        else:
            soft = column.key in ("scheduled_agents", "required_agents")
            cells.append(kpi_cell(place.values.get(column.key), soft=soft))
    status = place.status if kind == "group" else ""
    return Line(tuple(cells), kind, "" if status == "none" else status,
                hot=kind == "group" and status == "bad")  # fmt: skip


def _name_cell(ask: Ask, place: Place) -> Cell:
    href = ask.scope_link(place.scope) if place.scope is not None else ""
    sub = ""
    if place.level == "site" and ask.live:
        zone = zone_of(ask.organisation.zone(place.key))
        sub = f"{datetime.fromtimestamp(ask.now, zone):%H:%M}"
    return Cell(place.name, place.name, href=href, sub=sub)


def people_sheet(ask: Ask, people: tuple[Place, ...]) -> Sheet:
    """Teams of the site or agents of the team, least adherent first."""
    word = say("Team") if ask.scope.team is None else say("Agent")
    columns = (
        Col("name", word, text=True, phone=True),
        Col("adherence", say("Adherence"), "%", phone=True),
        Col("shrinkage", say("Shrinkage"), "%"),
        Col("occupancy", say("Occupancy"), "%"),
        Col("contacts_handled", say("Handled"), ""),
        Col("average_handle_time", say("AHT"), "s", phone=True),
    )
    lines = []
    for person in people:
        link = ""
        if person.scope is not None and person.scope.agent is None:
            link = ask.scope_link(person.scope)
        name = Cell(person.name, person.name, href=link)
        cells = (name, *(kpi_cell(person.values.get(c.key)) for c in columns[1:]))
        status = person.values["adherence"].status
        lines.append(Line(cells, "", "" if status == "none" else status))
    return Sheet(f"{word.lower()}s", f"{word}s", columns, tuple(lines), say("least adherent first"))


def _board_panel(ask: Ask, sheet: Sheet, window: Window) -> Any:
    note: Any = sheet.note
    if window.q_from is not None and window.q_to is not None:
        zone = zone_of(ask.zone)
        first = datetime.fromtimestamp(window.q_from * QUARTER_S, zone)
        last = datetime.fromtimestamp(window.q_to * QUARTER_S, zone)
        note = say("{note}, {at:%H:%M} to {at_2:%H:%M}", note=sheet.note, at=first, at_2=last)
    shown = sort_lines(sheet, ask.state.sort)
    return panel(
        sheet.title, table(shown, lambda key: ask.link(sort=key), ask.state.sort), note=note
    )


EXPLAIN = explain_form(SPEC, ("alert_site", FORM), waits=False)
ROOM = PageRoom(
    "desk", SPEC, view, forms=(ALERT, WITHDRAW, DECIDE, REASSIGN, SKILL_STEP, EXPLAIN),
    sign=lambda ask: [
        remedies_sign(ask), insights_sign(ask), reforecast_sign(ask.sources.store)
    ],
    shared=True,
)  # fmt: skip
