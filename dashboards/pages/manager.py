"""The manager: what is driving the centre, and who must move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from dashboards.contribution import Share, spread_of
from dashboards.earlier import before_words
from dashboards.explain import explain_form, figure_args
from dashboards.frame import Ask, PageRoom, Spec, View, by_the_minute
from dashboards.insights import insights_sign
from dashboards.names import DIMENSION_WORD, scope_below
from dashboards.pages.manager_breakdown import breakdown
from dashboards.pages.manager_data import DRILLS, Centre, read_centre
from dashboards.pages.manager_panels import evidence
from dashboards.pages.reassign_form import FORM, REASSIGN
from dashboards.pages.remedies_panel import remedies_panel, remedies_sign
from dashboards.pages.remedies_steps import ANSWER, DECIDE, SKILL_STEP
from dashboards.pages.trends import trends_of
from dashboards.parts import html
from dashboards.parts.answer import Act, Answer
from dashboards.parts.apart import apart
from dashboards.parts.drawer import opener
from dashboards.parts.figures import figures_sheet
from dashboards.parts.numbers import kpi_with_unit, plain
from dashboards.parts.panel import panel
from dashboards.parts.proof import proof_of
from dashboards.parts.table import Sheet, sort_lines
from dashboards.parts.table import table as grid
from dashboards.parts.tile import Tile, tile_of
from dashboards.view_state import period_label
from kpis.catalogue.load import CATALOGUE
from kpis.drill import drill_reason
from kpis.mix_reading import HANDLE_TIME, read_mix
from kpis.status import red_sentence
from kpis.value import KpiValue
from wfm.domain.errors import ForbiddenDrill
from wfm.domain.language import say, to_say

SPEC = Spec(
    grains=(
        ("today", to_say("Today")),
        ("day", to_say("Day")),
        ("week", to_say("Week")),
        ("month", to_say("Month")),
        ("quarter", to_say("Quarter")),
    ),
    grain="week",
    comparisons=(("target", to_say("target")), ("previous", to_say("period before"))),
    compare="target",
    falls_back="manager",
)


def view(ask: Ask) -> View:
    """The page's answer: sentence, tiles, who adds to the gap, and the evidence beside it."""
    centre = read_centre(ask)
    return View(
        manager_answer(centre), lambda: _tiles(centre), lambda: _body(centre),
        lambda: _sheets(centre), "manager",
    )  # fmt: skip


def _body(centre: Centre) -> list[Any]:
    left = html.Div([_breakdown_panel(centre, breakdown(centre))], className="stack")
    right = [*evidence(centre)[0], _doing(centre.ask)[0]]
    return [left, html.Div(right, className="stack")]


def _sheets(centre: Centre) -> tuple[Sheet, ...]:
    figures = figures_sheet(centre.tiles, centre.previous, centre.ask.not_compared)
    return breakdown(centre), figures, *evidence(centre)[1], _doing(centre.ask)[1]


def _doing(ask: Ask) -> tuple[Any, Sheet]:
    """What was asked for, raised and moved, with the button that moves people."""
    move = opener(say("Move people to other work"), FORM, {"scope": ask.scope.path}, small=True)
    return remedies_panel(
        ask,
        say("Alerts, requests and moves"),
        ("answer_alert", "decide_request", "skill_step"),
        (move,),
    )


def manager_answer(centre: Centre) -> Answer:
    """The sentence: the figure most off target, its gap, and who makes most of it."""
    ask, focus, kpi = centre.ask, centre.focus, centre.kpi
    if focus.value is None:
        if ask.data_at is None:
            return Answer(
                "none", say("No data have arrived yet."), say("Load contacts or agent states.")
            )
        return Answer(
            "none",
            say("{short} is not known: {reason}.", short=kpi.short_name, reason=focus.reason),
        )
    value = kpi_with_unit(kpi.id, focus.value)
    base, word = centre.base
    if base is None:
        why = ask.not_compared or focus.reason
        return Answer("none", f"{kpi.short_name} {value}.", f"{why.capitalize()}.")
    gap = focus.value - base
    if focus.status == "good" and not ask.state.kpi:
        good = sum(value.status == "good" for value in centre.tiles)
        bare = [CATALOGUE[v.kpi_id].short_name for v in centre.tiles if v.status == "none"]
        told = say("{good} of {n} on target", good=good, n=len(centre.tiles))
        return Answer(
            "good",
            say("Every figure with a target is on it."),
            say("{told}; without a colour: {bare}.", told=told, bare=", ".join(bare))
            if bare
            else f"{told}.",
        )
    where = (
        say("inside its range")
        if focus.gap_is == "inside"
        else apart(kpi.id, gap, base, before=word == "before")
    )
    lead = f"{kpi.short_name} {value}, {where}"
    shares, _ = centre.parts
    top = next((share for share in shares if share.adds), None)
    if top is None or top.adds is None or top.adds * gap <= 0:
        return Answer(focus.status, f"{lead}.")
    name = centre.name(top.value)
    adds = kpi_with_unit(kpi.id, abs(top.adds), gap=True)
    spread = _spread(centre, shares, gap)
    lead += f": {spread}." if spread else say(": {name} gives {adds} of it.", name=name, adds=adds)
    rest = say("{name} gives most, {adds}.", name=name, adds=adds) if spread else _own(centre, top)
    scope = scope_below(ask, centre.by, top.value.at(centre.by))
    acts: tuple[Act, ...] = ()
    if scope is not None and scope.agent is None:
        acts = (
            Act(say("Open {name}", name=name), ask.scope_link(scope, by="", sort=""), True, "o"),
        )
    return Answer(focus.status, lead, rest, acts)


