"""The list of remedies on a role's page: what waits, what was done, and the buttons for both."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from dashboards.frame import LASTING, Ask
from dashboards.pages.remedies_data import (
    STATUS,
    STEP_FORM,
    about_words,
    looked_at,
    names_of,
    time_words,
)
from dashboards.parts import html
from dashboards.parts.drawer import opener
from dashboards.parts.panel import panel
from dashboards.parts.table import Cell, Col, Line, Sheet, table
from wfm.domain.language import say, to_say
from wfm.domain.remedies import KINDS, Remedy
from wfm.queries.remedies import read_remedies

BACK_S = 42 * 86_400
SHOWN = 8
COLUMNS = (
    Col("who", to_say("For"), text=True, phone=True),
    Col("what", to_say("What"), text=True, more=True),
    Col("about", to_say("About"), text=True, phone=True),
    Col("reason", to_say("Why"), text=True, more=True),
    Col("status", to_say("Now"), text=True, phone=True),
    Col("at", to_say("Since"), text=True, more=True),
    Col("act", "", text=True, phone=True),
)


def remedies_panel(
    ask: Ask, title: str, forms: Sequence[str], openers: Sequence[Any] = ()
) -> tuple[Any, Sheet]:
    """The panel and its sheet; `forms` are the step forms of the page, `openers` its buttons."""
    store, since = ask.sources.store, ask.now - BACK_S
    found = ask.held("remedies", lambda: read_remedies(store, ask.scope, since), minutes=LASTING)
    names = names_of(ask, found)
    lines = tuple(_line(ask, one, names.get(one.scope, ""), forms) for one in found)
    waiting = sum(one.is_open for one in found)
    sheet = Sheet(
        "remedies",
        title,
        COLUMNS,
        lines,
        note=say("{waiting} open, of {n} in six weeks", waiting=waiting, n=len(found))
        if found
        else "",
        why_empty=say("Nothing was asked for or planned in the last six weeks"),
    )
    near = Sheet(sheet.key, title, COLUMNS, lines[:SHOWN], sheet.note, sheet.why_empty)
    body: list[Any] = [table(near)]
    if openers:
        body.insert(0, html.Div(list(openers), className="acts wrap"))
    return panel(title, body, note=sheet.note, css="remedies"), sheet


def remedies_sign(ask: Ask) -> object:
    """What the list depends on: the newest step of each remedy."""

    def read() -> list[list[int]]:
        found = read_remedies(ask.sources.store, ask.scope, ask.now - BACK_S)
        return [[one.remedy_id, len(one.steps)] for one in found]

    day = ask.now // 86_400  # remedies leave the list by the day
    return ask.pulse.once(("remedies", ask.scope, day), ask.pulse.deeds_mark, read)


@cache
def _permission_of(kind: str, status: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(KINDS[kind].steps.get(status, {}).values()))


def _line(ask: Ask, one: Remedy, name: str, forms: Sequence[str]) -> Line:
    last = one.steps[-1]
    status = {"submitted": "warn", "raised": "bad"}.get(one.status, "")
    cells = (
        Cell(name, name),
        Cell(KINDS[one.kind].words, KINDS[one.kind].words),
        Cell(about_words(one), about_words(one), reason=one.reason),
        Cell(one.reason, one.reason),
        Cell(STATUS[one.status], one.status, status, reason=last.note),
        Cell(time_words(last.at, ask.zone), last.at),
        Cell("", None, node=_buttons(one, forms)),
    )
    return Line(cells)


def _buttons(one: Remedy, forms: Sequence[str]) -> Any:
    args = {"scope": one.scope.path, "remedy": str(one.remedy_id)}
    steps = [STEP_FORM[p] for p in _permission_of(one.kind, one.status)]
    steps = steps or looked_at(one)
    return [opener(words, form, args, small=True) for form, words in steps if form in forms]
