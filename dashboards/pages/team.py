"""The team lead: who needs me now, and why."""

from __future__ import annotations

from dashboards.earlier import before_words
from dashboards.explain import explain_form, figure_args
from dashboards.frame import Ask, PageRoom, Spec, View
from dashboards.insights import insights_sign
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
from dashboards.pages.team_panels import courses, gap_panel, gap_sheet, waiting_panel
from dashboards.pages.team_words import team_answer
from dashboards.parts import html
from dashboards.parts.drawer import opener
from dashboards.parts.figures import figures_sheet
from dashboards.parts.panel import panel
from dashboards.parts.proof import proof_of
from dashboards.parts.table import table
from dashboards.parts.tile import Tile, tile_of
from dashboards.trends import trends_of
from dashboards.view_state import period_label
from kpis.catalogue.load import CATALOGUE
from kpis.drill import drill_reason
from wfm.domain.language import say, to_say

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
    sheet, members = board(team)
    lost = moments(team, members)
    gap = gap_sheet(team)
    course = courses(team)
    one_day = ask.period.days == 1
    beside = day_panel(team, members) if one_day else panel(lost.title, table(lost), note=lost.note)
    below = [] if course is None else [course[0]]
    below.insert(0 if team.live else len(below), waiting_panel(team))
    if one_day and not team.live and lost.lines:
        below.append(panel(lost.title, table(lost), note=lost.note))
    doing, doing_sheet = remedies_panel(
        ask, say("Requests and coaching"), ("decide_request", "coach_step"),
        [
            opener(say("Coach {name}", name=m.name), "coach", {"scope": m.scope.path}, small=True)
            for m in members[:3]
            if m.scope is not None
        ],
    )  # fmt: skip
    below.append(doing)
    body = [
        board_panel(team, sheet), beside,
        html.Div([gap_panel(team, gap)], className="stack"), html.Div(below, className="stack"),
    ]  # fmt: skip
    sheets = [
        sheet, figures_sheet(team.centre.tiles, team.centre.previous, ask.not_compared),
        gap, lost, exceptions_sheet(team, MOST_EXCEPTIONS),
    ]  # fmt: skip
    sheets.append(doing_sheet)
    if course is not None:
        sheets.append(course[1])
    return View(team_answer(team), _tiles(team), body, tuple(sheets), "team")


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
