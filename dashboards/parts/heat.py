"""Heat by row and interval: neutral unless under target, blank where nothing is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.parts import html
from dashboards.parts.drawing import drawn
from dashboards.theme import Palette

CELL_H = 14.0
STEP = 10.0  # drawing units of one interval; the picture stretches to its box


@dataclass(frozen=True)
class HeatRow:
    """A row: its name, a note (the target), the status of each interval, and a sentence."""

    name: str
    statuses: Sequence[str]  # good warn bad none, "" where there is nothing to show
    note: str = ""
    sentence: str = ""
    href: str = ""


def heat(rows: Sequence[HeatRow], *, breaks: Sequence[int] = ()) -> Any:
    """Rows of cells on the axis of their panel; `breaks` are the intervals a new day begins at."""
    if not rows:
        return html.Div()
    steps = max(len(row.statuses) for row in rows)
    width, height = steps * STEP, len(rows) * CELL_H
    names = [
        html.Li(
            [_name(row), html.Span(row.note, className="third") if row.note else ""],
            title=row.sentence,
        )
        for row in rows
    ]
    alt = "; ".join(row.sentence or row.name for row in rows)
    pictures = drawn(
        lambda palette: _cells(rows, palette) + _breaks(breaks, height, palette),
        width=width, height=height, alt=alt, stretch=True,
    )  # fmt: skip
    return html.Div(
        [html.Ul(names, className="heat-names"), html.Div(pictures, className="heat-plot")],
        className="heat",
    )


def _name(row: HeatRow) -> Any:
    return html.A(row.name, href=row.href) if row.href else html.Span(row.name)


def _cells(rows: Sequence[HeatRow], palette: Palette) -> str:
    colours = {
        "good": palette.cell, "none": palette.cell, "warn": palette.warn_cell,
        "bad": palette.bad_cell,
    }  # fmt: skip
    paths: dict[str, str] = {}
    for at, row in enumerate(rows):
        for step, status in enumerate(row.statuses):
            if status in colours:
                colour = colours[status]
                paths[colour] = paths.get(colour, "") + (
                    f"M{step * STEP + 0.5:g} {at * CELL_H + 0.5:g}h{STEP - 1:g}v{CELL_H - 1:g}"
                    f"h-{STEP - 1:g}z"
                )
    return "".join(f'<path d="{d}" fill="{colour}"/>' for colour, d in paths.items())


def _breaks(breaks: Sequence[int], height: float, palette: Palette) -> str:
    return "".join(
        f'<path d="M{at * STEP:g} 0V{height:g}" stroke="{palette.page}" stroke-width="2"/>'
        for at in breaks
    )
