"""The desk's day: agents by site, service level by queue and contacts, all on one axis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from dashboards.frame import LASTING, Ask, Look
from dashboards.names import name_of
from dashboards.pages.desk_data import Place, Window
from dashboards.pages.desk_demand import demand_panel
from dashboards.pages.happenings import alert_marks, alerts_of
from dashboards.parts import html
from dashboards.parts.heat import HeatRow, heat
from dashboards.parts.numbers import kpi_with_unit, plain
from dashboards.parts.panel import panel
from dashboards.parts.states import empty
from dashboards.parts.status import RANK
from dashboards.parts.table import Cell, Col, Later, Line, Sheet, figure_cell
from dashboards.parts.time_panel import Axis, Lane, Series, now_line, time_panel
from dashboards.parts.waterfall import Part, Waterfall, waterfall
from kpis.status import status_of
from kpis.value import KpiValue
from wfm.domain.grid import QUARTER_S, day_quarters, zone_of
from wfm.domain.language import say, to_say
from wfm.queries.intraday import Quarter, read_demand, read_staffing, read_unplanned

LEAST_CELL = 10  # contacts below which a quarter-hour keeps the neutral colour
MOST_ROWS = 10
MOST_LANES = 6
LEAST_AGENTS = 0.05
STEPS = (to_say("planned above"), to_say("sickness"), to_say("changed after publication"))


@dataclass(frozen=True)
class Steps:
    """From required to on queue at one place, in steps that sum exactly."""

    place: Place
    steps: Waterfall
    causes: Mapping[str, float]
    when: str

    def panel(self, look: Look) -> Any:
        """The steps as a waterfall."""
        published = self.place.value("scheduled_agents")
        on = self.place.value("avg_agents_on_queue")
        note = say("why {plain} and not {plain_2}", plain=plain(on, 1), plain_2=plain(published, 1))
        title = say("{name}, agents on, {when}", name=self.place.name, when=self.when)
        drawn = waterfall(self.steps, look.palette, narrow=look.narrow, name="desk-steps")
        return panel(title, drawn, note=note)

    def sheet(self) -> Sheet:
        """The steps as rows."""
        parts = [
            (self.steps.first[0], self.steps.first[1], False),
            *((part.name, part.size, True) for part in self.steps.parts),
            (self.steps.last[0], self.steps.last[1], False),
        ]
        lines = tuple(
            Line((Cell(name, name), figure_cell(size, 1, signed=signed)),
                 "" if signed else say("total"))
            for name, size, signed in parts
        )  # fmt: skip
        columns = (
            Col("name", say("Step"), text=True, phone=True),
            Col("agents", say("Agents"), phone=True),
        )
        return Sheet(
            "steps", say("{name}, agents on", name=self.place.name), columns, lines, self.when
        )


def axis_of(ask: Ask) -> Axis:
    """The hours in which anything is planned or done on the day shown, in the page's zone."""
    day = ask.today if ask.live else ask.period.first
    first, last = ask.held(("hours", day), lambda: _hours(ask, day), minutes=LASTING)
    return Axis(first, last, ask.zone, ask.now if ask.live else None)


def _hours(ask: Ask, day: date) -> tuple[int, int]:
    """The first quarter of the hours that are shown, and the one after the last."""
    whole = day_quarters(day, ask.zone)
    first, last = whole[0], whole[-1] + 1
    days = (day - timedelta(days=1), day + timedelta(days=2))
    busy: set[int] = set()
    if ask.scope.team is None:
        for rows in read_staffing(ask.facts, ask.scope, *days, q_from=first, q_to=last).values():
            busy |= {r.q for r in rows if any(v for v in (r.required, r.published, r.actual))}
        demand = read_demand(ask.facts, ask.scope, *days, q_from=first, q_to=last)
        busy |= {d.q for d in demand if d.offered or d.forecast}
    if busy:
        first, last = min(busy) // 4 * 4, -(-(max(busy) + 1) // 4) * 4
    return first, last


