"""The last step before a page is sent: what is still to be said is said, charts get local marks."""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component

from wfm.domain.language import ToSay, language, shown


def localised(tree: Any) -> Any:
    """The same page in the reader's language; in English it is as it was."""
    if language() is not None:
        _walk(tree)
    return shown(tree)


def _walk(node: Any) -> None:
    if isinstance(node, (list, tuple)):
        for at, child in enumerate(node):
            if isinstance(node, list) and isinstance(child, ToSay):
                node[at] = shown(child)
            else:
                _walk(child)
    elif isinstance(node, dict):
        for name, value in node.items():
            if isinstance(value, ToSay):
                node[name] = shown(value)
            else:
                _walk(value)
    elif isinstance(node, Component):
        for name in node.to_plotly_json()["props"]:
            value = getattr(node, name)
            if isinstance(value, ToSay):
                setattr(node, name, shown(value))
            elif name == "figure":
                _chart(value)
            elif name == "children" and isinstance(value, tuple):
                setattr(node, name, [shown(child) for child in value])
                _walk(getattr(node, name))
            elif isinstance(value, (list, Component)):
                _walk(value)
        if hasattr(node, "figure"):
            node.config = {**(getattr(node, "config", None) or {}), **chart_config()}


def chart_config() -> dict[str, Any]:
    """What makes a chart write its own numbers and dates (of axes, and under the pointer) so.

    The library knows English only; a chart is told the tables of the reader's language.
    """
    current = language()
    if current is None or not current.dates:
        return {}
    sunday_first = (-1, 0, 1, 2, 3, 4, 5)
    tables = {
        "days": [current.days[n] for n in sunday_first],
        "shortDays": [current.days_short[n] for n in sunday_first],
        "months": list(current.months), "shortMonths": list(current.months_short),
        "periods": ["AM", "PM"], "time": "%H:%M:%S", "decimal": current.decimal,
        "thousands": current.group, "grouping": [3], "currency": ["", ""], **current.dates,
        "dateTime": f"{current.dates['date']} %H:%M:%S",
    }  # fmt: skip
    return {
        "locale": current.code,
        "locales": {current.code: {"dictionary": {}, "format": tables}},
    }


def _chart(figure: Any) -> None:
    """Decimal and thousands marks of a chart, and the words in its layout and its traces."""
    current = language()
    if not isinstance(figure, dict) or current is None:
        return
    layout = figure.setdefault("layout", {})
    layout["separators"] = current.decimal + current.group
    _walk(layout)
    for trace in figure.get("data", ()):
        for name in ("name", "hovertemplate"):
            if name in trace:
                trace[name] = shown(trace[name])
