"""Below the board: who makes the gap, the course of each agent, and what waits for the lead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from dashboards.contribution import Share
from dashboards.day_rows import GROUP_WORD, lasted, plan_word
from dashboards.names import scope_below
from dashboards.pages.happenings import acted_in, step_notes
from dashboards.pages.team_board import FIGURES
from dashboards.pages.team_data import SPLIT, Member, Team
from dashboards.pages.team_words import agent_link, clock
from dashboards.parts import html
from dashboards.parts.multiples import Multiple, multiples, multiples_keys
from dashboards.parts.numbers import gap_unit, kpi_number, plain
from dashboards.parts.panel import panel
from dashboards.parts.sparkline import Trend
from dashboards.parts.states import empty
from dashboards.parts.status import icon
from dashboards.parts.table import Bar, Cell, Col, Line, Sheet, figure_cell, kpi_cell
from dashboards.parts.table import table as grid
from dashboards.parts.tile import goal_line
from kpis.display import decimals_of
from kpis.explain.rounding import share_out
from kpis.value import KpiValue
from wfm.domain.language import key_of, say, say_many, to_say
from wfm.queries.lapses import OutSpell

LONG_S = 300
WAITING = 6
SHIFTS = 20
LABELS = {column.key: (column.label, column.unit) for column in FIGURES}
NO_SHARE = to_say("This figure has no parts that sum: its values stand without shares")


def gap_sheet(team: Team) -> Sheet:
    """What each agent adds to the team's gap, most harm first; the parts sum to the whole."""
    centre = team.centre
    kpi, focus = centre.kpi, centre.focus
    shares, missing = centre.parts
    known = [s for s in shares if s.value.value is not None or s.value.denominator or s.adds]
    base, word = centre.base
    adds = [s.adds for s in known if s.adds is not None]
    left = [missing] if missing else []
    decimals = decimals_of(kpi) + 1
    shown = share_out([*adds, *left], decimals) if adds else []
    longest = max((abs(a) for a in adds), default=0.0)
    both = len({a > 0 for a in adds if a}) > 1
    widest = max((_seconds(m, "average_handle_time") or 0.0 for m in team.members), default=0.0)
    label, unit = LABELS.get(kpi.id, (kpi.short_name, kpi.unit))
    columns = (
        Col("name", say("Agent, tenure"), text=True, phone=True),
        Col(kpi.id, label, unit),
        Col(
            "adds",
            say("Share of gap"),
            gap_unit(kpi.unit),
            say(
                "(value − base) × share of the denominator of the team: the parts sum "
                "to the whole gap"
            ),
            phone=True,
        ),
        Col("split", say("Talk, hold, after contact"), "s", say("seconds per contact"), text=True),
        Col("average_handle_time", say("AHT"), "s", say("seconds per contact"), phone=True),
    )
    texts = iter(shown)
    lines = [
        _line(team, share, next(texts) if share.adds is not None else None, longest, both,
              decimals, widest)
        for share in known
    ]  # fmt: skip
    blank = Cell("", None)
    if left and lines:
        text = say("not in any agent")
        rest = figure_cell(next(texts), decimals, signed=True)
        lines.append(Line((Cell(text, text), blank, rest, blank, blank)))
    if lines:
        gap = None if focus.value is None or base is None else focus.value - base
        name = say_many("Team, {n} agent", "Team, {n} agents", len(known))
        whole = {v.kpi_id: v for v in team.whole}
        lines.append(
            Line(
                (
                    Cell(name, name), kpi_cell(focus, plain=True),
                    Cell(plain(gap, decimals, signed=True) if adds else "", gap),
                    _split(whole, widest), kpi_cell(whole.get("average_handle_time"), plain=True),
                ),
                "total",
            )
        )  # fmt: skip
    against = {"before": say("the period before"), "all": say("the team's own value")}.get(
        word, to_say("target")
    )
    text = (
        (centre.ask.not_compared if word == "before" else "")
        if base is None
        else say(
            "{short} against {number}, {against}",
            short=kpi.short_name,
            number=kpi_number(kpi.id, base),
            against=against,
        )
    )
    return Sheet("gap", say("Where the gap comes from"), columns, tuple(lines), text,
                 say("No agent has a value in this period"))  # fmt: skip


