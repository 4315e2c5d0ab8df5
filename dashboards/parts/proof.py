"""The proof of a tile: formula, both sums, target and who set it, rows, freshness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.parts import html
from dashboards.parts.numbers import DASH, kpi_number, kpi_with_unit, plain
from kpis.catalogue.load import CATALOGUE
from kpis.value import KpiValue
from kpis.wording import definition_lines
from wfm.domain.clock import instant_at
from wfm.domain.language import listed, say


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
    """Everything that stands behind a value of a KPI, in the order a sceptic asks for it.

    First what is divided by what in words, then the same as the catalogue has it.
    """
    kpi = CATALOGUE[value.kpi_id]
    lines = [*definition_lines(kpi), (say("Formula"), _spaced(kpi.formula))]
    lines.append((say("Value"), sums_of(value)))
    if value.label:
        lines.append(
            (say("Parts"), say("{label}: the source does not tell the rest", label=value.label))
        )
    if value.target is not None:
        lines.append((say("Target"), value.target.text))
        lines.append((say("Set by"), value.target.source))
        band = _band(value)
        if band:
            lines.append((say("Near"), band))
    if value.restated is not None:
        when = instant_at(value.restated.at).strftime("%Y-%m-%d %H:%M UTC")
        was = kpi_with_unit(value.kpi_id, value.restated.was)
        lines.append((say("Restated"), say("{when}, was {was}", when=when, was=was)))
    if value.reason:
        lines.append((say("Note"), value.reason))
    lines.append((say("Roll-up"), kpi.roll_up))
    cells = say("{plain} cells of people, queues and quarter-hours", plain=plain(value.cells_n, 0))
    lines.append((say("Rows"), cells + (say(", some intervals missing") if value.partial else "")))
    if period:
        lines.append((say("Period"), period))
    if data_to:
        lines.append((say("Data to"), data_to))
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
            html.Summary(summary, title=say("How this figure was computed (i)")),
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
        say(
            "{value} to {number} {unit}",
            value=say("down") if name == "lo" else say("up"),
            number=kpi_number(value.kpi_id, limit),
            unit=unit,
        ).strip()
        for name, limit in (("lo", bands.amber_lo), ("hi", bands.amber_hi))
        if limit is not None
    ]
    return listed(ends)


def _spaced(formula: str) -> str:
    text = formula
    for sign in "+-/":
        text = text.replace(f" {sign} ", sign).replace(sign, f" {sign} ")
    return text.replace("*", "×").replace(" - ", " − ").replace(" / ", " ÷ ").replace("  ", " ")
