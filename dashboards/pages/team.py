"""The team lead: who needs me now, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.earlier import before_words
from dashboards.explain import explain_form, figure_args
from dashboards.frame import Ask, PageRoom, Spec, View
from dashboards.insights import insights_sign
from dashboards.kept_mains import kept_part
from dashboards.pages.remedies_forms import COACH
from dashboards.pages.remedies_panel import remedies_panel, remedies_sign
from dashboards.pages.remedies_steps import COACHED, DECIDE
from dashboards.pages.team_board import (
    board,
    board_panel,
    day_panel,
    exceptions_sheet,
    moments,
)
from dashboards.pages.team_data import Team, read_team
from dashboards.pages.team_panels import (
    courses,
    courses_sheet,
    gap_panel,
    gap_sheet,
    waiting_panel,
)
from dashboards.pages.team_words import team_answer
from dashboards.pages.trends import trends_of
from dashboards.parts import html
from dashboards.parts.drawer import opener
from dashboards.parts.figures import figures_sheet
from dashboards.parts.panel import panel
from dashboards.parts.proof import proof_of
from dashboards.parts.table import Sheet, table
from dashboards.parts.tile import Tile, tile_of
from dashboards.view_state import period_label
from kpis.catalogue.load import CATALOGUE
from kpis.drill import drill_reason
from wfm.domain.language import say, to_say
from wfm.domain.scope import Scope

MOST_EXCEPTIONS = 60
SPEC = Spec(
    grains=(("today", to_say("Today")), ("week", to_say("Week")), ("month", to_say("Month"))),
    grain="today",
    comparisons=(("target", to_say("target")), ("previous", to_say("period before"))),
    compare="target",
)


def view(ask: Ask) -> View:
    """The page's answer: sentence, tiles, the board beside the day, and what explains it."""
    team = read_team(ask)
    return View(
        team_answer(team), lambda: _tiles(team), lambda: _body(team), lambda: _sheets(team), "team"
    )


def _body(team: Team) -> list[Any]:
    """The panels; what hangs on no event of the day stands for the minute."""
    ask = team.ask
    sheet, members = board(team)
    one_day = ask.period.days == 1
    gap = kept_part(ask, "gap", lambda: gap_panel(team, gap_sheet(team)))
    below = [kept_part(ask, "courses", lambda: _courses(team))]
    below.insert(0 if team.live else len(below), waiting_panel(team))
    if one_day and not team.live:
        lost = moments(team, members)
        if lost.lines:
            below.append(panel(lost.title, table(lost), note=lost.note))
    first = tuple((m.name, m.scope) for m in members[:3] if m.scope is not None)
    below.append(kept_part(ask, "doing", lambda: _doing(ask, first)[0], first))
    if one_day:
        beside = day_panel(team, members)
    else:
        lost = moments(team, members)
        beside = panel(lost.title, table(lost), note=lost.note)
    stack = html.Div([gap], className="stack")
    return [board_panel(team, sheet), beside, stack, html.Div(below, className="stack")]


def _courses(team: Team) -> list[Any]:
    course = courses(team)
    return [] if course is None else [course]


def _doing(ask: Ask, near: Sequence[tuple[str, Scope]]) -> tuple[Any, Sheet]:
    """What was asked for and planned, with a button to coach each of those who stand first."""
    return remedies_panel(
        ask, say("Requests and coaching"), ("decide_request", "coach_step"),
        [
            opener(say("Coach {name}", name=name), "coach", {"scope": scope.path}, small=True)
            for name, scope in near
        ],
    )  # fmt: skip


def _sheets(team: Team) -> tuple[Sheet, ...]:
    ask = team.ask
    sheet, members = board(team)
    figures = figures_sheet(team.centre.tiles, team.centre.previous, ask.not_compared)
    course = courses_sheet(team)
    return (
        sheet, figures, gap_sheet(team), moments(team, members),
        exceptions_sheet(team, MOST_EXCEPTIONS), _doing(ask, ())[1],
        *(() if course is None else (course,)),
    )  # fmt: skip


def _tiles(team: Team) -> tuple[Tile, ...]:
    ask, centre = team.ask, team.centre
    trends = trends_of(team.ask, team.centre.tiles)
    period = period_label(ask.grain, ask.period, ask.today)
    shown = []
    for value in centre.tiles:
        by_agent = not drill_reason(CATALOGUE[value.kpi_id], "agent")
        link = ask.link(kpi=value.kpi_id, by="agent", sort="") if by_agent else ""
        shown.append(
            tile_of(
                value,
                trend=trends.get(value.kpi_id),
                right=before_words(ask, centre.before(value.kpi_id)),
                href=link,
                shown_proof=proof_of(
                    value, period=period, links=[(say("By agent"), link)] if link else ()
                ),
                chosen=ask.state.kpi == value.kpi_id,
                why=figure_args(value.kpi_id, ask.scope),
            )
        )
    return tuple(shown)


EXPLAIN = explain_form(SPEC, ("coach",))
ROOM = PageRoom(
    "team", SPEC, view, forms=(DECIDE, COACH, COACHED, EXPLAIN),
    sign=lambda ask: [remedies_sign(ask), insights_sign(ask)],
    events=lambda ask: ask.pulse.states_mark(ask.scope), shared=True,
)  # fmt: skip
