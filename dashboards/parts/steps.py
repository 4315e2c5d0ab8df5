"""A level of an explanation as rows: each part a bar that begins where the one before ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboards.parts import html
from kpis.explain.levels import Bar, Level
from wfm.domain.language import say

Words = Callable[[float, bool], str]  # a size as text, signed or not


def steps(level: Level, decimals: int, words: Words, *, harm: int = 0, title: str = "") -> Any:
    """From the first value over the parts to the last; what is printed adds up.

    `words` writes a value with its unit. Parts that push in the direction of `harm` (1 up, -1
    down) by more than others are coloured; 0 colours none.
    """
    shown = level.shortened()
    first, sizes, last = shown.printed(decimals)
    low, high = _range(shown)
    worst = max((harm * bar.size for bar in shown.bars), default=0.0) if harm else 0.0
    rows = []
    if shown.ends[0]:
        rows.append(_end(say(shown.ends[0]), words(first, False), _at(shown.before, low, high)))
    at = shown.before
    for bar, size in zip(shown.bars, sizes, strict=True):
        coloured = harm and worst > 0 and harm * bar.size >= 0.5 * worst
        note = _note(bar, words, to_target=shown.ends[0] == "target")
        rows.append(_part(bar.name, note, words(size, True), (at, at + bar.size), (low, high),
                          bool(coloured)))  # fmt: skip
        at += bar.size
    rows.append(_end(say(shown.ends[1]), words(last, False), _at(shown.after, low, high)))
    caption = [html.Caption(title)] if title else []
    return html.Table([*caption, html.Tbody(rows)], className="steps")


def _range(level: Level) -> tuple[float, float]:
    at, points = level.before, [level.before]
    for bar in level.bars:
        at += bar.size
        points.append(at)
    low, high = min(points), max(points)
    spread = (high - low) or 1.0
    # Bars of totals begin at a floor near the steps, else the steps would not be seen.
    floor = low - 0.4 * spread
    return (max(0.0, floor) if low >= 0 else floor), high


def _at(value: float, low: float, high: float) -> float:
    return 100 * (value - low) / ((high - low) or 1.0)


def _end(name: str, text: str, width: float) -> Any:
    return html.Tr(
        [
            html.Th(name, scope="row"),
            html.Td(_bar(0.0, width, "total"), className="b"),
            html.Td(text, className="n"),
        ],
        className="total",
    )


def _note(bar: Bar, words: Words, *, to_target: bool) -> str:
    """The part's own values: "484 s to 587 s"; against a target the present one alone."""
    if bar.after is None:
        return ""
    if to_target or bar.before is None:
        return (
            words(bar.after, False)
            if to_target
            else say("new, {words}", words=words(bar.after, False))
        )
    return say(
        "{words} to {words_2}", words=words(bar.before, False), words_2=words(bar.after, False)
    )


def _part(
    name: str, note: str, text: str, span: tuple[float, float], scale: tuple[float, float],
    harms: bool,
) -> Any:  # fmt: skip
    begin, end = sorted(_at(point, *scale) for point in span)
    label: list[Any] = [name]
    if note:
        label.append(html.Small(note))
    return html.Tr(
        [
            html.Th(label, scope="row"),
            html.Td(_bar(begin, end - begin, "bad" if harms else "part"), className="b"),
            html.Td(text, className="n" + (" is-bad" if harms else "")),
        ]
    )


def _bar(start: float, width: float, kind: str) -> Any:
    style = {"left": f"{start:.2f}%", "width": f"{max(width, 0.6):.2f}%"}
    return html.Span(className=f"bar {kind}", style=style, **{"aria-hidden": "true"})
