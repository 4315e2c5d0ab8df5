"""The coming year of a site: people required by week, those there, the gap, and scenarios of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.pages.forecast_data import Forecasts
from dashboards.parts import html
from dashboards.parts.drawer import opener
from dashboards.parts.numbers import DASH, plain
from dashboards.parts.panel import panel
from dashboards.parts.states import empty
from dashboards.parts.table import Cell, Col, Line, Sheet, figure_cell, table
from dashboards.parts.week_lines import WeekLine, week_lines
from wfm.domain.capacity import CapacityPlan, CapacityWeek
from wfm.domain.errors import WfmError
from wfm.domain.forecast_records import ForecastRecord
from wfm.domain.language import say, say_many
from wfm.domain.scope import Scope
from wfm.queries.forecasts import read_records

GRAIN = "quarter"  # the view of the page that looks further than days
COMPARED = 2


class Year:
    """What the panels of the year show: the plan as it stands, and the scenarios chosen."""

    def __init__(self, given: Forecasts) -> None:
        ask, unit = given.ask, given.site.org_id
        self.given = given
        self.plan: CapacityPlan | None = None
        self.trouble = ""
        self.records: tuple[ForecastRecord, ...] = ()
        self.plans: Mapping[int, CapacityPlan] = {}
        forecaster = ask.sources.forecaster
        if forecaster is None:
            return
        scope = Scope(unit)
        try:
            self.plan = forecaster.capacity(scope, unit, ask.today)
            self.plans = forecaster.scenarios(scope, unit, ask.today)
        except WfmError as error:
            self.trouble = str(error)
        found = read_records(ask.sources.store, scope, unit, ("scenario",))
        self.records = tuple(r for r in reversed(found) if r.undone_at is None)

    @property
    def chosen(self) -> list[int]:
        """Numbers of the scenarios set beside the plan: those asked for, else the newest."""
        held = [one.record_id for one in self.records if one.record_id in self.plans]
        return chosen_of(self.given.ask.state.beside, held)

    @property
    def compared(self) -> list[tuple[str, CapacityPlan]]:
        """The chosen scenarios by name, newest first."""
        chosen = self.chosen
        return [
            (str(one.terms["name"]), self.plans[one.record_id])
            for one in self.records
            if one.record_id in chosen
        ]


def chosen_of(asked: str, held: Sequence[int]) -> list[int]:
    """Numbers of the scenarios to compare: those asked for that are held, else the newest two.

    "3-5" of 7, 5, 3 are 3 and 5; "3-5-7" keeps the last two; "9" of none held is the newest two.
    """
    numbers = [int(part) for part in asked.split("-") if part.isascii() and part.isdigit()]
    known = [number for number in dict.fromkeys(numbers) if number in held]
    return known[-COMPARED:] or list(held[:COMPARED])


def year_of(given: Forecasts) -> Year | None:
    """The year, where the page looks that far."""
    return Year(given) if given.ask.grain == GRAIN else None


def year_panel(year: Year) -> Any:
    """Required people with their band, people there, and each scenario's requirement."""
    given, plan = year.given, year.plan
    ask = given.ask
    title = say("People by week, {name}", name=given.site.name)
    if plan is None or not plan.weeks:
        return panel(
            title, empty(say("No plan of the year"), year.trouble or say("Load contacts first."))
        )
    lines = [
        WeekLine(say("people, full-time equivalents"), [w.effective for w in plan.weeks], "actual"),
        WeekLine(say("required"), [w.required for w in plan.weeks], "required"),
    ]
    keys = [
        ("actual", say("people there")),
        ("required", say("required")),
        ("box-band", say("P10 to P90")),
    ]
    for (name, other), (kind, key) in zip(
        year.compared, (("dotted", "dotted"), ("plan", "plan")), strict=False
    ):
        lines.append(WeekLine(name, [w.required for w in other.weeks], kind))
        keys.append((key, name))
    band = ([w.required_p10 for w in plan.weeks], [w.required_p90 for w in plan.weeks])
    drawn = week_lines(
        plan.weeks[0].first_on, lines, band, ask.look.palette, hire_words(plan),
        narrow=ask.look.narrow, name="forecast-year",
    )  # fmt: skip
    body = [
        html.P(hire_words(plan), className="said-day"),
        drawn,
        _acts(given),
        table(year_sheet(year, 13)),
    ]
    return panel(title, body, note=say("52 weeks, full-time equivalents"), legend_of=keys)


