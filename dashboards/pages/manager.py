"""The manager: what is driving the centre, and who must move."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboards.contribution import Share
from dashboards.frame import Ask, PageRoom, Spec, View
from dashboards.names import DIMENSION_WORD, scope_below
from dashboards.pages.manager_data import BESIDE, DRILLS, TILES, Centre, read_centre
from dashboards.pages.manager_panels import evidence
from dashboards.parts.answer import Act, Answer
from dashboards.parts.numbers import gap_unit, kpi_number, kpi_with_unit, plain
from dashboards.parts.panel import panel
from dashboards.parts.proof import proof_of
from dashboards.parts.sparkline import Trend
from dashboards.parts.table import Bar, Cell, Col, Line, Sheet, figure_cell, kpi_cell, sort_lines
from dashboards.parts.table import table as grid
from dashboards.parts.tile import Tile, tile_of
from dashboards.view_state import period_label
from kpis.catalogue.load import CATALOGUE
from kpis.display import decimals_of
from kpis.drill import drill_reason
from kpis.status import red_sentence
from kpis.value import KpiValue
from wfm.domain.errors import ForbiddenDrill

SPEC = Spec(
    grains=(
        ("today", "Today"), ("day", "Day"), ("week", "Week"), ("month", "Month"),
        ("quarter", "Quarter"),
    ),
    grain="week",
    comparisons=(("target", "target"), ("previous", "period before")),
    compare="target",
)  # fmt: skip


def view(ask: Ask) -> View:
    """The page's answer: sentence, tiles, who adds to the gap, and the evidence beside it."""
    centre = read_centre(ask)
    main = breakdown(centre)
    panels, sheets = evidence(centre)
    left = html.Div([_breakdown_panel(centre, main)], className="stack")
    body = [left, html.Div(panels, className="stack")]
    tiles_sheet = _tiles_sheet(centre)
    return View(
        manager_answer(centre), _tiles(centre), body, (main, tiles_sheet, *sheets), "manager"
    )


def manager_answer(centre: Centre) -> Answer:
    """The sentence: the figure most off target, its gap, and who makes most of it."""
    ask, focus, kpi = centre.ask, centre.focus, centre.kpi
    if focus.value is None:
        if ask.data_at is None:
            return Answer("none", "No data have arrived yet.", "Load contacts or agent states.")
        return Answer("none", f"{kpi.short_name} is not known: {focus.reason}.")
    value = kpi_with_unit(kpi.id, focus.value)
    base, word = centre.base
    if base is None:
        return Answer("none", f"{kpi.short_name} {value}.", f"{focus.reason.capitalize()}.")
    gap = focus.value - base
    size = kpi_with_unit(kpi.id, abs(gap), gap=True)
    against = f"{word if word != 'before' else 'the period before'} {kpi_with_unit(kpi.id, base)}"
    if focus.status == "good" and not ask.state.kpi:
        return Answer(
            "good", "Every figure with a target is on it.",
            f"Closest to its limit: {kpi.short_name}, {value}, {against}.",
        )  # fmt: skip
    where = "inside its range" if focus.gap_is == "inside" else (
        f"{size} {'over' if gap > 0 else 'under'} {against}" if gap else f"at {against}"
    )  # fmt: skip
    lead = f"{kpi.short_name} {value}, {where}"
    shares, _ = centre.parts
    top = next((share for share in shares if share.adds), None)
    if top is None or top.adds is None or top.adds * gap <= 0:
        return Answer(focus.status, f"{lead}.")
    name = centre.name(top.value)
    adds = kpi_with_unit(kpi.id, abs(top.adds), gap=True)
    lead += f": {name} gives {adds} of it."
    rest = _own(centre, top)
    scope = scope_below(ask, centre.by, top.value.at(centre.by))
    acts: tuple[Act, ...] = ()
    if scope is not None and scope.agent is None:
        acts = (Act(f"Open {name}", ask.scope_link(scope, by="", sort=""), True, "e"),)
    return Answer(focus.status, lead, rest, acts)


def _own(centre: Centre, share: Share) -> str:
    """How the largest part stands itself, and all others without it."""
    own = kpi_with_unit(centre.kpi.id, share.value.value)
    text = f"It stands at {own}"
    if share.value.denominator and centre.focus.denominator:
        part = 100 * share.value.denominator / centre.focus.denominator
        text += f" on {plain(part, 0)} % of the base"
    if share.rest is not None:
        text += f"; all others at {kpi_with_unit(centre.kpi.id, share.rest)}"
    return text + "."


