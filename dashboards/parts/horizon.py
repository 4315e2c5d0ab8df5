"""Weeks ahead on one axis of days: contacts with their band, and each site's over and short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dash import dcc

from dashboards.parts import html
from dashboards.parts.numbers import plain
from dashboards.parts.status import icon
from dashboards.parts.time_panel import LEFT, LEFT_NARROW, RIGHT, RIGHT_NARROW
from dashboards.theme import FONT, Palette
from wfm.domain.language import say

TOP_H, LANE_H, FOOT_H = 132, 44, 18
Values = Sequence[float | None]


@dataclass(frozen=True)
class DayLane:
    """A site by days: agent-hours over and short, and the days that stand out."""

    name: str
    over: Values
    short: Values
    bad: Sequence[bool]
    note: str = ""
    status: str = ""
    href: str = ""
    told: tuple[int, str] | None = None  # a day of the axis and what happens on it


@dataclass(frozen=True)
class DayMark:
    """Something in the calendar: days from the axis' first, and its words."""

    first: int
    last: int
    words: str


@dataclass(frozen=True)
class Horizon:
    """The days of the axis, the contacts of each, and the week that the page looks at."""

    first: date
    days: int
    forecast: Values
    low: Values
    high: Values
    before: Values  # a year before
    actual: Values
    name: str
    note: str
    lanes: Sequence[DayLane]
    marks: Sequence[DayMark] = ()
    chosen: tuple[int, int] | None = None  # days of the week looked at
    today: float | None = None
    draft: bool = False
    model: Values = ()  # the forecast before people corrected it, where they did
    top: int = TOP_H  # pixels of the upper part
    links: Sequence[tuple[str, str, bool]] = ()  # of each day: its words, address, whether chosen


def horizon(given: Horizon, palette: Palette, *, narrow: bool = False, name: str) -> Any:
    """The panel: forecast on top, a lane for each site below, all on the same days."""
    height = given.top + LANE_H * len(given.lanes) + FOOT_H
    tops = [given.top + LANE_H * at for at in range(len(given.lanes))]
    names = [_name(given.name, given.note, "", "", 6)]
    names += [
        _name(lane.name, lane.note, lane.status, lane.href, top)
        for lane, top in zip(given.lanes, tops, strict=True)
    ]
    return html.Div(
        [
            _marks(given, narrow),
            html.Div(
                [
                    dcc.Graph(
                        id=name,
                        figure=_figure(given, palette, height, narrow),
                        config={"displayModeBar": False, "responsive": True, "doubleClick": False},
                        style={"height": f"{height}px"},
                        className="plot",
                    ),
                    html.Div(names, className="lane-names"),
                    html.P(_sentence(given), className="sr"),
                ],
                className="lanes",
            ),
            *_days(given),
        ],
        className="horizon",
    )


def _days(given: Horizon) -> list[Any]:
    """A link for each day below its place on the axis, while each is wide enough to be hit."""
    if not given.links:
        return []
    links = [
        html.A(
            words,
            href=href,
            title=say("Explain {day}", day=_day(given.first + timedelta(days=at), False)),
            **({"aria-current": "date"} if here else {}),
        )
        for at, (words, href, here) in enumerate(given.links)
    ]
    return [
        html.Nav(links, className="day-links", style={"--days": str(given.days)},
                 **{"aria-label": say("Days to explain")})
    ]  # fmt: skip


def _name(name: str, note: str, status: str, href: str, top: int) -> Any:
    shape = [icon(status, size=9)] if status in ("bad", "warn") else []
    return html.Div(
        [
            html.B(html.A(name, href=href) if href else name),
            html.Span([*shape, note], className=f"is-{status}" if shape else ""),
        ],
        style={"top": f"{top}px"},
    )


def _marks(given: Horizon, narrow: bool) -> Any:
    """Calendar marks above the plot, numbered; words where they fit, else in the title."""
    room = 38.0 if narrow else 108.0  # characters of a row
    ends = [-1.0, -1.0]
    placed = []
    for at, mark in enumerate(given.marks, start=1):
        share = (mark.first + 0.5) / given.days
        begin, width = share * room, len(mark.words) + 4.0
        back = begin + width > room
        if back:
            begin -= width - 4.0
        row = next((r for r, end in enumerate(ends) if begin > end), None)
        words = mark.words if row is not None and begin >= 0 else ""
        row = 1 if row is None else row
        if words:
            ends[row] = begin + width
        css = "mark-day" + (" back" if back else "")
        placed.append(
            html.Li(
                [html.I(str(at)), html.Span(words)] if words else [html.I(str(at))],
                className=css,
                title=mark.words,
                style={"--at": f"{share:.5f}", "--row": str(row)},
            )
        )
    rows = 0 if not given.marks else 1 + max(int(li.style["--row"]) for li in placed)
    return html.Ul(placed, className="mark-days", style={"--rows": str(rows)})


