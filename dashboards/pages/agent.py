"""The agent: am I on target, and what would change it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from dashboards.earlier import before_words
from dashboards.explain import explain_form, figure_args
from dashboards.frame import LASTING, Ask, PageRoom, Spec, View
from dashboards.insights import insights_sign
from dashboards.kept_mains import kept_part
from dashboards.pages import agent_tables as tables
from dashboards.pages.agent_bonus import bonus_panels, bonus_sheet, read_my_bonus
from dashboards.pages.agent_data import MyDay
from dashboards.pages.agent_offers import ANSWER, offers_panel
from dashboards.pages.agent_panels import axis_mark, day_axis, shifts_panels, today_panel
from dashboards.pages.agent_wishes import WISHES, wishes_panel
from dashboards.pages.agent_words import agent_answer
from dashboards.pages.happenings import acted_in, step_notes
from dashboards.pages.remedies_forms import REQUEST
from dashboards.pages.remedies_panel import remedies_panel, remedies_sign
from dashboards.pages.remedies_steps import CANCEL
from dashboards.pages.trends import steps_of
from dashboards.parts import html
from dashboards.parts.drawer import opener
from dashboards.parts.figures import figures_sheet
from dashboards.parts.panel import panel
from dashboards.parts.proof import proof_of
from dashboards.parts.sparkline import Trend
from dashboards.parts.table import Sheet, table
from dashboards.parts.tile import Tile, goal_line, tile_of
from dashboards.view_state import period_label
from kpis.catalogue.load import CATALOGUE
from wfm.domain.language import say, to_say

LEAST_DAYS = 14  # a trend shows two weeks at least
MOST_DAYS = 32
NEXT = 5  # shifts ahead in the panel; the table view has more
SPEC = Spec(
    grains=(
        ("today", to_say("Today")),
        ("week", to_say("Week")),
        ("month", to_say("Month")),
        ("quarter", to_say("Quarter")),
    ),
    grain="week",
    comparisons=(("target", to_say("target")), ("previous", to_say("period before"))),
    compare="target",
    falls_back="agent",
)


def view(ask: Ask) -> View:
    """The page's answer: sentence, tiles, the day and the shifts behind it, what lies ahead."""
    mine = MyDay(ask)
    answer = ask.held(("answer", ask.state), lambda: agent_answer(mine))
    return View(answer, lambda: _tiles(mine), lambda: _body(mine), lambda: _sheets(mine), "agent")


def _body(mine: MyDay) -> list[Any]:
    """The panels; what hangs on no event of the day stands for the minute and longer."""
    ask = mine.ask
    axis = day_axis(mine)
    on = (*axis_mark(axis), *(one.shift.shift_on for one in mine.strip))
    shifts = kept_part(
        ask, "shifts", lambda: shifts_panels(mine, axis), *on, minutes=LASTING, of_view=False
    )
    off = tables.shortened(tables.exceptions(mine))
    right = [
        kept_part(ask, "ahead", lambda: _ahead(mine), minutes=LASTING, of_view=False),
        kept_part(ask, "requests", lambda: _requests(ask)[0], minutes=LASTING),
        kept_part(ask, "wishes", lambda: wishes_panel(ask), minutes=LASTING, of_view=False),
        _panel(off, "exceptions"),
    ]
    return [
        html.Div([today_panel(mine, axis), shifts], className="stack"),
        html.Div(right, className="stack lists"),
        html.Div(kept_part(ask, "beside", lambda: _beside(mine)), className="pair lists"),
    ]


def _ahead(mine: MyDay) -> list[Any]:
    """Offers, the bonus, and the next shifts: the same whatever period is looked at."""
    near = tables.next_shifts(mine)
    near = replace(near, lines=near.lines[:NEXT])
    bonuses = bonus_panels(mine, read_my_bonus(mine))
    return [*offers_panel(mine.ask)[0], *bonuses, _panel(near, "ahead")]


def _beside(mine: MyDay) -> list[Any]:
    """The team's medians where they may be known, and the targets in force."""
    team, goals = tables.peers(mine), tables.targets(mine)
    below = [] if team is None else [_panel(tables.known(team, 1), "beside")]
    return [*below, _panel(tables.known(goals, 1), "goals")]


def _sheets(mine: MyDay) -> tuple[Sheet, ...]:
    ask, team = mine.ask, tables.peers(mine)
    return (
        figures_sheet(mine.tiles, mine.previous, ask.not_compared),
        tables.shifts(mine),
        tables.moments(mine),
        tables.exceptions(mine),
        tables.next_shifts(mine),
        tables.targets(mine),
        bonus_sheet(mine, read_my_bonus(mine)),
        _requests(ask)[1],
        offers_panel(ask)[1],
        *(() if team is None else (team,)),
    )


def _requests(ask: Ask) -> tuple[Any, Sheet]:
    """The agent's own requests; who only looks at an agent's day asks for nothing there."""
    own = ask.who.agent_id == ask.scope.agent
    button = opener(say("Ask for another shift"), "request_change", {"scope": ask.scope.path})
    return remedies_panel(
        ask,
        say("Requests and coaching"),
        ("cancel_request",) if own else (),
        [button] if own else (),
    )


def _panel(sheet: Sheet, css: str) -> Any:
    return panel(sheet.title, table(sheet), note=sheet.note, css=css)


def _tiles(mine: MyDay) -> tuple[Tile, ...]:
    ask = mine.ask
    trends = _trends(mine)
    period = period_label(ask.grain, ask.period, ask.today)
    shown = []
    for value in mine.tiles:
        shown.append(
            tile_of(
                value,
                trend=trends.get(value.kpi_id),
                right=before_words(ask, mine.before(value.kpi_id)),
                shown_proof=proof_of(value, period=period),
                why=figure_args(value.kpi_id, ask.scope),
            )
        )
    return tuple(shown)


def _trends(mine: MyDay) -> dict[str, Trend]:
    """Trends by day worked: of the period, of two weeks at least, of a month at most."""
    ask = mine.ask
    known = {v.kpi_id: v for v in mine.tiles if v.value is not None}
    if not known:
        return {}
    end = min(ask.period.end, ask.today + timedelta(days=1))
    first = min(ask.period.first, end - timedelta(days=LEAST_DAYS))
    found = {}
    acted = acted_in(ask, first, end)
    by_day = steps_of(ask, tuple(known.values()), "day", first=first, end=end)
    for kpi_id, (values, target) in by_day.items():
        kpi = CATALOGUE[kpi_id]
        # A day off is no gap in the data.
        worked = [v for v in values if v.value is not None]
        about = [one for one in acted if one.kpi_id == kpi_id]
        trend = Trend(
            [v.value for v in worked], kpi.unit, kpi.short_name,
            goal_line(target, known[kpi_id].value),
            notes=step_notes([v.at("day") for v in worked], about, ask.scope),
        )  # fmt: skip
        found[kpi_id] = trend.recent(MOST_DAYS)
    return found


EXPLAIN = explain_form(SPEC, ("request_change",))
ROOM = PageRoom(
    "agent", SPEC, view, forms=(REQUEST, CANCEL, EXPLAIN, ANSWER, WISHES),
    sign=lambda ask: [remedies_sign(ask), insights_sign(ask), ask.pulse.offers_mark()],
    events=lambda ask: ask.pulse.states_mark(ask.scope),
)  # fmt: skip