def breakdown(centre: Centre) -> Sheet:
    """The figure by the breakdown in force, most harm first, with what each part adds."""
    kpi, ask = centre.kpi, centre.ask
    shares, missing = centre.parts
    base, word = centre.base
    beside = _beside(centre)
    unit = gap_unit(kpi.unit)
    whole_name = ask.organisation.name_of(ask.scope)
    columns = (
        Col("name", DIMENSION_WORD[centre.by], text=True, phone=True),
        Col(kpi.id, kpi.short_name, kpi.unit if kpi.unit != "contacts" else "", phone=True),
        Col("gap", f"vs {word}", unit, f"difference to {word}"),
        Col("adds", f"Adds to {whole_name}", unit,
            "(value − base) × share of the denominator; the parts sum to the whole gap",
            phone=True),
        Col("rest", "All others", "", "the same figure without this part"),
        Col("base", "n", "", f"denominator: {kpi.denominator or kpi.numerator}"),
        *(Col(k, CATALOGUE[k].short_name, CATALOGUE[k].unit) for k in beside),
    )  # fmt: skip
    longest = max((abs(s.adds) for s in shares if s.adds is not None), default=0.0)
    both = any((s.adds or 0) < 0 for s in shares) and any((s.adds or 0) > 0 for s in shares)
    lines = [_line(centre, share, longest, both, beside, base) for share in shares]
    if shares:
        lines += _total(centre, shares, missing, base, beside)
    note = "most harm first" if longest else "worst first"
    return Sheet(
        "breakdown", f"{kpi.short_name} by {DIMENSION_WORD[centre.by].lower()}", columns,
        tuple(lines), note, f"No {DIMENSION_WORD[centre.by].lower()} has a value in this period",
    )  # fmt: skip


def _line(
    centre: Centre, share: Share, longest: float, both: bool,
    beside: dict[str, dict[object, KpiValue]], base: float | None,
) -> Line:  # fmt: skip
    ask, kpi, value = centre.ask, centre.kpi, share.value
    key = value.at(centre.by)
    scope = scope_below(ask, centre.by, key)
    link = ""
    if scope is not None and scope.agent is None:
        link = ask.scope_link(scope, by="", sort="")
    more = decimals_of(kpi) + (0 if decimals_of(kpi) else 1)
    gap = None if value.value is None or base is None else value.value - base
    wrong = share.adds is not None and (share.adds > 0) == centre.pushes_up
    bar = None
    if share.adds is not None and longest:
        bar = Bar(share.adds / longest, wrong and value.status == "bad", both)
    gap_cell = Cell(
        kpi_number(kpi.id, gap, signed=True), gap,
        value.status if value.status in ("bad", "warn") else "",
    )  # fmt: skip
    cells = [
        Cell(centre.name(value), str(key) if key is not None else None, href=link),
        kpi_cell(value),
        gap_cell,
        figure_cell(share.adds, more, signed=True, bar=bar),
        Cell(kpi_number(kpi.id, share.rest), share.rest, soft=True),
        figure_cell(value.denominator, 0, soft=True),
        *(kpi_cell(found.get(key)) for found in beside.values()),
    ]
    cells[1] = Cell(cells[1].text, cells[1].raw, reason=cells[1].reason)
    return Line(tuple(cells), "", value.status if value.status in ("bad", "warn") else "")


def _total(
    centre: Centre, shares: tuple[Share, ...], missing: float | None, base: float | None,
    beside: dict[str, dict[object, KpiValue]],
) -> list[Line]:  # fmt: skip
    kpi, focus = centre.kpi, centre.focus
    more = decimals_of(kpi) + (0 if decimals_of(kpi) else 1)
    blank = Cell("", None)
    lines = []
    if missing:
        word = DIMENSION_WORD[centre.by].lower()
        text = f"not in any {word}"
        lines.append(
            Line((Cell(text, text), blank, blank, figure_cell(missing, more, signed=True), blank,
                  blank, *(blank for _ in beside)))
        )  # fmt: skip
    gap = None if focus.value is None or base is None else focus.value - base
    name = centre.ask.organisation.name_of(centre.ask.scope)
    known = {v.kpi_id: v for v in centre.tiles}
    told = any(s.adds is not None for s in shares)
    total = [
        Cell(name, name),
        kpi_cell(focus),
        Cell(kpi_number(kpi.id, gap, signed=True), gap),
        figure_cell(gap, more, signed=True) if told else blank,
        blank,
        figure_cell(focus.denominator, 0),
        *(kpi_cell(known.get(k)) for k in beside),
    ]
    lines.append(Line(tuple(total), "total"))
    return lines