def _figure(given: Horizon, palette: Palette, height: int, narrow: bool) -> dict[str, Any]:
    left = LEFT_NARROW if narrow else LEFT
    plot = height - FOOT_H
    data: list[dict[str, Any]] = []
    if any(v is not None for v in given.high):
        x, y = _ring(given.low, given.high)
        data.append({"x": x, "y": y, "mode": "lines", "line": {"width": 0}, "fill": "toself",
                     "fillcolor": palette.band, "hoverinfo": "skip"})  # fmt: skip
    for values, line, words in (
        (given.before, {"color": palette.plan, "width": 1, "dash": "3px,3px"}, say("last year")),
        (given.model, {"color": palette.draft, "width": 1.2, "dash": "2px,2px"}, "model"),
        (given.forecast, _forecast_line(given, palette), say("forecast")),
        (given.actual, {"color": palette.ink, "width": 1.75}, say("actual")),
    ):
        if any(v is not None for v in values):
            x, y = _stairs(values)
            data.append(
                {"x": x, "y": y, "mode": "lines", "line": line, "name": words,
                 "connectgaps": False, "hoverinfo": "skip"}
            )  # fmt: skip
            data.append(
                {"x": [d + 0.5 for d in range(given.days)], "y": list(values), "name": words,
                 "mode": "markers", "marker": {"opacity": 0}, "hovertemplate": "%{y:,.0f}"}
            )  # fmt: skip
    axes: dict[str, Any] = {}
    known = [v for part in (given.forecast, given.high, given.actual, given.before) for v in part
             if v is not None]  # fmt: skip
    top = max(known, default=1.0)
    axes["yaxis"] = _axis(palette, [1 - (given.top - 8) / plot, 1 - 6 / plot], [0, 1.08 * top])
    ticks = _round_ticks(top)
    axes["yaxis"] |= {
        "tickvals": ticks, "ticktext": [_thousands(v) for v in ticks], "showticklabels": True,
        "showgrid": True, "gridcolor": palette.line,
    }  # fmt: skip
    scale = max(
        (v or 0.0 for lane in given.lanes for v in (*lane.over, *lane.short)), default=1.0
    ) or 1.0  # fmt: skip
    annotations, shapes = [], []
    for at, lane in enumerate(given.lanes, start=2):
        high = 1 - (given.top + LANE_H * (at - 2)) / plot
        low = high - LANE_H / plot
        axes[f"yaxis{at}"] = _axis(palette, [low + 2 / plot, high - 2 / plot], [-scale, scale])
        middle = [edge + 0.5 for edge in range(given.days)]
        data.append(
            {
                "type": "bar",
                "x": middle,
                "y": list(lane.over),
                "yaxis": f"y{at}",
                "marker": {"color": palette.bar},
                "width": 0.78,
                "name": say("{name} over", name=lane.name),
                "hovertemplate": "%{y:.1f} h",
            }
        )
        data.append(
            {
                "type": "bar", "x": middle, "yaxis": f"y{at}", "width": 0.78,
                "y": [None if v is None else -v for v in lane.short],
                "customdata": list(lane.short), "name": say("{name} short", name=lane.name),
                "marker": {
                    "color": [palette.bad if bad else palette.plan for bad in lane.bad]
                },
                "hovertemplate": "%{customdata:.1f} h",
            }
        )  # fmt: skip
        shapes.append(
            {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": "paper", "y0": high,
             "y1": high, "line": {"color": palette.line, "width": 1}}
        )  # fmt: skip
        told = None if lane.told is None or narrow else _room_for(lane, given.days)
        if told is not None and lane.told is not None:
            day, words = lane.told
            right = told
            annotations.append(
                {
                    "x": day + (1.1 if right else -0.1), "y": -0.62 * scale, "yref": f"y{at}",
                    "text": f"<b>{words}</b>", "showarrow": False,
                    "xanchor": "left" if right else "right",
                    "font": {"size": 11, "color": palette.bad},
                    "bgcolor": palette.page,
                }
            )  # fmt: skip
    if given.chosen is not None:
        shapes.append(
            {"type": "rect", "xref": "x", "yref": "paper", "x0": given.chosen[0],
             "x1": given.chosen[1], "y0": 0, "y1": 1, "layer": "below",
             "fillcolor": palette.draft, "opacity": 0.13, "line": {"width": 0}}
        )  # fmt: skip
    if given.today is not None:
        shapes.append(
            {"type": "line", "xref": "x", "yref": "paper", "x0": given.today, "x1": given.today,
             "y0": 0, "y1": 1, "line": {"color": palette.ink, "width": 1.25}}
        )  # fmt: skip
    every = 7 if given.days > 8 else 1
    mondays = [d for d in range(given.days) if d % every == 0]
    if given.days > (30 if narrow else 60):
        mondays = mondays[::2]
    labels = [_day(given.first + timedelta(days=d), narrow) for d in mondays]
    return {
        "data": data,
        "layout": {
            "template": {}, "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": 11, "color": palette.third},
            "margin": {"l": left, "r": RIGHT_NARROW if narrow else RIGHT, "t": 0, "b": FOOT_H},
            "showlegend": False, "dragmode": False, "hovermode": "x unified",
            "barmode": "overlay", "uirevision": "keep",
            "hoverlabel": {"bgcolor": palette.page, "bordercolor": palette.ink,
                           "font": {"family": FONT, "size": 11, "color": palette.ink}},
            "xaxis": {
                "range": [0, given.days], "tickvals": mondays, "ticktext": labels,
                "showgrid": True, "gridcolor": palette.strong, "zeroline": False,
                "fixedrange": True, "ticklabelposition": "outside right", "tickangle": 0,
                "anchor": f"y{len(given.lanes) + 1}" if given.lanes else "y", "ticks": "",
                "unifiedhovertitle": {"text": ""},
            },
            "shapes": shapes, "annotations": annotations, **axes,
        },
    }  # fmt: skip


