"""The tables of the targets page: figures worst first, the tree of inheritance, the history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dashboards.names import name_of
from dashboards.pages.targets_data import Place, Targets
from dashboards.pages.targets_forms import may_set
from dashboards.parts.drawer import opener
from dashboards.parts.numbers import DASH
from dashboards.parts.table import Cell, Col, Line, Sheet, kpi_cell
from dashboards.parts.tile import gap_text, target_text
from kpis.catalogue.load import CATALOGUE
from kpis.definition import Kpi
from kpis.display import format_goal
from kpis.targets import bands_of, provenance
from kpis.value import KpiValue
from wfm.domain.grid import zone_of
from wfm.domain.language import say, to_say
from wfm.domain.scope import Scope
from wfm.domain.targets import Target

SOURCE = {"import": to_say("file"), "default": to_say("default")}


def figures(page: Targets) -> Sheet:
    """Every figure with its target, worst first: value, gap, who set the target, hidden reds."""
    columns = (
        Col("name", say("Figure"), text=True, phone=True),
        Col("value", say("Now"), phone=True),
        Col("target", say("Target"), phone=True),
        Col("gap", say("Gap")),
        Col("set", say("Set for"), text=True),
        Col("by", say("By"), text=True, more=True),
        Col("since", say("Since"), text=True, more=True),
        Col("source", say("Provenance"), text=True, more=True),
        Col("reds", say("Inside"), text=True),
        Col("act", "", text=True),
    )
    lines = tuple(_figure(page, value) for value in page.values)
    return Sheet(
        "figures", say("Figures and their targets"), columns, lines, say("worst first"),
        say("No figure has arrived yet"),
    )  # fmt: skip


def _figure(page: Targets, value: KpiValue) -> Line:
    ask, kpi = page.ask, CATALOGUE[value.kpi_id]
    row = page.row(kpi.id)
    source = value.target.source if value.target else ""
    goal = target_text(value, bare=True) if value.target else DASH
    red = page.reds.get(kpi.id, "")
    link = ask.link(kpi=kpi.id)
    cells = (
        Cell(page.label(kpi), kpi.id, href=link),
        kpi_cell(value),
        Cell(goal, goal, reason=source),
        Cell(gap_text(value) if value.value is not None else "", value.gap, soft=True),
        *_set_by(page, row, value),
        Cell(source, source),
        Cell(red, red, "bad" if red and value.status != "bad" else ""),
        Cell("", None, node=_button(page, kpi, ask.scope)),
    )
    hot = kpi.id == page.focus.kpi_id
    return Line(cells, status=value.status if value.status in ("bad", "warn") else "", hot=hot)


def _set_by(page: Targets, row: Target | None, value: KpiValue) -> tuple[Cell, Cell, Cell]:
    if row is None:
        word = say("default") if value.target is not None else DASH
        return Cell(word, word, soft=True), Cell("", ""), Cell("", "")
    place = page.ask.targets.name_of(row.level, row.key)
    since = row.effective_from
    day = say("{day.day} {day:%b %Y}", day=since)
    return Cell(place, place), Cell(row.author, row.author), Cell(day, since.isoformat())


def places(page: Targets) -> Sheet:
    """Where the figure's target is set and who inherits it, the parts worst first."""
    columns = (
        Col("name", say("Where"), text=True, phone=True),
        Col("value", say("Now"), phone=True),
        Col("target", say("Target"), phone=True),
        Col("how", "", text=True),
        Col("source", say("Provenance"), text=True, more=True),
        Col("act", "", text=True, phone=True),
    )
    lines = tuple(_place(page, place) for place in page.places)
    title = say("{short}: where the target is set", short=page.kpi.short_name)
    return Sheet("places", title, columns, lines, say("above, here, and below worst first"))


