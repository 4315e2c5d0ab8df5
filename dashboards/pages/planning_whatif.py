"""What if: one agent more or fewer, other volume, handle time or target, and what a point costs.

The panel shows each group's busiest quarter-hour of the week; its button opens sliders. The
mathematics come from the planner that the composition root hands in; nothing is written.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from dashboards.forms import FieldError, FormAsk, FormRoom, Values
from dashboards.pages.planning_data import Planning
from dashboards.parts import html
from dashboards.parts.curve import numbers
from dashboards.parts.drawer import Drawer, facts, opener
from dashboards.parts.form import Field, Form
from dashboards.parts.numbers import DASH, plain
from dashboards.parts.panel import panel
from dashboards.parts.table import Cell, Col, Line, Sheet, figure_cell, table
from kpis.catalogue.load import CATALOGUE
from wfm.domain.errors import BadInput
from wfm.domain.grid import zone_of
from wfm.domain.language import Said, again, joined, listed, say, typed_number
from wfm.domain.scope import Scope
from wfm.domain.service_level import SL_KPI, SlDefinition
from wfm.domain.what_if import GroupStaffing, StaffingCase, StaffingPoint, WhatIf
from wfm.queries.organisation import read_organisation

MOST_AGENTS, MOST_AHT, MOST_RATE = 2_000, 7_200, 100_000.0
LEAST_TARGET, MOST_TARGET = 30, 99


def whatif_sheet(given: Planning) -> Sheet:
    """Each group's busiest quarter-hour with one agent fewer and more, and the price of a point."""
    columns = (
        Col("group", say("Group"), text=True, phone=True),
        Col("at", say("Busiest"), text=True),
        Col(
            "rate",
            say("Contacts"),
            "/h",
            say("in hand: they follow arrivals by about a handle time"),
            more=True,
        ),
        Col("aht", say("Handle time"), "s", more=True),
        Col(
            "agents",
            say("Needed"),
            "",
            say("fewest whole agents on queue that reach the target"),
            phone=True,
        ),
        Col("fewer", say("One fewer"), "%", say("service level with one agent less")),
        Col("here", say("Level"), "%", say("service level with the agents needed"), phone=True),
        Col("more", say("One more"), "%", say("service level with one agent more")),
        Col(
            "hours",
            say("Week needs"),
            "h",
            say("agent-hours on queue, fractional, before absence"),
            more=True,
        ),
        Col(
            "point",
            say("A point costs"),
            "h",
            say("agent-hours of the week for one more point of service level"),
            phone=True,
        ),
        Col("try", "", text=True, phone=True),
    )
    lines = tuple(_line(given, one) for one in _groups(given))
    return Sheet(
        "whatif",
        say("What if, {name}, {week_words}", name=given.site.name, week_words=given.week_words),
        columns,
        lines,
        say("busiest quarter-hour of each group, people on queue"),
        say("No requirement for this week: work it out first"),
    )


def whatif_panel(given: Planning) -> Any:
    """The sheet with a button for sliders in each row."""
    sheet = whatif_sheet(given)
    named = sorted({_level_name(one.answer.case.sl_definition) for one in _groups(given)})
    notes = [
        joined(": ", (one.group, again(one.note) if isinstance(one.note, Said) else one.note))
        for one in _groups(given)
        if one.note
    ]
    body: list[Any] = [table(sheet)]
    if named:
        words = say(
            "Level: {named}, as each queue defines it. {notes}",
            named=listed(named),
            notes=joined("; ", notes),
        )
        body.append(html.P(words.strip(), className="under-table"))
    return panel(sheet.title, body, note=sheet.note)


def _groups(given: Planning) -> tuple[GroupStaffing, ...]:
    planner = given.ask.sources.planner
    found: tuple[GroupStaffing, ...] = planner.staffing(Scope(given.unit), given.unit, given.week)
    return found


