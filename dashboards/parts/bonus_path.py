"""The path of a bonus: the rate to date, the line to reach, and where it leads from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboards.parts.drawing import drawn
from dashboards.parts.numbers import plain
from dashboards.theme import Palette
from wfm.domain.language import say

WIDTH, HEIGHT = 392.0, 168.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 38.0, 12.0, 20.0
APART = 13.0  # lines of words at the right edge stand at least this far from each other


@dataclass(frozen=True)
class BonusPath:
    """Rates as fractions: to date by day, the line, and both ends at the close of the period."""

    first: date
    end: date
    today: date
    rates: Sequence[tuple[date, float]]
    line: float
    as_now: float | None = None
    without: float | None = None
    without_words: str = ""

    def sentence(self) -> str:
        """What the path shows, in words."""
        if not self.rates:
            return say("No shift of the period is counted yet.")
        text = say(
            "From {percent} to {percent_2} %",
            percent=_percent(self.rates[0][1]),
            percent_2=_percent(self.rates[-1][1]),
        )
        text += say(
            " on {day.day} {day:%b}, line {percent} %",
            day=self.rates[-1][0],
            percent=_percent(self.line),
        )
        if self.as_now is not None:
            text += say("; going on as now it ends at {percent} %", percent=_percent(self.as_now))
        if self.without is not None:
            text += say(
                ", {without_words} at {percent} %",
                without_words=self.without_words,
                percent=_percent(self.without),
            )
        return text


def bonus_path(path: BonusPath) -> list[Any]:
    """The path as images for both schemes; nothing below two known days."""
    if len(path.rates) < 2:
        return []
    return drawn(
        lambda palette: _inside(path, palette),
        width=WIDTH, height=HEIGHT, alt=path.sentence(), css="course",
    )  # fmt: skip


def _inside(path: BonusPath, palette: Palette) -> str:
    shown = [rate for _, rate in path.rates] + [path.line]
    shown += [end for end in (path.as_now, path.without) if end is not None]
    low, high = min(shown), max(shown)
    pad = max(0.002, 0.08 * (high - low))
    low, high = low - pad, high + pad
    days = max(1, (path.end - path.first).days)

    def x(day: date) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * ((day - path.first).days + 0.5) / days

    def y(rate: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (rate - low) / (high - low))

    edge = WIDTH - RIGHT
    foot = HEIGHT - BOTTOM
    here = x(path.rates[-1][0])
    at = y(path.line)
    out = [
        f'<path d="M{LEFT:g} {foot:g}H{edge:g}" stroke="{palette.line}"/>',
        f'<path d="M{LEFT:g} {at:.1f}H{edge:g}" stroke="{palette.third}" stroke-width="1.2" '
        f'stroke-dasharray="3 3"/>',
        _text(LEFT - 5, at + 3.5, _percent(path.line), palette.third, "end"),
        f'<path d="M{here:.1f} {TOP:g}V{foot:g}" stroke="{palette.ink}"/>',
        _text(LEFT, HEIGHT - 5, say("{day.day} {day:%b}", day=path.first), palette.third, "start"),
        _text(edge, HEIGHT - 5, say("{day.day} {day:%b}", day=path.end), palette.third, "end"),
    ]
    if LEFT + 60 < here < edge - 60:
        today = path.rates[-1][0]
        words = say("{day.day} {day:%b}", day=today)
        out.append(_text(here, HEIGHT - 5, words, palette.third, "middle"))
    points = " ".join(f"{x(day):.1f} {y(rate):.1f}" for day, rate in path.rates)
    out.append(
        f'<polyline points="{points}" fill="none" stroke="{palette.ink}" stroke-width="1.7"/>'
    )
    start = (here, y(path.rates[-1][1]))
    ends: list[tuple[float, float, str]] = []
    if path.as_now is not None:
        out.append(_lead(start, (edge, y(path.as_now)), palette.ink, "1.5 2.5"))
        below = path.as_now < path.line - 1e-9
        ends.append((y(path.as_now), path.as_now, palette.bad if below else palette.ink))
    if path.without is not None:
        out.append(_lead(start, (edge, y(path.without)), palette.draft, "4 3"))
        ends.append((y(path.without), path.without, palette.draft))
    out += _ends(ends, edge)
    return "".join(out)


def _lead(start: tuple[float, float], end: tuple[float, float], colour: str, dash: str) -> str:
    return (
        f'<path d="M{start[0]:.1f} {start[1]:.1f}L{end[0]:.1f} {end[1]:.1f}" stroke="{colour}" '
        f'stroke-width="1.5" stroke-dasharray="{dash}" fill="none"/>'
    )


def _ends(ends: Sequence[tuple[float, float, str]], edge: float) -> list[str]:
    """The figures at the right edge, pushed apart where they would touch."""
    out = []
    last = -APART
    for at, rate, colour in sorted(ends):
        place = max(at, last + APART)
        last = place
        words = f'<tspan font-weight="620">{_percent(rate)}</tspan>'
        out.append(_text(edge + 5, place + 3.5, words, colour, "start"))
    return out


def _text(x: float, y: float, words: str, colour: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="Inter, sans-serif" font-size="11" '
        f'fill="{colour}" text-anchor="{anchor}">{words}</text>'
    )


def _percent(rate: float) -> str:
    return plain(100 * rate, 1)
