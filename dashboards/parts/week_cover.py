"""Seven days side by side: agents over and short each quarter-hour, all on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.parts import html
from dashboards.parts.drawing import drawn
from dashboards.theme import Palette
from wfm.domain.language import say

HEIGHT, MIDDLE = 64.0, 28.0


@dataclass(frozen=True)
class DayBars:
    """A day by quarter-hours of its opening time: over and short, and words for its worst."""

    name: str
    over: Sequence[int]
    short: Sequence[int]
    from_label: str
    to_label: str
    worst: str
    bad: bool = False
    href: str = ""
    chosen: bool = False


def week_cover(days: Sequence[DayBars], bad_from: int) -> Any:
    """The days; a quarter-hour short by `bad_from` agents or more is red."""
    most = max((n for day in days for n in (*day.over, *day.short)), default=1) or 1
    return html.Div([_day(day, most, bad_from) for day in days], className="week-cover")


def _day(day: DayBars, most: int, bad_from: int) -> Any:
    slots = max(1, len(day.over))
    over, short = max(day.over, default=0), max(day.short, default=0)
    alt = say(
        "{name}: up to {over} over and {short} short in a quarter-hour",
        name=day.name,
        over=over,
        short=short,
    )
    images = drawn(
        lambda palette: _bars(day, most, bad_from, palette, slots),
        width=4.0 * slots, height=HEIGHT, alt=alt, stretch=True,
    )  # fmt: skip
    head = [html.B(day.name), html.Span(day.worst, className="is-bad" if day.bad else "")]
    body = [
        html.Div(head, className="wc-head"),
        *images,
        html.Div([html.Span(day.from_label), html.Span(day.to_label)], className="wc-foot"),
    ]
    css = "wc-day" + (" chosen" if day.chosen else "")
    here = {"aria-current": "true"} if day.chosen else {}
    return html.A(body, href=day.href, className=css, **here) if day.href else html.Div(
        body, className=css
    )  # fmt: skip


def _bars(day: DayBars, most: int, bad_from: int, palette: Palette, slots: int) -> str:
    up: list[str] = []
    down: list[str] = []
    red: list[str] = []
    for at, (over, short) in enumerate(zip(day.over, day.short, strict=True)):
        x = 4.0 * at
        if over:
            tall = MIDDLE * over / most
            up.append(f"M{x:g} {MIDDLE - tall:.1f}h3.2V{MIDDLE:g}h-3.2z")
        if short:
            tall = (HEIGHT - MIDDLE) * short / most
            (red if short >= bad_from else down).append(f"M{x:g} {MIDDLE:g}h3.2v{tall:.1f}h-3.2z")
    parts = [
        f'<path d="{"".join(paths)}" fill="{colour}"/>'
        for paths, colour in ((up, palette.bar), (down, palette.plan), (red, palette.bad))
        if paths
    ]
    parts.append(f'<path d="M0 {MIDDLE:g}H{4.0 * slots:g}" stroke="{palette.strong}"/>')
    return "".join(parts)