def hire_words(plan: CapacityPlan) -> str:
    """When people are missing first, and by when how many have to begin."""
    if plan.hire is None:
        return say("Nobody is missing in {n} weeks.", n=len(plan.weeks))
    hire = plan.hire
    return say(
        "{heads:g} people are missing from the week of {day.day} {day:%b %Y} "
        "on; to be productive by then they begin by {day_2.day} {day_2:%b %Y}, "
        "decided by {day_3.day} {day_3:%b %Y}.",
        heads=hire.heads,
        day=hire.short_on,
        day_2=hire.start_on,
        day_3=hire.decide_on,
    )


def year_sheet(year: Year, most: int | None = None) -> Sheet:
    """The weeks as rows: contacts, required with band, people, gap and cost."""
    columns = (
        Col("week", say("Week of"), text=True, phone=True),
        Col("contacts", say("Contacts")),
        Col("required", say("Required"), "", say("full-time equivalents"), phone=True),
        Col("p10", "P10"), Col("p90", "P90"),
        Col("heads", say("People")),
        Col("effective", say("Effective"), "", say("new people counted by their ramp"), phone=True),
        Col("gap", say("Gap"), "", say("effective less required"), phone=True),
        Col("cost", say("Cost"), "", say("of the people there")),
    )  # fmt: skip
    weeks: Sequence[CapacityWeek] = year.plan.weeks if year.plan is not None else ()
    priced = year.plan is not None and year.plan.terms.cost_per_hour > 0
    lines = [
        Line(
            (
                Cell(say("{day.day} {day:%b}", day=w.first_on), w.first_on.isoformat()),
                figure_cell(w.contacts, 0), figure_cell(w.required, 1),
                figure_cell(w.required_p10, 1), figure_cell(w.required_p90, 1),
                figure_cell(w.heads, 1), figure_cell(w.effective, 1),
                Cell(plain(w.gap, 1, signed=True), w.gap, "bad" if w.gap <= -0.5 else ""),
                figure_cell(w.cost if priced else None, 0),
            )
        )
        for w in (weeks if most is None else weeks[:most])
    ]  # fmt: skip
    note = (
        ""
        if most is None or len(weeks) <= most
        else say("the first {most} of {n} weeks", most=most, n=len(weeks))
    )
    return Sheet("year", say("People by week"), columns, tuple(lines), note)


def _acts(given: Forecasts) -> Any:
    if not given.may_write:
        return None
    args = {"unit": given.site.org_id}
    return html.Div(
        [
            opener(say("Change the plan"), "capacity", args, small=True),
            opener(say("Add a scenario"), "scenario", args, small=True, primary=True),
        ],
        className="acts wrap",
    )


