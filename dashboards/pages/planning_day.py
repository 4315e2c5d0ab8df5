"""A day of the schedule shown, agent by agent, and the changes made after publication."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from dashboards.pages.planning_data import LIVE, Planning
from dashboards.pages.planning_draft import draft_acts, draft_opener
from dashboards.pages.planning_panels import shown_day
from dashboards.parts import html
from dashboards.parts.drawer import opener
from dashboards.parts.numbers import DASH
from dashboards.parts.panel import panel
from dashboards.parts.states import empty
from dashboards.parts.table import Cell, Col, Line, Sheet, table
from dashboards.parts.timeline import Bar, TimelineRow, axis_around, legend, plan_kind, timeline
from wfm.domain.activities import Segment
from wfm.domain.grid import day_start, zone_of
from wfm.domain.language import say, to_say
from wfm.domain.schedules import Shift
from wfm.domain.scope import Scope
from wfm.queries.schedules import read_changed_history

MOST_ROWS, MOST_CHANGES = 40, 12
REASON = {
    "publish": to_say("publication"),
    "import": to_say("import"),
    "edit": to_say("edit"),
    "undo": to_say("undo"),
}


def day_panel(given: Planning) -> Any:
    """The agents of one day by start, each with a button to change the shift in force."""
    day = shown_day(given)
    title = say(
        "{title}, {day:%A} {day.day} {day:%B}, agent by agent", title=given.shown.title, day=day
    )
    found = _rows(given, day)
    if not found:
        acts, _ = draft_acts(given, day)
        none = empty(say("Nobody is planned on this day"), say("Choose another day above."))
        return panel(title, [none, html.Div(acts, className="acts wrap")])
    live = given.shown.key == LIVE
    acts, by_hand = draft_acts(given, day)
    total = len(found)
    found = found[:MOST_ROWS]
    rows = [row for _, _, row in found]
    now = given.ask.now if live else None
    axis = axis_around(rows, given.site.zone, now)
    if axis is None:
        return panel(title, empty(say("Nobody is planned on this day")))
    names = []
    for agent, name, row in found:
        span = f"{axis.clock(row.actual[0].start_at)}\u2013{axis.clock(row.actual[-1].end_at)}"
        scope = _scope_of(given, agent)
        if live and scope is not None:
            args = {"agent": scope.path, "day": day.isoformat()}
            who: Any = opener(
                name, "shift", args, css="row-open", title=say("Change {name}'s shift", name=name)
            )
        elif acts:
            who = draft_opener(given, agent, name, day)
        else:
            who = html.Span(name, className="row-open")
        names.append(html.Li([who, html.Span(span, className="third")]))
    kinds = {bar.kind for row in rows for bar in row.actual}
    alt = say(
        "{n} agents on {day:%d %B}, each with breaks and other activities", n=len(rows), day=day
    )
    note = say("{total} agents, by start", total=total)
    if total > MOST_ROWS:
        note = say(
            "first {most_rows} of {total} agents by start; choose a team to see fewer",
            most_rows=MOST_ROWS,
            total=total,
        )
    if live:
        note += say("; click a name to change the shift")
    elif by_hand:
        note += f"; {by_hand}"
    body = [
        _teams(given),
        html.Div(acts, className="acts wrap") if acts else "",
        html.Div(
            [
                html.Ul(names, className="tl-names"),
                timeline(rows, axis, alt=alt, plan_px=0, actual_px=18, row_px=24,
                         narrow=given.ask.look.narrow),
            ],
            className="tl-board",
        ),
    ]  # fmt: skip
    end = legend(kinds, exceptions=False)
    return panel(title, body, note=note, end=end, css="wide")


def _teams(given: Planning) -> Any:
    teams = given.ask.organisation.teams(given.unit)
    if len(teams) < 2:
        return ""
    kept = {"week": given.week, "plan": given.ask.state.plan}
    everybody = given.ask.scope_link(Scope(given.unit), **kept)
    links = [html.A(say("All teams"), href=everybody, className="chip",
                    **({} if given.ask.scope.team else {"aria-current": "true"}))]  # fmt: skip
    for team in teams[:24]:
        scope = Scope(given.unit, team.org_id)
        here = {"aria-current": "true"} if given.ask.scope.team == team.org_id else {}
        links.append(
            html.A(team.name, href=given.ask.scope_link(scope, **kept), className="chip", **here)
        )
    return html.Div(links, className="chips", role="group", **{"aria-label": say("Team")})


def _rows(given: Planning, day: date) -> list[tuple[str, str, TimelineRow]]:
    plan = None if given.shown.plan is None else given.shown.plan.plan_id
    scope = Scope(given.unit)
    roster, shifts = given.ask.sources.planner.shifts(scope, given.unit, given.week, plan)
    team = given.ask.scope.team
    found = []
    for agent, person in roster.people.items():
        segments = shifts.get(agent, {}).get(day, ())
        if not segments or (team is not None and person.team_id != team):
            continue
        row = TimelineRow(person.display_name, (), bars(roster, segments))
        found.append((segments[0].start_at, agent, person.display_name, row))
    return [(agent, name, row) for _, agent, name, row in sorted(found, key=lambda f: f[:3])]


def bars(roster: Any, segments: Sequence[Segment]) -> tuple[Bar, ...]:
    """Segments as bars with the letter of their kind."""
    return tuple(
        Bar(s.start_at, s.end_at, plan_kind(roster.category(s.activity))) for s in segments
    )


def _scope_of(given: Planning, agent: str) -> Scope | None:
    person = given.ask.organisation.person_at(
        agent, day_start(given.period.first, given.site.zone) + 43_200
    )
    return None if person is None else given.ask.organisation.scope_of(person)


def changes_sheet(given: Planning) -> Sheet:
    """Changes of the week's shifts after their publication, newest first."""
    scope = Scope(given.unit, given.ask.scope.team)
    history = read_changed_history(
        given.ask.sources.store, scope, given.period.first, given.period.end
    )
    zone = zone_of(given.site.zone)
    before: dict[tuple[str, date], Shift] = {}
    found: list[tuple[Shift, Shift]] = []
    for shift in history:
        key = (shift.agent_id, shift.shift_on)
        if key in before:
            found.append((before[key], shift))
        before[key] = shift
    found.sort(key=lambda pair: (-pair[1].recorded_at, -pair[1].seq, pair[1].agent_id))
    names = given.ask.sources.planner.authors(tuple({new.author for _, new in found}))
    columns = (
        Col("when", say("Recorded"), text=True, phone=True),
        Col("who", say("Shift of"), text=True, phone=True),
        Col("day", say("Day"), text=True),
        Col("from", say("Before"), text=True),
        Col("to", say("After"), text=True, phone=True),
        Col("version", say("Version")),
        Col("author", say("By"), text=True),
        Col("reason", say("Reason"), text=True),
    )
    lines = []
    for old, new in found[:200]:
        at = datetime.fromtimestamp(new.recorded_at, zone)
        person = given.ask.organisation.person_at(new.agent_id, new.recorded_at)
        name = person.display_name if person else new.agent_id
        said = new.note or REASON.get(new.reason_code, say(new.reason_code))
        lines.append(
            Line(
                (
                    Cell(say("{at.day} {at:%b %H:%M}", at=at), at.isoformat()),
                    Cell(name, name),
                    Cell(say("{day:%a} {day.day}", day=new.shift_on), new.shift_on.isoformat()),
                    _span_cell(old, zone, new),
                    _span_cell(new, zone, old),
                    Cell(str(new.seq), new.seq),
                    Cell(names.get(new.author, new.author), new.author),
                    Cell(said, said),
                )
            )
        )
    note = say("the baseline is version 1 and stays; every change is kept")
    return Sheet(
        "changes",
        say("Changes after publication, {week}", week=given.week),
        columns,
        tuple(lines),
        note,
        say("Nothing was changed since publication"),
    )


