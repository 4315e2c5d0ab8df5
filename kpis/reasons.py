"""KPIs by reason: the numerator in its reasons, each over the whole base, so that values add up."""

from __future__ import annotations

from collections.abc import Mapping

from kpis.cells import Cell
from kpis.definition import Kpi
from wfm.domain.language import to_say
from wfm.facts.identities import LOST
from wfm.facts.schema import REASON_MEASURES

_NONE = to_say("only time lost, not ready or out of adherence has a reason")


def why_no_reason(kpi: Kpi) -> str:
    """Why a KPI cannot be told by reason, empty when it can.

    Shrinkage can: each lost second has one reason. So can time not ready and time out of
    adherence, whose reason is the code of the state. Service level cannot.
    """
    top = kpi.top.measures if kpi.top is not None and not kpi.top.constant else ()
    bottom = kpi.bottom.measures if kpi.bottom is not None else ()
    if kpi.kind not in ("ratio", "sum") or not top or set(top) & set(bottom):
        return _NONE
    return "" if set(top) <= set(LOST) or reason_measure(kpi) else _NONE


def reason_measure(kpi: Kpi) -> str:
    """The measure that the facts keep by reason, empty where each reason is a measure itself."""
    top = kpi.top.measures if kpi.top is not None else ()
    return top[0] if len(top) == 1 and top[0] in REASON_MEASURES else ""


def lost_cells(kpi: Kpi, cell: Cell) -> Mapping[str, Cell]:
    """The cell with one reason of lost time at a time, by reason; reasons unknown are left out.

    Lost 60 s of leave and 20 s of aux of 800 contracted: leave 60 of 800, aux 20 of 800.
    """
    names = kpi.top.measures if kpi.top is not None else ()
    known = [name for name in names if cell.get(name) is not None]
    return {
        name.removeprefix("lost_").removesuffix("_s"): {
            **cell, **dict.fromkeys(known, 0), name: cell[name],
        }
        for name in known
    }  # fmt: skip
