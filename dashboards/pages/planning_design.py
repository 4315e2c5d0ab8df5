"""Shift design on the planning page: today's people beside the cheapest mix of contracts."""

from __future__ import annotations

from typing import Any

from dashboards.forms import FieldError, FormAsk, FormRoom
from dashboards.pages.planning_data import Planning
from dashboards.pages.planning_forms import unit_scope
from dashboards.parts import html
from dashboards.parts.drawer import Drawer, opener
from dashboards.parts.form import Field, Form
from dashboards.parts.numbers import plain
from dashboards.parts.panel import panel
from dashboards.parts.states import empty
from dashboards.parts.table import Cell, Col, Line, Sheet, table
from wfm.actions.jobs import ask_job
from wfm.domain.language import say, to_say
from wfm.domain.scope import Scope
from wfm.queries.planning import read_newest_job

LIMITS = {
    "weeks": (to_say("Weeks"), 1, 26),
    "wage": (to_say("Wage"), 1, 1000),
    "missing": (to_say("Missing hour"), 1, 5000),
    "kinds": (to_say("Different shifts"), 1, 40),
}


def design_sheet(given: Planning) -> Sheet:
    """The newest design of the site: today's people, the best mix, the best with few shifts."""
    columns = (
        Col("name", say("Mix"), text=True, phone=True),
        Col("people", say("People"), text=True, phone=True),
        Col("cost", say("Cost a week"), "", say("wages and missing hours"), phone=True),
        Col("wages", say("Wages")),
        Col("missing", say("Missing"), "h", say("agent-hours a week without anybody")),
        Col("idle", say("Idle"), "h", say("agent-hours a week above the requirement")),
        Col("kinds", say("Shifts"), "", say("different starts and lengths")),
    )
    result = _result(given)
    lines = []
    for one in result.get("designs", ()):
        people = ", ".join(f"{n} {name}" for name, n in one["heads"].items() if n) or "nobody"
        lines.append(
            Line(
                (
                    Cell(str(one["name"]).capitalize(), one["name"]),
                    Cell(people, people),
                    Cell(plain(one["cost"], 0), one["cost"]),
                    Cell(plain(one["wages"], 0), one["wages"]),
                    Cell(plain(one["missing_hours"], 0), one["missing_hours"]),
                    Cell(plain(one["idle_hours"], 0), one["idle_hours"]),
                    Cell(plain(one["kinds"], 0), one["kinds"]),
                )
            )
        )
    weeks = result.get("weeks") or ()
    note = ""
    if weeks:
        span = (
            weeks[0]
            if len(weeks) == 1
            else say("{weeks} to {weeks_2}", weeks=weeks[0], weeks_2=weeks[-1])
        )
        note = say(
            "{span}; an hour {plain}, a missing one {plain_2}",
            span=span,
            plain=plain(result["wage"], 0),
            plain_2=plain(result["missing"], 0),
        )
    return Sheet(
        "design",
        say("What would serve {name} best", name=given.site.name),
        columns,
        tuple(lines),
        note,
        say("No design of this site yet"),
    )


def design_panel(given: Planning) -> Any:
    """The designs, the shifts of the last one, and the way to ask for another."""
    sheet = design_sheet(given)
    ask = opener(
        say("Design shifts"),
        "design",
        {"unit": given.unit, "week": given.week},
        small=True,
        title=say("Lengths, starts and contracts for the coming weeks"),
    )
    if not sheet.lines:
        words = say("Which lengths and starts, and how many of which contract, would cost least?")
        body: list[Any] = [empty(sheet.why_empty, words)]
    else:
        result = _result(given)
        body = [table(sheet), _uses(result["designs"][-1])]
        body += [html.P(words, className="third") for words in result.get("notes", ())]
    body.append(html.Div([ask], className="acts wrap"))
    return panel(sheet.title, body, note=sheet.note)


def _uses(design: dict[str, Any]) -> Any:
    """The shifts of a design in words: "full: 09:00 for 8.5 h, 35 a week"."""
    rows = []
    for use in design["uses"][:8]:
        hours, minutes = divmod(use["start"] * 15, 60)
        rows.append(
            html.Li(
                say(
                    "{use}: {hours:02d}:{minutes:02d} for {use_2:g} h, {plain} a week",
                    use=use["contract"],
                    hours=hours,
                    minutes=minutes,
                    use_2=use["length"] / 4,
                    plain=plain(use["per_week"], 0),
                )
            )
        )
    return html.Details(
        [html.Summary(say("Shifts of the {design}", design=design["name"])), html.Ul(rows)],
        className="told",
    )


def _result(given: Planning) -> dict[str, Any]:
    job = read_newest_job(given.ask.sources.store, Scope(given.unit), "design")
    return dict(job.result or {}) if job is not None and job.state == "done" else {}


def show_design(ask: FormAsk) -> Drawer:
    """The prices and limits of a design."""
    fields = (
        Field(
            "weeks",
            say("Weeks from the one shown on"),
            "number",
            ask.value("weeks", "13"),
            least=1,
            most=26,
            step=1,
            half=True,
        ),
        Field(
            "kinds",
            say("Different shifts, at most"),
            "number",
            ask.value("kinds", "8"),
            least=1,
            most=40,
            step=1,
            half=True,
        ),
        Field(
            "wage",
            say("A paid hour costs"),
            "number",
            ask.value("wage", "20"),
            least=1,
            most=1000,
            step=0.5,
            half=True,
            hint=say("The policy's wage of a contract goes before it"),
        ),
        Field(
            "missing",
            say("A missing hour costs"),
            "number",
            ask.value("missing", "60"),
            least=1,
            most=5000,
            step=1,
            half=True,
        ),
    )
    return Drawer(
        say("Design shifts"),
        say(
            "Compares the people there are with the cheapest mix of their "
            "contracts; it changes nothing."
        ),
        form=Form(
            "design",
            fields,
            say("Work it out"),
            {"unit": ask.value("unit"), "week": ask.value("week")},
            ask.errors,
            ask.trouble,
            True,
            key=ask.key,
        ),
    )


def send_design(ask: FormAsk) -> Drawer:
    """The design asked for as a job."""
    found, errors = dict[str, float](), dict[str, str]()
    for name, (label, least, most) in LIMITS.items():
        try:
            found[name] = ask.number(name, label)
        except FieldError as wrong:
            errors |= wrong.errors
            continue
        if not least <= found[name] <= most:
            errors[name] = say(
                "{label} is {value}; choose {least} to {most}.",
                label=label,
                value=ask.value(name),
                least=least,
                most=most,
            )
    if errors:
        raise FieldError(errors)
    job_id = ask_job(
        ask.sources.store, ask.sources.clock, "design",
        {"unit": ask.value("unit"), "week": ask.value("week"), "weeks": int(found["weeks"]),
         "kinds": int(found["kinds"]), "wage": found["wage"], "missing": found["missing"]},
        actor=ask.who.user_key, actor_role=ask.who.role.value, scope=ask.scope,
        request_key=ask.key,
    )  # fmt: skip
    return Drawer(
        say("Design shifts"),
        done=say("Job {job_id} is asked for; the page follows it.", job_id=job_id),
    )


FORMS = (FormRoom("design", "schedule.solve", unit_scope, show_design, send_design),)
