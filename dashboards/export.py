"""The tables of a page for CSV and Excel: the same sheets as on screen, in full precision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dashboards.build import ask_of, room_of
from dashboards.frame import Ask, Look
from dashboards.parts.table import Line, Sheet, sort_lines
from dashboards.sources import Sources
from dashboards.view_state import parse_view, period_label
from kpis.catalogue.load import CATALOGUE
from wfm.domain.errors import BadInput
from wfm.domain.grid import zone_of
from wfm.domain.language import say
from wfm.domain.principal import Principal
from wfm.domain.scope import Scope
from wfm.web.exports import BuildTable, Table
from wfm.web.pages import Address, page_of


def table_builder(sources: Sources) -> BuildTable:
    """The function that the export route calls: page, scope and query to the page's table.

    `sheet=agents` picks a panel by its name; without it the first, main table is handed out.
    """

    def build(who: Principal, page_id: str, scope: Scope, query: Mapping[str, str]) -> Table | None:
        room, page = room_of(page_id), page_of(page_id)
        if room is None or page is None:
            return None
        tabular = {**query, "view": "table"}  # what is on screen as a picture is not drawn
        ask = ask_of(who, room, Address(page, tabular, scope), Look(), sources)
        view = room.view(ask)
        sheet = _picked(view.sheets, query.get("sheet", ""))
        return as_table(ask, sort_lines(sheet, parse_view(query).sort))

    return build


def as_table(ask: Ask, sheet: Sheet) -> Table:
    """A sheet with its units in the heads and all that is needed to read it in its lines above."""
    heads = [f"{c.label} ({c.unit})" if c.unit else c.label for c in sheet.columns]
    rows = [[*_cells(line)] for line in sheet.lines]
    data = say("none")
    if ask.data_at is not None:
        data = datetime.fromtimestamp(ask.data_at, zone_of(ask.zone)).isoformat()
    meta = [
        (say("Page"), ask.page.title),
        (say("Table"), f"{sheet.title}. {sheet.note}".strip(". ")),
        (say("Scope"), ask.organisation.name_of(ask.scope)),
        (say("Period"), period_label(ask.grain, ask.period, ask.today)),
        (say("From"), ask.period.first.isoformat()),
        (say("To, not included"), ask.period.end.isoformat()),
        (say("Time zone"), ask.zone),
        (say("Data to"), data),
    ]
    for column in sheet.columns:
        meaning = column.meaning
        if not meaning and column.key in CATALOGUE:
            meaning = CATALOGUE[column.key].formula
        if meaning:
            meta.append((say("Column {label}", label=column.label), meaning))
    return Table(heads, rows, meta)


def _cells(line: Line) -> list[str | float | int | None]:
    first, *others = line.cells
    name = f"{first.text} {first.sub}".strip()
    return [name, *(cell.raw for cell in others)]


def _picked(sheets: tuple[Sheet, ...], name: str) -> Sheet:
    if not name:
        return sheets[0]
    for sheet in sheets:
        if sheet.key == name:
            return sheet
    known = ", ".join(sheet.key for sheet in sheets)
    raise BadInput(
        say("There is no table {name!r} here; one of {known}.", name=name[:40], known=known)
    )
