"""Shift design on the planning page: today's people beside the cheapest mix of contracts."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboards.forms import FieldError, FormAsk, FormRoom
from dashboards.pages.planning_data import Planning
from dashboards.pages.planning_forms import unit_scope
from dashboards.parts.drawer import Drawer, opener
from dashboards.parts.form import Field, Form
from dashboards.parts.numbers import plain
from dashboards.parts.panel import panel
from dashboards.parts.states import empty
from dashboards.parts.table import Cell, Col, Line, Sheet, table
from wfm.actions.jobs import ask_job
from wfm.domain.scope import Scope
from wfm.queries.planning import read_newest_job

LIMITS = {
    "weeks": ("Weeks", 1, 26),
    "wage": ("Wage", 1, 1000),
    "missing": ("Missing hour", 1, 5000),
    "kinds": ("Different shifts", 1, 40),
}


def design_sheet(given: Planning) -> Sheet:
    """The newest design of the site: today's people, the best mix, the best with few shifts."""
    columns = (
        Col("name", "Mix", text=True, phone=True),
        Col("people", "People", text=True, phone=True),
        Col("cost", "Cost a week", "", "wages and missing hours", phone=True),
        Col("wages", "Wages"),
        Col("missing", "Missing", "h", "agent-hours a week without anybody"),
        Col("idle", "Idle", "h", "agent-hours a week above the requirement"),
        Col("kinds", "Shifts", "", "different starts and lengths"),
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
        span = weeks[0] if len(weeks) == 1 else f"{weeks[0]} to {weeks[-1]}"
        note = (
            f"{span}; an hour {plain(result['wage'], 0)}, a missing one "
            f"{plain(result['missing'], 0)}"
        )
    return Sheet("design", f"What would serve {given.site.name} best", columns, tuple(lines), note,
                 "No design of this site yet")  # fmt: skip


def design_panel(given: Planning) -> Any:
    """The designs, the shifts of the last one, and the way to ask for another."""
    sheet = design_sheet(given)
    ask = opener("Design shifts", "design", {"unit": given.unit, "week": given.week}, small=True,
                 title="Lengths, starts and contracts for the coming weeks")  # fmt: skip
    if not sheet.lines:
        words = "Which lengths and starts, and how many of which contract, would cost least?"
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
                f"{use['contract']}: {hours:02d}:{minutes:02d} for {use['length'] / 4:g} h, "
                f"{plain(use['per_week'], 0)} a week"
            )
        )
    return html.Details(
        [html.Summary(f"Shifts of the {design['name']}"), html.Ul(rows)], className="told"
    )


def _result(given: Planning) -> dict[str, Any]:
    job = read_newest_job(given.ask.sources.store, Scope(given.unit), "design")
    return dict(job.result or {}) if job is not None and job.state == "done" else {}


def show_design(ask: FormAsk) -> Drawer:
    """The prices and limits of a design."""
    fields = (
        Field("weeks", "Weeks from the one shown on", "number", ask.value("weeks", "13"), least=1,
              most=26, step=1, half=True),
        Field("kinds", "Different shifts, at most", "number", ask.value("kinds", "8"), least=1,
              most=40, step=1, half=True),
        Field("wage", "A paid hour costs", "number", ask.value("wage", "20"), least=1, most=1000,
              step=0.5, half=True, hint="The policy's wage of a contract goes before it"),
        Field("missing", "A missing hour costs", "number", ask.value("missing", "60"), least=1,
              most=5000, step=1, half=True),
    )  # fmt: skip
    return Drawer(
        "Design shifts",
        "Compares the people there are with the cheapest mix of their contracts; it changes "
        "nothing.",
        form=Form("design", fields, "Work it out",
                  {"unit": ask.value("unit"), "week": ask.value("week")}, ask.errors, ask.trouble,
                  True, key=ask.key),
    )  # fmt: skip


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
            errors[name] = f"{label} is {ask.value(name)}; choose {least} to {most}."
    if errors:
        raise FieldError(errors)
    job_id = ask_job(
        ask.sources.store, ask.sources.clock, "design",
        {"unit": ask.value("unit"), "week": ask.value("week"), "weeks": int(found["weeks"]),
         "kinds": int(found["kinds"]), "wage": found["wage"], "missing": found["missing"]},
        actor=ask.who.user_key, actor_role=ask.who.role.value, scope=ask.scope,
        request_key=ask.key,
    )  # fmt: skip
    return Drawer("Design shifts", done=f"Job {job_id} is asked for; the page follows it.")


FORMS = (FormRoom("design", "schedule.solve", unit_scope, show_design, send_design),)
