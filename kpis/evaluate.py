"""The value of a KPI from merged base measures: one rule for each kind."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from kpis.cells import Cell, Merged
from kpis.definition import Kpi
from kpis.expression import Linear
from kpis.histogram import quantile_of
from wfm.domain.language import say, to_say

FULL_TIME_S_A_WEEK = 40 * 3600  # convention of `level_std`

# Parts of one total that a source may not give: the total is then shown with what there is.
PART_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "talk_s": "talk",
        "hold_s": "hold",
        "acw_s": to_say("after-contact work"),
        "lost_leave_s": "leave",
        "lost_training_s": "training",
        "lost_meeting_s": "meetings",
        "lost_coaching_s": "coaching",
        "lost_break_s": "breaks",
        "lost_project_s": "projects",
        "lost_sick_s": "sickness",
        "lost_noshow_s": "no-shows",
        "lost_late_s": "lateness",
        "lost_overbreak_s": to_say("break overrun"),
        "lost_aux_s": to_say("unscheduled not-ready"),
        "lost_system_s": "outages",
    }
)


class Window(NamedTuple):
    """What a value needs besides its cells: the length of the window, and other windows.

    `whole` are the same measures over all members of the dimension a share is taken of.
    """

    seconds: float | None = None
    days: float | None = None
    previous: Cell | None = None
    whole: Cell | None = None
    one_agent: bool = True


class Evaluation(NamedTuple):
    """A value with its two sides; `unknown` are measures no cell knows, so that it is None.

    `left_out` are parts of a total that the source cannot give: the value then lacks them.
    `base` is what a minimum base is held against, the denominator unless the kind has another.
    """

    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    unknown: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    base: float | None = None
    needs: str = ""


def evaluate(kpi: Kpi, cell: Cell, window: Window | None = None) -> Evaluation:
    """The value of a KPI over one merged cell; value None where it is undefined.

    Service level of answered 905, abandoned 85 (11 of them short), 562 in time:
    100 * 562 / 979 = 57.41 %. Nothing offered: None, never 0 and never 100.
    """
    given = window or Window()
    answer = _KINDS[kpi.kind](kpi, cell, given)
    if answer.base is None and answer.denominator is not None:
        return Evaluation(
            answer.value, answer.numerator, answer.denominator, answer.unknown,
            answer.left_out, answer.denominator, answer.needs,
        )  # fmt: skip
    return answer


class _Side(NamedTuple):
    """One side of a formula at given sums."""

    value: float | int | None
    unknown: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def _number(value: Merged) -> float | int | None:
    return value if isinstance(value, int | float) else None


def _side(linear: Linear | None, cell: Cell, may_lack: bool = False) -> _Side:
    """A linear expression at the sums of a cell; with `may_lack`, named parts may be missing."""
    if linear is None:
        return _Side(None)
    known = {m: v for m in linear.measures if (v := _number(cell.get(m))) is not None}
    if len(known) == len(linear.measures):
        return _Side(linear.value(known))
    missing = tuple(m for m in linear.measures if m not in known)
    parts = len(linear.terms) > 1 and all(
        m in PART_NAMES and coefficient > 0 for m, coefficient in linear.terms
    )
    if may_lack and parts and known:
        return _Side(linear.value({m: known.get(m, 0) for m in linear.measures}), (), missing)
    return _Side(None, missing)


def _scaled(kpi: Kpi, value: float | int) -> float:
    return float(value * kpi.scale.numerator) / kpi.scale.denominator


def _divide(kpi: Kpi, top: float | int, bottom: float | int) -> float | None:
    """`scale * top / bottom`, rounded once; None when there is nothing to divide by."""
    if bottom == 0:
        return None
    return float(top * kpi.scale.numerator) / float(bottom * kpi.scale.denominator)


def _ratio(kpi: Kpi, cell: Cell, window: Window) -> Evaluation:
    top, bottom = _side(kpi.top, cell, may_lack=True), _side(kpi.bottom, cell)
    unknown = top.unknown + bottom.unknown
    if unknown or top.value is None or bottom.value is None:
        return Evaluation(None, top.value, bottom.value, unknown)
    return Evaluation(
        _divide(kpi, top.value, bottom.value), top.value, bottom.value, (), top.left_out
    )


def _total(kpi: Kpi, cell: Cell, window: Window) -> Evaluation:
    top = _side(kpi.top, cell)
    if top.value is None:
        return Evaluation(unknown=top.unknown)
    return Evaluation(_scaled(kpi, top.value), top.value)


def _over(kpi: Kpi, cell: Cell, length: float | None, needs: str) -> Evaluation:
    top = _side(kpi.top, cell)
    if top.value is None:
        return Evaluation(unknown=top.unknown, denominator=length)
    if not length:
        return Evaluation(None, top.value, length, needs=needs)
    return Evaluation(_divide(kpi, top.value, length), top.value, length)


def _level(kpi: Kpi, cell: Cell, window: Window) -> Evaluation:
    return _over(kpi, cell, window.seconds, say("no open interval in this period"))


def _level_days(kpi: Kpi, cell: Cell, window: Window) -> Evaluation:
    return _over(kpi, cell, window.days, say("the period has no days"))


def _level_std(kpi: Kpi, cell: Cell, window: Window) -> Evaluation:
    full_time = None if window.days is None else window.days / 7 * FULL_TIME_S_A_WEEK
    return _over(kpi, cell, full_time, say("the period has no days"))


def _quantile(kpi: Kpi, cell: Cell, window: Window) -> Evaluation:
    counts = cell.get(kpi.histogram or "")
    if not isinstance(counts, Mapping) or kpi.quantile is None:
        return Evaluation(unknown=kpi.measures)
    total = sum(counts.values())
    value = quantile_of(counts, kpi.quantile)
    if value is None:
        return Evaluation(None, None, total)
    return Evaluation(_scaled(kpi, value), value, total)


def _distinct(kpi: Kpi, cell: Cell, window: Window) -> Evaluation:
    size = _size(kpi.measures[0], cell)
    if size is None:
        return Evaluation(unknown=kpi.measures)
    return Evaluation(_scaled(kpi, size), size)


def _ratio_distinct(kpi: Kpi, cell: Cell, window: Window) -> Evaluation:
    top = _side(kpi.top, cell)
    name = kpi.denominator
    size = _size(name, cell)
    unknown = top.unknown + ((name,) if size is None else ())
    if top.value is None or size is None:
        return Evaluation(None, top.value, size, unknown)
    return Evaluation(_divide(kpi, top.value, size), top.value, size)


def _size(name: str, cell: Cell) -> int | float | None:
    """How many ids a set has; a plain number is a count already made exact elsewhere."""
    ids = cell.get(name)
    return len(ids) if isinstance(ids, frozenset) else _number(ids)


def _moments(kpi: Kpi, cell: Cell, window: Window) -> Evaluation:
    squares, total, count = (_side(part, cell) for part in kpi.parts)
    unknown = squares.unknown + total.unknown + count.unknown
    if squares.value is None or total.value is None or count.value is None:
        return Evaluation(unknown=unknown)
    if count.value == 0 or total.value == 0:
        return Evaluation(None, total.value, count.value)
    mean = total.value / count.value
    variance = max(0.0, squares.value / count.value - mean * mean)
    return Evaluation(_scaled(kpi, math.sqrt(variance) / mean), total.value, count.value)


def _sqrt_ratio(kpi: Kpi, cell: Cell, window: Window) -> Evaluation:
    answer = _ratio(kpi, cell, window)
    if answer.value is None or answer.value < 0:
        return answer
    return Evaluation(math.sqrt(answer.value), answer.numerator, answer.denominator)


def _share(kpi: Kpi, cell: Cell, window: Window) -> Evaluation:
    part = _side(kpi.top, cell)
    if part.value is None:
        return Evaluation(unknown=part.unknown)
    if window.whole is None:
        return Evaluation(None, part.value, needs=say("break it down by channel to see the shares"))
    whole = _side(kpi.top, window.whole)
    if whole.value is None:
        return Evaluation(None, part.value, unknown=whole.unknown)
    return Evaluation(_divide(kpi, part.value, whole.value), part.value, whole.value)


def _compare(kpi: Kpi, cell: Cell, window: Window) -> Evaluation:
    now = _side(kpi.top, cell)
    if now.value is None:
        return Evaluation(unknown=now.unknown)
    before = _side(kpi.top, window.previous or {})
    if before.value is None:
        return Evaluation(None, now.value, needs=say("no data in the comparison period"))
    change = now.value - before.value
    return Evaluation(_divide(kpi, change, before.value), now.value, before.value)


def _per_agent(kpi: Kpi, cell: Cell, window: Window) -> Evaluation:
    if not window.one_agent:
        return Evaluation(needs=say("defined for one agent only: break it down by agent"))
    return _total(kpi, cell, window)


def _quotient(top: float | int, bottom: float | int) -> float | None:
    return None if bottom == 0 else top / bottom


def _derived(kpi: Kpi, cell: Cell, window: Window) -> Evaluation:
    sums = {m: v for m in kpi.measures if (v := _number(cell.get(m))) is not None}
    unknown = tuple(m for m in kpi.measures if m not in sums)
    if unknown:
        return Evaluation(unknown=unknown)
    return _DERIVED[kpi.id](kpi, sums, window)


def _aht_forecast_error(kpi: Kpi, sums: Mapping[str, float], window: Window) -> Evaluation:
    """100 * (forecast handle time / actual handle time - 1), each from its own sums."""
    forecast = _quotient(sums["fc_work_s"], sums["fc_contacts_n"])
    actual = _quotient(sums["act_work_s"], sums["offered_n"])
    base = min(sums["fc_contacts_n"], sums["offered_n"])
    if forecast is None or not actual:
        return Evaluation(None, forecast, actual, base=base)
    return Evaluation(float(kpi.scale) * (forecast / actual - 1), forecast, actual, base=base)


def _attrition_period(kpi: Kpi, sums: Mapping[str, float], window: Window) -> Evaluation:
    """100 * leavers / average headcount, the average over the days of the window."""
    if not window.days:
        return Evaluation(None, sums["leaver_n"], needs=say("the period has no days"))
    headcount = sums["headcount_pd"] / window.days
    return Evaluation(_divide(kpi, sums["leaver_n"], headcount), sums["leaver_n"], headcount)


def _flow_over_stock(kpi: Kpi, sums: Mapping[str, float], window: Window) -> Evaluation:
    """A flow of the window over its stock of active customers."""
    flow, stock = (sums[name] for name in (kpi.numerator, kpi.denominator))
    return Evaluation(_divide(kpi, flow, stock), flow, stock)


_Rule = Callable[[Kpi, Cell, Window], Evaluation]
_KINDS: Mapping[str, _Rule] = MappingProxyType(
    {
        "ratio": _ratio,
        "sum": _total,
        "level": _level,
        "level_days": _level_days,
        "level_std": _level_std,
        "quantile": _quantile,
        "max": _total,
        "last": _total,
        "last_ratio": _ratio,
        "distinct": _distinct,
        "ratio_distinct": _ratio_distinct,
        "moments": _moments,
        "sqrt_ratio": _sqrt_ratio,
        "derived": _derived,
        "share": _share,
        "compare": _compare,
        "per_agent": _per_agent,
    }
)
_DERIVED: Mapping[str, Callable[[Kpi, Mapping[str, float], Window], Evaluation]] = MappingProxyType(
    {
        "aht_forecast_error": _aht_forecast_error,
        "attrition_period": _attrition_period,
        "cost_to_serve": _flow_over_stock,
        "customer_profitability": _flow_over_stock,
    }
)
