"""The proof of a tile: formula, both sums, target and who set it, rows, freshness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from dashboards.parts.numbers import DASH, kpi_number, kpi_with_unit, plain
from kpis.catalogue.load import CATALOGUE
from kpis.value import KpiValue
from wfm.domain.clock import instant_at


@dataclass(frozen=True)
class Proof:
    """Lines of label and text, and links that lead further."""

    title: str
    lines: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...] = ()


def proof_of(
    value: KpiValue,
    *,
    period: str = "",
    data_to: str = "",
    links: Sequence[tuple[str, str]] = (),
) -> Proof:
    """Everything that stands behind a value of a KPI, in the order a sceptic asks for it."""
    kpi = CATALOGUE[value.kpi_id]
    lines = [("Formula", _spaced(kpi.formula)), ("Value", sums_of(value))]
    if value.label:
        lines.append(("Parts", f"{value.label}: the source does not tell the rest"))
    if value.target is not None:
        lines.append(("Target", value.target.text))
        lines.append(("Set by", value.target.source))
        band = _band(value)
        if band:
            lines.append(("Near", band))
    if value.restated is not None:
        when = instant_at(value.restated.at).strftime("%Y-%m-%d %H:%M UTC")
        was = kpi_with_unit(value.kpi_id, value.restated.was)
        lines.append(("Restated", f"{when}, was {was}"))
    if value.reason:
        lines.append(("Note", value.reason))
    lines.append(("Roll-up", kpi.roll_up))
    cells = f"{plain(value.cells_n, 0)} cells of people, queues and quarter-hours"
    lines.append(("Rows", cells + (", some intervals missing" if value.partial else "")))
    if period:
        lines.append(("Period", period))
    if data_to:
        lines.append(("Data to", data_to))
    title = f"{kpi.name} {kpi_with_unit(value.kpi_id, value.value)}"
    return Proof(title, tuple(lines), tuple(links))


def proof(given: Proof, summary: Any) -> Any:
    """The proof as a disclosure that opens by click or by the key i."""
    rows = [html.Div([html.Dt(label), html.Dd(text)]) for label, text in given.lines]
    card: list[Any] = [html.H2([given.title, html.Kbd("i")]), html.Dl(rows)]
    if given.links:
        card.append(
            html.Div(
                [html.A(label, href=href, className="btn small") for label, href in given.links],
                className="acts",
            )
        )
    return html.Details(
        [
            html.Summary(summary, title="How this figure was computed (i)"),
            html.Div(card, className="card", role="group", **{"aria-label": given.title}),
        ],
        className="pop proof",
        **{"data-key": "i"},
    )


def sums_of(value: KpiValue) -> str:
    """Both sums and the result: "10 920 000 ÷ 26 000 = 420 s"; the reason when there is none."""
    if value.value is None:
        return value.reason or DASH
    result = kpi_with_unit(value.kpi_id, value.value)
    if value.numerator is None or value.denominator is None:
        return result
    kpi = CATALOGUE[value.kpi_id]
    top, bottom = _sum(value.numerator), _sum(value.denominator)
    scale = "" if kpi.scale == 1 else f" × {kpi.scale_text}"
    return f"{top} ÷ {bottom}{scale} = {result}"


def _sum(value: float) -> str:
    return plain(value, 0 if float(value).is_integer() else 1)


def _band(value: KpiValue) -> str:
    assert value.target is not None
    bands = value.target.bands
    unit = kpi_with_unit(value.kpi_id, 0.0).partition("\u00a0")[2]
    ends = [
        f"{'down' if name == 'lo' else 'up'} to {kpi_number(value.kpi_id, limit)} {unit}".strip()
        for name, limit in (("lo", bands.amber_lo), ("hi", bands.amber_hi))
        if limit is not None
    ]
    return " and ".join(ends)


def _spaced(formula: str) -> str:
    text = formula
    for sign in "+-/":
        text = text.replace(f" {sign} ", sign).replace(sign, f" {sign} ")
    return text.replace("*", "×").replace(" - ", " − ").replace(" / ", " ÷ ").replace("  ", " ")
