"""The figure in focus by one dimension: who adds how much to its gap, most harm first."""

from __future__ import annotations

from dashboards.contribution import Share
from dashboards.names import DIMENSION_WORD, scope_below
from dashboards.pages.manager_data import BESIDE, Centre, counts_seconds
from dashboards.parts.numbers import gap_unit, kpi_number
from dashboards.parts.table import Bar, Cell, Col, Line, Sheet, figure_cell, kpi_cell
from kpis.catalogue.load import CATALOGUE
from kpis.display import decimals_of
from kpis.drill import drill_reason
from kpis.value import KpiValue
from wfm.domain.errors import ForbiddenDrill
from wfm.domain.language import say, to_say

SHORT = {
    "average_handle_time": to_say("AHT"), "adherence": to_say("Adh."), "occupancy": to_say("Occ."),
    "shrinkage": to_say("Shrink."),
}  # fmt: skip
HOUR_S = 3600
Beside = dict[str, dict[object, KpiValue]]


def breakdown(centre: Centre) -> Sheet:
    """The rows of the breakdown with what each adds; the parts sum to the gap of the whole."""
    kpi, ask = centre.kpi, centre.ask
    shares, missing = centre.parts
    base, word = centre.base
    unknown = ask.not_compared if base is None and word == "before" else ""
    beside = _beside(centre)
    unit = gap_unit(kpi.unit)
    drilled = bool(ask.state.by)
    in_hours = counts_seconds(centre)
    of_whole = centre.by == "reason"
    columns = (
        Col("name", DIMENSION_WORD[centre.by], text=True, phone=True),
        Col(kpi.id, SHORT.get(kpi.id, kpi.short_name), kpi.unit, phone=True),
        Col("gap", say("vs before"), unit, say("difference to the period before"))
        if word == "before"
        else Col("gap", say("vs target"), unit, say("difference to the target"))
        if word == "target"
        else Col("gap", say("vs all"), unit, say("difference to all together")),
        Col(
            "adds",
            say("Adds"),
            unit,
            say("its part of the whole: the parts sum to it")
            if of_whole
            else say(
                "(value − base) × share of the denominator of the whole: the parts sum "
                "to the whole gap"
            ),
            phone=True,
        ),
        Col(
            "rest",
            say("All others"),
            "",
            say("the same figure without this part"),
            more=not drilled,
        ),
        Col(
            "base",
            say("Base"),
            "h" if in_hours else "",
            say("denominator: {value}", value=kpi.denominator or kpi.numerator),
        ),
        *(Col(k, SHORT[k], CATALOGUE[k].unit, CATALOGUE[k].name, more=drilled) for k in beside),
    )
    longest = max((abs(s.adds) for s in shares if s.adds is not None), default=0.0)
    signs = {s.adds > 0 for s in shares if s.adds}
    lines = [_line(centre, share, longest, len(signs) > 1, beside) for share in shares]
    if shares:
        if missing:
            lines.append(_left_over(centre, missing, beside))
        lines.append(_total(centre, beside, told=longest > 0))
    name = DIMENSION_WORD[centre.by].lower()
    return Sheet(
        "breakdown",
        say("{short} by {name}", short=kpi.short_name, name=name),
        columns,
        tuple(lines),
        unknown
        if unknown
        else say("largest part first")
        if of_whole
        else say("most harm first")
        if longest
        else say("worst first"),
        say("No {name} has a value in this period", name=name),
    )


def _line(centre: Centre, share: Share, longest: float, both: bool, beside: Beside) -> Line:
    ask, kpi, value = centre.ask, centre.kpi, share.value
    base, _ = centre.base
    key = value.at(centre.by)
    scope = scope_below(ask, centre.by, key)
    link = ""
    if scope is not None and scope.agent is None:
        link = ask.scope_link(scope, by="", sort="")
    status = value.status if value.status in ("bad", "warn") else ""
    gap = None if value.value is None or base is None else value.value - base
    if centre.by == "reason":
        gap = None
    bar = None
    if share.adds is not None and longest:
        wrong = (share.adds > 0) == centre.pushes_up
        bar = Bar(share.adds / longest, wrong and status == "bad", both)
    cells = [
        Cell(centre.name(value), None if key is None else str(key), href=link),
        kpi_cell(value, plain=True),
        Cell(kpi_number(kpi.id, gap, signed=True), gap, "" if gap is None else status, plain=True),
        figure_cell(share.adds, _more(centre), signed=True, bar=bar),
        Cell(kpi_number(kpi.id, share.rest), share.rest, soft=True),
        _base_cell(centre, value.denominator),
        *(kpi_cell(found.get(key)) for found in beside.values()),
    ]
    return Line(tuple(cells), "", status)


def _left_over(centre: Centre, missing: float, beside: Beside) -> Line:
    """What belongs to no segment, so that the column still sums to the whole gap."""
    blank = Cell("", None)
    text = say("not in any {dimension_word}", dimension_word=DIMENSION_WORD[centre.by].lower())
    adds = figure_cell(missing, _more(centre), signed=True)
    return Line((Cell(text, text), blank, blank, adds, blank, blank, *(blank for _ in beside)))


def _total(centre: Centre, beside: Beside, *, told: bool) -> Line:
    kpi, focus = centre.kpi, centre.focus
    base, _ = centre.base
    gap = None if focus.value is None or base is None else focus.value - base
    name = centre.ask.organisation.name_of(centre.ask.scope)
    known = {v.kpi_id: v for v in centre.tiles}
    cells = (
        Cell(name, name),
        kpi_cell(focus, plain=True),
        Cell(kpi_number(kpi.id, gap, signed=True), gap),
        figure_cell(focus.value if centre.by == "reason" else gap, _more(centre), signed=True)
        if told
        else Cell("", None),
        Cell("", None),
        _base_cell(centre, focus.denominator),
        *(kpi_cell(known.get(k), plain=True) for k in beside),
    )
    return Line(cells, "total")


def _more(centre: Centre) -> int:
    """Decimals of a part: at least one, for parts are smaller than the whole."""
    return max(1, decimals_of(centre.kpi))


def _base_cell(centre: Centre, base: float | None) -> Cell:
    if base is not None and counts_seconds(centre):
        return figure_cell(base / HOUR_S, 1, soft=True)
    return figure_cell(base, 0, soft=True)


def _beside(centre: Centre) -> Beside:
    """Other key figures by the same breakdown, where they have it."""
    wanted = [
        k for k in BESIDE if k != centre.kpi.id and not drill_reason(CATALOGUE[k], centre.by)
    ][:3]
    found: Beside = {k: {} for k in wanted}
    if not wanted:
        return {}
    try:
        for value in centre.ask.values(tuple(wanted), by=(centre.by,)):
            found[value.kpi_id][value.at(centre.by)] = value
    except ForbiddenDrill:
        return {}
    return {k: v for k, v in found.items() if any(x.value is not None for x in v.values())}
