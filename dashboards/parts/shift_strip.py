"""Shifts of a period under each other, one row a day, with the time lost in each.

All rows share the axis of the time of day, so a loss that returns at the same moment stands as a
vertical line: the line is the finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from dashboards.parts import html
from dashboards.parts.drawing import drawn
from dashboards.theme import Palette

ROW_PX = 13.5
_WIDTH = 2000.0
_BARS_PX = 78
_EDGE = 1.35  # words keep this much more than their length from the right edge
_BOLD = 1.2  # how much wider the words of the worst moment are
_LEVELS, _LEVEL_PX = 5, 16  # lines of words beside the bars of the moments


@dataclass(frozen=True)
class Loss:
    """A piece of a shift out of adherence, in minutes of the day; `hot` when it recurs."""

    start: float
    end: float
    hot: bool
    sentence: str


@dataclass(frozen=True)
class StripRow:
    """One shift: its label and value, its working pieces and the losses in them, in minutes."""

    label: str
    value: str
    pieces: tuple[tuple[float, float], ...]
    losses: tuple[Loss, ...]


@dataclass(frozen=True)
class MomentBar:
    """Minutes lost at a moment, at the time of day at which it usually lies.

    With a `span` in minutes it is the pale background: what is lost at no fixed moment.
    """

    at: float
    minutes: float
    title: str
    lines: tuple[str, ...]
    worst: bool
    span: float = 0.0


def shift_strip(rows: Sequence[StripRow], first: float, last: float, *, alt: str) -> html.Div:
    """Shifts as pale tracks with their losses, newest above, between two minutes of the day."""
    height = ROW_PX * len(rows)

    def x(minute: float) -> float:
        return _WIDTH * min(1.0, max(0.0, (minute - first) / (last - first)))

    def draw(palette: Palette) -> str:
        tracks = "".join(
            f"M{x(a):.1f} {ROW_PX * i + 2:.1f}H{x(b):.1f}v9H{x(a):.1f}z"
            for i, row in enumerate(rows)
            for a, b in row.pieces
        )
        out = [f'<path d="{tracks}" fill="{palette.cell}"/>']
        for hot, colour in ((False, palette.plan), (True, palette.bad)):
            marks = "".join(
                f"M{x(loss.start):.1f} {ROW_PX * i + 1.5:.1f}"
                f"H{max(x(loss.end), x(loss.start) + 6):.1f}v10H{x(loss.start):.1f}z"
                for i, row in enumerate(rows)
                for loss in row.losses
                if loss.hot is hot
            )
            if marks:
                out.append(f'<path d="{marks}" fill="{colour}"/>')
        return "".join(out)

    names = html.Ul(
        [html.Li([html.Span(row.label), html.B(row.value)]) for row in rows],
        className="strip-names",
    )
    hits = [
        html.Span(
            className="hit",
            title=f"{row.label}: {loss.sentence}",
            style={
                "left": f"{x(loss.start) / 20:.3f}%",
                "width": f"max(6px, {(x(loss.end) - x(loss.start)) / 20:.3f}%)",
                "top": f"{ROW_PX * i}px",
                "height": f"{ROW_PX}px",
            },
        )
        for i, row in enumerate(rows)
        for loss in row.losses
        if loss.hot
    ]
    images: list[Any] = drawn(draw, width=_WIDTH, height=height, alt=alt, stretch=True)
    plot = html.Div([*images, *hits], className="strip-plot", style={"height": f"{height}px"})
    return html.Div([names, plot], className="strip")


def moment_bars(
    bars: Sequence[MomentBar], first: float, last: float, *, letters: float = 150.0
) -> html.Ul:
    """Minutes lost by moment, each bar at its time of day, the worst moment in colour.

    `letters` fit beside each other on the axis; words that would meet are put above each other,
    and beyond five lines they are left to the table.
    """
    most = max((bar.minutes for bar in bars), default=0.0) or 1.0

    def share_of(bar: MomentBar) -> float:
        return min(1.0, max(0.0, (bar.at - first) / (last - first)))

    def height_of(bar: MomentBar) -> float:
        return max(2.0, _BARS_PX * bar.minutes / most)

    beside = 1.1 / letters  # half a bar
    taken: list[list[tuple[float, float]]] = [[] for _ in range(_LEVELS)]
    for bar in bars:
        if not bar.span:
            for level in taken[: ceil(height_of(bar) / _LEVEL_PX)]:
                level.append((share_of(bar) - 0.9 * beside, share_of(bar) + 0.9 * beside))
    items = []
    for bar in sorted(bars, key=lambda bar: (not bar.worst, -bar.minutes)):
        share = share_of(bar)
        length = max(len(text) for text in (bar.title, *bar.lines)) / letters
        length *= _BOLD if bar.worst else 1.0
        left = share + _EDGE * length > 1
        span = (share - length, share - beside) if left else (share + beside, share + length)
        free = None
        if bar.title and span[0] > 0:
            free = _free_level(taken, span, 1 + len(bar.lines))
        words: list[Any] = []
        if free is not None:
            lines: list[Any] = [html.B(bar.title) if bar.worst else bar.title]
            lines.extend(html.Div(line) for line in bar.lines)
            words = [html.Span(lines, style={"bottom": f"{2 + _LEVEL_PX * free}px"})]
        items.append(
            html.Li(
                words,
                title=bar.title,
                className=_css(bar, left=left),
                style={
                    "left": f"{100 * share:.2f}%",
                    "height": f"{height_of(bar):.0f}px",
                    **({"width": f"{100 * bar.span / (last - first):.3f}%"} if bar.span else {}),
                },
            )
        )
    return html.Ul(items, className="moments")


def _css(bar: MomentBar, *, left: bool) -> str:
    names = (("worst", bar.worst), ("left", left), ("rest", bool(bar.span)))
    return " ".join(name for name, on in names if on)


def _free_level(
    taken: list[list[tuple[float, float]]], span: tuple[float, float], lines: int
) -> int | None:
    """The lowest line with room for some lines of words; it is taken then. None without room."""
    for level in range(_LEVELS - lines + 1):
        here = taken[level : level + lines]
        if all(span[1] < a or b < span[0] for spans in here for a, b in spans):
            for spans in here:
                spans.append(span)
            return level
    return None
