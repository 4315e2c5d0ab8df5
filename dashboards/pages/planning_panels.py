"""The left side of the planning page: the week by quarter-hours, its rules, and its sheets."""

from __future__ import annotations

from typing import Any

from dashboards.pages.planning_data import LIVE, Planning
from dashboards.pages.planning_horizon import contacts_ahead, cover_of
from dashboards.parts import html
from dashboards.parts.numbers import DASH, plain
from dashboards.parts.panel import panel
from dashboards.parts.states import empty
from dashboards.parts.table import Cell, Col, Line, Sheet, figure_cell, table
from dashboards.parts.week_cover import DayBars, week_cover
from dashboards.view_state import ViewState
from wfm.domain.grid import days_between
from wfm.domain.language import Said, again, say, say_many
from wfm.domain.plan_measures import DayCover, WeekMeasures
from wfm.domain.scope import Scope
from wfm.queries.planning import week_name
from wfm.web.pages import page_of

LEAST_BAD = 3


def week_panel(given: Planning) -> Any:
    """The week by quarter-hours for the schedule shown, day by day on one scale."""
    ask, shown = given.ask, given.shown
    chips = _schedule_chips(given)
    title = say("Week of {day.day} {day:%B}, {name}", day=given.period.first, name=given.site.name)
    if shown.measures is None:
        return panel(title, [chips, _why_nothing(given)])
    bad_from = bad_agents(shown.measures)
    bars = []
    for day in shown.measures.days:
        a, b = _open_span(day)
        worst, _ = day.worst
        bars.append(
            DayBars(
                say("{day:%a} {day.day}", day=day.day),
                day.over[a:b],
                day.short[a:b],
                given.clock(day.q_from + a),
                given.clock(day.q_from + b),
                say("worst −{worst}", worst=worst) if worst else say("covered"),
                worst >= bad_from,
                ask.link(on=day.day, week=given.week),
                day.day == shown_day(given),
            )
        )
    keys = [
        ("box-over", say("too many")),
        ("box-short", say("too few")),
        ("box-bad", say("short by {bad_from} or more", bad_from=bad_from)),
    ]
    return panel(
        title,
        [chips, week_cover(bars, bad_from), _why_so_many(given)],
        note=say("agents each quarter-hour, one scale"),
        legend_of=keys,
    )


def _why_so_many(given: Planning) -> Any:
    """The way to the day taken apart on the forecast page, for those who may open it."""
    page, day = page_of("forecast"), shown_day(given)
    if page is None or given.ask.who.role not in page.roles:
        return None
    link = ViewState(scope=Scope(given.unit), day=day, on=day).link(page.path)
    words = say("Why so many contacts are forecast for {day:%A} {day.day} {day:%B}", day=day)
    return html.P(html.A(words, href=link), className="third")


def shown_day(given: Planning) -> Any:
    """The day of the timeline: the one asked for if it lies in the week, else the worst one."""
    wanted = given.ask.state.on
    if wanted is not None and given.period.first <= wanted < given.period.end:
        return wanted
    if given.period.first <= given.ask.today < given.period.end:
        return given.ask.today
    if given.shown.measures is None:
        return given.period.first
    return max(given.shown.measures.days, key=lambda day: (day.short_hours, -day.q_from)).day


def bad_agents(measures: WeekMeasures) -> int:
    """From how many missing agents a quarter-hour is red: a quarter of the mean requirement."""
    needed = [n for day in measures.days for n in day.need if n]
    mean = sum(needed) / len(needed) if needed else 0.0
    return max(LEAST_BAD, round(0.25 * mean))


def _open_span(day: DayCover) -> tuple[int, int]:
    busy = [
        at
        for at, values in enumerate(zip(day.need, day.over, day.short, strict=True))
        if any(values)
    ]
    if not busy:
        return 32, min(len(day.need), 80)
    return busy[0] // 4 * 4, min(len(day.need), -(-(busy[-1] + 1) // 4) * 4)


def _schedule_chips(given: Planning) -> Any:
    links = []
    for column in given.columns:
        here = {"aria-current": "true"} if column is given.shown else {}
        css = "chip" + ("" if column.key == LIVE else " is-draft")
        link = given.ask.link(plan=column.key, week=given.week)
        links.append(html.A(column.title, href=link, className=css, **here))
    return html.Div(links, className="chips", role="group", **{"aria-label": say("Schedule shown")})


def _why_nothing(given: Planning) -> Any:
    if given.requirement is None:
        return empty(
            say("No requirement for {week}", week=given.week),
            say("Run forecast and requirement first; the buttons are beside the run panel."),
        )
    return empty(
        say("Nothing is published and no draft is chosen"), say("Solve the week to get a draft.")
    )


