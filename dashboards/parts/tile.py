"""A KPI tile: name, value, signed gap, target, trend, and its status by shape, word and colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.parts import html
from dashboards.parts.drawer import opener
from dashboards.parts.numbers import (
    DASH,
    SPACE,
    THIN,
    gap_unit,
    kpi_number,
    size_text,
    unit_text,
)
from dashboards.parts.proof import Proof, proof
from dashboards.parts.sparkline import Trend, sparkline
from dashboards.parts.status import mark
from kpis.catalogue.load import CATALOGUE
from kpis.display import decimals_of, format_goal
from kpis.status import status_of
from kpis.value import KpiTarget, KpiValue
from wfm.domain.language import language, say, to_say

# Words of a value without a colour; only a missing value gets the hollow ring.
UNCOLOURED = (to_say("Reference"), to_say("No target"), to_say("Too few"), to_say("Partial"))
GAP = {"better": to_say("better"), "worse": to_say("worse")}


@dataclass(frozen=True)
class Tile:
    """What one tile shows; texts are final, so tile, table and export cannot differ."""

    name: str
    value: str
    unit: str = ""
    status: str = "none"
    word: str | None = None
    badge: str = ""
    gap: str = ""
    right: str = ""
    trend: Trend | None = None
    href: str = ""
    proof: Proof | None = None
    chosen: bool = False
    partial: bool = False
    kpi_id: str = ""
    raw: float | None = None  # the figure in full precision, for those who read it by machine
    why: Mapping[str, str] | None = None  # what its button to explain it sends


def tile_of(
    value: KpiValue,
    *,
    trend: Trend | None = None,
    badge: str = "",
    right: str = "",
    href: str = "",
    shown_proof: Proof | None = None,
    chosen: bool = False,
    why: Mapping[str, str] | None = None,
) -> Tile:
    """The tile of a KPI value; `badge` ("1 of 4 sites red") takes the place of a calm status."""
    kpi = CATALOGUE[value.kpi_id]
    known = value.value is not None
    label = f" {value.label}" if value.label else ""
    return Tile(
        name=kpi.short_name,
        value=text_of(value),
        unit=(unit_text(value.unit) + label).strip() if known else "",
        status=value.status,
        word=word_of(value),
        badge=badge if value.status != "bad" else "",
        gap=gap_text(value),
        right=right or target_text(value),
        trend=trend,
        href=href,
        proof=shown_proof,
        chosen=chosen,
        partial=value.partial,
        kpi_id=value.kpi_id,
        raw=value.value,
        why=why if value.value is not None else None,
    )


def text_of(value: KpiValue) -> str:
    """The figure alone: signed when the KPI is a difference; a decimal more when rounding lies."""
    if value.value is None:
        return DASH
    signed = is_difference(value.kpi_id)
    if value.target is None or value.status == "none":
        return kpi_number(value.kpi_id, value.value, signed=signed)
    for extra in range(4):
        text = kpi_number(value.kpi_id, value.value, signed=signed, extra=extra)
        rounded = float(f"{value.value:.{decimals_of(CATALOGUE[value.kpi_id]) + extra}f}")
        if status_of(rounded, value.target.bands) == value.status:
            return text
    return text


def is_difference(kpi_id: str) -> bool:
    """Whether a KPI is a difference, whose sign is always written: net staffing +7.0."""
    kpi = CATALOGUE[kpi_id]
    return "-" in kpi.numerator and kpi.better == "target"


def word_of(value: KpiValue) -> str:
    """The word of a status; without a colour it says why in two words."""
    if value.status != "none":
        return {"good": say("On target"), "warn": say("Near"), "bad": say("Off target")}[
            value.status
        ]
    if value.value is None:
        return say("No data")
    if value.target is None:
        return say("No target") if not value.label else say("Partial")
    return say("Too few") if value.reason.startswith("below") else say("Reference")


def gap_text(value: KpiValue) -> str:
    """The signed gap in its own unit with its meaning: "0.3 pp worse", "inside 75.0 to 85.0 %"."""
    if value.value is None:
        return value.reason
    if value.gap is None or value.target is None:
        return ""
    unit = gap_unit(value.unit)
    size = size_text(value.kpi_id, abs(value.gap)) + (f"{SPACE}{unit}" if unit else "")
    if value.gap_is == "inside":
        return say("inside the range")
    if value.gap_is in ("better", "worse"):
        return f"{size} {GAP[value.gap_is]}"
    return kpi_number(value.kpi_id, value.gap, signed=True) + (f"{SPACE}{unit}" if unit else "")


def target_text(value: KpiValue, *, bare: bool = False) -> str:
    """The target as it stands at the right: "target 80.0 %", bare "80.0 %"."""
    if value.target is None:
        return ""
    kpi = CATALOGUE[value.kpi_id]
    goal = format_goal(kpi, value.target.bands)
    if language() is None:
        goal = goal.replace(",", THIN)
    if value.target.restated:
        goal = say("{goal} restated", goal=goal)
    bands = value.target.bands
    a_range = bands.centre is None and bands.green_lo is not None and bands.green_hi is not None
    return goal if a_range or bare else say("target {goal}", goal=goal)


def goal_line(target: KpiTarget | None, value: float | None) -> float | None:
    """Where a chart draws the target: its centre or its limit, of a range the nearer end."""
    if target is None:
        return None
    bands = target.bands
    ends = [end for end in (bands.green_lo, bands.green_hi) if end is not None]
    if bands.centre is not None or not ends:
        return bands.centre
    return min(ends, key=lambda end: abs(end - (value if value is not None else end)))


def tiles(given: Sequence[Tile]) -> Any:
    """The row of tiles, equal columns, 1 px rules between them."""
    return html.Section(
        [_tile(one) for one in given],
        className="tiles",
        style={"--n": len(given)},
        **{"aria-label": say("Figures at a glance")},
    )


def _why(one: Tile) -> list[Any]:
    """The button that explains the figure, by key e."""
    if one.why is None:
        return []
    return [
        opener(
            say("Why"),
            "explain",
            one.why,
            key="e",
            css="why-btn",
            title=say("Why {name} (e)", name=one.name),
        )
    ]


def _tile(one: Tile) -> Any:
    name = (
        html.A(
            one.name,
            href=one.href,
            className="name",
            title=say("Break down: {name}", name=one.name),
        )
        if one.href
        else html.Span(one.name, className="name", title=one.name)
    )
    status = (
        mark("bad", one.badge) if one.badge
        else html.Span(one.word, className="mark third") if one.word in UNCOLOURED
        else mark(one.status, one.word)
    )  # fmt: skip
    known = one.value != DASH
    value = html.Div(
        [
            one.value,
            html.Small(one.unit, className="long" if len(one.unit) > 3 else "") if one.unit else "",
        ],
        className="value" if known else "value no",
    )
    trend = sparkline(one.trend) if one.trend is not None else []
    gap_status = one.status if one.status in ("bad", "warn") else ""
    right = html.Span(one.right, title=one.right)
    return html.Article(
        [
            html.Div([name, status], className="row head"),
            html.Div(
                [proof(one.proof, value) if one.proof else value, *_why(one), *trend],
                className="row mid",
            ),
            html.Div(
                [
                    html.Span(
                        one.gap,
                        title=one.gap,
                        className=("gap" if known else "why")
                        + (f" is-{gap_status}" if gap_status else ""),
                    ),
                    right,
                ],
                className="row foot",
            ),
        ],
        className="tile" + (" chosen" if one.chosen else ""),
        **{
            "aria-label": one.name,
            "data-kpi": one.kpi_id,
            "data-value": "" if one.raw is None else repr(float(one.raw)),
        },
    )
