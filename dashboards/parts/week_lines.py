"""Weeks of a year on one axis: a band, and lines that are compared, like people and required."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dash import dcc

from dashboards.parts import html
from dashboards.theme import FONT, Palette
from wfm.domain.language import day_text

HEIGHT, NARROW_HEIGHT = 230, 200
Values = Sequence[float | None]
# Dash and width of each kind of line, as the legend draws them.
STYLES = {"actual": ("solid", 2.0), "required": ("4px,3px", 1.5), "dotted": ("2px,2px", 2.0),
          "plan": ("solid", 1.0)}  # fmt: skip


@dataclass(frozen=True)
class WeekLine:
    """A line by weeks: its name, values and kind (actual, required, dotted, plan)."""

    name: str
    values: Values
    kind: str


def week_lines(
    first: date,
    lines: Sequence[WeekLine],
    band: tuple[Values, Values] | None,
    palette: Palette,
    sentence: str,
    *,
    narrow: bool = False,
    name: str,
) -> Any:
    """The lines over the weeks from `first` on, the band behind them; the sentence tells them."""
    height = NARROW_HEIGHT if narrow else HEIGHT
    days = [date.fromordinal(first.toordinal() + 7 * at) for at in range(len(lines[0].values))]
    colours = {"actual": palette.ink, "required": palette.third, "dotted": palette.ink,
               "plan": palette.plan}  # fmt: skip
    data: list[dict[str, Any]] = []
    if band is not None:
        low, high = band
        data.append(
            {"x": [*days, *reversed(days)], "y": [*high, *reversed(low)], "mode": "lines",
             "line": {"width": 0}, "fill": "toself", "fillcolor": palette.band,
             "hoverinfo": "skip"}
        )  # fmt: skip
    for line in lines:
        data.append(
            {"x": days, "y": list(line.values), "mode": "lines", "name": line.name,
             "line": {"color": colours[line.kind], "width": STYLES[line.kind][1],
                      "dash": STYLES[line.kind][0]},
             "hovertemplate": "%{y:,.1f}"}
        )  # fmt: skip
    months = [d.replace(day=1) for d in days[1:] if d.day <= 7][:: 2 if narrow else 1]
    known = [v for line in lines for v in line.values if v is not None]
    top = max([*known, *((v for v in band[1] if v is not None) if band else ())], default=1.0)
    figure = {
        "data": data,
        "layout": {
            "height": height, "margin": {"l": 40, "r": 10, "t": 6, "b": 24},
            "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
            "showlegend": False, "hovermode": "x unified", "dragmode": False,
            "template": {}, "font": {"family": FONT, "size": 11, "color": palette.third},
            "hoverlabel": {"bgcolor": palette.page, "bordercolor": palette.ink,
                           "font": {"family": FONT, "size": 11, "color": palette.ink}},
            "xaxis": {"fixedrange": True, "showgrid": False, "linecolor": palette.line,
                      "tickvals": months, "ticktext": [day_text(d, "%b") for d in months]},
            "yaxis": {"fixedrange": True, "range": [0, 1.08 * top], "gridcolor": palette.line,
                      "zeroline": False, "nticks": 5},
        },
    }  # fmt: skip
    return html.Div(
        [
            dcc.Graph(
                id=name, figure=figure, className="plot", style={"height": f"{height}px"},
                config={"displayModeBar": False, "responsive": True, "doubleClick": False},
            ),
            html.P(sentence, className="sr"),
        ]
    )  # fmt: skip