def _spread(centre: Centre, shares: Sequence[Share], gap: float) -> str:
    """That a gap is nowhere alone: "32 of 38 teams are part of it"; empty where one stands out."""
    found = spread_of(shares, gap)
    if found is None:
        return ""
    word = DIMENSION_WORD[centre.by].lower()
    many = {"tenure": say("bands of tenure"), "activity": say("planned activities")}
    return say(
        "{found} of {found_2} {by} are part of it",
        found=found[0],
        found_2=found[1],
        by=many.get(centre.by, f"{word}s"),
    )


def _own(centre: Centre, share: Share) -> str:
    """How the largest part stands itself, and all others without it."""
    own = kpi_with_unit(centre.kpi.id, share.value.value)
    text = say("It stands at {own}", own=own)
    if share.value.denominator and centre.focus.denominator:
        part = 100 * share.value.denominator / centre.focus.denominator
        text += say(" on {plain} % of the base", plain=plain(part, 0))
    if share.rest is not None:
        text += say(
            "; all others at {with_unit}", with_unit=kpi_with_unit(centre.kpi.id, share.rest)
        )
    return text + "."


def _breakdown_panel(centre: Centre, sheet: Sheet) -> Any:
    ask = centre.ask
    chips: list[Any] = []
    for dimension in DRILLS:
        word = DIMENSION_WORD[dimension]
        reason = centre.reason_against(dimension)
        if reason:
            chips.append(html.Span(word, className="off", title=reason,
                                   **{"aria-disabled": "true"}))  # fmt: skip
        else:
            here = {"aria-current": "true"} if dimension == centre.by else {}
            link = ask.link(by=dimension, kpi=centre.kpi.id, sort="")
            chips.append(html.A(word, href=link, **here))
    shown = sort_lines(sheet, ask.state.sort)
    table = grid(shown, lambda key: ask.link(sort=key), ask.state.sort)
    bar = html.Div(chips, className="chips", role="group", **{"aria-label": say("Break down by")})
    return panel(sheet.title, [bar, table], note=sheet.note)


def _tiles(centre: Centre) -> tuple[Tile, ...]:
    ask = centre.ask
    trends = trends_of(centre.ask, centre.tiles)
    badges = _hidden_reds(ask, centre.tiles)
    period = period_label(ask.grain, ask.period, ask.today)
    shown = []
    for value in centre.tiles:
        links = [
            (
                say("By {dimension_word}", dimension_word=DIMENSION_WORD[d].lower()),
                ask.link(kpi=value.kpi_id, by=d, sort=""),
            )
            for d in DRILLS
            if not drill_reason(CATALOGUE[value.kpi_id], d)
        ]
        proof = proof_of(value, period=period, links=links[:6])
        if value.kpi_id == HANDLE_TIME and value.value is not None:
            proof = replace(proof, lines=(*proof.lines, *_mix_lines(ask)))
        shown.append(
            tile_of(
                value,
                trend=trends.get(value.kpi_id),
                badge=badges.get(value.kpi_id, ""),
                right=before_words(ask, centre.before(value.kpi_id)),
                href=ask.link(kpi=value.kpi_id, by="", sort=""),
                shown_proof=proof,
                chosen=ask.state.kpi == value.kpi_id,
                why=figure_args(value.kpi_id, ask.scope),
            )
        )
    return tuple(shown)


def _mix_lines(ask: Ask) -> tuple[tuple[str, str], ...]:
    """The plan of handle time and what the mix that came should take, both beside the value."""
    end = min(ask.period.end, ask.today + timedelta(days=1))
    mix = read_mix(ask.facts, ask.targets, ask.scope, ask.period.first, end)
    if mix is None:
        return ()
    lines = [(say("This mix"), kpi_with_unit(HANDLE_TIME, mix.mix_adjusted))]
    if mix.plan is not None:
        lines.insert(
            0,
            (
                say("Plan"),
                say(
                    "{with_unit}, the locked forecast",
                    with_unit=kpi_with_unit(HANDLE_TIME, mix.plan),
                ),
            ),
        )
    if mix.sentence:
        lines.append((say("Apart"), mix.sentence))
    return tuple(lines)


def _hidden_reds(ask: Ask, values: tuple[KpiValue, ...]) -> dict[str, str]:
    """ "1 of 4 teams red" by KPI, where a calm tile hides a red part (TGT-10)."""
    asked: dict[str, list[str]] = {}
    for value in values:
        dimension = _below(ask, value.kpi_id)
        if value.value is not None and value.status != "bad" and dimension:
            asked.setdefault(dimension, []).append(value.kpi_id)
    badges = {}
    for dimension, kpi_ids in asked.items():
        try:
            parts = ask.values(tuple(kpi_ids), by=(dimension,))
        except ForbiddenDrill:
            continue
        for kpi_id in kpi_ids:
            own = [part.status for part in parts if part.kpi_id == kpi_id]
            badges[kpi_id] = red_sentence(own, dimension)
    return badges


def _below(ask: Ask, kpi_id: str) -> str:
    taken = {"site": ask.scope.site, "team": ask.scope.team}
    for dimension in ("site", "team", "queue"):
        if taken.get(dimension) is None and not drill_reason(CATALOGUE[kpi_id], dimension):
            return dimension
    return ""


EXPLAIN = explain_form(SPEC, (FORM,))
ROOM = PageRoom(
    "manager", SPEC, view, forms=(ANSWER, DECIDE, REASSIGN, SKILL_STEP, EXPLAIN),
    sign=lambda ask: [remedies_sign(ask), insights_sign(ask)], events=by_the_minute,
    shared=True,
)  # fmt: skip