def scenario_sheet(year: Year) -> Sheet:
    """The year as planned beside the chosen scenarios, measure by measure."""
    named = [(say("As planned"), year.plan)] if year.plan is not None else []
    named += year.compared
    columns = (
        Col("measure", say("Over 52 weeks"), text=True, phone=True),
        *(Col(f"plan{at}", name, phone=at < 2) for at, (name, _) in enumerate(named)),
    )
    plans = [plan for _, plan in named if plan is not None]
    priced = any(plan.terms.cost_per_hour for plan in plans)
    rows: list[tuple[str, list[Cell]]] = [
        (say("Contacts"), [figure_cell(p.contacts, 0) for p in plans]),
        (say("Required, a usual week"), [figure_cell(p.required_mean, 1) for p in plans]),
        (say("Required, the fullest week"), [_week_cell(p.peak, "required") for p in plans]),
        (say("Most missing"), [_week_cell(p.worst, "gap") for p in plans]),
        (say("Shrinkage"), [figure_cell(100 * p.terms.shrinkage, 1) for p in plans]),
        (say("To hire"), [Cell(DASH if p.hire is None else f"{p.hire.heads:g}",
                          None if p.hire is None else p.hire.heads) for p in plans]),
        (say("Decide by"), [_day_cell(p) for p in plans]),
    ]  # fmt: skip
    if priced:
        rows.append(
            (say("Cost of those required"), [figure_cell(p.required_cost, 0) for p in plans])
        )
    lines = tuple(Line((Cell(words, words), *cells)) for words, cells in rows) if plans else ()
    return Sheet(
        "scenarios",
        say("Scenarios compared"),
        columns,
        lines,
        say("required: full-time equivalents"),
    )


def _week_cell(week: CapacityWeek | None, name: str) -> Cell:
    if week is None:
        return Cell(DASH, None)
    value = float(getattr(week, name))
    signed = name == "gap"
    bad = "bad" if signed and value <= -0.5 else ""
    sub = say("{day.day} {day:%b}", day=week.first_on)
    return Cell(plain(value, 1, signed=signed), value, bad, sub=sub)


def _day_cell(plan: CapacityPlan) -> Cell:
    if plan.hire is None:
        return Cell(DASH, None)
    day = plan.hire.decide_on
    return Cell(say("{day.day} {day:%b %Y}", day=day), day.isoformat())


def scenarios_panel(year: Year) -> Any:
    """Scenarios in numbers, with the way to take one back; the chart shows the same."""
    sheet = scenario_sheet(year)
    body: list[Any] = [table(sheet)]
    if not year.records:
        body.append(
            empty(
                say("No scenario yet"), say("Add one: more contacts, longer handling, a campaign.")
            )
        )
    for one in year.records:
        act: Any = None
        if year.given.may_write:
            args = {"unit": year.given.site.org_id, "record": str(one.record_id)}
            title = say("Undo {terms}", terms=one.terms["name"])
            act = opener(say("Undo"), "undo-record", args, small=True, title=title)
        by = year.given.author(one.author)
        body.append(
            html.P(
                [_chip(year, one), " ", scenario_words(one), say(", by {by} ", by=by), act],
                className="third",
            )
        )
    if year.plan is not None:
        body += [html.P(note, className="third") for note in year.plan.notes]
    return panel(sheet.title, body, note=sheet.note)


def _chip(year: Year, one: ForecastRecord) -> Any:
    """The way to set a scenario beside the plan in place of the one chosen first, when not all fit.

    Nothing where all are shown already.
    """
    if len(year.records) <= COMPARED or one.record_id not in year.plans:
        return None
    here = one.record_id in year.chosen
    numbers = year.chosen if here else [*year.chosen, one.record_id]
    link = year.given.ask.link(beside="-".join(str(number) for number in numbers[-COMPARED:]))
    mark = {"aria-current": "true"} if here else {}
    words = say("compared") if here else say("compare")
    return html.A(words, href=link, className="chip", title=str(one.terms["name"]), **mark)


def scenario_words(one: ForecastRecord) -> str:
    """What a scenario changes: "Launch: contacts +10 %, 1 event"."""
    terms = one.terms
    parts = [
        f"{words} {terms[key]:+g} %".replace("-", "\N{MINUS SIGN}")
        for key, words in (("volume_pct", "contacts"), ("aht_pct", say("handle time")))
        if terms[key]
    ]
    if terms["shrinkage_pct"] is not None:
        parts.append(say("shrinkage {terms:g} %", terms=terms["shrinkage_pct"]))
    if terms["events"]:
        count = len(terms["events"])
        parts.append(say_many("{n} event", "{n} events", count))
    return f"{terms['name']}: {', '.join(parts) or say('nothing changed')}"
