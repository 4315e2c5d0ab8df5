"""The floor of a site: every agent's day, plan above actual, under the charts of the same hours."""

from __future__ import annotations

from typing import Any

from dashboards.frame import Ask
from dashboards.parts import html
from dashboards.parts.floor import KINDS, FloorTeam, floor
from dashboards.parts.numbers import plain
from dashboards.parts.panel import panel
from dashboards.parts.table import Cell, Col, Line, Sheet
from dashboards.parts.time_panel import Axis
from dashboards.parts.timeline import LEGEND, legend, plan_kind, state_kind
from wfm.domain.grid import QUARTER_S
from wfm.domain.language import say, to_say
from wfm.domain.scope import Scope
from wfm.queries.floor import Floor, read_floor

CELLS = (("15", to_say("15 min")), ("5", to_say("5 min")))
SHOWN = ("C", "W", "A", "b", "M", "T", "-")


def floor_panel(ask: Ask, axis: Axis) -> tuple[Any, Sheet] | None:
    """The floor of one site as one picture, and its minutes by agent; None for other places."""
    if ask.scope.site is None or ask.scope.team is not None:
        return None
    minutes = ask.state.cell or CELLS[0][0]
    day = ask.today if ask.live else ask.period.first
    found = read_floor(
        ask.sources.store, ask.scope, day, ask.sources.clock, axis.q_from * QUARTER_S,
        axis.q_to * QUARTER_S, int(minutes) * 60, plan_kind, state_kind, KINDS,
    )  # fmt: skip
    if not found.agents or not any(map(any, (*found.plan, *found.actual))):
        return None
    teams: list[FloorTeam] = []
    for agent in found.agents:
        if teams and teams[-1].href == _link(ask, agent.team_id):
            last = teams.pop()
            teams.append(FloorTeam(last.name, last.people + 1, last.href))
        else:
            unit = ask.organisation.unit(agent.team_id)
            teams.append(FloorTeam(unit.name, 1, _link(ask, agent.team_id)))
    sheet = _sheet(ask, found, minutes)
    links = [
        html.A(words, href=ask.link(cell=size), **(
            {"aria-current": "true"} if size == minutes else {}
        ))
        for size, words in CELLS
    ]  # fmt: skip
    chosen = html.Div(
        links, className="chips", role="group", **{"aria-label": say("Width of a cell")}
    )
    drawn = floor(teams, found.plan, found.actual, axis.now_share, _alt(ask, found))
    note = say(
        "{n} agents by team, plan above actual, a cell is {minutes} min",
        n=len(found.agents),
        minutes=minutes,
    )
    key = legend(KINDS, exceptions=False)
    return panel(say("Floor"), [chosen, drawn, key], note=note, css="floor-panel"), sheet


def _link(ask: Ask, team_id: str) -> str:
    return ask.scope_link(Scope(ask.scope.site, team_id), cell="")


def _alt(ask: Ask, found: Floor) -> str:
    rows = range(len(found.agents))
    planned, done = (
        sum(found.seconds(row, kind, planned=plan) for row in rows for kind in kinds) / 3600
        for plan, kinds in ((True, ("C",)), (False, ("C", "W", "A")))
    )
    return say(
        "{n} agents of {name}: {plain} h planned on queue, {plain_2} h on "
        "queue so far; the table view has each agent.",
        n=len(found.agents),
        name=ask.organisation.name_of(ask.scope),
        plain=plain(planned, 0),
        plain_2=plain(done, 0),
    )


def _sheet(ask: Ask, found: Floor, minutes: str) -> Sheet:
    columns = (
        Col("name", say("Agent"), text=True, phone=True),
        Col("team", say("Team"), text=True),
        Col("planned", say("Planned on queue"), "min", phone=True),
        *(Col(f"is-{kind}", LEGEND[kind], "min", phone=kind == "C") for kind in SHOWN),
    )
    lines = []
    for row, agent in enumerate(found.agents):
        name = ask.organisation.unit(agent.team_id).name
        cells = [Cell(agent.name, agent.name), Cell(name, name)]
        sizes = [found.seconds(row, "C", planned=True)]
        sizes += [found.seconds(row, kind) for kind in SHOWN]
        cells += [Cell(plain(size / 60, 0), size / 60) for size in sizes]
        lines.append(Line(tuple(cells)))
    return Sheet(
        "floor",
        say("Floor"),
        columns,
        tuple(lines),
        say("by team, in cells of {minutes} min", minutes=minutes),
    )
