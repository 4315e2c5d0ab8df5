"""Requests: what waits for a decision, what was decided, and by whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dashboards.frame import Ask, PageRoom, Spec, View, by_the_minute
from dashboards.pages.remedies_data import time_words
from dashboards.pages.remedies_steps import (
    ANSWER,
    CANCEL,
    COACHED,
    DECIDE,
    SKILL_STEP,
    WITHDRAW,
)
from dashboards.pages.requests_cover import cover_panel
from dashboards.pages.requests_data import (
    EXCEPTION,
    WORDS,
    Entry,
    Requests,
    read_requests,
)
from dashboards.pages.requests_forms import DECIDE_EXCEPTION
from dashboards.parts import html
from dashboards.parts.answer import Act, Answer
from dashboards.parts.drawer import opener
from dashboards.parts.numbers import DASH, plain
from dashboards.parts.panel import panel
from dashboards.parts.states import empty
from dashboards.parts.table import Cell, Col, Line, Sheet, sort_lines, table
from dashboards.parts.tile import Tile
from dashboards.view_state import period_label
from wfm.domain.grid import zone_of
from wfm.domain.language import say, say_many, to_say

SPEC = Spec(
    grains=(("week", to_say("Week")), ("month", to_say("Month")), ("quarter", to_say("Quarter"))),
    grain="month",
)
FILTERS = (("open", to_say("Open")), ("decided", to_say("Decided")), ("all", to_say("All")))
COLUMNS = (
    Col("who", to_say("For"), text=True, phone=True),
    Col("kind", to_say("What"), text=True),
    Col("about", to_say("About"), text=True, phone=True),
    Col("reason", to_say("Why"), text=True, more=True),
    Col("asked", to_say("Since"), text=True),
    Col("due", to_say("Due"), text=True),
    Col("status", to_say("Now"), text=True, phone=True),
    Col("decided", to_say("Last step"), text=True),
    Col("by", to_say("By"), text=True),
    Col("note", to_say("Note"), text=True, more=True),
    Col("act", "", text=True, phone=True),
)


def view(ask: Ask) -> View:
    """The page's answer: what waits for whom, the list with its filter, and how long it takes."""
    found = read_requests(ask)
    sheet = _sheet(found)
    answer, draw = requests_answer(found), lambda: _body(found, sheet)
    return View(answer, lambda: _tiles(found), draw, lambda: (sheet,), "single requests")


def _body(found: Requests, sheet: Sheet) -> list[Any]:
    ask, body = found.ask, [_filters(found)]
    if sheet.lines:
        shown = sort_lines(sheet, ask.state.sort)
        body.append(table(shown, lambda key: ask.link(sort=key), ask.state.sort))
    else:
        more = say("Choose another filter or period to see more.")
        if not found.entries:
            more = say("Agents ask on My day; coaching, alerts and moves begin under Why.")
        body.append(empty(sheet.why_empty, more))
    listed = panel(sheet.title, body, note=sheet.note)
    return [*cover_panel(ask), listed]


def requests_answer(found: Requests) -> Answer:
    """The sentence: how many wait for the one who looks, and the oldest of them."""
    ask, mine = found.ask, found.mine
    others = sum(one.is_open for one in found.entries) - len(mine)
    rest = say_many("{n} more is open.", "{n} more are open.", others) if others else ""
    if not mine:
        lead = say("Nothing waits for your decision.")
        if not others:
            closed = sum(not one.is_open for one in found.entries)
            period = period_label(ask.grain, ask.period, ask.today)
            rest = (
                say_many(
                    "{n} was closed in {period}.",
                    "{n} were closed in {period}.",
                    closed,
                    period=period,
                )
                if closed
                else say("None was closed in {period}.", period=period)
            )
        return Answer("good", lead, rest)
    first = mine[0]
    form, words = first.acts[0]
    lead = say_many(
        "{n} waits for your decision, the oldest for {age}:",
        "{n} wait for your decision, the oldest for {age}:",
        len(mine),
        age=_age(ask.now - first.at),
    )
    told = f"{first.name}, {first.about}."
    act = Act(words, "", True, "o", form, dict(first.args or {}))
    return Answer("warn", lead, f"{told} {rest}".strip(), (act,))


def _sheet(found: Requests) -> Sheet:
    ask = found.ask
    shown = found.shown
    period = period_label(ask.grain, ask.period, ask.today)
    return Sheet(
        "requests",
        say("Requests, alerts, coaching, moves and publications"),
        COLUMNS,
        tuple(_line(ask, one) for one in shown),
        say(
            "{n} of {n_2}; open ones of any age, those due first; the others of {period}",
            n=len(shown),
            n_2=len(found.entries),
            period=period,
        )
        if found.entries
        else "",
        say("Nothing here with this filter") if found.entries else say("Nothing was asked for yet"),
    )