def _room_for(lane: DayLane, days: int) -> bool | None:
    """Whether the words of a lane go right of their day; None where bars are in the way."""
    day = lane.told[0] if lane.told is not None else 0
    wide = max(1, round(0.3 * days))
    after, before = range(day + 1, day + 1 + wide), range(day - wide, day)
    for side, right in ((after, True), (before, False)):
        inside = side[0] >= 0 and side[-1] < days
        if inside and not any(lane.bad[d] for d in side):
            return right
    return None


def _axis(palette: Palette, domain: list[float], span: list[float]) -> dict[str, Any]:
    return {
        "domain": [max(0.0, domain[0]), min(1.0, domain[1])], "range": span, "fixedrange": True,
        "showgrid": False, "zeroline": True, "zerolinecolor": palette.strong,
        "zerolinewidth": 1, "showticklabels": False, "ticks": "", "anchor": "x",
        "tickfont": {"size": 11, "color": palette.third},
    }  # fmt: skip


def _forecast_line(given: Horizon, palette: Palette) -> dict[str, Any]:
    """Dashed beside what came; without it, it is the figure of the panel."""
    if any(v is not None for v in given.actual):
        return {"color": palette.ink, "width": 1.2, "dash": "4px,3px"}
    return {"color": palette.ink, "width": 1.6}


def _stairs(values: Values) -> tuple[list[float | None], list[float | None]]:
    """A step for each day; days that touch are joined, a day without a value is a gap."""
    x: list[float | None] = []
    y: list[float | None] = []
    for day, value in enumerate(values):
        x += [day, day + 1]
        y += [value, value]
        if value is None:
            x.append(None)
            y.append(None)
    return x, y


def _ring(low: Values, high: Values) -> tuple[list[float | None], list[float | None]]:
    """Boxes of the band, day by day, as one outline each."""
    x: list[float | None] = []
    y: list[float | None] = []
    for day, (a, b) in enumerate(zip(low, high, strict=True)):
        if a is not None and b is not None:
            x += [day, day + 1, day + 1, day, day, None]
            y += [a, a, b, b, a, None]
    return x, y


def _round_ticks(top: float) -> list[float]:
    for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000):
        if top / step <= 3.6:
            return [step * i for i in range(1, int(top // step) + 1)] or [top]
    return [top]


def _thousands(value: float) -> str:
    return f"{value / 1000:g} k" if value >= 1000 else f"{value:g}"


def _day(day: date, narrow: bool) -> str:
    return (
        say("{day.day} {day:%b}", day=day)
        if narrow
        else say("{day:%a} {day.day} {day:%b}", day=day)
    )


def _sentence(given: Horizon) -> str:
    known = [v for v in given.forecast if v is not None]
    parts = [
        say(
            "{name}: {plain} contacts forecast on {n} days",
            name=given.name,
            plain=plain(sum(known), 0),
            n=len(known),
        )
    ]
    for lane in given.lanes:
        short = sum(v or 0.0 for v in lane.short)
        over = sum(v or 0.0 for v in lane.over)
        parts.append(
            say(
                "{name}: {plain} agent-hours short, {plain_2} over",
                name=lane.name,
                plain=plain(short, 0),
                plain_2=plain(over, 0),
            )
        )
    parts += [f"{mark.words}" for mark in given.marks]
    return "; ".join(parts)
