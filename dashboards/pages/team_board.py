"""The board: one row an agent, most harm first, and beside it the day of each on one axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from dashboards.day_rows import GROUP_WORD, plan_word, planned_kind, row_of
from dashboards.pages.team_data import MAIN, SPLIT, Member, Team
from dashboards.pages.team_words import (
    agent_link,
    clock,
    spare_figure,
    spare_words,
    state_of,
    stopwatch,
)
from dashboards.parts import html
from dashboards.parts.numbers import plain
from dashboards.parts.panel import panel
from dashboards.parts.states import empty
from dashboards.parts.table import Cell, Col, Line, Sheet, figure_cell, kpi_cell, sort_lines, table
from dashboards.parts.timeline import TimelineRow, axis_around, legend, timeline
from kpis.patterns import MOMENTS, MomentLoss
from wfm.domain.activities import Segment
from wfm.domain.grid import zone_of
from wfm.domain.language import say, to_say

FIGURES = (
    Col("adherence", to_say("Adh."), "%", "adherence"),
    Col(MAIN, to_say("C/h"), "", to_say("contacts handled per hour of open time")),
    Col(
        "average_handle_time",
        to_say("AHT"),
        "s",
        to_say("talk, hold and after-contact work per contact"),
    ),
    Col("average_talk_time", to_say("Talk"), "s"),
    Col("average_hold_time", to_say("Hold"), "s"),
    Col("average_after_contact_work", to_say("ACW"), "s", to_say("after-contact work per contact")),
)
LIVE = (
    Col("name", to_say("Agent, tenure"), text=True, phone=True),
    Col("state", to_say("State and should be"), text=True, phone=True),
    Col("out", to_say("Out"), "", to_say("seconds out of adherence up to now"), phone=True),
    Col(
        "impact",
        to_say("Impact"),
        "",
        to_say(
            "agents that the queue has more (+) or fewer (−) than planned now, and how many it can "
            "spare: on hand less required"
        ),
    ),
    Col("spare", to_say("The queue that misses them"), text=True, more=True),
    *FIGURES,
)
PAST = (
    Col("name", to_say("Agent, tenure"), text=True, phone=True),
    Col(
        "out_of_adherence_time",
        to_say("Out"),
        "min",
        to_say("minutes out of adherence per shift"),
        phone=True,
    ),
    Col("contacts_handled", to_say("Handled"), "", to_say("contacts handled")),
    *(Col(c.key, c.label, c.unit, c.meaning, phone=c.key == "adherence") for c in FIGURES),
)
SHORT = {
    "at the start": to_say("Start"),
    "going to break": to_say("To break"),
    "after break": to_say("After break"),
    "going to lunch": to_say("To lunch"),
    "after lunch": to_say("After lunch"),
    "at the end": to_say("End"),
    "in between": to_say("In between"),
}


def board(team: Team) -> tuple[Sheet, tuple[Member, ...]]:
    """The sheet of the board in the asked order, and its agents in the same order."""
    columns = LIVE if team.live else PAST
    lines = tuple(_line(team, member, columns) for member in team.members)
    title = say("Board, now") if team.live else say("Agents")
    note = say("most harm first") if team.live else say("what adds most to the gap first")
    whole = Sheet("board", title, columns, lines, note, say("No agents in this team and period"))
    shown = sort_lines(whole, team.ask.state.sort)
    owner = {id(line): member for line, member in zip(lines, team.members, strict=True)}
    return shown, tuple(owner[id(line)] for line in shown.lines)


def _line(team: Team, member: Member, columns: Sequence[Col]) -> Line:
    cells = [_name(team, member)]
    for column in columns[1:]:
        if column.key == "state":
            cells.append(_state(team, member))
        elif column.key == "out":
            out = member.out_s
            text = stopwatch(out) if out is not None else "–"
            since = None if out is None else str(team.ask.now - out)
            node = None if out is None else html.Span(text, **{"data-out-at": since})
            cells.append(Cell(text, out, _mark(member), plain=True, node=node))
        elif column.key == "impact":
            impact = member.impact
            text = "0" if impact == 0 else plain(impact, 1, signed=True)
            bad = "bad" if member.hurts else ""
            cells.append(
                Cell(text, impact, bad, plain=True, sub=spare_figure(member),
                     reason=spare_words(team, member))
            )  # fmt: skip
        elif column.key == "spare":
            told = spare_words(team, member)
            cells.append(Cell(told or "–", told or None))
        else:
            soft = column.key in SPLIT[:2] or column.key == "contacts_handled"
            cell = kpi_cell(member.values.get(column.key), soft=soft)
            cells.append(replace(cell, plain=column.key in SPLIT))
    return Line(tuple(cells), status=_status(team, member), hot=member.hurts)


def _name(team: Team, member: Member) -> Cell:
    sub = "" if member.tenure is None else f"{member.tenure} d"
    return Cell(member.name, member.name, href=agent_link(team.ask, member.scope), sub=sub)


def _mark(member: Member) -> str:
    if member.out_s is None:
        return ""
    return "bad" if member.hurts else "warn"


def _status(team: Team, member: Member) -> str:
    """The mark of a row: out now; else, when the agent harms the figure in focus, that one's."""
    if member.out_s is not None:
        return _mark(member)
    value = member.values.get(team.centre.kpi.id)
    if value is None or value.status not in ("bad", "warn"):
        return ""
    return "warn" if team.live else value.status


