"""Small multiples: one scale, the target dashed, the last value printed, worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboards.parts import html
from dashboards.parts.drawing import drawn
from dashboards.parts.sparkline import Trend, trend_path
from wfm.domain.language import say

MOST = 24


@dataclass(frozen=True)
class Multiple:
    """One small chart: name, trend, its figure with a status, and where it leads."""

    name: str
    trend: Trend
    text: str
    status: str = ""
    href: str = ""


def shared_scale(given: Sequence[Multiple]) -> tuple[float, float] | None:
    """The scale that all charts share: all values and targets; None without any value."""
    spans = [one.trend.span() for one in given if one.trend.known]
    return (min(low for low, _ in spans), max(high for _, high in spans)) if spans else None


def multiples(given: Sequence[Multiple]) -> Any:
    """At most 24 charts in a grid, all on one scale."""
    scale = shared_scale(given)
    head = any(one.trend.notes for one in given[:MOST])
    return html.Div([_one(one, scale, head) for one in given[:MOST]], className="multiples")


def multiples_keys(given: Sequence[Multiple]) -> list[tuple[str, str]]:
    """What the legend of the charts names: the target, and the marks of actions if any has one."""
    keys = [("required", say("target"))]
    if any(one.trend.notes for one in given[:MOST]):
        keys.append(("note-mark note-action", say("action")))
    return keys


def _one(one: Multiple, scale: tuple[float, float] | None, head: bool) -> Any:
    trend = replace(one.trend, low=scale[0], high=scale[1]) if scale else one.trend
    wash = one.status == "bad"
    images = (
        drawn(
            lambda palette: trend_path(trend, palette, 110, 44, wash=wash, head=head),
            width=110, height=44, alt=trend.sentence(), stretch=True,
            title=trend.told,
        )
        if trend.known
        else []
    )  # fmt: skip
    flagged = f" is-{one.status}" if one.status in ("bad", "warn") else ""
    body = [
        html.B(one.name),
        html.Div([*images, html.Span(one.text, className=f"last{flagged}")], className="line"),
    ]
    if one.href:
        return html.A(body, href=one.href, className="multiple")
    return html.Div(body, className="multiple")