def _line(given: Planning, one: GroupStaffing) -> Line:
    answer = one.answer
    case, n = answer.case, answer.agents
    button = opener(
        say("Try"),
        "whatif",
        {"unit": given.unit, "week": given.week, "group": one.group},
        small=True,
        key=f"w-{one.group}",
        title=say("Other agents, volume, handle time or target for {group}", group=one.group),
    )
    at = f"{_day(case.q, given.site.zone)} {given.clock(case.q)}"
    return Line(
        (
            Cell(one.group, one.group),
            Cell(at, case.q),
            figure_cell(case.contacts_per_hour, 0),
            figure_cell(case.aht_s, 0),
            figure_cell(n, 0),
            _level_cell(answer.at(n - 1)),
            _level_cell(answer.at(n)),
            _level_cell(answer.at(n + 1)),
            figure_cell(one.hours, 0),
            figure_cell(one.point_hours, 1),
            Cell("", None, node=button),
        )
    )


def _level_cell(point: StaffingPoint | None) -> Cell:
    return figure_cell(None if point is None or point.sl is None else 100 * point.sl, 1)


def _day(q: int, zone: str) -> str:
    return say("{day:%a}", day=datetime.fromtimestamp(q * 900, zone_of(zone)))


def _level_name(definition: SlDefinition) -> str:
    return say(CATALOGUE[SL_KPI[definition]].name)


def unit_scope(values: Values) -> Scope:
    """The site the question is about."""
    return Scope(values.get("unit") or None)


def show_whatif(ask: FormAsk) -> Drawer:
    """The drawer as it opens, or as it is after a value that cannot be."""
    case = _case(ask)
    asked = ask.sources.planner.what_if(case)
    return _drawn(ask, case, case, asked, asked.required, "")


def send_whatif(ask: FormAsk) -> Drawer:
    """The drawer with the answer for the values of the sliders."""
    base = _case(ask)
    agents = _whole(ask, "agents", say("Agents"), 0, MOST_AGENTS)
    volume = _whole(ask, "volume", say("Contacts"), 1, 500)
    aht = _whole(ask, "aht", say("Handle time"), 1, MOST_AHT)
    target = _whole(ask, "target", say("Target"), 1, 99)
    cost = ask.value("cost")
    if cost and not 0 <= ask.number("cost", "Cost") <= 1e6:
        raise FieldError({"cost": say("Give what an agent-hour costs, from 0 to 1,000,000.")})
    case = replace(
        base,
        contacts_per_hour=min(base.contacts_per_hour * volume / 100, MOST_RATE),
        aht_s=float(aht),
        target=target / 100,
    )
    answer = ask.sources.planner.what_if(case, agents)
    return _drawn(ask, base, case, answer, agents, cost, volume)


def _case(ask: FormAsk) -> StaffingCase:
    unit, week, group = ask.value("unit"), ask.value("week"), ask.value("group")
    groups: tuple[GroupStaffing, ...] = ()
    if unit:
        groups = ask.sources.planner.staffing(ask.scope, unit, week)
    found = next((one for one in groups if one.group == group), None)
    if found is None:
        raise BadInput(
            say("The group has no requirement in this week any more; load the page again.")
        )
    return found.answer.case


def _whole(ask: FormAsk, name: str, label: str, least: int, most: int) -> int:
    value = ask.number(name, label)
    if not least <= value <= most:
        raise FieldError(
            {
                name: say(
                    "{label}: give a number from {least} to {most:,}.",
                    label=label,
                    least=least,
                    most=most,
                )
            }
        )
    return round(value)


def _drawn(
    ask: FormAsk, base: StaffingCase, case: StaffingCase, answer: WhatIf, agents: int, cost: str,
    volume: int = 100,
) -> Drawer:  # fmt: skip
    zone = read_organisation(ask.sources.store, ask.scope).zone(str(ask.scope.site))
    at = say("{at:%a %d %b %H:%M}", at=datetime.fromtimestamp(case.q * 900, zone_of(zone)))
    patience = (
        say("nobody hangs up")
        if case.patience_s is None
        else say("patience {patience_s:.0f} s", patience_s=case.patience_s)
    )
    most = max(2 * answer.required + 4, agents, 10)
    price = typed_number(cost) if cost else None
    form = Form(
        name="whatif",
        fields=(
            Field(
                "agents",
                say("Agents on queue"),
                "range",
                str(agents),
                least=0,
                most=min(most, MOST_AGENTS),
                step=1,
            ),
            Field(
                "volume",
                say("Contacts, of the forecast"),
                "range",
                str(volume),
                unit="%",
                least=50,
                most=200,
                step=1,
            ),
            Field(
                "aht",
                say("Handle time"),
                "range",
                str(round(case.aht_s)),
                unit="s",
                least=max(1, round(base.aht_s / 2)),
                most=min(MOST_AHT, round(base.aht_s * 2)),
                step=1,
            ),
            Field(
                "target",
                say("Target"),
                "range",
                str(round(100 * case.target)),
                unit="%",
                least=LEAST_TARGET,
                most=MOST_TARGET,
                step=1,
            ),
            Field(
                "cost",
                say("Cost of an agent-hour"),
                "number",
                cost,
                hint=say("Empty: costs in hours"),
                least=0,
                step=0.01,
            ),
        ),
        submit=say("Work out"),
        args={"unit": ask.value("unit"), "week": ask.value("week"), "group": base.group},
        live=True,
        key=ask.key,
    )
    return Drawer(
        say("What if: {group}", group=base.group),
        say(
            "{at}, {plain} contacts an hour in hand; {level} in {target_s:.0f} s, "
            "{patience}. Nothing is written.",
            at=at,
            plain=plain(case.contacts_per_hour, 0),
            level=_level_name(case.sl_definition),
            target_s=case.target_s,
            patience=patience,
        ),
        (_answer(answer, price), _neighbours(answer, price), _price(answer, price)),
        form.told(ask.errors, ask.trouble),
    )


