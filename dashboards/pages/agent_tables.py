"""The tables of the agent's page: next shifts, exceptions, targets, the team; and the exports."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from dashboards.pages.agent_data import LEAST_PEERS, NEVER, Coming, MyDay, returning
from dashboards.pages.agent_words import (
    CAUSES,
    clock,
    day_name,
    exception_words,
    minutes,
)
from dashboards.parts import html
from dashboards.parts.numbers import DASH, kpi_number, plain, unit_text
from dashboards.parts.table import Cell, Col, Line, Sheet, kpi_cell
from dashboards.parts.tile import target_text
from kpis.catalogue.load import CATALOGUE
from kpis.targets import resolve
from wfm.domain.grid import zone_of
from wfm.domain.language import say, to_say
from wfm.domain.schedules import Shift

MOST_EXCEPTIONS = 6
LEVEL = {
    "enterprise": to_say("all sites"),
    "site": to_say("site"),
    "team": to_say("team"),
    "agent": to_say("own"),
}


def next_shifts(mine: MyDay) -> Sheet:
    """The published shifts ahead, and what changed in them since publication."""
    columns = (
        Col("day", say("Day"), text=True, phone=True),
        Col("shift", say("Shift"), text=True, phone=True),
        Col("breaks", say("Breaks"), text=True),
        Col("meal", say("Meal"), text=True, phone=True),
        Col("changed", say("Change"), text=True, phone=True),
    )
    published = max((s.published_at for c in mine.coming if (s := c.published)), default=None)
    note = ""
    if published is not None:
        on = datetime.fromtimestamp(published, zone_of(mine.ask.zone)).date()
        note = say("published {day.day} {day:%b}", day=on)
    return Sheet(
        "next",
        say("Next shifts"),
        columns,
        tuple(_coming_line(mine, c) for c in mine.coming),
        note,
        say("No schedule is published for the days ahead"),
    )


def _coming_line(mine: MyDay, coming: Coming) -> Line:
    zone = mine.ask.zone
    day = Cell(day_name(coming.shift_on), coming.shift_on.isoformat())
    if coming.now is None:
        was = _span(coming.published, zone) if coming.published else ""
        words = say("changed, was {was}", was=was)
        return Line((day, Cell("off", "off"), Cell("", ""), Cell("", ""), Cell(words, words)))
    span = _span(coming.now, zone)
    word = say("changed") if coming.changed else say("unchanged")
    if coming.changed and coming.published is not None:
        was = _span(coming.published, zone)
        word = say("changed, was {was}", was=was) if was != span else say("changed inside")
    starts = {
        kind: ", ".join(
            clock(s.start_at, zone)
            for s in coming.now.segments
            if mine.categories.get(s.activity, s.activity) == kind
        )
        for kind in ("break", "meal")
    }
    return Line(
        (
            day, Cell(span, span), Cell(starts["break"] or DASH, starts["break"]),
            Cell(starts["meal"] or DASH, starts["meal"]),
            Cell(word, word, soft=not coming.changed),
        )
    )  # fmt: skip


def _span(shift: Shift, zone: str) -> str:
    return f"{clock(shift.start_at, zone)}–{clock(shift.end_at, zone)}"


def exceptions(mine: MyDay) -> Sheet:
    """The times of the day off plan: when, what was planned, what was done, how long."""
    columns = (
        Col("from", say("From"), text=True, phone=True),
        Col("to", say("To"), text=True),
        Col("planned", say("Planned"), text=True, phone=True),
        Col("done", say("Was"), text=True, phone=True),
        Col("length", say("Lost"), "s", say("time out of adherence"), phone=True),
    )
    lines = []
    counted = 0
    for one in mine.timeline.exceptions if mine.timeline is not None else ():
        planned, done = exception_words(one, mine)
        lost = one.seconds
        if one.cause:
            done, lost = f"{done}, {CAUSES.get(one.cause, 'excused')}", 0
        else:
            counted += one.seconds
        start, end = clock(one.start_at, mine.ask.zone), clock(one.end_at, mine.ask.zone)
        cells = (
            Cell(start, start), Cell(end, end), Cell(planned, planned), Cell(done, done),
            Cell(plain(lost, 0), lost, soft=bool(one.cause)),
        )  # fmt: skip
        lines.append(Line(cells))
    title = (
        say("Today's exceptions")
        if mine.running
        else say("Exceptions, {day}", day=day_name(mine.day))
    )
    why = (
        say("None so far: every minute was as planned") if mine.running else say("None on this day")
    )
    if mine.timeline is None or not mine.timeline.planned:
        why = say("No shift is published for this day")
    note = say("{minutes} lost", minutes=minutes(counted)) if lines else ""
    return Sheet("exceptions", title, columns, tuple(lines), note, why)


def shortened(sheet: Sheet) -> Sheet:
    """The longest rows of a sheet in their order, for the panel; the table view has them all."""
    most = MOST_EXCEPTIONS
    if len(sheet.lines) <= most:
        return sheet
    ranked = sorted(sheet.lines, key=lambda line: -float(line.cells[-1].raw or 0))[:most]
    kept = tuple(line for line in sheet.lines if line in ranked)[:most]
    note = say("{most} longest of {n}, {note}", most=most, n=len(sheet.lines), note=sheet.note)
    return replace(sheet, lines=kept, note=note)


def known(sheet: Sheet, at: int) -> Sheet:
    """The rows that have a value in a column, for the panel."""
    return replace(sheet, lines=tuple(n for n in sheet.lines if n.cells[at].text != DASH))


def targets(mine: MyDay) -> Sheet:
    """The targets in force and who set them; a figure without one says so."""
    columns = (
        Col("name", say("Figure"), text=True, phone=True),
        Col("target", say("Target"), text=True, phone=True),
        Col("source", say("Set by"), text=True, phone=True),
    )
    lines = []
    for value in mine.tiles:
        name = CATALOGUE[value.kpi_id].short_name
        if value.target is None:
            goal, source = (
                DASH,
                value.reason if value.value is None else say("no target is set here"),
            )
        else:
            goal = target_text(value, bare=True)
            source = value.target.source
        row = resolve(mine.ask.targets, value.kpi_id, _last_day(mine), mine.ask.scope)
        short = source
        if row is not None:
            since = say("{day.day} {day:%b %Y}", day=row.effective_from)
            short = f"{LEVEL[row.level]}, {row.author}, {since}"
        elif value.target is not None:
            short = say("default of the catalogue")
        node = html.Span(short, className="wrap", title=source)
        lines.append(Line((Cell(name, value.kpi_id), Cell(goal, goal),
                           Cell(source, source, node=node))))  # fmt: skip
    return Sheet("targets", say("Targets in force"), columns, tuple(lines))


def _last_day(mine: MyDay) -> date:
    return min(mine.ask.today, mine.ask.period.end - timedelta(days=1))


def peers(mine: MyDay) -> Sheet | None:
    """One's own figures beside the team's medians; None where the team's may not be known."""
    if mine.peers is None:
        return None
    columns = (
        Col("name", say("Figure"), text=True, phone=True),
        Col("own", say("Here") if mine.ask.who.agent_id is None else say("Mine"), phone=True),
        Col("median", say("Team median"), phone=True),
        Col("unit", say("Unit"), text=True, phone=True),
        Col("people", say("People"), "", say("people of the team with this figure"), more=True),
    )
    title, note = (
        say("Beside the team"),
        say("{team}, {most} people", team=mine.peers.team, most=mine.peers.most),
    )
    if not mine.peers.medians:
        why = say(
            "Shown from {least_peers} people with a figure on, so that no single "
            "colleague can be told; the team has {most} in this period",
            least_peers=LEAST_PEERS,
            most=mine.peers.most,
        )
        return Sheet("team", title, columns, (), mine.peers.team, why)
    lines = []
    for value in mine.tiles:
        middle = mine.peers.medians.get(value.kpi_id)
        unit = unit_text(value.unit)
        people = mine.peers.people.get(value.kpi_id, 0)
        lines.append(
            Line(
                (
                    Cell(CATALOGUE[value.kpi_id].short_name, value.kpi_id),
                    kpi_cell(value, plain=True),
                    Cell(kpi_number(value.kpi_id, middle), middle,
                         reason="" if middle is not None else say("fewer than 5 people have it")),
                    Cell(unit, unit, soft=True),
                    Cell(plain(people, 0), people),
                )
            )
        )  # fmt: skip
    return Sheet("team", title, columns, tuple(lines), note)