def changes_panel(given: Planning) -> Any:
    """The newest changes of the week's shifts; the table view has all of them."""
    sheet = changes_sheet(given)
    total = len(sheet.lines)
    shown = Sheet(sheet.key, sheet.title, sheet.columns, sheet.lines[:MOST_CHANGES], sheet.note,
                  sheet.why_empty)  # fmt: skip
    note = sheet.note
    if total > MOST_CHANGES:
        note = say(
            "newest {most_changes} of {total}; {note}",
            most_changes=MOST_CHANGES,
            total=total,
            note=note,
        )
    return panel(sheet.title, table(shown), note=note, css="wide")


def _span_cell(shift: Shift, zone: Any, other: Shift) -> Cell:
    if not shift.segments:
        return Cell(say("no shift"), "", soft=True)
    begin = datetime.fromtimestamp(shift.start_at, zone)
    end = datetime.fromtimestamp(shift.end_at, zone)
    words = f"{begin:%H:%M}\u2013{end:%H:%M}"
    mine = {(s.activity, s.start_at, s.end_at) for s in shift.segments}
    theirs = {(s.activity, s.start_at, s.end_at) for s in other.segments}
    new = sorted({a for a, _, _ in mine - theirs} - {"on_queue"})
    if new and other.segments and (shift.start_at, shift.end_at) == (other.start_at, other.end_at):
        words += f", {', '.join(new[:2])}"
    return Cell(words, words or DASH)