def _line(
    team: Team, share: Share, shown: float | None, longest: float, both: bool, decimals: int,
    widest: float,
) -> Line:  # fmt: skip
    value, ask = share.value, team.ask
    agent = value.at("agent")
    member = next((m for m in team.members if m.agent_id == agent), None)
    sub = f"{member.tenure} d" if member and member.tenure is not None else ""
    name = team.centre.name(value)
    bar = None
    if share.adds is not None and longest:
        wrong = (share.adds > 0) == team.centre.pushes_up
        off = value.status == "bad" or (
            value.status == "none" and team.centre.focus.status == "bad"
        )
        bar = Bar(share.adds / longest, wrong and off, both)
    adds = Cell(plain(shown, decimals, signed=True), share.adds, bar=bar)
    scope = scope_below(ask, "agent", agent)
    values = member.values if member else {}
    return Line(
        (
            Cell(name, name, href=agent_link(ask, scope), sub=sub),
            kpi_cell(value), adds, _split(values, widest),
            kpi_cell(values.get("average_handle_time")),
        )
    )  # fmt: skip


def _split(values: Any, widest: float) -> Cell:
    """Talk, hold and after-contact seconds as one bar, with the target of their sum."""
    parts = [values[k].value if k in values else None for k in SPLIT]
    if not widest or all(part is None for part in parts):
        return Cell("–", None)
    text = ", ".join(
        f"{word} {plain(part, 0)}"
        for word, part in zip((say("talk"), say("hold"), say("after contact")), parts, strict=True)
        if part is not None
    )
    aht = values.get("average_handle_time")
    goal = goal_line(aht.target, aht.value) if aht is not None else None
    scale = 1.06 * max(widest, goal or 0.0)
    red = values[SPLIT[2]].status == "bad" if SPLIT[2] in values else False
    pieces: list[Any] = [
        html.I(className=f"{css} bad" if red and css == "acw" else css,
               style={"width": f"{100 * (part or 0.0) / scale:.2f}%"})
        for css, part in zip(("talk", "hold", "acw"), parts, strict=True)
    ]  # fmt: skip
    if goal is not None:
        pieces.append(html.U(style={"left": f"{100 * goal / scale:.2f}%"}))
    return Cell(text, text, node=html.Span(pieces, className="split", title=f"{text} s"))


def _seconds(member: Member, kpi_id: str) -> float | None:
    value = member.values.get(kpi_id)
    return value.value if value is not None else None


def gap_panel(team: Team, sheet: Sheet) -> Any:
    """Bars of the shares beside the seconds of a contact."""
    focus = team.centre.focus
    end = [
        html.Li([html.I(className=f"seg-{css}"), word])
        for css, word in (
            ("talk", say("talk")),
            ("hold", say("hold")),
            ("acw", say("after contact")),
        )
    ]
    shown: list[Any] = [grid(sheet)]
    if focus.value is not None and all(s.adds is None for s in team.centre.parts[0]):
        shown.insert(0, html.P(NO_SHARE, className="third"))
    return panel(
        sheet.title, shown, note=sheet.note, end=html.Ul(end, className="legend"), css="gap"
    )


def courses(team: Team) -> Any | None:
    """The figure in focus by agent over the last shifts, on one scale, worst first."""
    kpi = team.centre.kpi
    days, found = team.courses
    if len(days) < 2:
        return None
    ids, members = _in_order(team), {m.agent_id: m for m in team.members}
    current = {str(s.value.at("agent")): s.value for s in team.centre.parts[0]}
    most = min(SHIFTS, max((len(found[i]) for i in ids), default=0))
    acted = acted_in(team.ask, days[0], days[-1] + timedelta(days=1))
    drawn = []
    for agent in ids:
        member, course = members.get(agent), found[agent]
        name = member.name if member else agent
        shifts = sorted(course)[-SHIFTS:]
        steps = [None] * (most - len(shifts)) + shifts
        points = [course[day].value if day else None for day in steps]
        last = current.get(agent)
        if last is None or last.value is None:
            last = course[max(course)]
        goal = goal_line(last.target or team.centre.focus.target, last.value)
        own = [one for one in acted if one.scope.agent == agent]
        notes = step_notes(steps, own, own[0].scope) if own else ()
        trend = Trend(points, kpi.unit, name, goal, notes=notes)
        href = agent_link(team.ask, member.scope) if member else ""
        drawn.append(Multiple(name, trend, kpi_number(kpi.id, last.value), last.status, href))
    title = say("{short} by agent", short=kpi.short_name)
    note = say(
        "last {most} shifts to {day.day} {day:%b}, one scale, worst first", most=most, day=days[-1]
    )
    return panel(title, multiples(drawn), note=note, legend_of=multiples_keys(drawn))


