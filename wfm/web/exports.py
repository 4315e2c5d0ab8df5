"""Tables of a page as CSV and Excel, with the rights and the scope of the page itself."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import xlsxwriter
from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import NotFound

from wfm.domain.errors import ScopeDenied
from wfm.domain.language import language, speaking
from wfm.domain.principal import Principal
from wfm.domain.scope import Scope
from wfm.queries.access import NOT_FOUND, default_scope
from wfm.web.guard import EXTENSION, allow, guarded_route
from wfm.web.pages import Page, page_of, parse_scope

Cell = str | int | float | bool | date | datetime | None
RISKY = ("=", "+", "-", "@", "\t", "\r", "\0")
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Table:
    """A table to hand out: heads, rows in full precision, and what a reader must know of it.

    `meta` is label and text: scope, period, data time, and the definition of each column.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    meta: Sequence[tuple[str, str]] = field(default=())


# From the page's address (id, query, scope already authorised) to its table; None: it has none.
BuildTable = Callable[[Principal, str, Scope, Mapping[str, str]], Table | None]


def add_exports(server: Flask, build: BuildTable) -> None:
    """The routes `/export/<page>.csv` and `/export/<page>.xlsx` put on the server."""

    @guarded_route(_page_asked)
    def export(who: Principal, page_id: str, kind: str) -> Response:
        page = _page_asked({"page_id": page_id})
        asked = parse_scope(request.args.get("scope"))
        scope = default_scope(who, page.permission) if asked is None else asked
        allow(who, "export", scope)
        # CSV is for machines: the same heads and words for every reader.
        with speaking(None if kind == "csv" else language()):
            table = build(who, page_id, scope, request.args.to_dict())
        if table is None:
            raise NotFound
        current_app.extensions[EXTENSION].note_export(who, page_id, scope, g.request_id)
        body = as_csv(table) if kind == "csv" else as_xlsx(table)
        response = Response(body, content_type=TYPES[kind])
        response.headers["Content-Disposition"] = f'attachment; filename="muster-{page_id}.{kind}"'
        return response

    server.add_url_rule("/export/<page_id>.<any(csv,xlsx):kind>", "export", view_func=export)


def _page_asked(parts: Mapping[str, str]) -> Page:
    """The page whose table is asked for: its roles and its permission hold here too."""
    page = page_of(parts["page_id"])
    if page is None:
        raise ScopeDenied(NOT_FOUND)
    return page


_page_asked.label = "export"  # type: ignore[attr-defined]


def as_csv(table: Table) -> bytes:
    """The table as CSV in UTF-8: what it is about, an empty line, heads, rows."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([harmless(label), harmless(value)] for label, value in table.meta)
    if table.meta:
        writer.writerow([])
    writer.writerow([harmless(name) for name in table.columns])
    writer.writerows([_plain(cell) for cell in row] for row in table.rows)
    return out.getvalue().encode()


def as_xlsx(table: Table) -> bytes:
    """The table as an Excel workbook: numbers as numbers, text as text, never formulas or links."""
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet("Muster")
        bold = book.add_format({"bold": True})
        top = len(table.meta) + 1 if table.meta else 0
        for at, (label, text) in enumerate(table.meta):
            sheet.write_string(at, 0, harmless(label))
            sheet.write_string(at, 1, harmless(text))
        for column, name in enumerate(table.columns):
            sheet.write_string(top, column, harmless(name), bold)
        for at, row in enumerate(table.rows, start=top + 1):
            for column, cell in enumerate(row):
                value = _plain(cell)
                if isinstance(value, str):
                    sheet.write_string(at, column, value)
                elif value is not None:
                    sheet.write_number(at, column, value)
        sheet.freeze_panes(top + 1, 0)
    return out.getvalue()


def harmless(text: str) -> str:
    """The text as a spreadsheet shows it and never runs it: `=1+1` becomes `'=1+1`."""
    text = str(text)
    return f"'{text}" if text.startswith(RISKY) else text


def _plain(cell: Cell) -> str | int | float | None:
    if isinstance(cell, str):
        return harmless(cell)
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and not math.isfinite(cell):
        return None
    return cell.isoformat() if isinstance(cell, date) else cell