def _beside(centre: Centre) -> dict[str, dict[object, KpiValue]]:
    """Other key figures by the same breakdown, where they have it."""
    wanted = [
        k for k in BESIDE if k != centre.kpi.id and not drill_reason(CATALOGUE[k], centre.by)
    ][:3]
    found: dict[str, dict[object, KpiValue]] = {k: {} for k in wanted}
    if not wanted:
        return {}
    try:
        for value in centre.ask.values(tuple(wanted), by=(centre.by,)):
            found[value.kpi_id][value.at(centre.by)] = value
    except ForbiddenDrill:
        return {}
    return {k: v for k, v in found.items() if any(x.value is not None for x in v.values())}


def _breakdown_panel(centre: Centre, sheet: Sheet) -> Any:
    ask = centre.ask
    chips: list[Any] = []
    for dimension in DRILLS:
        word = DIMENSION_WORD[dimension]
        reason = centre.reason_against(dimension)
        if reason:
            chips.append(html.Span(word, className="off", title=reason,
                                   **{"aria-disabled": "true"}))  # fmt: skip
        else:
            here = {"aria-current": "true"} if dimension == centre.by else {}
            link = ask.link(by=dimension, kpi=centre.kpi.id, sort="")
            chips.append(html.A(word, href=link, **here))
    shown = sort_lines(sheet, ask.state.sort)
    table = grid(shown, lambda key: ask.link(sort=key), ask.state.sort)
    bar = html.Div(chips, className="chips", role="group", **{"aria-label": "Break down by"})
    return panel(sheet.title, [bar, table], note=sheet.note)


def _tiles(centre: Centre) -> tuple[Tile, ...]:
    ask = centre.ask
    trends = _trends(centre)
    period = period_label(ask.grain, ask.period, ask.today)
    shown = []
    for value in centre.tiles:
        before = centre.before(value.kpi_id)
        right = ""
        if ask.compare == "previous" and before is not None and before.value is not None:
            right = f"before {kpi_with_unit(value.kpi_id, before.value)}"
        links = [
            (f"By {DIMENSION_WORD[d].lower()}", ask.link(kpi=value.kpi_id, by=d, sort=""))
            for d in DRILLS
            if not drill_reason(CATALOGUE[value.kpi_id], d)
        ]
        shown.append(
            tile_of(
                value,
                trend=trends.get(value.kpi_id),
                badge=_hidden_red(ask, value),
                right=right,
                href=ask.link(kpi=value.kpi_id, by="", sort=""),
                shown_proof=proof_of(value, period=period, links=links[:6]),
                chosen=ask.state.kpi == value.kpi_id,
            )
        )
    return tuple(shown)


def _hidden_red(ask: Ask, value: KpiValue) -> str:
    if value.status == "bad" or value.value is None:
        return ""
    kpi = CATALOGUE[value.kpi_id]
    for dimension in ("site", "team", "queue"):
        taken = {"site": ask.scope.site, "team": ask.scope.team}.get(dimension)
        if taken is None and not drill_reason(kpi, dimension):
            try:
                parts = ask.values((kpi.id,), by=(dimension,))
            except ForbiddenDrill:
                continue
            return red_sentence([part.status for part in parts], dimension)
    return ""


def _trends(centre: Centre) -> dict[str, Trend]:
    """Trends over the period, by quarter-hour for a day, by day for longer."""
    ask = centre.ask
    grain = "interval" if ask.period.days == 1 else "day"
    found = {}
    for kpi_id, values in ask.series(TILES, grain).items():
        kpi = CATALOGUE[kpi_id]
        target = next((v.target for v in values if v.target is not None), None)
        bands = target.bands if target is not None else None
        goal = (bands.centre or bands.green_lo or bands.green_hi) if bands is not None else None
        found[kpi_id] = Trend([v.value for v in values], kpi.unit, kpi.short_name, goal)
    return found


def _tiles_sheet(centre: Centre) -> Sheet:
    columns = (
        Col("name", "Key figure", text=True, phone=True),
        Col("value", "Value", phone=True),
        Col("unit", "Unit", text=True),
        Col("target", "Target", text=True),
        Col("gap", "Gap", phone=True),
        Col("before", "Period before"),
    )
    lines = []
    for value in centre.tiles:
        before = centre.before(value.kpi_id)
        old = before.value if before is not None else None
        target = value.target.text if value.target else ""
        lines.append(
            Line(
                (
                    Cell(CATALOGUE[value.kpi_id].name, value.kpi_id),
                    kpi_cell(value),
                    Cell(value.unit, value.unit),
                    Cell(target, target),
                    Cell(kpi_number(value.kpi_id, value.gap, signed=True), value.gap),
                    Cell(kpi_number(value.kpi_id, old), old),
                ),
                "",
                value.status if value.status in ("bad", "warn") else "",
            )
        )
    return Sheet("figures", "Key figures", columns, tuple(lines))


ROOM = PageRoom("manager", SPEC, view)