def _answer(answer: WhatIf, price: float | None) -> Any:
    here = answer.at(answer.agents)
    level = say("level, for {target:.0f} %", target=100 * answer.case.target)
    cells = [
        (_percent(here.sl if here else None), level),
        (_percent(here.p_abandon if here else None), say("hang up")),
        (_percent(here.occupancy if here else None), "occupancy"),
        (
            _cost(answer.agents, price),
            say("paid an hour") if price is None else say("cost an hour"),
        ),
    ]
    return numbers(cells)


def _neighbours(answer: WhatIf, price: float | None) -> Any:
    columns = (
        Col("agents", say("Agents"), text=True, phone=True),
        Col("level", say("Level"), "%", phone=True),
        Col("lost", say("Hang up"), "%", phone=True),
        Col("busy", say("Busy"), "%", "occupancy", phone=True),
        Col("wait", say("Wait"), "s", say("mean wait of answered contacts")),
        *(() if price is None else (Col("cost", say("Cost"), "/h"),)),
    )
    lines = []
    for point in answer.points:
        if abs(point.agents - answer.agents) > 1:
            continue
        words = {-1: say("one fewer"), 0: say("as set"), 1: say("one more")}[
            point.agents - answer.agents
        ]
        short = point.sl is None or point.sl < answer.case.target
        lines.append(
            Line(
                (
                    Cell(f"{plain(point.agents, 0)}", point.agents, sub=words),
                    figure_cell(None if point.sl is None else 100 * point.sl, 1),
                    figure_cell(100 * point.p_abandon, 1),
                    figure_cell(100 * point.occupancy, 1),
                    figure_cell(point.asa_s, 1),
                    *(() if price is None else (figure_cell(point.agents * price, 2),)),
                ),
                status="bad" if short else "good",
            )
        )
    return table(Sheet("whatif-points", say("One fewer, one more"), columns, tuple(lines)))


def _price(answer: WhatIf, price: float | None) -> Any:
    over = answer.agents - answer.required
    more = say("more than needed") if over > 0 else say("missing")
    spare = f"{plain(abs(over), 0)} {more}" if over else say("as set")
    rows = [(say("Fewest that reach the target"), f"{plain(answer.required, 0)} ({spare})")]
    if answer.point_agents is None:
        rows.append((say("One more point"), say("none: the target cannot rise further")))
    else:
        words = say("{point_agents:.2f} of an agent", point_agents=answer.point_agents)
        if price is not None:
            words += say(", {plain} an hour", plain=plain(answer.point_agents * price, 2))
        rows.append(
            (
                say(
                    "From {target:.0f} to {target_2:.0f} %",
                    target=100 * answer.case.target,
                    target_2=100 * answer.case.target + 1,
                ),
                words,
            )
        )
    return facts(rows)


def _percent(share: float | None) -> str:
    return DASH if share is None else f"{plain(100 * share, 1)} %"


def _cost(agents: int, price: float | None) -> str:
    return f"{plain(agents, 0)} h" if price is None else plain(agents * price, 2)


FORMS = (FormRoom("whatif", "forecast.run", unit_scope, show_whatif, send_whatif),)
