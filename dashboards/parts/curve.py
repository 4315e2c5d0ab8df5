"""A solver run: progress, four numbers, and the best cost over the proven bound as steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc

from dashboards.parts import html
from dashboards.parts.numbers import plain
from dashboards.theme import FONT, Palette
from wfm.domain.language import say

HEIGHT = 168
TIGHT = 0.25  # of the chart: the words of two lines do not fit between them
Point = tuple[float, float | None, float | None]  # seconds, best cost, bound


@dataclass(frozen=True)
class Curve:
    """The points of a run, how long it may last, and a cost to hold it against."""

    points: Sequence[Point]
    elapsed_s: float
    limit_s: float | None
    running: bool
    required: int | None = None
    against: tuple[str, float] | None = None  # ("Draft B", 652.4)


def bar(percent: float, label: str) -> Any:
    """A progress bar of 4 px with its value for readers."""
    share = min(100.0, max(0.0, percent))
    return html.Div(
        html.Span(style={"width": f"{share:.1f}%"}),
        className="run-bar",
        role="progressbar",
        **{"aria-valuenow": f"{share:.0f}", "aria-valuemin": "0", "aria-valuemax": "100",
           "aria-label": label},
    )  # fmt: skip


def numbers(cells: Sequence[tuple[str, str]]) -> Any:
    """Big numbers with a line below each, divided by rules."""
    return html.Div(
        [html.Div([html.B(value), html.Span(words)]) for value, words in cells],
        className="run-numbers",
    )


def curve(given: Curve, palette: Palette, *, name: str) -> Any:
    """Best cost as violet steps over the dashed bound; what lies between is the gap."""
    best = [(t, cost) for t, cost, _ in given.points if cost is not None]
    bound = [(t, low) for t, _, low in given.points if low is not None]
    end = max(given.elapsed_s, best[-1][0] if best else 0.0, 0.5)
    right = max(given.limit_s or 0.0, end) if given.running else end
    data: list[dict[str, Any]] = []
    if best:
        x, y = _steps(best, end)
        lx, ly = _steps(_from(bound, best[0][0]), end)
        data.append({"x": lx + x[::-1], "y": ly + y[::-1], "mode": "lines", "fill": "toself",
                     "line": {"width": 0}, "fillcolor": _faint(palette.draft),
                     "hoverinfo": "skip"})  # fmt: skip
    if bound:
        x, y = _steps(bound, end)
        data.append({"x": x, "y": y, "mode": "lines", "name": say("lower bound"),
                     "hoverinfo": "skip",
                     "line": {"color": palette.third, "width": 1.2,
                              "dash": "3px,3px"}})  # fmt: skip
    if best:
        x, y = _steps(best, end)
        data.append(
            {
                "x": x,
                "y": y,
                "mode": "lines",
                "name": say("best so far"),
                "hoverinfo": "skip",
                "line": {"color": palette.draft, "width": 1.8},
            }
        )
        data.append({"x": [t for t, _ in best], "y": [c for _, c in best], "mode": "markers",
                     "marker": {"color": palette.draft, "size": 4}, "name": say("best so far"),
                     "hovertemplate": say("{cost} after {seconds} s", cost="%{y:,.1f}",
                                          seconds="%{x:.1f}") + "<extra></extra>"})  # fmt: skip
    low, high = _span(best, bound, given.against)
    shapes, notes = [], []
    if given.against is not None:
        label, cost = given.against
        shapes.append({"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": cost, "y1": cost,
                       "line": {"color": palette.strong, "width": 1.2}})  # fmt: skip
        notes.append(_note(0.55 * right, cost, label, palette.third, "left", "bottom"))
    if given.running and right > end:
        shapes.append({"type": "rect", "yref": "paper", "x0": end, "x1": right,
                       "y0": 0, "y1": 1,
                       "fillcolor": palette.band, "opacity": 0.35,
                       "line": {"width": 0}})  # fmt: skip
        shapes.append({"type": "line", "yref": "paper", "x0": end, "x1": end, "y0": 0, "y1": 1,
                       "line": {"color": palette.ink, "width": 1.25}})  # fmt: skip
    if best:
        notes.append(_note(end, best[-1][1], f"<b>{plain(best[-1][1], 1)}</b>", palette.draft,
                           "left" if given.running else "right", "bottom"))  # fmt: skip
        if bound:
            gap = best[-1][1] - bound[-1][1]
            # Two lines that lie close together have their words above and below them.
            tight = gap < TIGHT * (high - low)
            notes.append(_note(end, bound[-1][1], f"<b>{plain(bound[-1][1], 1)}</b>", palette.ink,
                               "left" if given.running else "right",
                               "top" if tight else "bottom"))  # fmt: skip
            words = _gap(best[-1][1], bound[-1][1], given.required)
            if tight:
                notes.append(_note(0.98 * right, high, words, palette.third, "right", "top"))
            else:
                notes.append(_note(best[0][0] + 0.04 * right, bound[-1][1] + gap / 2, words,
                                   palette.third, "left", "middle"))  # fmt: skip
    figure = {
        "data": data,
        "layout": {
            "template": {}, "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": 11, "color": palette.third}, "showlegend": False,
            "margin": {"l": 44, "r": 8, "t": 8, "b": 20}, "dragmode": False, "uirevision": "keep",
            "hoverlabel": {"bgcolor": palette.page, "bordercolor": palette.ink,
                           "font": {"family": FONT, "size": 11, "color": palette.ink}},
            "xaxis": {"range": [0, right], "fixedrange": True, "showgrid": False,
                      "zeroline": False, "ticksuffix": " s", "nticks": 7, "ticks": ""},
            "yaxis": {"range": [low, high], "fixedrange": True, "gridcolor": palette.line,
                      "zeroline": False, "nticks": 5, "ticks": ""},
            "shapes": shapes, "annotations": notes,
        },
    }  # fmt: skip
    return html.Div(
        [
            dcc.Graph(
                id=name, figure=figure, style={"height": f"{HEIGHT}px"}, className="plot",
                config={"displayModeBar": False, "responsive": True, "doubleClick": False},
            ),
            html.P(_sentence(best, bound), className="sr"),
        ]
    )  # fmt: skip


def _steps(points: Sequence[tuple[float, float]], end: float) -> tuple[list[float], list[float]]:
    x: list[float] = []
    y: list[float] = []
    for t, value in points:
        if x:
            x.append(t)
            y.append(y[-1])
        x.append(t)
        y.append(value)
    if x and end > x[-1]:
        x.append(end)
        y.append(y[-1])
    return x, y


def _from(points: Sequence[tuple[float, float]], start: float) -> list[tuple[float, float]]:
    """The steps from an instant on, with the value in force at it."""
    before = [value for t, value in points if t <= start]
    later = [(t, value) for t, value in points if t > start]
    return [(start, before[-1]), *later] if before else later


def _span(
    best: Sequence[tuple[float, float]],
    bound: Sequence[tuple[float, float]],
    against: tuple[str, float] | None,
) -> tuple[float, float]:
    values = [v for _, v in best] + [v for _, v in bound[-1:]]
    if against is not None:
        values.append(against[1])
    low, high = min(values, default=0.0), max(values, default=1.0)
    span = high - low or 1.0
    return low - 0.16 * span, high + 0.08 * span


def _gap(cost: float, bound: float, required: int | None) -> str:
    words = say("gap {plain}", plain=plain(cost - bound, 1))
    if required:
        share = plain(100 * (cost - bound) / required, 3)
        words += say(" = {share} % of {plain} required", share=share, plain=plain(required, 0))
    return words


def _note(x: float, y: float, text: str, colour: str, xanchor: str, yanchor: str) -> dict[str, Any]:
    return {
        "x": x, "y": y, "text": text, "showarrow": False, "xanchor": xanchor, "yanchor": yanchor,
        "xshift": 4 if xanchor == "left" else -2, "font": {"size": 11, "color": colour},
    }  # fmt: skip


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.13)"


def _sentence(best: Sequence[tuple[float, float]], bound: Sequence[tuple[float, float]]) -> str:
    if not best:
        return say("No schedule was found yet")
    words = say(
        "Best cost from {plain} to {plain_2} in {plain_3} s",
        plain=plain(best[0][1], 1),
        plain_2=plain(best[-1][1], 1),
        plain_3=plain(best[-1][0], 1),
    )
    return words + (say(", lower bound {plain}", plain=plain(bound[-1][1], 1)) if bound else "")
