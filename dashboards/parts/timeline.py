"""The timeline: plan above actual, for one agent or a team, on one axis of time.

Bars are one picture (its size does not grow with the page), what must be read or clicked lies
above it as text. The canvas is dark in both schemes, because yellow and sky do not show on white.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from dashboards.parts import html
from wfm.domain.language import say, to_say

HOUR_S = 3600
CANVAS = "#242424"
COLOURS = {
    "C": "#0077BB",
    "W": "#56B4E9",
    "A": "#009E73",
    "b": "#E69F00",
    "M": "#F0E442",
    "T": "#CC79A7",
    "-": "#f1f3f5",
}
LEGEND = {
    "C": to_say("Contact"),
    "W": to_say("After contact"),
    "A": to_say("Available"),
    "b": to_say("Break"),
    "M": to_say("Meal"),
    "T": to_say("Off-queue work"),
    "-": to_say("Away"),
}
# Letters are drawn in bars at least this share of the axis wide; of a phone's, much more.
LETTER_SHARE, NARROW_LETTER_SHARE = 0.012, 0.05
LETTERS = "bMTC-"
_PLANNED = {"on_queue": "C", "break": "b", "meal": "M"}
_AWAY = ("leave", "sick", "no_show", "system", "unavailable")


def plan_kind(category: str) -> str:
    """The letter of a planned category: on_queue is C, training T, leave "-"."""
    return _PLANNED.get(category) or ("-" if category in _AWAY else "T")


def state_kind(state: str, state_group: str) -> str:
    """The letter of a state: talk is C, acw W, available A; not ready by what it stands for."""
    if state == "acw":
        return "W"
    if state == "available":
        return "A"
    if state_group in ("other_aux", "logged_out", "unknown"):
        return "-"
    return _PLANNED.get(state_group, "T")


@dataclass(frozen=True)
class Bar:
    """A piece of the plan or of the day as it went: instants and the letter of its kind."""

    start_at: int
    end_at: int
    kind: str


@dataclass(frozen=True)
class Mark:
    """An exception drawn as an outline, with the sentence that a pointer or reader is given."""

    start_at: int
    end_at: int
    sentence: str


@dataclass(frozen=True)
class TimelineRow:
    """One agent's day."""

    name: str
    plan: tuple[Bar, ...]
    actual: tuple[Bar, ...]
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class TimeAxis:
    """The span of time that stacked panels share, in the zone whose hours are shown."""

    start_at: int
    end_at: int
    zone: str
    now_at: int | None = None

    def share(self, at: int) -> float:
        """Where an instant lies on the axis, 0 to 1; outside it is held at the edge."""
        return min(1.0, max(0.0, (at - self.start_at) / (self.end_at - self.start_at)))

    def percent(self, at: int) -> str:
        return f"{100 * self.share(at):.3f}%"

    def hours(self) -> list[int]:
        """Instants of the full hours on the axis."""
        first = -(-self.start_at // HOUR_S) * HOUR_S
        return list(range(first, self.end_at + 1, HOUR_S))

    def clock(self, at: int) -> str:
        """An instant as the axis' zone shows it, `11:42`."""
        return f"{datetime.fromtimestamp(at, ZoneInfo(self.zone)):%H:%M}"


def axis_around(rows: Iterable[TimelineRow], zone: str, now_at: int | None) -> TimeAxis | None:
    """The axis that holds every bar, in whole hours; None when there is nothing to show."""
    instants = [at for row in rows for bar in (*row.plan, *row.actual)
                for at in (bar.start_at, bar.end_at)]  # fmt: skip
    if not instants:
        return None
    start = min(instants) // HOUR_S * HOUR_S
    end = -(-max(instants) // HOUR_S) * HOUR_S
    shown_now = now_at if now_at is not None and start <= now_at <= end else None
    return TimeAxis(start, max(end, start + HOUR_S), zone, shown_now)


def timeline(
    rows: Sequence[TimelineRow], axis: TimeAxis, *, alt: str, plan_px: int = 5, actual_px: int = 15,
    row_px: int = 28, narrow: bool = False, letters: str = LETTERS,
) -> html.Div:  # fmt: skip
    """Rows of plan above actual with hour lines, exceptions and the now line."""
    canvas = html.Div(
        [
            html.Img(src=_picture(rows, axis, plan_px, actual_px, row_px), alt=alt),
            *_letters(rows, axis, plan_px, actual_px, row_px, narrow, letters),
            *_outlines(rows, axis, plan_px, actual_px, row_px),
            *_now(axis),
        ],
        className="tl-canvas",
        style={"height": f"{row_px * len(rows)}px"},
    )
    return html.Div([hours_axis(axis, narrow=narrow), canvas], className="timeline")


def hours_axis(axis: TimeAxis, *, narrow: bool = False) -> html.Div:
    """The hours above a timeline, and the flag of the present minute."""
    hours = axis.hours()
    most = 8 if narrow else 14
    every = 1 if len(hours) <= most else 2 if len(hours) <= 2 * most else 4
    clear = 0.1 if narrow else 0.055  # of the axis, which the flag of the present minute needs
    ticks: list[html.Span] = [
        html.Span(axis.clock(at)[:2], style={"left": axis.percent(at)}, className="tl-hour")
        for at in hours[::every]
        if axis.now_at is None or abs(axis.share(at) - axis.share(axis.now_at)) > clear
    ]
    if axis.now_at is not None:
        ticks.append(
            html.Span(
                axis.clock(axis.now_at),
                style={"left": axis.percent(axis.now_at)},
                className="tl-nowflag",
            )
        )
    return html.Div(ticks, className="tl-axis", **{"aria-hidden": "true"})


def legend(kinds: Iterable[str], *, exceptions: bool) -> html.Ul:
    """The colours in plan order, with their letters."""
    shown = set(kinds)
    items = [
        html.Li([html.I(kind, className=f"tl-key tl-{_name(kind)}"), LEGEND[kind]])
        for kind in COLOURS
        if kind in shown
    ]
    if exceptions:
        items.append(html.Li([html.I(className="tl-key tl-mark"), say("exception")]))
    return html.Ul(items, className="legend")


def _picture(
    rows: Sequence[TimelineRow], axis: TimeAxis, plan_px: int, actual_px: int, row_px: int
) -> str:
    width, height = 2000, row_px * len(rows)
    paths: dict[tuple[str, bool], list[str]] = {}
    for index, row in enumerate(rows):
        top = index * row_px + (row_px - plan_px - actual_px - 2) // 2
        for bars, y, tall, planned in (
            (row.plan, top, plan_px, True),
            (row.actual, top + plan_px + 2, actual_px, False),
        ):
            for bar in bars:
                x0, x1 = (round(width * axis.share(at), 1) for at in (bar.start_at, bar.end_at))
                if x1 > x0:
                    paths.setdefault((bar.kind, planned), []).append(
                        f"M{x0:g} {y}H{x1:g}v{tall}H{x0:g}z"
                    )
    drawn = [_path(COLOURS[kind], planned, "".join(d)) for (kind, planned), d in paths.items()]
    lines = "".join(f"M{width * axis.share(at):.1f} 0v{height}" for at in axis.hours()[1:-1])
    rules = "".join(f"M0 {row_px * i}H{width}" for i in range(1, len(rows)))
    future = ""
    if axis.now_at is not None:
        x = width * axis.share(axis.now_at)
        future = (
            '<pattern id="h" width="7" height="7" patternUnits="userSpaceOnUse"'
            ' patternTransform="rotate(45)"><path d="M0 0V7" stroke="#1a1a1a" stroke-width="4"/>'
            f'</pattern><rect x="{x:.1f}" width="{width - x:.1f}" height="{height}"'
            ' fill="url(#h)" opacity=".75"/>'
        )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' preserveAspectRatio="none"><rect width="{width}" height="{height}" fill="{CANVAS}"/>'
        f'<path d="{lines}" stroke="#4a4a4a" stroke-width="1.4"/>'
        f'<path d="{rules}" stroke="#343434" stroke-width=".6"/>{"".join(drawn)}{future}</svg>'
    )
    return "data:image/svg+xml," + quote(svg, safe="<>/ =:'()")


def _path(colour: str, planned: bool, d: str) -> str:
    faint = ' opacity=".8"' if planned else ""
    return f'<path fill="{colour}"{faint} d="{d}"/>'


def _letters(
    rows: Sequence[TimelineRow],
    axis: TimeAxis,
    plan_px: int,
    actual_px: int,
    row_px: int,
    narrow: bool,
    letters: str,
) -> list[html.Span]:
    found = []
    least = NARROW_LETTER_SHARE if narrow else LETTER_SHARE
    for index, row in enumerate(rows):
        top = index * row_px + (row_px - plan_px - actual_px - 2) // 2
        layers = [(row.actual, top + plan_px + 2, actual_px)]
        if plan_px >= 12:
            layers.append((row.plan, top, plan_px))
        for bars, y, tall in layers:
            for bar in bars:
                share = axis.share(bar.end_at) - axis.share(bar.start_at)
                if share >= least and tall >= 12 and bar.kind in letters:
                    middle = (bar.start_at + bar.end_at) // 2
                    found.append(
                        html.Span(
                            bar.kind,
                            className=f"tl-letter tl-on-{_name(bar.kind)}",
                            style={
                                "left": axis.percent(middle),
                                "top": f"{y}px",
                                "lineHeight": f"{tall}px",
                            },
                            **{"aria-hidden": "true"},
                        )
                    )
    return found


def _outlines(
    rows: Sequence[TimelineRow], axis: TimeAxis, plan_px: int, actual_px: int, row_px: int
) -> list[html.Span]:
    found = []
    for index, row in enumerate(rows):
        y = index * row_px + (row_px - plan_px - actual_px - 2) // 2 + plan_px + 2
        for mark in row.marks:
            width = 100 * (axis.share(mark.end_at) - axis.share(mark.start_at))
            found.append(
                html.Span(
                    className="tl-exception",
                    title=f"{row.name}: {mark.sentence}",
                    style={
                        "left": axis.percent(mark.start_at),
                        "width": f"max(4px, {width:.3f}%)",
                        "top": f"{y}px",
                        "height": f"{actual_px}px",
                    },
                )
            )
    return found


def _now(axis: TimeAxis) -> list[html.Span]:
    if axis.now_at is None:
        return []
    return [html.Span(className="tl-now", style={"left": axis.percent(axis.now_at)})]


def _name(kind: str) -> str:
    return {"-": "absent"}.get(kind, kind)
