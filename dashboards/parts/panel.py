"""A panel: title, note and legend on one line, and what it shows below; no card, no shadow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.parts import html


def legend(entries: Sequence[tuple[str, str]]) -> Any:
    """A legend of (key, words); keys: actual plan required forecast dotted box-band box-cell ..."""
    return html.Ul(
        [
            html.Li([html.Span(className=f"key {key}", **{"aria-hidden": "true"}), words])
            for key, words in entries
        ],
        className="legend",
    )


def panel(
    title: str,
    body: Any,
    *,
    note: Any = "",
    legend_of: Sequence[tuple[str, str]] = (),
    end: Any = None,
    css: str = "",
    name: str = "",
) -> Any:
    """A section under a title of 28 px; `note` says the scale, the order or the period."""
    head: list[Any] = [html.H2(title)]
    if note:
        head.append(html.Span(note, className="note"))
    if legend_of:
        head.append(legend(legend_of))
    if end is not None:
        head.append(html.Div(end, className="legend"))
    return html.Section(
        [html.Div(head, className="phead"), *(body if isinstance(body, list) else [body])],
        className=f"panel {css}".strip(),
        **({"id": name} if name else {}),
        **{"aria-label": title},
    )
