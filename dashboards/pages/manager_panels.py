"""The evidence beside the breakdown: what moved the figure, when it is off, and in which team."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from dashboards.contribution import grouped
from dashboards.names import DIMENSION_WORD, name_of, scope_below
from dashboards.pages.happenings import Acted, acted_in, step_notes
from dashboards.pages.manager_data import Centre, counts_seconds
from dashboards.parts import html
from dashboards.parts.heat import HeatRow, heat
from dashboards.parts.multiples import MOST, Multiple, multiples, multiples_keys
from dashboards.parts.numbers import kpi_number, kpi_with_unit
from dashboards.parts.panel import panel
from dashboards.parts.sparkline import Trend
from dashboards.parts.states import empty
from dashboards.parts.status import RANK
from dashboards.parts.table import Cell, Col, Line, Sheet, figure_cell
from dashboards.parts.tile import goal_line
from dashboards.parts.waterfall import Part, Waterfall, waterfall
from kpis.display import decimals_of
from kpis.drill import TIMES
from kpis.explain.rate_mix import Sums, rate_and_mix
from kpis.status import status_of
from kpis.value import KeyPart, KpiValue
from wfm.domain.errors import ForbiddenDrill
from wfm.domain.language import say

LEAST_CELL = 10  # the least base of a coloured cell, in contacts or seconds
LEAST_CELL_S = 900
MOST_PARTS = 5
MOST_BY_HOUR = 400  # segments: an hour of each of 5,000 people are 500,000 cells
MOST_ROWS = 8
HOUR_SLOTS = 4


def evidence(centre: Centre) -> tuple[list[Any], list[Sheet]]:
    """The panels of the right column and the sheets with their numbers."""
    panels: list[Any] = []
    sheets: list[Sheet] = []
    if centre.focus.value is None:
        return panels, sheets
    for make in (_moved, _heat, _small):
        found = make(centre)
        if found is not None:
            panels.append(found[0])
            sheets += [found[1]] if found[1] is not None else []
    return panels, sheets


def segment_dimension(centre: Centre) -> str:
    """What the change is explained by: contact type, else queue, else the unit below."""
    for dimension in ("contact_type", "queue", centre.by):
        if not centre.reason_against(dimension) and dimension not in TIMES:
            known = {v.at(dimension) for v in centre.values_by(dimension) if v.value is not None}
            if len(known - {None}) > 1:
                return dimension
    return centre.by


def _sums(centre: Centre, dimension: str, span: dict[str, Any]) -> dict[str, tuple[float, float]]:
    try:
        values = centre.ask.values((centre.kpi.id,), by=(dimension,), bare=True, **span)
    except ForbiddenDrill:
        return {}
    return {
        name_of(centre.ask, dimension, v.at(dimension)): (v.numerator, v.denominator)
        for v in values
        if v.numerator is not None and v.denominator
    }


def _moved(centre: Centre) -> tuple[Any, Sheet] | None:
    """From the period before to this one, in parts that sum exactly."""
    ask, kpi = centre.ask, centre.kpi
    before = centre.before(kpi.id)
    if kpi.kind != "ratio" or before is None:
        return None
    if ask.not_compared:
        return _not_moved(centre)
    if before.value is None:
        return None
    dimension = segment_dimension(centre)
    now = _sums(centre, dimension, {})
    past = _sums(centre, dimension, ask.before)
    scale = float(kpi.scale)
    none = (0.0, 0.0)
    found = rate_and_mix(
        Sums(name, *past.get(name, none), *now.get(name, none)) for name in {**now, **past}
    )
    if found is None or not found.exact or centre.focus.value is None:
        return None
    moved = found.parts
    # Segments must make up the whole; where the whole has more (unknown parts), say nothing false.
    change = centre.focus.value - before.value
    if abs(scale * found.delta - change) > 1e-6 * max(1.0, abs(change)):
        return None
    parts = grouped([(m.key, scale * m.size) for m in moved], MOST_PARTS)
    # Colour means a cause: the largest part that pushes the wrong way, while the figure is off.
    off = centre.focus.status in ("bad", "warn")
    harm = max((size if centre.pushes_up else -size for _, size in parts), default=0.0)
    steps = Waterfall(
        (say("before"), before.value),
        tuple(
            Part(name, size, off and harm > 0 and (size if centre.pushes_up else -size) == harm)
            for name, size in parts
        ),
        (say("now"), centre.focus.value),
        kpi.unit,
        decimals_of(kpi),
    )  # fmt: skip
    title = say(
        "{number} to {with_unit}",
        number=kpi_number(kpi.id, before.value),
        with_unit=kpi_with_unit(kpi.id, centre.focus.value),
    )
    word = DIMENSION_WORD[dimension].lower()
    drawn = waterfall(steps, ask.look.palette, narrow=ask.look.narrow, name="manager-steps")
    columns = (
        Col("name", DIMENSION_WORD[dimension], text=True, phone=True),
        Col("size", say("Part"), phone=True),
        Col(
            "rate", say("By its own value"), "", say("mean share × change of its value"), phone=True
        ),
        Col("mix", say("By its share"), "", say("change of share × distance to the mean")),
    )
    more = max(1, decimals_of(kpi))
    lines = [
        Line(
            (
                Cell(m.key, m.key),
                figure_cell(scale * m.size, more, signed=True),
                figure_cell(scale * m.rate, more, signed=True),
                figure_cell(scale * m.mix, more, signed=True),
            )
        )
        for m in sorted(moved, key=lambda m: -abs(m.size))
    ]
    totals = [scale * size for size in (found.delta, found.rate, found.mix)]
    lines.append(
        Line(
            (Cell(say("All"), say("All")), *(figure_cell(t, more, signed=True) for t in totals)),
            "total",
        )
    )
    sheet = Sheet("moved", say("What moved {short}", short=kpi.short_name), columns, tuple(lines),
                  say("against the period before, same weekdays"))  # fmt: skip
    return panel(
        title, drawn, note=say("by {word}, against the period before, same weekdays", word=word)
    ), sheet


def _not_moved(centre: Centre) -> tuple[Any, Sheet]:
    """In place of the steps: why there are none yet."""
    title = say("What moved {short}", short=centre.kpi.short_name)
    why = centre.ask.not_compared.capitalize()
    sheet = Sheet("moved", title, (), (), why_empty=why)
    return panel(title, empty(why)), sheet


def _heat(centre: Centre) -> tuple[Any, Sheet | None] | None:
    """The figure by segment and hour of each day; by day for a month and longer, or for many.

    Its thousands of numbers are made into a table only where a table is asked for.
    """
    ask, kpi = centre.ask, centre.kpi
    dimension = segment_dimension(centre)
    if kpi.kind != "ratio" or dimension in TIMES:
        return None
    hourly = ask.period.days <= 7 and len(centre.values_by(dimension)) <= MOST_BY_HOUR
    by = (dimension, "day", "slot") if hourly else (dimension, "day")
    try:
        read = ask.sums(kpi.id, *by)
    except ForbiddenDrill:
        return None
    steps = 24 if hourly else 1
    sums: dict[KeyPart, dict[int, list[float]]] = {}
    first = ask.period.first.toordinal()
    for cell_key, (top, bottom) in read.items():
        if bottom is None:
            continue
        told = dict(cell_key)
        day = told["day"]
        at = (day.toordinal() - first) * steps if isinstance(day, date) else 0
        if hourly:
            at += int(str(told["slot"])) // HOUR_SLOTS
        cell = sums.setdefault(told[dimension], {}).setdefault(at, [0.0, 0.0])
        cell[0] += top
        cell[1] += bottom
    if not sums:
        return None
    whole = {v.at(dimension): v for v in centre.values_by(dimension)}
    used = sorted({at for cells in sums.values() for at in cells})
    hours = _open_hours(used) if hourly else [0]
    places = [day * steps + hour for day in range(ask.period.days) for hour in hours]
    rows = []
    seconds = counts_seconds(centre)
    least = LEAST_CELL_S if seconds else LEAST_CELL
    for key, cells in sums.items():
        target = whole[key].target if key in whole else None
        bands = target.bands if target is not None else None
        statuses = []
        for place in places:
            got = cells.get(place)
            if got is None or not got[1]:
                statuses.append("")
            elif got[1] < least or bands is None:
                statuses.append("good")
            else:
                statuses.append(status_of(float(kpi.scale) * got[0] / got[1], bands))
        name = name_of(ask, dimension, key)
        text = kpi_with_unit(kpi.id, whole[key].value) if key in whole else ""
        bad = statuses.count("bad")
        rows.append(
            HeatRow(
                name,
                statuses,
                text,
                say("{name}: {text}, {bad} cells off target", name=name, text=text, bad=bad),
            )
        )
    order = sorted(RANK, key=RANK.__getitem__)
    rows.sort(key=lambda row: [-list(row.statuses).count(status) for status in order])
    word = DIMENSION_WORD[dimension].lower()
    breaks = [i * len(hours) for i in range(1, ask.period.days)] if hourly else []
    labels = _day_labels(centre, hourly, hours)
    drawn = html.Div([heat(rows[:MOST_ROWS], breaks=breaks), labels])
    legend = [
        ("box-cell", say("on target")),
        ("box-warn", say("near")),
        ("box-bad", say("off target")),
    ]
    note = say("colour from n = {least_cell} on", least_cell=LEAST_CELL)
    if seconds:
        note = say("colour from {least_cell_s} min on", least_cell_s=LEAST_CELL_S // 60)
    shown = panel(
        say(
            "{short} by {word} and {value}",
            short=kpi.short_name,
            word=word,
            value=say("hour") if hourly else say("day"),
        ),
        drawn,
        note=note,
        legend_of=legend,
    )
    if ask.state.view != "table":
        return shown, None
    return shown, _heat_sheet(centre, dimension, sums, steps)


def _open_hours(used: Sequence[int]) -> list[int]:
    hours = {at % 24 for at in used}
    return list(range(min(hours), max(hours) + 1)) if hours else list(range(24))


def _day_labels(centre: Centre, hourly: bool, hours: list[int]) -> Any:
    period = centre.ask.period
    labels = []
    if period.days == 1:
        every = max(1, len(hours) // 12)
        for at, hour in enumerate(hours[::every]):
            labels.append((at * every / len(hours), f"{hour:02d}"))
    else:
        every = max(1, period.days // 8)
        for at in range(0, period.days, every):
            day = period.first.fromordinal(period.first.toordinal() + at)
            words = (
                say("{day:%a} {day.day}", day=day) if hourly else say("{day.day} {day:%b}", day=day)
            )
            labels.append(((at + 0.5) / period.days, words))
    return html.Div(
        [html.Span(text, style={"left": f"{share * 100:.2f}%"}) for share, text in labels],
        className="axis-labels",
        **{"aria-hidden": "true"},
    )


def _heat_sheet(
    centre: Centre, dimension: str, sums: dict[KeyPart, dict[int, list[float]]], steps: int
) -> Sheet:
    kpi, period = centre.kpi, centre.ask.period
    columns = [Col("name", DIMENSION_WORD[dimension], text=True, phone=True),
               Col("day", say("Day"), text=True, phone=True)]  # fmt: skip
    if steps > 1:
        columns.append(Col("hour", say("Hour"), text=True, phone=True))
    columns += [Col(kpi.id, kpi.short_name, kpi.unit, phone=True), Col("base", "n")]
    lines = []
    for key, cells in sums.items():
        for at, (top, bottom) in sorted(cells.items()):
            day = period.first.fromordinal(period.first.toordinal() + at // steps)
            value = float(kpi.scale) * top / bottom if bottom else None
            name = name_of(centre.ask, dimension, key)
            row = [
                Cell(name, name),
                Cell(say("{day:%a} {day.day} {day:%b}", day=day), day.isoformat()),
            ]
            if steps > 1:
                row.append(Cell(f"{at % steps:02d}:00", f"{at % steps:02d}:00"))
            row += [Cell(kpi_number(kpi.id, value), value), figure_cell(bottom, 0)]
            lines.append(Line(tuple(row)))
    word = say("hour") if steps > 1 else say("day")
    return Sheet(
        "heat",
        say("{short} by {word}", short=kpi.short_name, word=word),
        tuple(columns),
        tuple(lines),
    )


def _small(centre: Centre) -> tuple[Any, Sheet] | None:
    """The figure's course by the unit below, on one scale."""
    ask, kpi = centre.ask, centre.kpi
    dimension = centre.by if centre.by in ("site", "team", "agent", "queue", "contact_type") else ""
    if not dimension:
        return None
    grain = "slot" if ask.period.days == 1 else "day"
    values = centre.values_by(dimension, grain, bare=True)
    courses: dict[KeyPart, dict[KeyPart, KpiValue]] = {}
    for value in values:
        courses.setdefault(value.at(dimension), {})[value.at(grain)] = value
    shares, _ = centre.parts
    steps = sorted({v.at(grain) for v in values}, key=str)
    if grain == "slot":
        steps = sorted(steps, key=lambda s: int(str(s)))
    if len(steps) < 2:
        return None
    acted: tuple[Acted, ...] = ()
    if grain == "day":
        acted = acted_in(ask, ask.period.first, min(ask.period.end, ask.today + timedelta(days=1)))
    drawn = []
    for share in shares[:MOST]:
        key = share.value.at(dimension)
        course = courses.get(key, {})
        target = share.value.target
        goal = goal_line(target, share.value.value)
        points = [course[s].value if s in course else None for s in steps]
        scope = scope_below(ask, dimension, key)
        href = ask.scope_link(scope, by="", sort="") if scope and not scope.agent else ""
        name = name_of(ask, dimension, key)
        own = [one for one in acted if scope is not None and scope.holds(one.scope)]
        notes = step_notes(steps, own, scope) if scope is not None else ()
        trend = Trend(points, kpi.unit, name, goal, notes=notes)
        text = kpi_number(kpi.id, share.value.value)
        drawn.append(Multiple(name, trend, text, share.value.status, href))
    columns = (
        Col("name", DIMENSION_WORD[dimension], text=True, phone=True),
        Col(grain, say("Day") if grain == "day" else say("Time"), text=True, phone=True),
        Col(kpi.id, kpi.short_name, kpi.unit, phone=True),
        Col("base", "n"),
    )
    lines = tuple(
        Line(
            (
                Cell(name_of(ask, dimension, key), str(key)),
                Cell(name_of(ask, grain, step), str(step)),
                Cell(kpi_number(kpi.id, course[step].value), course[step].value),
                figure_cell(course[step].denominator, 0),
            )
        )
        for key, course in courses.items()
        for step in steps
        if step in course
    )
    word = DIMENSION_WORD[dimension].lower()
    title = say("{short} by {word} over time", short=kpi.short_name, word=word)
    shown = panel(title, multiples(drawn), note=say("one scale, worst first"),
                  legend_of=multiples_keys(drawn))  # fmt: skip
    return shown, Sheet("courses", title, columns, lines)
