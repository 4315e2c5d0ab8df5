"""The left side of the forecast page: days with their band, and one day taken apart."""

from __future__ import annotations

from typing import Any

from dashboards.pages.forecast_data import Forecasts
from dashboards.parts import html
from dashboards.parts.drawer import opener
from dashboards.parts.horizon import DayMark, Horizon, horizon
from dashboards.parts.numbers import DASH, plain
from dashboards.parts.panel import panel
from dashboards.parts.states import empty
from dashboards.parts.table import Cell, Col, Line, Sheet, figure_cell, table
from dashboards.parts.waterfall import Part, Waterfall, waterfall
from wfm.domain.forecast_days import PARTS, WORDS, DayParts, day_sentence, shown_contacts
from wfm.domain.grid import days_between
from wfm.domain.language import say, say_many, to_say
from wfm.domain.scope import Scope

TOP = 196
WIDE_DAYS, NARROW_DAYS = 35, 10  # so many links of a day are wide enough to be hit
HEADS = {
    "level": to_say("usual"), "weekday": to_say("weekday"), "season": to_say("season"),
    "holiday": to_say("holiday"), "event": to_say("event"), "override": to_say("override"),
}  # fmt: skip


def site_chips(given: Forecasts) -> Any:
    """The sites to look at; one alone needs no choice."""
    if len(given.sites) < 2:
        return None
    links = []
    for site in given.sites:
        here = {"aria-current": "true"} if site.org_id == given.site.org_id else {}
        link = given.ask.scope_link(Scope(site.org_id), on=None)
        links.append(html.A(site.name, href=link, className="chip", **here))
    return html.Div(links, className="chips", role="group", **{"aria-label": say("Site")})


def days_panel(given: Forecasts) -> Any:
    """Contacts a day: forecast with its band, the model where it was corrected, what came."""
    ask, period = given.ask, given.ask.period
    title = say("Contacts a day, {name}", name=given.site.name)
    chips = site_chips(given)
    head = [chips] if chips is not None else []
    if not given.days:
        words = say("Forecast this site: it learns from the contacts that are loaded.")
        return panel(
            title, [*head, empty(say("No forecast touches these days"), words), _acts(given)]
        )
    days = days_between(period.first, period.end)
    begun = max(0, min(period.days, (ask.today - period.first).days))
    parts = [given.days.get(day) for day in days]
    bands = [given.bands.get(day) for day in days]
    corrected = any(p is not None and p.override for p in parts)
    shape = Horizon(
        period.first,
        period.days,
        [None if p is None else p.total / 1000 for p in parts],
        [None if b is None else b[0] for b in bands],
        [None if b is None else b[1] for b in bands],
        [given.last_year.get(day) for day in days],
        [given.actual.get(day) if at < begun else None for at, day in enumerate(days)],
        say("Forecast"),
        _error(given),
        (),
        [
            DayMark(
                max(0, (mark.first_on - period.first).days),
                min(period.days - 1, (mark.last_on - period.first).days),
                mark.words,
            )
            for mark in given.marks
        ],
        None,
        begun + 0.0 if period.first <= ask.today < period.end else None,
        model=[
            None if p is None or not p.override else (p.total - p.override) / 1000 for p in parts
        ]
        if corrected
        else (),
        top=TOP,
        links=_links(given),
    )
    keys = [("forecast", say("forecast"))]
    if any(bands):
        keys.append(("box-band", say("P10 to P90")))
    if corrected:
        keys.append(("dotted", say("model alone")))
    if any(v is not None for v in shape.actual):
        keys.insert(0, ("actual", say("came")))
    if given.last_year:
        keys.append(("plan", say("last year")))
    body = [
        *head,
        horizon(shape, ask.look.palette, narrow=ask.look.narrow, name="forecast-days"),
        _acts(given),
    ]
    return panel(title, body, note=_version_words(given), legend_of=keys)


def _links(given: Forecasts) -> list[tuple[str, str, bool]]:
    """A link to each day's explanation; a whole quarter has no room for them."""
    period = given.ask.period
    if period.days > (NARROW_DAYS if given.ask.look.narrow else WIDE_DAYS):
        return []
    return [
        (
            str(day.day),
            given.ask.link(on=day),
            day == given.on,
        )
        for day in days_between(period.first, period.end)
    ]


def _error(given: Forecasts) -> str:
    newest = given.newest
    error = newest.summary.get("past_day_wape") if newest is not None else None
    return (
        say("no error yet")
        if error is None
        else say("{plain} % error a day", plain=plain(error, 1))
    )


def _version_words(given: Forecasts) -> str:
    newest = given.newest
    if newest is None:
        return ""
    words = say(
        "forecast {fc_version} of {local}",
        fc_version=newest.fc_version,
        local=given.local(newest.created_at),
    )
    if newest.base_version is not None:
        n = len(newest.overrides)
        words += say_many(
            ", {n} override on forecast {base_version}",
            ", {n} overrides on forecast {base_version}",
            n,
            base_version=newest.base_version,
        )
    return words


def _acts(given: Forecasts) -> Any:
    if not given.may_write:
        return None
    args = {"unit": given.site.org_id, "on": given.on.isoformat() if given.on else ""}
    none = "" if given.days else say("Forecast first")
    return html.Div(
        [
            opener(say("Forecast again"), "forecast-again", args, small=True, key="f"),
            opener(say("Override"), "override", args, small=True, primary=True, key="o", off=none),
            opener(say("Add event"), "event", args, small=True, key="a"),
            opener(say("Leave a day out"), "leave-out", args, small=True),
        ],
        className="acts wrap",
    )