def _state(team: Team, member: Member) -> Cell:
    does, should, letter = state_of(team, member)
    text = f"{does} → {should}" if should else does
    swatch = html.I(className=f"sw sw-{letter.replace('-', 'absent')}") if letter else None
    words: Any = [does, " → ", html.B(should)] if should else does
    css = "state-of" if member.at_work else "state-of third"
    return Cell(text, text, node=html.Span([swatch, html.Span(words)], className=css))


def board_panel(team: Team, sheet: Sheet) -> Any:
    """The board with the count of who helps, is in place, or is missed."""
    ask = team.ask
    note: Any = sheet.note
    if team.live:
        note = _impacts(team)
    body = table(sheet, lambda key: ask.link(sort=key), ask.state.sort)
    return panel(sheet.title, body, note=note, css="board")


def _impacts(team: Team) -> Any:
    known = [m for m in team.members if m.impact is not None]
    helps = sum((m.impact or 0) > 0 for m in known)
    hurts = sum(m.hurts for m in known)
    placed = sum(m.out_s is None and m.impact == 0 for m in known)
    neutral = len(known) - helps - hurts - placed
    words: list[Any] = [
        say(
            "impact: {helps} help, {placed} in, {neutral} neutral, ",
            helps=helps,
            placed=placed,
            neutral=neutral,
        )
    ]
    told = f"{hurts} {say('hurts') if hurts == 1 else say('hurt')}"
    if hurts:
        lost = plain(-float(hurts), 1)
        words.append(html.Span(f"{told}, {lost} {say('agent') if hurts == 1 else say('agents')}",
                               className="bad"))  # fmt: skip
        # Of one alone the page's sentence says it already.
        spared = [f"{m.name}: {spare_words(team, m)}" for m in team.out if m.hurts and m.spare]
        if hurts > 1 and spared:
            words.append(f"; {spared[0]}")
    else:
        words.append(told)
    return words


def day_panel(team: Team, members: Sequence[Member]) -> Any:
    """Plan above actual of the day, in the order of the board; on a phone who was out."""
    if team.ask.look.narrow:
        members = [m for m in members if m.day and any(not e.cause for e in m.day.exceptions)]
    days = [m.day for m in members if m.day is not None]
    rows = [
        row_of(m.day, team.categories) if m.day else TimelineRow(m.name, (), ()) for m in members
    ]
    now_at = team.ask.now if team.live else None
    axis = axis_around(rows, team.ask.zone, now_at)
    title = say("Plan and actual")
    if axis is None or not days:
        why = (
            say("nobody was out of adherence")
            if team.ask.look.narrow
            else say("no schedule and no states")
        )
        return panel(title, empty(why.capitalize()))
    kinds = {bar.kind for row in rows for bar in (*row.plan, *row.actual)}
    marked = any(row.marks for row in rows)
    out = sum(bool(row.marks) for row in rows)
    drawn = timeline(
        rows,
        axis,
        letters="bMT-",
        narrow=team.ask.look.narrow,
        alt=say(
            "Plan above actual of {n} agents from {clock} to {clock_2}; {out} of "
            "them were out of adherence.",
            n=len(rows),
            clock=axis.clock(axis.start_at),
            clock_2=axis.clock(axis.end_at),
            out=out,
        ),
    )
    names = [html.Li([html.B(m.name, title=m.name), _next(team, m)]) for m in members]
    side = html.Ul(names, className="next")
    return panel(
        title, html.Div([side, drawn], className="days"),
        end=legend(kinds, exceptions=marked),
        css="dayboard",
    )  # fmt: skip


def _next(team: Team, member: Member) -> Any:
    """What comes next by the plan: "meal 12:00"; who is missed should be back now."""
    if member.hurts:
        return html.Span(say("back now"), className="bad")
    day, now = member.day, member.now_at
    planned = day.planned if day is not None else ()
    if now is None or not planned or planned[-1].end_at <= now or _away(team, planned):
        return html.Span("")
    if planned[0].start_at > now:
        return html.Span(say("starts {clock}", clock=clock(team.ask, planned[0].start_at)))
    for segment in planned:
        if segment.start_at > now:
            word = plan_word(segment.activity, team.categories)
            return html.Span(f"{word} {clock(team.ask, segment.start_at)}")
    return html.Span(say("ends {clock}", clock=clock(team.ask, planned[-1].end_at)))


def _away(team: Team, planned: Sequence[Segment]) -> bool:
    kinds = {planned_kind(team.categories.get(s.activity, s.activity)) for s in planned}
    return kinds == {"-"}


