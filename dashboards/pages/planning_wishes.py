"""What people would like, beside what the schedule shown gives them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dashboards.pages.planning_data import Planning
from dashboards.pages.planning_forms import local
from dashboards.parts.numbers import plain
from dashboards.parts.panel import panel
from dashboards.parts.table import Cell, Col, Line, Sheet, table
from wfm.domain.grid import zone_of
from wfm.domain.language import say
from wfm.domain.scope import Scope
from wfm.domain.wishes import granted, wish_words
from wfm.queries.wishes import read_wishes

SHOWN = 8


def wishes_sheet(given: Planning) -> Sheet:
    """Each person's wish with the days of the shown schedule on which it is kept, least first."""
    columns = (
        Col("who", say("Agent"), text=True, phone=True),
        Col("wish", say("Would like"), text=True, phone=True),
        Col(
            "kept",
            say("Kept"),
            "",
            say("days of the schedule shown on which the wish is kept"),
            phone=True,
        ),
        Col("share", say("Share"), "%"),
        Col("since", say("Since"), text=True),
    )
    found = read_wishes(given.ask.sources.store, Scope(given.unit))
    if not found:
        return Sheet(
            "wishes", say("Wishes"), columns, (), "", say("Nobody said what would suit them")
        )
    plan = None if given.shown.plan is None else given.shown.plan.plan_id
    roster, shifts = given.ask.sources.planner.shifts(
        Scope(given.unit), given.unit, given.week, plan
    )
    zone = zone_of(given.site.zone)
    rows: list[tuple[float, str, Line]] = []
    kept_n = asked_n = 0
    for agent, known in found.items():
        person = roster.people.get(agent)
        if person is None:
            continue
        worked = {}
        for day, segments in shifts.get(agent, {}).items():
            if segments:
                at = datetime.fromtimestamp(segments[0].start_at, zone)
                worked[day.weekday()] = at.hour * 4 + at.minute // 15
        kept, asked = granted(known.wish, worked)
        kept_n, asked_n = kept_n + kept, asked_n + asked
        share = 100 * kept / asked if asked else None
        cells = (
            Cell(person.display_name, person.display_name),
            Cell(wish_words(known.wish), wish_words(known.wish)),
            Cell(say("{kept} of {asked}", kept=kept, asked=asked), kept),
            Cell(plain(share, 0), share),
            Cell(local(known.recorded_at, given.site.zone), known.recorded_at),
        )
        rows.append((share if share is not None else 101.0, person.display_name, Line(cells)))
    lines = tuple(line for _, _, line in sorted(rows, key=lambda row: row[:2]))
    note = (
        say(
            "{kept_n} of {asked_n} days kept in {title}",
            kept_n=kept_n,
            asked_n=asked_n,
            title=given.shown.title,
        )
        if asked_n
        else ""
    )
    return Sheet("wishes", say("Wishes, {name}", name=given.site.name), columns, lines, note,
                 say("Nobody said what would suit them"))  # fmt: skip


def wishes_panel(given: Planning) -> list[Any]:
    """The wishes kept least; no panel while nobody has any."""
    sheet = wishes_sheet(given)
    if not sheet.lines:
        return []
    shown = Sheet(sheet.key, sheet.title, sheet.columns, sheet.lines[:SHOWN], sheet.note,
                  sheet.why_empty)  # fmt: skip
    return [panel(sheet.title, table(shown), note=sheet.note)]
