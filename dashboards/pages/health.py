"""Data: can I trust what I see, which feed is short, and what can I mend?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dashboards.frame import Ask, PageRoom, Spec, View
from dashboards.pages import health_tables as tables
from dashboards.pages.health_data import COMPLETE, Health, holds, read_page
from dashboards.pages.health_feeds import feed_panels
from dashboards.pages.health_forms import MAP, REPAIR, REPLAY
from dashboards.pages.trends import trends_of
from dashboards.parts import html
from dashboards.parts.answer import Act, Answer
from dashboards.parts.drawer import opener
from dashboards.parts.panel import panel
from dashboards.parts.proof import proof_of
from dashboards.parts.states import empty
from dashboards.parts.table import Sheet, table
from dashboards.parts.tile import Tile, tile_of
from dashboards.view_state import period_label
from wfm.domain.language import say, say_many, to_say
from wfm.domain.scope import ENTERPRISE
from wfm.queries.health import read_waiting

SPEC = Spec(
    grains=(("today", to_say("Today")), ("week", to_say("Week")), ("month", to_say("Month"))),
    grain="week",
)
MOST_GAPS = 8


def view(ask: Ask) -> View:
    """The page's answer, the quarters in which a feed was silent, and what waits to be mended."""
    page = read_page(ask)
    sheets = tables.sheets(page)
    return View(
        health_answer(page), lambda: _tiles(page), lambda: _body(page, sheets), lambda: sheets,
        "targets health",
    )  # fmt: skip


def _body(page: Health, sheets: tuple[Sheet, ...]) -> list[Any]:
    shown = {sheet.key: sheet for sheet in sheets}

    def one(key: str, end: Any = None, most: int | None = None) -> Any:
        sheet = shown[key]
        few = replace(sheet, lines=sheet.lines[:most])
        body = table(few) if sheet.lines else empty(sheet.why_empty)
        return panel(sheet.title, body, note=sheet.note, end=end)

    left = [*feed_panels(page), one("gaps", most=MOST_GAPS), one("feeds"), one("unmapped")]
    right = [one("sums"), one("restated")]
    if page.mends:
        waits = bool(shown["quarantine"].lines)
        again = (
            opener(say("Load all again"), "replay", {"codes": ""}, small=True) if waits else None
        )
        right = [one("reasons", again), one("quarantine"), *right, one("deliveries")]
    return [html.Div(left, className="stack"), html.Div(right, className="stack")]


def health_answer(page: Health) -> Answer:
    """The most harmful defect as one sentence: a code without meaning, a gap, a wrong sum."""
    scope = page.ask.scope
    where = page.ask.organisation.name_of(scope) if scope.site else say("all sites")
    short = [d for d in page.days if d.share < COMPLETE]
    if page.unmapped:
        worst = page.unmapped[0]
        acts = (
            (Act(say("Give it a meaning"), "", True, "o", "map", tables.map_args(worst)),)
            if page.maps
            else ()
        )
        return Answer(
            "bad" if worst.seconds >= 3600 else "warn",
            say(
                "{hours} of {code} have no meaning at {where}.",
                hours=tables.hours(worst.seconds),
                code=tables.code_of(worst),
                where=where,
            ),
            say("{people} people; their adherence leaves these seconds out.", people=worst.people),
            acts,
        )
    if short:
        low = min(short, key=lambda d: d.share)
        site = tables.site_name(page, low.site_id)
        return Answer(
            "bad",
            say(
                "{feed} of {site} are {share:.1f} % complete on {day}.",
                feed=say(low.feed).capitalize(),
                site=site,
                share=low.share,
                day=tables.day_name(low.day),
            ),
            say("Figures of the missing quarters are left out, never counted as 0."),
        )
    if page.broken_n:
        lead = say_many(
            "{n:,} sum that must agree does not at {where}.",
            "{n:,} sums that must agree do not at {where}.",
            page.broken_n,
            where=where,
        )
        return Answer("warn", lead)
    if page.waiting:
        n = sum(w.rows for w in page.waiting)
        return Answer(
            "warn",
            say_many(
                "{n:,} rejected row waits to be mended.",
                "{n:,} rejected rows wait to be mended.",
                n,
            ),
        )
    if not page.feeds:
        return Answer(
            "none", say("No data have arrived yet."), say("Load contacts or agent states.")
        )
    return Answer(
        "good", say("The data of {where} are complete, and every sum agrees.", where=where)
    )


def _tiles(page: Health) -> tuple[Tile, ...]:
    ask = page.ask
    period = period_label(ask.grain, ask.period, ask.today)
    trends = trends_of(ask, page.values)
    return tuple(
        tile_of(value, trend=trends.get(value.kpi_id), shown_proof=proof_of(value, period=period))
        for value in page.values
    )


def newest_sign(ask: Ask) -> object:
    """What the answer depends on beside facts: the rejected rows that wait."""
    if not holds(ask, "quarantine.read"):
        return []
    return [(w.code, w.rows) for w in read_waiting(ask.sources.store, ENTERPRISE)]


ROOM = PageRoom("data", SPEC, view, forms=(MAP, REPLAY, REPAIR), sign=newest_sign)
