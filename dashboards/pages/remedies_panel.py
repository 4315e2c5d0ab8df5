"""The list of remedies on a role's page: what waits, what was done, and the buttons for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from dashboards.frame import LASTING, Ask
from dashboards.pages.remedies_data import (
    STATUS,
    STEP_FORM,
    about_words,
    day_words,
    looked_at,
    names_of,
    time_words,
)
from dashboards.parts import html
from dashboards.parts.drawer import opener
from dashboards.parts.panel import panel
from dashboards.parts.table import MOST_LINES, Cell, Col, Line, Sheet, table
from wfm.domain.grid import zone_of
from wfm.domain.language import say, to_say
from wfm.domain.remedies import KINDS, Remedy
from wfm.queries.remedies import read_past_remedies, read_remedies

BACK_S = 42 * 86_400
SHOWN = 8
COLUMNS = (
    Col("who", to_say("For"), text=True, phone=True),
    Col("what", to_say("What"), text=True, more=True),
    Col("about", to_say("About"), text=True, phone=True),
    Col("reason", to_say("Why"), text=True, more=True),
    Col("opened", to_say("Opened"), text=True, more=True),
    Col("status", to_say("Now"), text=True, phone=True),
    Col("at", to_say("Since"), text=True, more=True),
    Col("act", "", text=True, phone=True),
)
# Of all there ever were the day counts too, not only what waits.
PAST_COLUMNS = tuple(replace(c, more=c.key in ("what", "reason", "at")) for c in COLUMNS)


def remedies_panel(
    ask: Ask, title: str, forms: Sequence[str], openers: Sequence[Any] = ()
) -> tuple[Any, Sheet]:
    """The panel and its sheet; `forms` are the step forms of the page, `openers` its buttons.

    Six weeks, what is open first; from there a link leads to all there ever were, newest first.
    """
    sheet = _past(ask, title, forms) if ask.state.past else _near(ask, title, forms)
    shown = sheet if ask.state.past else replace(sheet, lines=sheet.lines[:SHOWN])
    body: list[Any] = [table(shown)]
    if openers:
        body.insert(0, html.Div(list(openers), className="acts wrap"))
    return panel(title, body, note=sheet.note, css="remedies"), sheet


def remedies_sign(ask: Ask) -> object:
    """What the list depends on: the newest step of each remedy."""

    def read() -> list[list[int]]:
        found = read_remedies(ask.sources.store, ask.scope, ask.now - BACK_S)
        return [[one.remedy_id, len(one.steps)] for one in found]

    if ask.state.past:
        return ask.pulse.deeds_mark
    day = ask.now // 86_400  # remedies leave the list by the day
    return ask.pulse.once(("remedies", ask.scope, day), ask.pulse.deeds_mark, read)


def _near(ask: Ask, title: str, forms: Sequence[str]) -> Sheet:
    store, since = ask.sources.store, ask.now - BACK_S
    found = ask.held("remedies", lambda: read_remedies(store, ask.scope, since), minutes=LASTING)
    newest = ask.held(
        "newest", lambda: read_past_remedies(store, ask.scope, SHOWN + 1), minutes=LASTING
    )
    earlier = len(newest) > min(len(found), SHOWN)
    waiting = sum(one.is_open for one in found)
    return Sheet(
        "remedies",
        title,
        COLUMNS,
        _lines(ask, found, forms),
        note=say("{waiting} open, of {n} in six weeks", waiting=waiting, n=len(found))
        if found
        else "",
        why_empty=say("Nothing was asked for or planned in the last six weeks"),
        more=_links([(say("Show earlier"), ask.link(past="all", kind=""), False)])
        if earlier
        else None,
    )


def _past(ask: Ask, title: str, forms: Sequence[str]) -> Sheet:
    """All there ever were, newest first, as many as a table shows; of one kind where one is named.

    So a year of requests does not stand between an alert and who looks for what it has brought.
    """
    store, past = ask.sources.store, ask.state.past
    kind = ask.state.kind if ask.state.kind in KINDS else ""
    before = int(past) if past.isdigit() else None
    found = ask.held(
        ("past remedies", before, kind),
        lambda: read_past_remedies(store, ask.scope, MOST_LINES + 1, before, kind),
    )
    shown = found[:MOST_LINES]
    links = [(say("All kinds"), ask.link(kind="", past="all"), not kind)]
    links += [
        (KINDS[name].words, ask.link(kind=name, past="all"), name == kind)
        for name in _kinds_of(tuple(forms))
    ]
    if len(found) > len(shown):
        links.append((say("Show earlier"), ask.link(past=str(shown[-1].remedy_id)), False))
    if before is not None:
        links.append((say("Back to the newest"), ask.link(past="all"), False))
    links.append((say("Only six weeks"), ask.link(past="", kind=""), False))
    return Sheet(
        "remedies",
        title,
        PAST_COLUMNS,
        _lines(ask, shown, forms),
        note=say(
            "{n}, newest first, opened {first} to {last}",
            n=len(shown),
            first=_opened(ask, shown[-1].at),
            last=_opened(ask, shown[0].at),
        )
        if shown
        else "",
        why_empty=say("Nothing was asked for or planned before"),
        more=_links(links),
    )


def _links(links: Sequence[tuple[str, str, bool]]) -> Any:
    return html.Div(
        [
            html.A(words, href=href, **({"aria-current": "true"} if here else {}))
            for words, href, here in links
        ],
        className="chips",
        role="group",
        **{"aria-label": say("More of this list")},
    )


@cache
def _kinds_of(forms: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds that the page's forms take further or look at."""
    return tuple(
        name
        for name, kind in KINDS.items()
        if any(STEP_FORM[p][0] in forms for steps in kind.steps.values() for p in steps.values())
    )


@cache
def _permission_of(kind: str, status: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(KINDS[kind].steps.get(status, {}).values()))


def _lines(ask: Ask, found: tuple[Remedy, ...], forms: Sequence[str]) -> tuple[Line, ...]:
    names = names_of(ask, found)
    return tuple(_line(ask, one, names.get(one.scope, ""), forms) for one in found)


def _line(ask: Ask, one: Remedy, name: str, forms: Sequence[str]) -> Line:
    last = one.steps[-1]
    status = {"submitted": "warn", "raised": "bad"}.get(one.status, "")
    cells = (
        Cell(name, name),
        Cell(KINDS[one.kind].words, KINDS[one.kind].words),
        Cell(about_words(one), about_words(one), reason=one.reason),
        Cell(one.reason, one.reason),
        _time(ask, one.at),
        Cell(STATUS[one.status], one.status, status, reason=last.note),
        _time(ask, last.at),
        Cell("", None, node=_buttons(one, forms)),
    )
    return Line(cells)


def _time(ask: Ask, at: int) -> Cell:
    """An instant by the clock of the page; exported with its date and offset."""
    when = datetime.fromtimestamp(at, zone_of(ask.zone))
    year = "" if when.year == ask.today.year else f" {when.year}"
    return Cell(time_words(at, ask.zone) + year, when.isoformat(timespec="minutes"))


def _opened(ask: Ask, at: int) -> str:
    day = datetime.fromtimestamp(at, zone_of(ask.zone)).date()
    return day_words(day) + ("" if day.year == ask.today.year else f" {day.year}")


def _buttons(one: Remedy, forms: Sequence[str]) -> Any:
    args = {"scope": one.scope.path, "remedy": str(one.remedy_id)}
    steps = [STEP_FORM[p] for p in _permission_of(one.kind, one.status)]
    steps = steps or looked_at(one)
    return [opener(words, form, args, small=True) for form, words in steps if form in forms]