def _line(ask: Ask, one: Entry) -> Line:
    status = "warn" if one.waits_for_me else ""
    buttons = [opener(words, form, one.args, small=True) for form, words in one.acts]
    return Line(
        (
            Cell(one.name or DASH, one.name),
            Cell(WORDS[one.kind], WORDS[one.kind]),
            Cell(one.about, one.about, reason=one.reason),
            Cell(one.reason, one.reason),
            _time(ask, one.at),
            _due(ask, one),
            Cell(one.status, one.status, status, reason=one.note),
            _time(ask, one.changed_at),
            Cell(one.author, one.author),
            Cell(one.note, one.note),
            Cell("", None, node=buttons),
        )
    )


def _due(ask: Ask, one: Entry) -> Cell:
    """Until when it has to be decided, red when that is past and it is still open."""
    if one.due_at is None:
        return Cell("", None)
    late = one.is_open and one.due_at <= ask.now
    return _time(ask, one.due_at, "bad" if late else "")


def _time(ask: Ask, at: int, status: str = "") -> Cell:
    """An instant by the clock of the page; exported with its date and offset."""
    raw = datetime.fromtimestamp(at, zone_of(ask.zone)).isoformat(timespec="minutes")
    return Cell(time_words(at, ask.zone), raw, status)


def _filters(found: Requests) -> Any:
    ask = found.ask
    state, kind = ask.state.status or "open", ask.state.kind
    links = [_chip(words, ask.link(status=name, sort=""), name == state) for name, words in FILTERS]
    kinds = list(dict.fromkeys(one.kind for one in found.entries))
    by_kind = [_chip(say("All kinds"), ask.link(kind="", sort=""), not kind)]
    by_kind += [_chip(WORDS[k], ask.link(kind=k, sort=""), k == kind) for k in WORDS if k in kinds]
    return html.Div(
        [
            html.Div(
                links, className="chips", role="group", **{"aria-label": say("Open or decided")}
            ),
            html.Div(by_kind, className="chips", role="group", **{"aria-label": say("Kind")}),
        ],
        className="filters",
    )


def _chip(words: str, href: str, here: bool) -> Any:
    return html.A(words, href=href, **({"aria-current": "true"} if here else {}))


def _tiles(found: Requests) -> tuple[Tile, ...]:
    figures, ask = found.figures, found.ask
    oldest = "" if figures.oldest_at is None else (
        say("oldest {age}", age=_age(ask.now - figures.oldest_at))
    )  # fmt: skip
    decided = say("of {decided_n} decided", decided_n=figures.decided_n)
    open_of = {k: sum(e.is_open and e.kind == k for e in found.entries) for k in WORDS}
    return (
        Tile(say("Requests pending"), str(figures.open_n), word=say("Reference"), gap=oldest),
        Tile(
            say("Decision time"),
            plain(figures.hours, 1),
            "h" if figures.hours is not None else "",
            word=say("Reference") if figures.decided_n else None,
            right=decided,
        ),
        Tile(
            say("Approved"),
            plain(figures.approved_pct, 1),
            "%" if figures.decided_n else "",
            word=say("Reference") if figures.decided_n else None,
            right=decided,
        ),
        Tile(
            say("Time explained"),
            str(open_of[EXCEPTION]),
            word=say("Reference"),
            right=say("to be decided"),
        ),
        Tile(say("Alerts open"), str(open_of["site_alert"]), word=say("Reference")),
        Tile(say("Coachings planned"), str(open_of["coaching"]), word=say("Reference")),
    )


def _age(seconds: int) -> str:
    minutes = max(0, seconds) // 60
    if minutes < 120:
        return say("{minutes} min", minutes=minutes)
    return (
        f"{minutes // 60} h" if minutes < 2880 else say("{minutes} days", minutes=minutes // 1440)
    )


def requests_sign(ask: Ask) -> object:
    """What the list depends on: the newest step of each entry."""
    found = read_requests(ask)
    return [[one.kind, one.at, one.changed_at, one.status] for one in found.entries]


ROOM = PageRoom(
    "requests",
    SPEC,
    view,
    forms=(DECIDE, CANCEL, COACHED, ANSWER, WITHDRAW, SKILL_STEP, DECIDE_EXCEPTION),
    sign=requests_sign,
    events=by_the_minute,
)
