"""What stands beside a figure from the period before: its value, or that it is not there yet."""

from __future__ import annotations

from dashboards.frame import Ask
from dashboards.parts.numbers import kpi_with_unit
from kpis.value import KpiValue
from wfm.domain.language import say


def before_words(ask: Ask, before: KpiValue | None) -> str:
    """The right end of a tile: "before 94.2 %", empty where it shows its target.

    While days of either period load there is nothing final to show, and it says so.
    """
    if ask.compare != "previous":
        return ""
    if ask.not_compared:
        return say("before: still loading")
    if before is None or before.value is None:
        return ""
    return say("before {with_unit}", with_unit=kpi_with_unit(before.kpi_id, before.value))