def moments_sheet(team: Team) -> Sheet:
    """Minutes lost at each moment of the shift, by agent; the largest of each row is marked."""
    used = [m for m in MOMENTS if any(x.moment == m for v in team.moments.values() for x in v)]
    columns = (
        Col("name", say("Agent"), text=True, phone=True),
        *(Col(m.replace(" ", "_"), SHORT[m], "", say("minutes lost {m}", m=m)) for m in used),
        Col("sum", say("All"), "", say("minutes lost in all"), phone=True),
        Col(
            "most",
            say("Habit"),
            text=True,
            phone=True,
            meaning=say(
                "the moment that costs most, when it costs time in at least half of the shifts"
            ),
        ),
    )
    return Sheet(
        "moments",
        say("When time is lost"),
        columns,
        (),
        say("minutes by moment of the shift, the costliest habit marked"),
        say("Nobody was out of adherence"),
    )


def moments(team: Team, members: Sequence[Member]) -> Sheet:
    """When in the shift each agent loses time, in the order of the board, with the team's sum."""
    sheet = moments_sheet(team)
    used = [column.key.replace("_", " ") for column in sheet.columns[1:-2]]
    lines, sums = [], dict.fromkeys(used, 0.0)
    for member in members:
        losses = {loss.moment: loss for loss in team.moments[member.agent_id]}
        whole = sum(loss.seconds for loss in losses.values()) / 60
        habits = [x for x in losses.values() if is_habit(x)]
        top = max(habits, key=lambda loss: loss.seconds, default=None)
        cells = [Cell(member.name, member.name, href=agent_link(team.ask, member.scope))]
        for moment in used:
            minutes = losses[moment].seconds / 60 if moment in losses else None
            sums[moment] += minutes or 0.0
            mark = "bad" if top is not None and top.moment == moment else ""
            cells.append(figure_cell(minutes, 0, status=mark, plain=True))
        told = (
            ""
            if top is None
            else say(
                "{moment}, {shifts_hit} of {shifts_n}",
                moment=top.moment,
                shifts_hit=top.shifts_hit,
                shifts_n=top.shifts_n,
            )
        )
        known = member.values.get("adherence")
        worked = bool(losses) or (known is not None and known.value is not None)
        cells += [figure_cell(whole if worked else None, 0), Cell(told, told)]
        lines.append(Line(tuple(cells)))
    if lines and used:
        total = [Cell(say("Team"), say("Team")), *(figure_cell(sums[m], 0) for m in used)]
        lines.append(Line((*total, figure_cell(sum(sums.values()), 0), Cell("", None)), "total"))
    return Sheet(sheet.key, sheet.title, sheet.columns, tuple(lines) if used else (), sheet.note,
                 sheet.why_empty)  # fmt: skip


def is_habit(loss: MomentLoss) -> bool:
    """Whether time is lost at a boundary of the plan on at least half of at least four shifts."""
    return (
        loss.moment != MOMENTS[-1] and loss.shifts_n >= 4 and 2 * loss.shifts_hit >= loss.shifts_n
    )


def exceptions_sheet(team: Team, most: int) -> Sheet:
    """Time out of adherence that counts, longest first: planned, done, how long."""
    zone = zone_of(team.ask.zone)
    names = {m.agent_id: m for m in team.members}
    lines = []
    for spell in team.spells[:most]:
        member = names.get(spell.agent_id)
        name = member.name if member else spell.agent_id
        start, end = (datetime.fromtimestamp(at, zone) for at in (spell.start_at, spell.end_at))
        planned = plan_word(spell.activity, team.categories)
        done = GROUP_WORD.get(spell.state_group, spell.state_group)
        cells = (
            Cell(name, name, href=agent_link(team.ask, member.scope) if member else ""),
            Cell(say("{day:%a} {day.day} {day:%b}", day=start), spell.shift_on.isoformat()),
            Cell(f"{start:%H:%M:%S}", start.isoformat()),
            Cell(f"{end:%H:%M:%S}", end.isoformat()),
            Cell(planned, planned),
            Cell(done, done),
            Cell(say(spell.reason.replace("_", " ")) or "–", spell.reason or None),
            Cell(stopwatch(spell.seconds), spell.seconds),
        )
        lines.append(Line(cells))
    columns = (
        Col("name", say("Agent"), text=True, phone=True),
        Col("day", say("Day"), text=True),
        Col("from", say("From"), text=True),
        Col("to", say("To"), text=True),
        Col("planned", say("Planned"), text=True),
        Col("done", say("Done instead"), text=True, phone=True),
        Col("reason", say("Reason"), text=True),
        Col("seconds", say("Lasted"), "", say("seconds out of adherence"), phone=True),
    )
    of = len(team.spells)
    note = say("longest first") + (say(", {most} of {of}", most=most, of=of) if of > most else "")
    return Sheet("exceptions", say("Out of adherence"), columns, tuple(lines), note,
                 say("Nobody was out of adherence"))  # fmt: skip
