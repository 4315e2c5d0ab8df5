"""The targets: what is the target here, who set it, and what turns red if it moves."""

from __future__ import annotations

from typing import Any

from dashboards.frame import Ask, PageRoom, Spec, View, by_the_minute
from dashboards.pages import targets_tables as tables
from dashboards.pages.targets_data import Targets, read_page
from dashboards.pages.targets_forms import TARGET
from dashboards.pages.targets_undo import CORRIDOR, UNDO
from dashboards.parts import html
from dashboards.parts.answer import Act, Answer
from dashboards.parts.course import course
from dashboards.parts.drawer import opener
from dashboards.parts.numbers import kpi_with_unit
from dashboards.parts.panel import panel
from dashboards.parts.proof import proof_of
from dashboards.parts.states import empty
from dashboards.parts.table import Sheet, sort_lines, table
from dashboards.parts.tile import Tile, tile_of
from dashboards.view_state import period_label
from kpis.catalogue.load import CATALOGUE
from kpis.targets import provenance
from wfm.domain.language import say, to_say
from wfm.queries.access import within
from wfm.queries.permissions import permission_table

TILES = 6
SPEC = Spec(
    grains=(("week", to_say("Week")), ("month", to_say("Month")), ("quarter", to_say("Quarter"))),
    grain="month",
    falls_back="manager",
)


def view(ask: Ask) -> View:
    """The page's answer: the worst figure, all figures worst first, and one with its history."""
    page = read_page(ask)
    sheets = tables.figures(page), tables.places(page), tables.history(page)
    answer, draw = targets_answer(page), lambda: _body(page, *sheets)
    return View(answer, lambda: _tiles(page), draw, lambda: sheets, "targets")


def _body(page: Targets, goals: Sheet, tree: Sheet, history: Sheet) -> list[Any]:
    ask = page.ask
    shown = sort_lines(goals, ask.state.sort)
    left = html.Div(
        [
            panel(
                goals.title,
                table(shown, lambda key: ask.link(sort=key), ask.state.sort),
                note=goals.note,
            )
        ],
        className="stack",
    )
    right = html.Div(
        [
            # The corridor of leads takes the room of the note, which only says the order.
            panel(
                tree.title,
                table(tree),
                note="" if page.limits else tree.note,
                end=_corridor(page),
            ),
            panel(
                say("{short} by day", short=page.kpi.short_name),
                course(
                    page.kpi.id,
                    page.course,
                    page.kpi.short_name,
                    page.notes,
                    narrow=ask.look.narrow,
                )
                if any(d.value is not None for d in page.course)
                else empty(say("No day with a figure in this period"), page.focus.reason),
                note=say("dashed: the target of each day"),
            ),
            panel(history.title, table(history), note=history.note),
        ],
        className="stack",
    )
    return [left, right]


def targets_answer(page: Targets) -> Answer:
    """How many figures are off, which is furthest, and who set its target."""
    ask = page.ask
    known = [v for v in page.values if v.status != "none"]
    if not known:
        if ask.data_at is None:
            return Answer(
                "none", say("No data have arrived yet."), say("Load contacts or agent states.")
            )
        return Answer("none", say("No figure of this period has a target and a base large enough."))
    red = [v for v in known if v.status == "bad"]
    where = ask.organisation.name_of(ask.scope)
    worst = known[0]
    kpi = CATALOGUE[worst.kpi_id]
    count = say(
        "{n} of {n_2} figures with a target are red at {where}.",
        n=len(red),
        n_2=len(known),
        where=where,
    )
    if worst.status == "good":
        hidden = len(page.reds)
        rest = say("{hidden} of them hide a part that is red.", hidden=hidden) if hidden else ""
        return Answer(
            "good", say("Every figure with a target is on it at {where}.", where=where), rest
        )
    size = kpi_with_unit(kpi.id, abs(worst.gap or 0.0), gap=True)
    row = page.row(worst.kpi_id)
    source = provenance(ask.targets, kpi, row, ask.scope) + "."
    rest = say(
        "{label} {with_unit} is {size} off; {source}",
        label=page.label(kpi),
        with_unit=kpi_with_unit(kpi.id, worst.value),
        size=size,
        source=source,
    )
    acts = (
        Act(say("Show {short}", short=kpi.short_name.lower()), ask.link(kpi=kpi.id), True, "o"),
    )
    return Answer(worst.status, count, rest, () if ask.state.kpi == kpi.id else acts)


def _tiles(page: Targets) -> tuple[Tile, ...]:
    ask = page.ask
    period = period_label(ask.grain, ask.period, ask.today)
    known = [v for v in page.values if v.value is not None and v.target is not None][:TILES]
    return tuple(
        tile_of(
            value,
            badge=page.reds.get(value.kpi_id, ""),
            href=ask.link(kpi=value.kpi_id),
            shown_proof=proof_of(value, period=period),
            chosen=value.kpi_id == page.focus.kpi_id,
        )
        for value in known
    )


def _corridor(page: Targets) -> Any:
    """The corridor of team leads as a word, and the button for those who may set it."""
    limits, ask = page.limits, page.ask
    if limits is None:
        return None
    words = html.Span(limits.room, className="third", title=limits.sentence)
    grant = permission_table().grant("target.corridor", ask.who.role)
    if ask.scope.agent is not None or not within(ask.who, grant.reach, ask.scope):
        return [html.Span(say("Leads: ")), words]
    args = {"scope": ask.scope.path or "*", "kpi": page.kpi.id}
    return [html.Span(say("Leads: ")), words, opener(say("Corridor"), "corridor", args, small=True)]


def newest_sign(ask: Ask) -> object:
    """What the answer depends on beside facts: the rows of the record."""
    book = ask.targets
    return [max((t.target_id for t in book.targets), default=0), len(book.corridors)]


ROOM = PageRoom(
    "targets", SPEC, view, forms=(TARGET, UNDO, CORRIDOR), sign=newest_sign, events=by_the_minute
)
