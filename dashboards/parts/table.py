"""Tables: rows of 28 px, worst first, sorted by links; a sheet is table view and export too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, overload

from dashboards.parts import html
from dashboards.parts.numbers import DASH, plain, unit_text
from dashboards.parts.states import empty
from dashboards.parts.status import WORD, icon
from dashboards.parts.tile import text_of
from kpis.value import KpiValue
from wfm.domain.language import say

Raw = float | int | str | None


MOST_LINES = 250  # on the screen; exports have all


@dataclass(frozen=True)
class Col:
    """A column: its head with the unit, what it means, and where it is shown.

    A column without a label holds buttons: its head reads "Actions" to a screen reader only.
    `phone`: a phone shows it too; `more`: only the table view and exports show it.
    """

    key: str
    label: str
    unit: str = ""
    meaning: str = ""
    text: bool = False
    phone: bool = False
    more: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell: its text as tiles would show it, the full value for exports, status, link."""

    text: str
    raw: Raw = None
    status: str = ""
    href: str = ""
    soft: bool = False
    sub: str = ""
    reason: str = ""
    bar: Bar | None = None
    plain: bool = False  # coloured without a shape: the row's own mark says it
    node: Any = None


@dataclass(frozen=True)
class Bar:
    """An inline bar: its share of the longest one (-1 to 1), red when it is a cause."""

    share: float
    bad: bool = False
    both: bool = False  # the sheet has bars to both sides


@dataclass(frozen=True)
class Line:
    """A row: its cells, what kind it is (group, child, total or plain), and its status mark."""

    cells: tuple[Cell, ...]
    kind: str = ""
    status: str = ""
    hot: bool = False


class Later(Sequence[Line]):
    """Rows that are made when somebody reads them: a chart's numbers, in table view and exports."""

    def __init__(self, make: Callable[[], Iterable[Line]]) -> None:
        self._make = make

    @cached_property
    def _lines(self) -> tuple[Line, ...]:
        return tuple(self._make())

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, at: int) -> Line: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Line, ...]: ...

    def __getitem__(self, at: int | slice) -> Line | tuple[Line, ...]:
        return self._lines[at]


@dataclass(frozen=True)
class Sheet:
    """Rows under columns, with what a reader needs to trust them; `key` is its name in links.

    `more`: links to other rows of the same list, drawn below it.
    """

    key: str
    title: str
    columns: tuple[Col, ...]
    lines: Sequence[Line]
    note: str = ""
    why_empty: str = ""
    more: Any = None


def kpi_cell(
    value: KpiValue | None, *, href: str = "", soft: bool = False, plain: bool = False
) -> Cell:
    """The cell of a KPI value: figure, status, and the reason when there is none."""
    if value is None:
        return Cell(DASH, None, reason=say("no data"))
    status = value.status if value.status in ("bad", "warn") else ""
    if plain:
        return Cell(text_of(value), value.value, reason=value.reason)
    return Cell(text_of(value), value.value, status, href, soft, reason=value.reason)


def figure_cell(value: float | None, decimals: int, *, signed: bool = False, **more: Any) -> Cell:
    """The cell of a figure that is no KPI of its own."""
    return Cell(plain(value, decimals, signed=signed), value, **more)


def sort_lines(sheet: Sheet, order: str) -> Sheet:
    """The sheet sorted by a column, `-adherence` downwards; groups keep their children.

    Unknown columns leave the order of harm; empty cells come last, totals stay at the end.
    """
    name = order.lstrip("-")
    keys = [column.key for column in sheet.columns]
    if name not in keys:
        return sheet
    at, down = keys.index(name), order.startswith("-")
    blocks: list[list[Line]] = []
    totals: list[Line] = []
    for line in sheet.lines:
        if line.kind == "total":
            totals.append(line)
        elif line.kind == "child" and blocks:
            blocks[-1].append(line)
        else:
            blocks.append([line])

    def raw_of(line: Line) -> Raw:
        return line.cells[at].raw if line.cells[at].raw is not None else None

    def place(lines: Sequence[list[Line]]) -> list[list[Line]]:
        known = [block for block in lines if raw_of(block[0]) is not None]
        known.sort(key=lambda block: _sort_key(raw_of(block[0])), reverse=down)
        return known + [block for block in lines if raw_of(block[0]) is None]

    ordered: list[Line] = []
    for block in place(blocks):
        children = place([[line] for line in block[1:]])
        ordered += [block[0], *(child[0] for child in children)]
    return replace(sheet, lines=tuple(ordered + totals))


