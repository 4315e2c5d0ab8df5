"""A course by day: the figure as a line, its target as steps, days off target marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from dashboards.parts import html
from dashboards.parts.day_notes import DayNote, note_marks, notes_list, notes_sentence
from dashboards.parts.drawing import drawn
from dashboards.parts.numbers import kpi_number, kpi_with_unit
from dashboards.theme import Palette
from wfm.domain.language import say

WIDTH, NARROW, HEIGHT = 640.0, 352.0, 150.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 10.0, 8.0, 20.0
DAY_WORDS = 44.0  # px that the name of a day takes
NOTES = 14.0  # of the upper edge, where there are any


@dataclass(frozen=True)
class CourseDay:
    """One day: its figure, the target's low and high edge of that day, and its status."""

    day: date
    value: float | None
    low: float | None = None
    high: float | None = None
    status: str = "none"


def course(
    kpi_id: str,
    days: Sequence[CourseDay],
    name: str,
    notes: Sequence[DayNote] = (),
    *,
    narrow: bool = False,
) -> Any:
    """The course as images for both schemes; a change of the target is a step on its day.

    `notes` of its days, in order, have marks on its upper edge and their words below it. On a phone
    it is drawn `narrow`, so that its words keep their size.
    """
    shown = {one.day for one in days}
    notes = [note for note in notes if note.day in shown]
    alt = course_sentence(kpi_id, days, name)
    if notes:
        alt = f"{alt}; {notes_sentence(notes)}"
    width = NARROW if narrow else WIDTH
    images = drawn(
        lambda palette: _inside(kpi_id, days, notes, palette, width),
        width=width, height=HEIGHT, alt=alt, css="course",
    )  # fmt: skip
    return html.Div([*images, *notes_list(notes)], className="course-box")


def course_sentence(kpi_id: str, days: Sequence[CourseDay], name: str) -> str:
    """What the course shows, in words: span, first and last figure, where the target stepped."""
    known = [(d.day, d.value) for d in days if d.value is not None]
    if not known:
        return say("{name}: no data", name=name)
    text = say(
        "{name}, {n} days: {with_unit} to {with_unit_2}",
        name=name,
        n=len(known),
        with_unit=kpi_with_unit(kpi_id, known[0][1]),
        with_unit_2=kpi_with_unit(kpi_id, known[-1][1]),
    )
    steps = [
        say(
            "{day.day} {day:%b} from {edge} to {edge_2}",
            day=b.day,
            edge=_edge(kpi_id, a),
            edge_2=_edge(kpi_id, b),
        )
        for a, b in pairwise(days)
        if (a.low, a.high) != (b.low, b.high) and _edge(kpi_id, a) and _edge(kpi_id, b)
    ]
    return (
        say("{text}; target changed on {steps}", text=text, steps=", ".join(steps))
        if steps
        else text
    )


def _edge(kpi_id: str, day: CourseDay) -> str:
    edge = day.low if day.low is not None else day.high
    return "" if edge is None else kpi_with_unit(kpi_id, edge)


def _inside(
    kpi_id: str, days: Sequence[CourseDay], notes: Sequence[DayNote], palette: Palette, width: float
) -> str:
    values = [v for d in days for v in (d.value, d.low, d.high) if v is not None]
    if not values:
        return ""
    low, high = min(values), max(values)
    least = max(0.04 * max(abs(low), abs(high)), 1e-9)
    if high - low < least:
        low, high = (low + high - least) / 2, (low + high + least) / 2
    step = (width - LEFT - RIGHT) / max(1, len(days))
    top = TOP + (NOTES if notes else 0.0)
    depth = HEIGHT - top - BOTTOM

    def y(value: float) -> float:
        return top + depth * (1 - (value - low) / (high - low))

    out = [_text(LEFT - 6, y(v) + 3.5, kpi_number(kpi_id, v), palette, "end") for v in (low, high)]
    free = 0.0  # up to where the names of days reach
    for at, one in enumerate(days):
        if one.day.weekday() == 0:
            x = LEFT + at * step
            line = f'<path d="M{x:.1f} {TOP:g}V{HEIGHT - BOTTOM:g}" stroke="{palette.line}"/>'
            out.append(line)
            begin = x if x + DAY_WORDS <= width else x - DAY_WORDS
            if begin >= free:
                out.append(_day_text(x, one.day, palette, width))
                free = begin + DAY_WORDS
    for side in ("low", "high"):
        out.append(_steps([getattr(d, side) for d in days], step, y, palette))
    for at, one in enumerate(days):
        kinds = list(dict.fromkeys(note.kind for note in notes if note.day == one.day))
        if kinds:
            x = LEFT + (at + 0.5) * step
            out.append(
                f'<path d="M{x:.1f} {TOP + NOTES / 2 + 5:g}V{HEIGHT - BOTTOM:g}" '
                f'stroke="{palette.line}" stroke-dasharray="1 3"/>'
                + note_marks(kinds, x, TOP + NOTES / 2 - 1, palette)
            )
    path, pen = "", "M"
    for at, one in enumerate(days):
        if one.value is None:
            continue
        x = LEFT + (at + 0.5) * step
        path += f"{pen}{x:.1f} {y(one.value):.1f}"
        pen = "L"
    out.append(f'<path d="{path}" stroke="{palette.second}" stroke-width="1.4" fill="none"/>')
    alone = sum(one.value is not None for one in days) == 1  # a line of one day is no line
    for at, one in enumerate(days):
        off = one.status in ("bad", "warn")
        if one.value is not None and (off or alone):
            x, colour = LEFT + (at + 0.5) * step, palette.status(one.status) if off else palette.ink
            size = 2.8 if one.status == "bad" else 2.2
            out.append(f'<circle cx="{x:.1f}" cy="{y(one.value):.1f}" r="{size}" fill="{colour}"/>')
    return "".join(out)


def _day_text(x: float, day: date, palette: Palette, width: float) -> str:
    """The name of a day right of its line, or left of it where the picture ends."""
    words = say("{day.day} {day:%b}", day=day)
    if x + DAY_WORDS > width:
        return _text(x - 3, HEIGHT - 6, words, palette, "end")
    return _text(x + 3, HEIGHT - 6, words, palette, "start")


def _steps(edges: Sequence[float | None], step: float, y: Any, palette: Palette) -> str:
    """A dashed line that jumps where the target changes and stops where there is none."""
    path, before = "", None
    for at, edge in enumerate(edges):
        x = LEFT + at * step
        if edge is not None:
            path += f"{'M' if before is None else 'L'}{x:.1f} {y(edge):.1f}H{x + step:.1f}"
        before = edge
    if not path:
        return ""
    return (
        f'<path d="{path}" stroke="{palette.third}" stroke-width="1.2" '
        f'stroke-dasharray="3 3" fill="none"/>'
    )


def _text(x: float, y: float, words: str, palette: Palette, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="Inter, sans-serif" font-size="11" '
        f'fill="{palette.third}" text-anchor="{anchor}">{words}</text>'
    )