def day_panel(given: Forecasts) -> Any:
    """One day as steps that sum exactly, its sentence, and each queue's share."""
    day = given.on
    if day is None:
        return panel(
            say("A day explained"), empty(say("No day to explain"), say("Forecast first."))
        )
    parts = given.days[day]
    sheet = day_sheet(given)
    body = [
        html.P(day_sentence(day, parts), className="said-day"),
        waterfall(
            _steps(parts),
            given.ask.look.palette,
            narrow=given.ask.look.narrow,
            name="forecast-day",
        ),
        table(sheet),
    ]
    note = say("every part is counted; they sum to the total exactly")
    return panel(say("Why {day:%A} {day.day} {day:%B}", day=day), body, note=note, name="day")


def _steps(parts: DayParts) -> Waterfall:
    values = dict(zip(PARTS, parts.values(), strict=True))
    steps = [
        Part(say(WORDS[name][:]), values[name] / 1000)
        for name in PARTS[1:]
        if values[name] or name in ("weekday", "season")
    ]
    return Waterfall(
        (say(WORDS["level"][:]), values["level"] / 1000),
        tuple(steps),
        (say("forecast"), parts.total / 1000),
    )


def day_sheet(given: Forecasts) -> Sheet:
    """The day's parts by queue, and their sum."""
    columns = [Col("queue", say("Queue"), text=True, phone=True)]
    columns += [Col(name, HEADS[name], "", WORDS[name]) for name in PARTS]
    columns.append(Col("total", say("Forecast"), phone=True))
    columns += [Col("p10", "P10"), Col("p90", "P90")]
    lines = []
    mine = [one for one in given.queue_days if one.day == given.on]
    for one in sorted(mine, key=lambda q: -q.parts.total):
        shown = shown_contacts(one.parts)
        cells = [Cell(given.queue_name(one.queue_id), one.queue_id)]
        cells += [
            Cell(plain(value, 0, signed=at > 0), exact / 1000, soft=at > 0 and not value)
            for at, (value, exact) in enumerate(zip(shown, one.parts.values(), strict=True))
        ]
        cells.append(Cell(plain(sum(shown), 0), one.parts.total / 1000))
        cells += [figure_cell(None if p is None else p / 1000, 0) for p in (one.p10_m, one.p90_m)]
        lines.append(Line(tuple(cells)))
    if len(lines) > 1 and given.on is not None:
        parts = given.days[given.on]
        band = given.bands.get(given.on)
        cells = [Cell(say("All queues"), "")]
        cells += [
            Cell(plain(value, 0, signed=at > 0), exact / 1000)
            for at, (value, exact) in enumerate(
                zip(shown_contacts(parts), parts.values(), strict=True)
            )
        ]
        cells.append(Cell(plain(sum(shown_contacts(parts)), 0), parts.total / 1000))
        cells += [figure_cell(None if band is None else band[at], 0) for at in (0, 1)]
        lines.append(Line(tuple(cells), "total"))
    title = (
        say("A day by queue")
        if given.on is None
        else say("{day:%a} {day.day} by queue", day=given.on)
    )
    return Sheet("day", title, tuple(columns), tuple(lines), say("contacts"))


def days_sheet(given: Forecasts) -> Sheet:
    """The days as rows: forecast, band, model alone, parts, what came."""
    columns = [
        Col("day", say("Day"), text=True, phone=True),
        Col("forecast", say("Forecast"), phone=True),
        Col("p10", "P10"), Col("p90", "P90"),
        Col("actual", say("Came"), "", say("contacts offered"), phone=True),
        Col("error", say("Error"), "%", say("forecast less what came, of what came")),
        *(Col(name, HEADS[name], "", WORDS[name]) for name in PARTS),
        Col("calendar", say("Calendar"), text=True),
    ]  # fmt: skip
    lines = []
    for day in days_between(given.ask.period.first, given.ask.period.end):
        parts, band = given.days.get(day), given.bands.get(day)
        came = given.actual.get(day) if day < given.ask.today else None
        total = None if parts is None else parts.total / 1000
        error = 100 * (total - came) / came if total is not None and came else None
        marks = ", ".join(m.words for m in given.marks if m.first_on <= day <= m.last_on)
        cells = [
            Cell(
                say("{day:%a} {day.day} {day:%b}", day=day),
                day.isoformat(),
                href=given.ask.link(on=day),
            ),
            figure_cell(total, 0),
            figure_cell(None if band is None else band[0], 0),
            figure_cell(None if band is None else band[1], 0),
            figure_cell(came, 0),
            figure_cell(error, 1, signed=True),
        ]
        shown = shown_contacts(parts) if parts is not None else (None,) * len(PARTS)
        exact = parts.values() if parts is not None else (None,) * len(PARTS)
        for at, (value, raw) in enumerate(zip(shown, exact, strict=True)):
            text = plain(value, 0, signed=at > 0)
            cells.append(Cell(text, None if raw is None else raw / 1000))
        cells.append(Cell(marks or DASH, marks))
        lines.append(Line(tuple(cells)))
    return Sheet("days", say("Days"), tuple(columns), tuple(lines), given.site.name)