def day_panels(
    ask: Ask, places: tuple[Place, ...], axis: Axis, below: Any = None
) -> tuple[list[Any], list[Sheet]]:
    """The panels of the right column and their numbers as sheets; `below` is on their axis."""
    look, palette = ask.look, ask.look.palette
    panels: list[Any] = []
    sheets: list[Sheet] = []
    done = _done(ask)
    several = ask.scope.site is None
    title = say("Agents by site") if several else say("Agents by skill group")
    lanes = [
        replace(_lane(ask, place, axis, done), marks=_marks(ask, place, first=at == 0))
        for at, place in enumerate(places[:MOST_LANES])
    ]
    staffed = [place for place in places if place.quarters]
    if staffed:
        keys = [("actual", say("on queue")), ("plan", say("published")),
                ("required", say("required"))]  # fmt: skip
        if axis.now_at is not None:
            keys.append(("dotted", say("scheduled")))
        panels.append(
            panel(
                title,
                time_panel(lanes, axis, palette, narrow=look.narrow, name="desk-lanes"),
                note=say("worst first, one scale, {day_word}", day_word=_day_word(ask)),
                legend_of=keys,
            )
        )
        sheets.append(_staffing_sheet(places, axis, done))
    elif ask.scope.team is None:
        panels.append(
            panel(
                title,
                empty(
                    say("No staffing for this day"),
                    say(
                        "Publish a schedule and a requirement, or load agent states, to see "
                        "agents here."
                    ),
                ),
            )
        )
    rows, sheet = _service(ask, axis)
    if rows:
        keys = [
            ("box-cell", say("on target")),
            ("box-warn", say("near")),
            ("box-bad", say("off target")),
        ]
        panels.append(
            panel(
                say("Service level by queue"),
                heat(rows),
                note=say("quarter-hours of {least_cell} contacts or more", least_cell=LEAST_CELL),
                legend_of=keys,
            )
        )
        sheets.append(sheet)
    demand, numbers = demand_panel(ask, axis, done)
    if numbers is not None:
        panels.append(demand)
        sheets.append(numbers)
    box = html.Div([*panels, *now_line(axis), _zone(ask)], className="axis")
    return [box] if below is None else [box, below], sheets


def staffing_steps(ask: Ask, places: tuple[Place, ...], window: Window) -> Steps | None:
    """Why the worst place has the agents it has, for the half-hour; None where it is not known."""
    if window.q_from is None or window.q_to is None:
        return None
    worst = next((p for p in places if p.net is not None and p.quarters), None)
    if worst is None:
        return None
    rows = [r for r in worst.quarters if window.q_from <= r.q < window.q_to]
    means = {name: _mean(rows, name) for name in ("required", "published", "scheduled", "actual")}
    if any(value is None for value in means.values()):
        return None
    required, published, scheduled, actual = (float(v or 0.0) for v in means.values())
    away = _away(ask, worst, window)
    sick = away.pop("sickness", 0.0)
    sizes = {
        "planned above": published - required,
        "sickness": -sick,
        # Sick people leave the current schedule, so only the rest of the edits stands here.
        "changed after publication": scheduled - published + sick,
        **{name: -size for name, size in sorted(away.items(), key=lambda item: -item[1])},
        "other": actual - scheduled + sum(away.values()),
    }
    lost = {
        name: -size for name, size in sizes.items()
        if size <= -LEAST_AGENTS and name not in ("planned above", "other")
    }  # fmt: skip
    worst_name = max(lost, key=lost.__getitem__, default="")
    parts = [
        Part(say(name), size, name == worst_name and actual < required)
        for name, size in sizes.items()
        if abs(size) >= LEAST_AGENTS or name == "other"
    ]
    # What is too small for a bar of its own goes to the others, so that the steps sum exactly.
    small = actual - required - sum(part.size for part in parts)
    parts[-1] = Part(say("other"), parts[-1].size + small)
    zone = zone_of(ask.zone)
    first = datetime.fromtimestamp(window.q_from * QUARTER_S, zone)
    last = datetime.fromtimestamp(window.q_to * QUARTER_S, zone)
    steps = Waterfall(
        (say("required"), required), tuple(parts), (say("on now"), actual), "agents", 1
    )
    return Steps(worst, steps, lost, say("{at:%H:%M} to {at_2:%H:%M}", at=first, at_2=last))


def _away(ask: Ask, place: Place, window: Window) -> dict[str, float]:
    """Agents away without a plan at a place of the organisation, by reason."""
    if place.scope is None or window.q_from is None or window.q_to is None:
        return {}
    days = (ask.today - timedelta(days=1), ask.today + timedelta(days=2))
    found = read_unplanned(
        ask.facts, place.scope, *days, q_from=window.q_from, q_to=window.q_to
    )  # fmt: skip
    return dict(found)


def _mean(rows: list[Quarter], name: str) -> float | None:
    values = [getattr(row, name) for row in rows]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else None


def _done(ask: Ask) -> int:
    """The first quarter that is not complete yet: what happened is drawn up to it."""
    if not ask.live:
        return 1 << 40
    at = ask.now if ask.data_at is None else min(ask.now, ask.data_at + 60)
    return at // QUARTER_S


def _values(place: Place, axis: Axis, name: str) -> list[float | None]:
    by_q = {row.q: getattr(row, name) for row in place.quarters}
    return [by_q.get(q) for q in axis.quarters]


def _lane(ask: Ask, place: Place, axis: Axis, done: int) -> Lane:
    past = [q < done for q in axis.quarters]
    actual = [v if p else None for v, p in zip(_values(place, axis, "actual"), past, strict=True)]
    ahead = [None if p else v for v, p in zip(_values(place, axis, "scheduled"), past, strict=True)]
    required = _values(place, axis, "required")
    have = [a if p else s for a, s, p in zip(actual, ahead, past, strict=True)]
    net = place.net
    status = place.short_status(net, place.value("required_agents"))
    note = (
        ""
        if net is None or status == "none"
        else (
            say("{plain} short", plain=plain(-net, 1))
            if net < 0
            else say("{plain} to spare", plain=plain(net, 1))
        )
    )
    return Lane(
        name=place.name,
        series=(
            Series(say("required"), required, "required"),
            Series(say("published"), _values(place, axis, "published"), "plan"),
            Series(say("scheduled"), ahead, "projection"),
            Series(say("on queue"), actual, "actual"),
        ),
        note=note,
        status=status,
        href=ask.scope_link(place.scope) if place.scope is not None else "",
        short=(have, required),
    )


