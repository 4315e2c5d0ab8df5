"""Tiles as a table: every key figure with its target, its gap and the period before."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.parts.numbers import kpi_number
from dashboards.parts.table import Cell, Col, Line, Sheet, kpi_cell
from kpis.catalogue.load import CATALOGUE
from kpis.value import KpiValue
from wfm.domain.language import say, to_say

COLUMNS = (
    Col("name", to_say("Key figure"), text=True, phone=True),
    Col("value", to_say("Value"), phone=True),
    Col("unit", to_say("Unit"), text=True),
    Col("target", to_say("Target"), text=True),
    Col("gap", to_say("Gap"), phone=True),
    Col("before", to_say("Period before")),
)


def figures_sheet(
    values: Sequence[KpiValue], previous: Sequence[KpiValue], lacks: str = ""
) -> Sheet:
    """The sheet of the tiles, in their order and with their very numbers.

    `lacks` says why there are none of the period before.
    """
    before = {value.kpi_id: value.value for value in previous}
    return Sheet(
        "figures",
        say("Key figures"),
        COLUMNS,
        tuple(_line(v, before.get(v.kpi_id), lacks) for v in values),
    )


def _line(value: KpiValue, before: float | None, lacks: str) -> Line:
    target = value.target.text if value.target else ""
    status = value.status if value.status in ("bad", "warn") else ""
    cells = (
        Cell(CATALOGUE[value.kpi_id].name, value.kpi_id),
        kpi_cell(value),
        Cell(say(value.unit), value.unit),
        Cell(target, target),
        Cell(kpi_number(value.kpi_id, value.gap, signed=True), value.gap),
        Cell(kpi_number(value.kpi_id, before), before, reason=lacks),
    )
    return Line(cells, "", status)