def rules_sheet(given: Planning) -> Sheet:
    """The labour rules over all people of the schedule shown, broken ones first."""
    columns = (
        Col("rule", say("Rule"), text=True, phone=True),
        Col("kept", say("Kept by"), text=True, phone=True),
        Col("extreme", say("Nearest to the limit"), text=True),
    )
    measures = given.shown.measures
    lines = []
    for rule in sorted(measures.rules if measures else (), key=lambda r: -r.broken):
        kept = say(
            "{plain} of {plain_2} people",
            plain=plain(rule.people - rule.broken, 0),
            plain_2=plain(rule.people, 0),
        )
        status = "bad" if rule.broken else "good"
        words = (
            say(rule.words[:]),
            kept,
            again(rule.extreme) if isinstance(rule.extreme, Said) else rule.extreme,
        )
        lines.append(Line(tuple(Cell(word, word) for word in words), "", status))
    note = ""
    if measures is not None:
        n = measures.violations_n
        note = (
            say_many("{n} violation of a labour rule", "{n} violations of a labour rule", n)
            if n
            else say("none broken")
        )
    return Sheet(
        "rules",
        say("Rule checker, {title}", title=given.shown.title),
        columns,
        tuple(lines),
        note,
        say("No schedule to check"),
    )


def rules_panel(given: Planning) -> Any:
    """The rule checker: each rule with who keeps it, then the sentences of what is broken."""
    sheet = rules_sheet(given)
    body: list[Any] = [table(sheet)]
    measures = given.shown.measures
    if measures is not None and measures.violations:
        more = measures.violations_n - len(measures.violations[:12])
        rows = [html.Li(words) for words in measures.violations[:12]]
        if more > 0:
            rows.append(html.Li(say("and {more} more", more=more), className="third"))
        body.append(
            html.Details(
                [
                    html.Summary(
                        say(
                            "What is broken, by name ({violations_n})",
                            violations_n=measures.violations_n,
                        )
                    ),
                    html.Ul(rows),
                ],
                className="told",
            )
        )
    return panel(sheet.title, body, note=sheet.note)


def days_sheet(given: Planning) -> Sheet:
    """The horizon as rows: contacts, band, and each site's over and short, day by day."""
    columns = [
        Col("day", say("Day"), text=True, phone=True),
        Col(
            "forecast", say("Forecast"), "", say("contacts of the day, all sites shown"), phone=True
        ),
        Col("p10", "P10"),
        Col("p90", "P90"),
        Col("actual", say("Actual"), "", say("contacts offered"), phone=True),
        Col("year", say("Last year"), "", say("the same weekday 364 days before")),
    ]
    for site in given.sites:
        columns.append(
            Col(
                f"short_{site.unit}",
                say("{name} short", name=site.name),
                "h",
                say("agent-hours missing"),
            )
        )
        columns.append(
            Col(
                f"over_{site.unit}",
                say("{name} over", name=site.name),
                "h",
                say("agent-hours too many"),
            )
        )
    columns.append(Col("calendar", say("Calendar"), text=True))
    total, low, high = contacts_ahead(given)
    lines = []
    for at, day in enumerate(days_between(given.ask.period.first, given.ask.period.end)):
        marks = ", ".join(m.words for m in given.marks if m.first_on <= day <= m.last_on)
        cells = [
            Cell(say("{day:%a} {day.day} {day:%b}", day=day), day.isoformat()),
            figure_cell(total[at], 0), figure_cell(low[at], 0), figure_cell(high[at], 0),
            figure_cell(given.actual.get(day) if day < given.ask.today else None, 0),
            figure_cell(given.last_year.get(day), 0),
        ]  # fmt: skip
        for site in given.sites:
            found = cover_of(site, week_name(day), day)
            cells.append(figure_cell(None if found is None else found.short_hours, 1))
            cells.append(figure_cell(None if found is None else found.over_hours, 1))
        cells.append(Cell(marks or DASH, marks))
        lines.append(Line(tuple(cells)))
    return Sheet(
        "days", say("Days"), tuple(columns), tuple(lines), say("forecast, cover and calendar")
    )


def quarters_sheet(given: Planning) -> Sheet:
    """The week of the schedule shown as rows of quarter-hours with a requirement."""
    columns = (
        Col("at", say("Quarter-hour"), text=True, phone=True),
        Col("need", say("Required"), "", say("whole agents on queue"), phone=True),
        Col("short", say("Short"), "", say("agents missing"), phone=True),
        Col("over", say("Over"), "", say("agents too many"), phone=True),
    )
    lines = []
    measures = given.shown.measures
    for day in measures.days if measures else ():
        for at, (need, short, over) in enumerate(zip(day.need, day.short, day.over, strict=True)):
            if need or over:
                words = say(
                    "{day:%a} {day.day} {day:%b} {clock}",
                    day=day.day,
                    clock=given.clock(day.q_from + at),
                )
                figures = (figure_cell(n, 0) for n in (need, short, over))
                when = f"{day.day.isoformat()} {given.clock(day.q_from + at)}"
                lines.append(Line((Cell(words, when), *figures)))
    title = say(
        "Quarter-hours, {name}, {week}, {title}",
        name=given.site.name,
        week=given.week,
        title=given.shown.title,
    )
    return Sheet("quarters", title, columns, tuple(lines), "", say("No requirement for this week"))