def _place(page: Targets, place: Place) -> Line:
    kpi, book = page.kpi, page.ask.targets
    if place.value is not None and place.target is not None:
        goal = target_text(place.value, bare=True)
    else:
        bands = bands_of(kpi, place.row)
        counted = kpi.kind == "sum" and not place.own
        goal = DASH if bands.empty or counted else format_goal(kpi, bands)
    if place.own:
        how = "own"
    elif place.row is not None:
        how = say("from {name}", name=book.name_of(place.row.level, place.row.key))
    else:
        how = say("default") if goal != DASH else DASH
    source = provenance(book, kpi, place.row, place.scope) if goal != DASH else ""
    above = place.value is None and place.scope != page.ask.scope
    cells = (
        Cell(place.name, place.scope.path or "*", href=_link(page, place)),
        Cell("", None) if above else kpi_cell(place.value),
        Cell(goal, goal, reason=source),
        Cell(how, how, soft=not place.own, reason=source),
        Cell(source, source),
        Cell("", None, node=_button(page, kpi, place.scope)),
    )
    kind = (
        "child"
        if place.depth > len(page.ask.scope.path.split("/")) * bool(page.ask.scope.path)
        else ""
    )
    return Line(cells, kind, hot=place.scope == page.ask.scope)


def _link(page: Targets, place: Place) -> str:
    ask = page.ask
    return ask.scope_link(place.scope) if ask.root.holds(place.scope) else ""


def _button(page: Targets, kpi: Kpi, scope: Scope) -> Any:
    if not may_set(page.ask.who, scope, kpi.id, page.schemes):
        return ""
    return opener(say("Set"), "target", {"scope": scope.path or "*", "kpi": kpi.id}, small=True)


def history(page: Targets) -> Sheet:
    """Every change of the figure's targets in this scope, newest first, each to be undone."""
    columns = (
        Col("at", say("Recorded"), text=True, phone=True),
        Col("for", say("For"), text=True, phone=True),
        Col("target", say("Target"), phone=True),
        Col("from", say("From"), text=True),
        Col("to", say("To"), text=True, more=True),
        Col("by", say("By"), text=True),
        Col("reason", say("Reason"), text=True),
        Col("act", "", text=True),
    )
    newest: set[tuple[str, str, str, str]] = set()
    lines = []
    for row in page.history:
        place = (row.level, row.key, row.contact_type, row.queue_id)
        lines.append(_change(page, row, place not in newest))
        newest.add(place)
    return Sheet(
        "history",
        say("{short}: changes", short=page.kpi.short_name),
        columns,
        tuple(lines),
        say("newest first; an undo is a new row"),
        say("Nobody has set a target: the default holds"),
    )


def _change(page: Targets, row: Target, newest: bool) -> Line:
    kpi, ask = page.kpi, page.ask
    at = datetime.fromtimestamp(row.recorded_at, zone_of(ask.zone))
    day = say("{day.day} {day:%b %Y}", day=at)
    goal = say("inherits") if row.kind != "own" else format_goal(kpi, bands_of(kpi, row))
    where = ask.targets.name_of(row.level, row.key)
    if row.contact_type or row.queue_id:
        kind = "contact_type" if row.contact_type else "queue"
        where += f", {name_of(ask, kind, row.contact_type or row.queue_id)}"
    first = say("{day.day} {day:%b %Y}", day=row.effective_from)
    if row.restated_on is not None:
        first += say(", restated")
    scope = page.scope_of(row)
    node: Any = ""
    mine = newest and row.source == "user" and scope is not None
    if mine and scope is not None and may_set(ask.who, scope, kpi.id, page.schemes):
        args = {"scope": scope.path or "*", "target": str(row.target_id), "kpi": kpi.id}
        node = opener(say("Undo"), "undo-target", args, small=True)
    reason = row.reason or SOURCE.get(row.source, "")
    cells = (
        Cell(day, at.isoformat()), Cell(where, where), Cell(goal, goal),
        Cell(first, row.effective_from.isoformat()),
        Cell(str(row.effective_to or ""), str(row.effective_to or "")),
        Cell(row.author, row.author), Cell(reason, reason, soft=True),
        Cell("", None, node=node),
    )  # fmt: skip
    return Line(cells)
