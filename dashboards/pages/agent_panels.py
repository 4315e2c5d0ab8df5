"""The evidence of the agent's page: today, the last shifts and their moments on one axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import median
from typing import Any

from dashboards.pages.agent_data import NEVER, MyDay, Worked, returning
from dashboards.pages.agent_words import (
    at_minute,
    clock,
    day_name,
    exception_words,
    minute_of,
    minutes,
    next_words,
)
from dashboards.parts import html
from dashboards.parts.numbers import kpi_number
from dashboards.parts.panel import panel
from dashboards.parts.shift_strip import Loss, MomentBar, StripRow, moment_bars, shift_strip
from dashboards.parts.states import empty
from dashboards.parts.timeline import (
    Bar,
    Mark,
    TimeAxis,
    TimelineRow,
    hours_axis,
    legend,
    plan_kind,
    state_kind,
    timeline,
)
from kpis.patterns import MomentLoss
from wfm.domain.language import say, to_say
from wfm.queries.lapses import OutSpell
from wfm.queries.timeline import AgentTimeline

PLAN_PX, ACTUAL_PX, ROW_PX = 18, 24, 56
BIN = 30.0  # minutes: time lost at no fixed moment is shown by half-hour
LEAST_SHARE = 0.08  # of the time lost: smaller bars carry no words
ORDINAL = (to_say("first"), to_say("second"), to_say("third"), to_say("fourth"), to_say("fifth"))
NTH = {
    "going to break": to_say("going to {nth} break"), "after break": to_say("after {nth} break"),
    "going to lunch": to_say("going to {nth} lunch"), "after lunch": to_say("after {nth} lunch"),
}  # fmt: skip
PAUSE = {"break": to_say("break"), "meal": to_say("lunch")}


@dataclass(frozen=True)
class DayAxis:
    """The minutes of the day that today, the last shifts and the moments share."""

    first: float
    last: float
    times: TimeAxis


def day_axis(mine: MyDay) -> DayAxis | None:
    """An axis of whole hours that holds the day and all shifts below it; None without any."""
    zone = mine.ask.zone
    spans: list[tuple[int, int, date]] = [
        (w.shift.start_at, w.shift.end_at, w.shift.shift_on) for w in mine.strip
    ]
    if mine.timeline is not None:
        planned, actual = mine.timeline.planned, mine.timeline.actual
        spans += [(s.start_at, s.end_at, mine.day) for s in planned]
        spans += [(s.start_at, s.end_at, mine.day) for s in actual]
    if not spans:
        return None
    first = min(minute_of(start, day, zone) for start, _, day in spans) // 60 * 60
    last = -(-max(minute_of(end, day, zone) for _, end, day in spans) // 60) * 60
    start_at, end_at = at_minute(first, mine.day, zone), at_minute(last, mine.day, zone)
    now = mine.ask.now if mine.running and start_at <= mine.ask.now <= end_at else None
    return DayAxis(first, last, TimeAxis(start_at, end_at, zone, now))


def axis_mark(axis: DayAxis | None) -> tuple[float, ...]:
    """What of the axis the last shifts hang on: its minutes, and on which days the clock jumps."""
    if axis is None:
        return ()
    return axis.first, axis.last, axis.times.end_at - axis.times.start_at


def today_panel(mine: MyDay, axis: DayAxis | None) -> Any:
    """The day as it goes, plan above actual."""
    title = (
        say("Today, plan above actual")
        if mine.running
        else say("{day}, plan and actual", day=day_name(mine.day))
    )
    line = mine.timeline
    if line is None or axis is None or not (line.planned or line.actual):
        why = say("No shift is published for this day and nothing was done.")
        return panel(title, empty(why, next_words(mine)), note=day_name(mine.day), css="today")
    row = timeline_row(mine, line)
    drawn = timeline(
        [row], axis.times, alt=_day_sentence(mine, line), plan_px=PLAN_PX, actual_px=ACTUAL_PX,
        row_px=ROW_PX, narrow=mine.ask.look.narrow,
    )  # fmt: skip
    side = html.Div(
        [html.Span(say("plan")), html.Span(say("actual"))], className="side plan-actual"
    )
    kinds = [bar.kind for bar in (*row.plan, *row.actual)]
    note = next_words(mine) if mine.running else ""
    head = [html.Span(f"{day_name(mine.day)} "), html.B(note, className="next")]
    return panel(
        title,
        html.Div([side, drawn], className="lined"),
        note=head,
        end=legend(kinds, exceptions=bool(row.marks)),
        css="today",
    )


def timeline_row(mine: MyDay, line: AgentTimeline) -> TimelineRow:
    """The day as bars of plan and actual, with the time out of adherence that counts."""
    zone = mine.ask.zone
    plan = tuple(
        Bar(s.start_at, s.end_at, plan_kind(mine.categories.get(s.activity, s.activity)))
        for s in line.planned
    )
    actual = tuple(
        Bar(s.start_at, s.end_at, state_kind(s.state, s.state_group)) for s in line.actual
    )
    marks = []
    for one in line.exceptions:
        if not one.cause:
            planned, done = exception_words(one, mine)
            span = say(
                "{clock} to {clock_2}",
                clock=clock(one.start_at, zone),
                clock_2=clock(one.end_at, zone),
            )
            words = say(
                "{span}, planned {planned}, was {done}, {minutes}",
                span=span,
                planned=planned,
                done=done,
                minutes=minutes(one.seconds),
            )
            marks.append(Mark(one.start_at, one.end_at, words))
    return TimelineRow(line.display_name, plan, actual, tuple(marks))


def _day_sentence(mine: MyDay, line: AgentTimeline) -> str:
    out = [e for e in line.exceptions if not e.cause]
    lost = minutes(sum(e.seconds for e in out))
    span = say("no shift planned")
    if line.planned:
        zone = mine.ask.zone
        start, end = line.planned[0].start_at, line.planned[-1].end_at
        span = say(
            "planned {clock} to {clock_2}", clock=clock(start, zone), clock_2=clock(end, zone)
        )
    return say(
        "{day}: {span}; {n} times out of adherence, {lost} in all.",
        day=day_name(mine.day),
        span=span,
        n=len(out),
        lost=lost,
    )


def shifts_panels(mine: MyDay, axis: DayAxis | None) -> list[Any]:
    """The last shifts and the moments at which time is lost, on the axis of the day."""
    worked = mine.strip
    if not worked or axis is None:
        why = say("A row appears here for each shift that was worked and whose states are known.")
        return [panel(say("Last shifts"), empty(say("No shift to show yet"), why))]
    losses = mine.of_strip
    worst = returning(losses)
    hot = worst.moment if worst is not None else ""
    rows = [_strip_row(mine, one, hot) for one in worked]
    alt = say("{n} shifts. ", n=len(rows)) + "; ".join(
        say(
            "{minutes} {moment} on {shifts_hit}",
            minutes=minutes(one.seconds),
            moment=one.moment,
            shifts_hit=one.shifts_hit,
        )
        for one in losses[:3]
    )
    keys = [("box-bad", hot), ("box-plan", say("other loss"))] if hot else []
    strip = panel(
        say("Last {n} shifts", n=len(rows)),
        shift_strip(rows, axis.first, axis.last, alt=alt),
        note=say("time off plan; one row is one day, adherence at left"),
        legend_of=keys,
        css="shifts",
    )
    return [strip, _moments(mine, axis, losses)]


def _strip_row(mine: MyDay, one: Worked, worst: str) -> StripRow:
    day, zone = one.shift.shift_on, mine.ask.zone

    def at(instant: int) -> float:
        return minute_of(instant, day, zone)

    pieces = tuple(
        (at(s.start_at), at(s.end_at))
        for s in one.shift.segments
        if mine.categories.get(s.activity, s.activity) not in PAUSE
    )
    lost = []
    for moment, spell in one.told:
        words = say(
            "{clock} to {clock_2}, {moment}, {minutes}",
            clock=clock(spell.start_at, zone),
            clock_2=clock(spell.end_at, zone),
            moment=moment,
            minutes=minutes(spell.seconds),
        )
        lost.append(Loss(at(spell.start_at), at(spell.end_at), moment == worst, words))
    name = say("{day:%a} {day.day}", day=day) if mine.ask.look.narrow else day_name(day)
    return StripRow(name, kpi_number("adherence", one.adherence.value), pieces,
                    tuple(lost))  # fmt: skip


def _moments(mine: MyDay, axis: DayAxis, losses: Sequence[MomentLoss]) -> Any:
    total = sum(loss.seconds for loss in losses)
    loose = next((loss for loss in losses if loss.moment == NEVER), None)
    note = say(
        "at each moment of the shift, sum of {n} shifts: {minutes}",
        n=len(mine.strip),
        minutes=minutes(total),
    )
    if loose is not None:
        note += say(
            "; pale: {minutes} in between, at no fixed moment", minutes=minutes(loose.seconds)
        )
    bars = moment_bars(
        [*_rest(mine), *_bars(mine, losses)], axis.first, axis.last,
        letters=42.0 if mine.ask.look.narrow else 130.0,
    )  # fmt: skip
    hours = hours_axis(replace(axis.times, now_at=None), narrow=mine.ask.look.narrow)
    below = html.Div([html.Div(), hours], className="lined below")
    return panel(say("Lost minutes"), [bars, below], note=note, css="by-moment")


def _rest(mine: MyDay) -> list[MomentBar]:
    """What is lost at no fixed moment, by half-hour."""
    sums: dict[int, int] = {}
    for one in mine.strip:
        for moment, spell in one.told:
            if moment == NEVER:
                at = minute_of(spell.start_at, spell.shift_on, mine.ask.zone)
                sums[int(at // BIN)] = sums.get(int(at // BIN), 0) + spell.seconds
    return [
        MomentBar((place + 0.5) * BIN, seconds / 60, "", (), False, BIN)
        for place, seconds in sorted(sums.items())
    ]


def _bars(mine: MyDay, losses: Sequence[MomentLoss]) -> list[MomentBar]:
    """A bar for the start, the end, and each pause of the shift; the worst moment's are red."""
    worst = returning(losses)
    found: dict[tuple[str, int], list[tuple[float, OutSpell]]] = {}
    for one in mine.strip:
        for moment, spell in one.told:
            if moment != NEVER:
                at = minute_of(spell.start_at, spell.shift_on, mine.ask.zone)
                place = which(mine, one, spell, moment)
                found.setdefault((moment, place), []).append((at, spell))
    several = {moment for moment, place in found if place > 0}
    least = LEAST_SHARE * sum(loss.seconds for loss in losses if loss.moment != NEVER)
    bars = []
    for (moment, place), spells in found.items():
        seconds = sum(spell.seconds for _, spell in spells)
        hot = worst is not None and moment == worst.moment
        name = say(NTH[moment], nth=ORDINAL[min(place, 4)]) if moment in several else moment
        title = f"{minutes(seconds)} {name}" if seconds >= least else ""
        days = len({spell.shift_on for _, spell in spells})
        told = hot and bool(title) and not mine.ask.look.narrow
        lines = (say("{days} of {n} days", days=days, n=len(mine.strip)),) if told else ()
        middle = median(at for at, _ in spells)
        bars.append(MomentBar(middle, seconds / 60, title, lines, hot))
    return sorted(bars, key=lambda bar: bar.at)


def which(mine: MyDay, one: Worked, spell: OutSpell, moment: str) -> int:
    """Which break or meal of its shift a spell belongs to: 0 for the first, 1 for the second."""
    pauses = [
        s
        for s in one.shift.segments
        if moment.endswith(PAUSE.get(mine.categories.get(s.activity, s.activity), "?"))
    ]
    until = spell.start_at if moment.startswith("after") else spell.end_at
    edges = [s.end_at if moment.startswith("after") else s.start_at for s in pauses]
    return max(0, sum(edge <= until for edge in edges) - 1)
