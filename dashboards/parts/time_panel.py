"""Time panels on one shared axis: lanes, a now line through all of them, the future hatched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dash import dcc

from dashboards.parts import html
from dashboards.parts.status import icon
from dashboards.theme import FONT, Palette
from wfm.domain.grid import QUARTER_S, zone_of

LANE_H = 66
LEFT, RIGHT = 120, 16
LEFT_NARROW, RIGHT_NARROW = 84, 8
Values = Sequence[float | None]


@dataclass(frozen=True)
class Axis:
    """The quarters all panels of a page share, the zone that labels them, and now."""

    q_from: int
    q_to: int  # exclusive
    zone: str
    now_at: int | None = None

    @property
    def quarters(self) -> range:
        return range(self.q_from, self.q_to)

    @property
    def now_share(self) -> float | None:
        """Where now stands on the axis, 0 to 1; None when it lies outside."""
        if self.now_at is None:
            return None
        share = (self.now_at / QUARTER_S - self.q_from) / (self.q_to - self.q_from)
        return share if 0 <= share <= 1 else None

    def hours(self) -> list[tuple[float, str]]:
        """Places (in quarters from the left) and labels of the full hours."""
        found = []
        for step, q in enumerate([*self.quarters, self.q_to]):
            local = datetime.fromtimestamp(q * QUARTER_S, zone_of(self.zone))
            if local.minute == 0:
                found.append((float(step), f"{local:%H}"))
        return found

    def clock(self, at: int) -> str:
        """The local time of an instant: "10:20"."""
        return f"{datetime.fromtimestamp(at, zone_of(self.zone)):%H:%M}"


@dataclass(frozen=True)
class Series:
    """A line of one lane; kinds: actual, plan, required, forecast, projection; step or smooth."""

    name: str
    values: Values
    kind: str
    step: bool = True


@dataclass(frozen=True)
class Lane:
    """One lane: name, a line about its state, its series, a band, and where it is short."""

    name: str
    series: tuple[Series, ...]
    note: str = ""
    status: str = ""
    href: str = ""
    band: tuple[Values, Values] | None = None
    short: tuple[Values, Values] | None = None  # (have, need): washed where have < need
    unit: str = "agents"
    decimals: int = 1
    marks: tuple[tuple[int, str], ...] = ()  # quarters at which something was done, with its words


def time_panel(
    lanes: Sequence[Lane],
    axis: Axis,
    palette: Palette,
    *,
    narrow: bool = False,
    lane_h: int = LANE_H,
    labels: bool = False,
    one_scale: bool = True,
    from_zero: bool = False,
    name: str = "lanes",
) -> Any:
    """Lanes one above the other on the shared axis, worst first as given."""
    height = len(lanes) * lane_h + (18 if labels else 0)
    figure = _figure(lanes, axis, palette, narrow, lane_h, labels, one_scale, from_zero)
    names = [
        html.Div([_lane_name(lane), _note(lane)], style={"top": f"{at * lane_h}px"})
        for at, lane in enumerate(lanes)
    ]
    return html.Div(
        [
            dcc.Graph(
                id=name,
                figure=figure,
                config={"displayModeBar": False, "responsive": True, "doubleClick": False},
                style={"height": f"{height}px"},
                className="plot",
            ),
            html.Div(names, className="lane-names"),
            *now_line(axis),  # shown on phones only, where the panels have no common box
            html.P(sentence(lanes), className="sr"),
        ],
        className="lanes",
    )


def now_line(axis: Axis) -> list[Any]:
    """The now line with its flag and the hatched future, for a box that holds all panels."""
    share = axis.now_share
    if share is None or axis.now_at is None:
        return []
    style = {"--now": f"{share:.5f}"}
    return [
        html.Div(className="future", style=style, **{"aria-hidden": "true"}),
        html.Div(html.B(axis.clock(axis.now_at)), className="now", style=style),
    ]


def sentence(lanes: Sequence[Lane]) -> str:
    """What the lanes show, in words, for readers who do not see them."""
    return "; ".join(
        ", ".join(
            (f"{lane.name}: " + (lane.note or ", ".join(series.name for series in lane.series)),
             *(words for _, words in lane.marks))
        )
        for lane in lanes
    )  # fmt: skip


def _lane_name(lane: Lane) -> Any:
    return html.B(html.A(lane.name, href=lane.href) if lane.href else lane.name)


def _note(lane: Lane) -> Any:
    shape = [icon(lane.status, size=9)] if lane.status in ("bad", "warn") else []
    css = f"is-{lane.status}" if shape else ""
    return html.Span([*shape, lane.note], className=css)


def _figure(
    lanes: Sequence[Lane], axis: Axis, palette: Palette, narrow: bool, lane_h: int,
    labels: bool, one_scale: bool, from_zero: bool,
) -> dict[str, Any]:  # fmt: skip
    count = len(lanes)
    hours = axis.hours()
    wanted = 6 if narrow else 14
    every = max(1, -(-len(hours) // wanted))
    shown = hours[::every]
    spans = [_span(lane, from_zero) for lane in lanes]
    known = [span for span in spans if span is not None]
    common = (min(s[0] for s in known), max(s[1] for s in known)) if known else (0.0, 1.0)
    layout: dict[str, Any] = {
        "template": {},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 11, "color": palette.third},
        "margin": {
            "l": LEFT_NARROW if narrow else LEFT,
            "r": RIGHT_NARROW if narrow else RIGHT,
            "t": 0,
            "b": 18 if labels else 0,
        },
        "showlegend": False,
        "hovermode": "x unified",
        "hoverlabel": {
            "bgcolor": palette.page,
            "bordercolor": palette.ink,
            "font": {"family": FONT, "size": 11, "color": palette.ink},
        },
        "dragmode": False,
        "uirevision": "keep",
        "xaxis": {
            "range": [0, axis.q_to - axis.q_from],
            "tickvals": [place for place, _ in shown],
            "ticktext": [label for _, label in shown],
            "showticklabels": labels,
            "showgrid": True,
            "gridcolor": palette.line,
            "gridwidth": 1,
            "zeroline": False,
            "fixedrange": True,
            "anchor": "y" if count == 1 else f"y{count}",
            "tickangle": 0,
            "ticks": "",
        },
        "shapes": [],
    }
    data: list[dict[str, Any]] = []
    for at, lane in enumerate(lanes):
        suffix = "" if at == 0 else str(at + 1)
        low, high = common if one_scale else (spans[at] or (0.0, 1.0))
        pad = 0.12 * ((high - low) or 1.0)
        top = 1 - at / count
        layout[f"yaxis{suffix}"] = {
            "domain": [max(0.0, top - 1 / count), top],
            "range": [low - (0 if from_zero else pad), high + pad],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "tickvals": _ticks(low, high),
            "tickfont": {"size": 11, "color": palette.third},
            "ticks": "",
            "anchor": "x",
        }
        if at:
            layout["shapes"].append(
                {"type": "line", "xref": "paper", "yref": "paper", "x0": 0, "x1": 1,
                 "y0": top, "y1": top, "line": {"color": palette.line, "width": 1}}
            )  # fmt: skip
        data += _traces(lane, axis, palette, f"y{suffix}")
        data += _marked(lane, axis, palette, f"y{suffix}", high)
    return {"data": data, "layout": layout}


def _traces(lane: Lane, axis: Axis, palette: Palette, yaxis: str) -> list[dict[str, Any]]:
    steps = len(axis.quarters)
    times = [axis.clock(q * QUARTER_S) for q in axis.quarters]
    out: list[dict[str, Any]] = []
    if lane.band is not None:
        low, high = lane.band
        quiet = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "yaxis": yaxis}
        x = [step + 0.5 for step in range(steps)]
        out.append({"x": x, "y": list(low), **quiet})
        out.append({"x": x, "y": list(high), "fill": "tonexty", "fillcolor": palette.band, **quiet})
    if lane.short is not None:
        out += _shortfall(lane.short, palette, yaxis)
    for series in lane.series:
        if not any(value is not None for value in series.values):
            continue
        shift = 0.0 if series.step else 0.5
        x = [step + shift for step in range(steps)]
        y, text = list(series.values), list(times)
        if series.step:  # the last quarter keeps its width
            x.append(float(steps))
            y.append(y[-1])
            text.append(text[-1])
        out.append(
            {
                "x": x,
                "y": y,
                "name": series.name,
                "mode": "lines",
                "yaxis": yaxis,
                "line": {**_line(series.kind, palette), "shape": "hv" if series.step else "linear"},
                "connectgaps": False,
                "text": text,
                "hovertemplate": f"%{{text}} {series.name} %{{y:.{lane.decimals}f}}<extra></extra>",
            }
        )
    return out


def _marked(
    lane: Lane, axis: Axis, palette: Palette, yaxis: str, high: float
) -> list[dict[str, Any]]:
    """What was done, as marks along the upper edge of the lane; their words under the pointer."""
    marks = [(q, words) for q, words in lane.marks if axis.q_from <= q < axis.q_to]
    if not marks:
        return []
    return [
        {
            "x": [q - axis.q_from + 0.5 for q, _ in marks],
            "y": [high] * len(marks),
            "mode": "markers",
            "yaxis": yaxis,
            "marker": {"symbol": "triangle-up", "size": 9, "color": palette.ink},
            "text": [words for _, words in marks],
            "hovertemplate": "%{text}<extra></extra>",
        }
    ]


def _line(kind: str, palette: Palette) -> dict[str, Any]:
    return {
        "actual": {"color": palette.ink, "width": 1.75},
        "plan": {"color": palette.plan, "width": 1},
        "required": {"color": palette.third, "width": 1.2, "dash": "3px,3px"},
        "forecast": {"color": palette.second, "width": 1.1, "dash": "4px,3px"},
        "projection": {"color": palette.ink, "width": 1.5, "dash": "1.5px,2.5px"},
        "draft": {"color": palette.draft, "width": 1.7},
    }[kind]


def _shortfall(short: tuple[Values, Values], palette: Palette, yaxis: str) -> list[dict[str, Any]]:
    """Washed boxes between what there is and what is needed, where it is not enough."""
    have, need = short
    x: list[float | None] = []
    y: list[float | None] = []
    for step, (had, needed) in enumerate(zip(have, need, strict=True)):
        if had is not None and needed is not None and had < needed - 1e-9:
            x += [step, step + 1, step + 1, step, step, None]
            y += [had, had, needed, needed, had, None]
    if not x:
        return []
    return [
        {"x": x, "y": y, "mode": "lines", "line": {"width": 0}, "fill": "toself",
         "fillcolor": palette.wash, "hoverinfo": "skip", "yaxis": yaxis}
    ]  # fmt: skip


def _span(lane: Lane, from_zero: bool) -> tuple[float, float] | None:
    values = [v for series in lane.series for v in series.values if v is not None]
    if lane.band is not None:
        values += [v for side in lane.band for v in side if v is not None]
    if not values:
        return None
    low = 0.0 if from_zero else min(values)
    high = max(values)
    return (low, high if high > low else low + 1.0)


def _ticks(low: float, high: float) -> list[float]:
    """Two round labels inside a lane: 96.2 to 105.4 gives 100 and 105."""
    width = high - low
    for step in (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000):
        if width / step <= 2.6:
            first = -(-low // step) * step
            marks = [first + i * step for i in range(3) if first + i * step <= high + 1e-9]
            return marks or [round(high)]
    return [round(low), round(high)]