def table(
    sheet: Sheet,
    sort_link: Callable[[str], str] | None = None,
    order: str = "",
    *,
    everything: bool = False,
) -> Any:
    """The sheet as a table; `sort_link` gives the address that sorts by a column.

    Of thousands of lines the first ones and the totals are shown, and the rest is counted: whoever
    wants all of them takes an export.
    """
    more = [] if sheet.more is None else [sheet.more]
    if not sheet.lines:
        nothing = empty(sheet.why_empty or say("No rows in this scope and period"))
        return html.Div([nothing, *more]) if more else nothing
    shown = [at for at, column in enumerate(sheet.columns) if everything or not column.more]
    columns = [sheet.columns[at] for at in shown]
    marked = any(line.status for line in sheet.lines)
    heads = [_head(column, sort_link, order) for column in columns]
    lines, left_n = _first(sheet.lines)
    body = [
        _row(replace(line, cells=tuple(line.cells[at] for at in shown)), columns, marked)
        for line in lines
    ]
    rest = say("{n:,} more rows: sort by a column, or take all of them as CSV or Excel.", n=left_n)
    return html.Div(
        [
            html.Table(
                [
                    html.Caption(sheet.title, className="sr"),
                    html.Thead(html.Tr(heads)),
                    html.Tbody(body),
                ],
                className="grid",
            ),
            *([html.P(rest, className="rest-note")] if left_n else []),
            *more,
        ],
        className="scroll",
        tabIndex=0,
        role="group",
        **{"aria-label": sheet.title},
    )


def _first(lines: Sequence[Line]) -> tuple[Sequence[Line], int]:
    """The lines that are shown, totals among them, and how many are not."""
    if len(lines) <= MOST_LINES:
        return lines, 0
    totals = [line for line in lines if line.kind == "total"]
    plain_n = len(lines) - len(totals)
    first = [line for line in lines if line.kind != "total"][:MOST_LINES]
    return (*first, *totals), plain_n - len(first)


def _sort_key(raw: Raw) -> tuple[int, float, str]:
    if isinstance(raw, str):
        return (1, 0.0, raw.casefold())
    return (0, float(raw or 0), "")


def _head(column: Col, sort_link: Callable[[str], str] | None, order: str) -> Any:
    label = f"{column.label} {unit_text(column.unit)}".strip()
    mine = order.lstrip("-") == column.key
    css = " ".join(name for name, on in (("l", column.text), ("wide-only", not column.phone)) if on)
    content: Any = label or html.Span(say("Actions"), className="sr")
    more: dict[str, Any] = {}
    if label and sort_link is not None:
        down = order != f"-{column.key}" and not column.text
        content = html.A(label, href=sort_link(("-" if down else "") + column.key))
    if mine:
        more["aria-sort"] = "descending" if order.startswith("-") else "ascending"
    if column.meaning:
        more["title"] = column.meaning
    return html.Th(content, className=css, scope="col", **more)


def _row(line: Line, columns: Sequence[Col], marked: bool) -> Any:
    cells = [
        _lead(line, cell, marked) if at == 0 else _cell(cell, columns[at])
        for at, cell in enumerate(line.cells)
    ]
    css = " ".join(name for name in (line.kind, "hot" if line.hot else "") if name)
    return html.Tr(cells, className=css)


def _lead(line: Line, cell: Cell, marked: bool) -> Any:
    name: Any = html.A(cell.text, href=cell.href) if cell.href else html.Span(cell.text)
    slot = html.Span(
        icon(line.status, label=WORD.get(line.status, "")) if line.status else "",
        className="slot",
    )
    inside = [slot] if marked and line.kind != "total" else []
    css = "lead child" if line.kind == "child" else "lead"
    sub = [html.Small(cell.sub)] if cell.sub else []
    return html.Td(html.Span([*inside, name, *sub], className=css), className="first l")


def _cell(cell: Cell, column: Col) -> Any:
    css = " ".join(
        name
        for name, on in (
            ("l", column.text or cell.bar is not None),
            ("wide-only", not column.phone),
            ("soft", cell.soft),
            (f"is-{cell.status}", bool(cell.status)),
            ("dash-none", cell.text == DASH),
        )
        if on
    )
    more = {"title": cell.reason} if cell.reason else {}
    return html.Td(_content(cell), className=css, **more)


def _content(cell: Cell) -> Any:
    if cell.node is not None:
        return cell.node
    if cell.bar is not None:
        return _with_bar(cell, cell.bar)
    text: Any = html.A(cell.text, href=cell.href) if cell.href else cell.text
    if cell.status in ("bad", "warn") and not cell.plain:
        return html.Span([icon(cell.status, label=WORD[cell.status]), text], className="cell")
    return [text, html.Small(f" {cell.sub}")] if cell.sub else text


def _with_bar(cell: Cell, bar: Bar) -> Any:
    width = f"{min(1.0, abs(bar.share)) * 100:.1f}%"
    piece = html.I(className="bad" if bar.bad else "", style={"width": width})
    figure = html.Span(cell.text, className="figure")
    if not bar.both:
        return html.Span([html.Span(piece, className="track"), figure], className="ibar")
    sides = [html.Span(piece if bar.share < 0 else ""), html.Span(piece if bar.share >= 0 else "")]
    return html.Span([html.Span(sides, className="track both"), figure], className="ibar")
