"""Notes on the days of a chart: their marks on its upper edge, and their words below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboards.parts import html
from dashboards.theme import Palette
from wfm.domain.language import say, say_many, to_say

MOST = 6  # notes with words below a chart
KINDS: Mapping[str, str] = {
    "action": to_say("action"),
    "event": to_say("event"),
    "restated": to_say("restated"),
}
BESIDE = 7.0  # px between the marks of different kinds on one day


@dataclass(frozen=True)
class DayNote:
    """Something that happened on a day: an action, an event, or a restatement of its figures."""

    day: date
    kind: str
    words: str


def note_marks(kinds: Sequence[str], x: float, y: float, palette: Palette) -> str:
    """The marks of the kinds of notes of one day, side by side, each of a shape of its own."""
    out, left = [], x - BESIDE * (len(kinds) - 1) / 2
    for at, kind in enumerate(kinds):
        mid = left + BESIDE * at
        if kind == "restated":
            out.append(
                f'<circle cx="{mid:.1f}" cy="{y:.1f}" r="2.6" fill="none" '
                f'stroke="{palette.second}" stroke-width="1.3"/>'
            )
            continue
        path = (
            f"M{mid - 3.2:.1f} {y + 2.8:.1f}L{mid:.1f} {y - 3.2:.1f}L{mid + 3.2:.1f} {y + 2.8:.1f}Z"
        )
        if kind == "event":
            path = (
                f"M{mid - 3.2:.1f} {y:.1f}L{mid:.1f} {y - 3.2:.1f}L{mid + 3.2:.1f} {y:.1f}"
                f"L{mid:.1f} {y + 3.2:.1f}Z"
            )
        out.append(f'<path d="{path}" fill="{palette.second}"/>')
    return "".join(out)


def note_words(note: DayNote) -> str:
    """A note with its day: "14 Oct: Coaching, Ada, after-contact work"."""
    return say("{day.day} {day:%b}: {words}", day=note.day, words=note.words)


def notes_sentence(notes: Sequence[DayNote]) -> str:
    """The newest notes in words for who does not see their marks, empty without any."""
    if not notes:
        return ""
    told = "; ".join(note_words(note) for note in reversed(notes[-MOST:]))
    return say_many("{n} note: {told}", "{n} notes: {told}", len(notes), told=told)


def notes_list(notes: Sequence[DayNote]) -> list[Any]:
    """The newest notes as a list, each with its mark; how many more there are is counted."""
    if not notes:
        return []
    lines = [
        html.Li(
            [
                html.I(className=f"note-mark note-{note.kind}", **{"aria-hidden": "true"}),
                html.Span(say("{day.day} {day:%b}", day=note.day), className="note-day"),
                html.Span([html.Span([KINDS[note.kind], ": "], className="sr"), note.words]),
            ]
        )
        for note in reversed(notes[-MOST:])
    ]
    more = len(notes) - MOST
    if more > 0:
        lines.append(html.Li(say("and {n} more", n=more), className="third"))
    return [html.Ul(lines, className="day-notes", **{"aria-label": say("What happened")})]
