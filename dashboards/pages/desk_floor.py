"""The floor of a site: every agent's day, plan above actual, under the charts of the same hours."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
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
WORKING = ("C", "W", "A")
# A picture of more people is taller than anybody reads: of a larger site whole teams are drawn.
MOST = 1_000


def floor_panel(ask: Ask, axis: Axis) -> tuple[Any, Callable[[], Sheet]] | None:
    """The floor of one site as one picture, and what makes the table of its minutes by agent;
    None for other places."""
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
    rows = found.furthest_from_plan(WORKING, MOST)
    teams = [
        FloorTeam(ask.organisation.unit(team).name, len(list(of_team)), _link(ask, team))
        for team, of_team in groupby(rows, lambda row: found.agents[row].team_id)
    ]
    links = [
        html.A(words, href=ask.link(cell=size), **(
            {"aria-current": "true"} if size == minutes else {}
        ))
        for size, words in CELLS
    ]  # fmt: skip
    chosen = html.Div(
        links, className="chips", role="group", **{"aria-label": say("Width of a cell")}
    )
    plan, actual = ([cells[row] for row in rows] for cells in (found.plan, found.actual))
    drawn = floor(teams, plan, actual, axis.now_share, _alt(ask, found))
    note = _note(len(rows), len(found.agents), minutes)
    shown = panel(
        say("Floor"), [chosen, drawn, legend(KINDS, exceptions=False)], note=note,
        css="floor-panel",
    )  # fmt: skip
    return shown, lambda: _sheet(ask, found, minutes)


def _note(drawn: int, everybody: int, minutes: str) -> str:
    if drawn == everybody:
        return say(
            "{n} agents by team, plan above actual, a cell is {minutes} min",
            n=everybody,
            minutes=minutes,
        )
    return say(
        "{drawn} of {n} agents, the teams that did least of their plan first; plan above actual, "
        "a cell is {minutes} min",
        drawn=drawn,
        n=everybody,
        minutes=minutes,
    )


def _link(ask: Ask, team_id: str) -> str:
    return ask.scope_link(Scope(ask.scope.site, team_id), cell="")


def _alt(ask: Ask, found: Floor) -> str:
    rows = range(len(found.agents))
    planned, done = (
        sum(found.seconds(row, kind, planned=plan) for row in rows for kind in kinds) / 3600
        for plan, kinds in ((True, ("C",)), (False, WORKING))
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