def _marks(ask: Ask, place: Place, *, first: bool) -> tuple[tuple[int, str], ...]:
    """The alerts of the day to a place; inside a site they stand on its first lane."""
    day = ask.today if ask.live else ask.period.first
    alerts = alerts_of(ask, day)
    if ask.scope.site is None:
        return alert_marks(ask, (one for one in alerts if one.scope.site == place.key))
    return alert_marks(ask, alerts) if first else ()


def _staffing_sheet(places: tuple[Place, ...], axis: Axis, done: int) -> Sheet:
    columns = (
        Col("at", say("Time, {zone}", zone=axis.zone), text=True, phone=True),
        Col("place", say("Where"), text=True, phone=True),
        Col("required", say("Required"), "agents", phone=True),
        Col("published", say("Published"), "agents"),
        Col("scheduled", say("Scheduled now"), "agents"),
        Col("actual", say("On queue"), "agents", phone=True),
    )
    lines = Later(
        lambda: (
            Line(
                (
                    Cell(axis.clock(row.q * QUARTER_S), row.q),
                    Cell(place.name, place.name),
                    figure_cell(row.required, 1),
                    figure_cell(row.published, 1),
                    figure_cell(row.scheduled, 1),
                    figure_cell(row.actual if row.q < done else None, 1),
                )
            )
            for place in places[:MOST_LANES]
            for row in place.quarters
            if axis.q_from <= row.q < axis.q_to
        )
    )
    return Sheet("agents", say("Agents by quarter-hour"), columns, lines)


def _service(ask: Ask, axis: Axis) -> tuple[list[HeatRow], Sheet]:
    days = {"first": ask.period.first - timedelta(days=1) if ask.live else ask.period.first,
            "end": ask.period.end + timedelta(days=1)}  # fmt: skip
    cells: dict[str, dict[int, KpiValue]] = {}
    whole: dict[str, KpiValue] = {}
    if ask.scope.team is None:
        ids = ("service_level",)
        span = {"q_from": axis.q_from, "q_to": axis.q_to}
        for value in ask.values(ids, by=("queue", "q"), bare=True, **days, **span):
            if value.at("queue") is not None:
                cells.setdefault(str(value.at("queue")), {})[int(str(value.at("q")))] = value
        for value in ask.values(ids, by=("queue",), **days, **span):
            whole[str(value.at("queue"))] = value
    rows = []
    for queue, by_q in cells.items():
        total = whole.get(queue)
        statuses = [_cell_status(by_q.get(q), total) for q in axis.quarters]
        name = name_of(ask, "queue", queue)
        text = kpi_with_unit("service_level", total.value if total else None)
        worst = sum(status == "bad" for status in statuses)
        sentence = say(
            "{name}: service level {text}, {worst} quarter-hours off target",
            name=name,
            text=text,
            worst=worst,
        )
        rows.append(HeatRow(name, statuses, "", sentence))
    order = sorted(RANK, key=RANK.__getitem__)
    rows.sort(key=lambda row: [-list(row.statuses).count(status) for status in order])
    columns = (
        Col("at", say("Time, {zone}", zone=axis.zone), text=True, phone=True),
        Col("queue", say("Queue"), text=True, phone=True),
        Col("service_level", say("Service level"), "%", phone=True),
        Col(
            "base",
            say("Contacts"),
            "",
            say("answered and abandoned, short abandons left out"),
            phone=True,
        ),
    )
    lines = Later(
        lambda: (
            Line(
                (
                    Cell(axis.clock(q * QUARTER_S), q),
                    Cell(name_of(ask, "queue", queue), queue),
                    Cell(
                        kpi_with_unit("service_level", value.value).replace(" %", ""), value.value
                    ),
                    figure_cell(value.denominator, 0),
                )
            )
            for queue, by_q in cells.items()
            for q, value in sorted(by_q.items())
        )
    )
    return rows[:MOST_ROWS], Sheet("service", say("Service level by queue"), columns, lines)


def _cell_status(value: KpiValue | None, whole: KpiValue | None) -> str:
    """The status of a quarter-hour by the target of its queue."""
    if value is None or value.value is None:
        return ""
    target = whole.target if whole is not None else None
    if (value.denominator or 0) < LEAST_CELL or target is None:
        return "good"
    return status_of(value.value, target.bands)


def _day_word(ask: Ask) -> str:
    day = ask.today if ask.live else ask.period.first
    return say("{day:%a} {day.day} {day:%b}", day=day)


def _zone(ask: Ask) -> Any:
    return html.Span(ask.zone.rpartition("/")[2].replace("_", " "), className="zone")