def shifts(mine: MyDay) -> Sheet:
    """The rows of the strip with their numbers: adherence, time lost, and where most was lost."""
    hot = returning(mine.of_strip)
    worst = hot.moment if hot is not None else ""
    columns = (
        Col("day", say("Day"), text=True, phone=True),
        Col("shift", say("Shift"), text=True),
        Col("adherence", say("Adherence"), "%", phone=True),
        Col("lost", say("Lost"), "min", say("time out of adherence"), phone=True),
        *((Col("worst", say("Lost {worst}", worst=worst), "min", phone=True),) if worst else ()),
    )
    lines = []
    for one in mine.strip:
        lost = sum(s.seconds for s in one.lapses) / 60
        at_worst = sum(s.seconds for moment, s in one.told if moment == worst) / 60
        span = _span(one.shift, mine.ask.zone)
        name = day_name(one.shift.shift_on)
        cells = [
            Cell(name, one.shift.shift_on.isoformat()), Cell(span, span), kpi_cell(one.adherence),
            Cell(plain(lost, 1), lost),
        ]  # fmt: skip
        if worst:
            cells.append(Cell(plain(at_worst, 1), at_worst))
        lines.append(Line(tuple(cells)))
    why = say("No shift with known states yet")
    title = say("Last {n} shifts", n=len(lines)) if lines else say("Last shifts")
    return Sheet("shifts", title, columns, tuple(lines), say("newest first"), why)


def moments(mine: MyDay) -> Sheet:
    """Time lost at each moment of the last shifts, most first; the rows add up to all of it."""
    losses = mine.of_strip
    total = sum(loss.seconds for loss in losses) or 1
    columns = (
        Col("moment", say("Moment of the shift"), text=True, phone=True),
        Col("lost", say("Lost"), "min", phone=True),
        Col("share", say("Share"), "%", phone=True),
        Col("hit", say("Days hit"), phone=True),
        Col("days", say("Days")),
    )
    lines = [
        Line(
            (
                Cell(
                    say("{moment} breaks and meals", moment=loss.moment)
                    if loss.moment == NEVER
                    else loss.moment,
                    loss.moment,
                ),
                Cell(plain(loss.seconds / 60, 1), loss.seconds / 60),
                Cell(plain(100 * loss.seconds / total, 1), 100 * loss.seconds / total),
                Cell(str(loss.shifts_hit), loss.shifts_hit),
                Cell(str(loss.shifts_n), loss.shifts_n),
            )
        )
        for loss in losses
    ]
    return Sheet(
        "moments", say("Lost minutes by moment"), columns, tuple(lines),
        say("sum of {n} shifts, most first", n=len(mine.strip)), say("Nothing was lost"),
    )  # fmt: skip