def courses_sheet(team: Team) -> Sheet | None:
    """The same as numbers, a row a day."""
    kpi = team.centre.kpi
    days, found = team.courses
    if len(days) < 2:
        return None
    ids, names = _in_order(team), {m.agent_id: m.name for m in team.members}
    columns = (
        Col("day", say("Day"), text=True, phone=True),
        *(Col(i, names.get(i, i), kpi.unit) for i in ids),
    )
    lines = [_course_line(day, [found[i].get(day) for i in ids]) for day in days]
    title = say("{short} by day and agent", short=kpi.short_name)
    return Sheet("courses", title, columns, tuple(lines))


def _in_order(team: Team) -> list[str]:
    """Agents who have a course, worst first."""
    order = [str(s.value.at("agent")) for s in team.centre.parts[0]]
    known = team.courses[1]
    return [i for i in dict.fromkeys([*order, *(m.agent_id for m in team.members)]) if i in known]


def _course_line(day: date, values: Sequence[KpiValue | None]) -> Line:
    name = Cell(say("{day:%a} {day.day} {day:%b}", day=day), day.isoformat())
    return Line((name, *(kpi_cell(value, plain=True) for value in values)))


def waiting_panel(team: Team) -> Any:
    """Exceptions, longest first: who, what was planned, what was done, and how long."""
    spells = team.spells
    excused = say(", {excused} more are excused", excused=team.excused) if team.excused else ""
    count = f"{len(spells)} {say('exception') if len(spells) == 1 else say('exceptions')}"
    more = say(", the {waiting} longest", waiting=WAITING) if len(spells) > WAITING else ""
    note = f"{count}{more}{excused}"
    title = say("Waiting for you") if team.live else say("Longest out of adherence")
    if not spells:
        return panel(title, empty(say("Nobody was out of adherence")), note=note)
    names = {m.agent_id: m for m in team.members}
    ranked = sorted(spells, key=lambda s: not _runs(team, s, names.get(s.agent_id)))
    items = [_item(team, spell, names.get(spell.agent_id)) for spell in ranked[:WAITING]]
    return panel(title, html.Ul(items, className="waiting"), note=note)


def _runs(team: Team, spell: OutSpell, member: Member | None) -> bool:
    """Whether the spell has not ended yet."""
    return member is not None and member.out_s is not None and spell.end_at >= team.ask.now


def _item(team: Team, spell: OutSpell, member: Member | None) -> Any:
    ask = team.ask
    name = member.name if member else spell.agent_id
    running = _runs(team, spell, member)
    kind = "bad" if running and member and member.hurts else (
        "warn" if running or spell.seconds >= LONG_S else "dot"
    )  # fmt: skip
    done = GROUP_WORD.get(spell.state_group, spell.state_group)
    if spell.reason and spell.reason.replace("_", " ") != key_of(done):
        reason = say(spell.reason.replace("_", " "))
        done = say("{done} ({reason})", done=done, reason=reason)
    planned = plan_word(spell.activity, team.categories)
    when = (
        say("since {clock}", clock=clock(ask, spell.start_at))
        if running
        else (
            say(
                "{clock} to {clock_2}",
                clock=clock(ask, spell.start_at),
                clock_2=clock(ask, spell.end_at),
            )
        )
    )
    if ask.period.days > 1:
        when = say("{day:%a} {day.day} {day:%b}, {when}", day=spell.shift_on, when=when)
    words = [
        icon(kind),
        html.B(name),
        html.Span(say("{done}, planned {planned}", done=done, planned=planned), className="what"),
        html.Span(when, className="third"),
        html.Span(lasted(spell.seconds), className="len"),
    ]
    href = agent_link(ask, member.scope) if member else ""
    return html.Li(html.A(words, href=href) if href else html.Div(words))
