"""A published day made better: what to offer, where training fits, which breaks to move, swaps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from dashboards.forms import FieldError, FormAsk, FormRoom
from dashboards.pages.planning_data import LIVE, Planning
from dashboards.pages.planning_forms import unit_scope
from dashboards.pages.planning_offers import offers_table, sent_panel
from dashboards.pages.planning_panels import shown_day
from dashboards.parts import html
from dashboards.parts.drawer import Drawer, facts, opener, sentences
from dashboards.parts.form import Field, Form
from dashboards.parts.numbers import plain
from dashboards.parts.panel import panel
from dashboards.parts.states import empty
from dashboards.parts.table import table
from wfm.actions.planning_policy import pin_shift
from wfm.actions.shift_batch import ShiftChange, change_shifts, check_changes, swap_changes
from wfm.domain.clock import epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.grid import zone_of
from wfm.domain.language import say
from wfm.domain.scope import Scope
from wfm.queries.activities import activities_known
from wfm.queries.organisation import read_organisation
from wfm.queries.planning import week_name
from wfm.queries.policy import read_pins
from wfm.queries.schedules import read_shifts

MOST_OFFERS, MOST_LINES = 8, 8


def tools_panel(given: Planning) -> list[Any]:
    """Offers of the day in force, with the ways to mend it; nothing while a draft is looked at."""
    if given.shown.key != LIVE:
        return []
    day = shown_day(given)
    args = {"unit": given.unit, "day": day.isoformat()}
    off = "" if given.live.measures else say("Nothing is published for this week")
    acts = [
        opener(say("Place training or a meeting"), "place", args, small=True, off=off),
        opener(say("Move breaks"), "breaks", args, small=True, off=off,
               title=say("Breaks still to come, inside their windows")),
        opener(say("Swap two shifts"), "swap", args, small=True, off=off),
    ]  # fmt: skip
    sheet = offers_table(given, MOST_OFFERS)
    body: list[Any] = [table(sheet) if sheet.lines else empty(sheet.why_empty)]
    body.append(html.Div(acts, className="acts wrap"))
    return [panel(sheet.title, body, note=sheet.note), *sent_panel(given)]


# --- forms ----------------------------------------------------------------------------------------


def show_place(ask: FormAsk) -> Drawer:
    """Who, what, how long: the question before a place is looked for."""
    day = _day(ask)
    organisation = read_organisation(ask.sources.store, ask.scope)
    teams = [(t.org_id, t.name) for t in organisation.teams(str(ask.scope.site))]
    kinds = [
        (a.code, say(a.code.replace("_", " ")).capitalize())
        for a in activities_known(ask.sources.store)
        if a.category in ("training", "coaching", "meeting", "project")
    ]
    fields = (
        Field(
            "team",
            say("For"),
            "select",
            ask.value("team"),
            [("", say("Everybody of the site")), *teams],
        ),
        Field(
            "activity",
            say("Activity"),
            "select",
            ask.value("activity", "training"),
            kinds,
            half=True,
        ),
        Field(
            "minutes",
            say("Length"),
            "number",
            ask.value("minutes", "60"),
            unit="min",
            least=15,
            most=480,
            step=15,
            half=True,
        ),
        Field(
            "when",
            say("When"),
            "select",
            ask.value("when", "day"),
            [
                ("day", say("{day:%A} {day.day} {day:%B}", day=day)),
                ("week", say("Any day of the week")),
            ],
        ),
        Field("together", say("One time for all of them"), "check", ask.value("together")),
        Field(
            "reason",
            say("Reason"),
            "note",
            ask.value("reason"),
            required=True,
            hint=say("The agents and the audit log see it"),
        ),
    )
    return Drawer(
        say("Place training or a meeting"),
        say("Looks for the quarter-hours in which people are to spare; nothing is written yet."),
        form=Form(
            "place",
            fields,
            say("Look for a place"),
            _kept(ask),
            ask.errors,
            ask.trouble,
            key=ask.key,
        ),
    )


def send_place(ask: FormAsk) -> Drawer:
    """The places found and what they leave short; confirmed, all are written at once."""
    reason, day = ask.reason(), _day(ask)
    minutes = ask.number("minutes", say("Length"))
    if minutes != int(minutes) or minutes % 15 or not 15 <= minutes <= 480:
        raise FieldError({"minutes": say("Give whole quarter-hours, 15 to 480 minutes.")})
    unit, planner = str(ask.scope.site), ask.sources.planner
    roster, live = planner.shifts(ask.scope, unit, week_name(day))
    team = ask.value("team")
    people = [a for a, p in roster.people.items() if a in live and team in ("", p.team_id)]
    if ask.value("when") != "week":
        people = [a for a in people if live[a].get(day)]
    if not people:
        raise BadInput(say("Nobody of them works then; choose another day or team."))
    found = planner.place(
        ask.scope, unit, week_name(day), people, ask.value("activity"), int(minutes),
        days=() if ask.value("when") == "week" else (day,),
        together=ask.value("together") == "yes", clock=ask.sources.clock,
    )  # fmt: skip
    if not found.placed:
        raise BadInput(
            say("No time suits all of them; place them one by one, or choose another day.")
        )
    short = sum(item.harm for item in found.placed)
    rows = [
        (say("People"), say("{n} of {n_2}", n=len(found.placed), n_2=len(people))),
        (say("Quarter-hours it leaves short"), plain(short, 0)),
    ]
    zone = roster.zone
    lines = [
        ("warn" if item.harm else "dot",
         f"{roster.people[item.agent].display_name}: "
         f"{_when((found.first_q + item.quarter) * 900, zone)}"
         + (say(", short for {harm:.0f} min", harm=item.harm * 15) if item.harm else ""))
        for item in found.placed
    ]  # fmt: skip
    lines += [("warn", say("{display} has no room for it", display=roster.people[a].display_name))
              for a in found.without]  # fmt: skip
    fields = ("unit", "day", "team", "activity", "minutes", "when", "together", "reason")
    return _write(
        ask,
        "place",
        say("Place it"),
        say("Place training or a meeting"),
        found.changes,
        rows,
        lines,
        reason,
        "training",
        fields,
    )


def show_breaks(ask: FormAsk) -> Drawer:
    """The question before breaks are moved."""
    day = _day(ask)
    fields = (Field("reason", say("Reason"), "note", ask.value("reason"), required=True,
                    hint=say("The agents and the audit log see it")),)  # fmt: skip
    return Drawer(
        say("Move breaks, {day:%A} {day.day} {day:%B}", day=day),
        say(
            "Breaks still to come move inside the windows of their contracts, each "
            "only if it closes a gap. Nothing is written yet."
        ),
        form=Form(
            "breaks",
            fields,
            say("Look for better places"),
            _kept(ask),
            ask.errors,
            ask.trouble,
            key=ask.key,
        ),
    )


def send_breaks(ask: FormAsk) -> Drawer:
    """The moves and what they save; confirmed, all are written at once."""
    reason, day = ask.reason(), _day(ask)
    unit, planner = str(ask.scope.site), ask.sources.planner
    found = planner.breaks(ask.scope, unit, day, ask.sources.clock)
    title = say("Move breaks, {day:%A} {day.day} {day:%B}", day=day)
    if not found.moved:
        return Drawer(title, done=say("No break in its window would close a gap; all stay."))
    roster, _ = planner.shifts(ask.scope, unit, week_name(day))
    saved = sum(item.saved for item in found.moved)
    rows = [
        (say("Breaks moved"), plain(len(found.moved), 0)),
        (
            say("Short quarter-hours of the day"),
            say("{short} → {short_2:.0f}", short=found.short, short_2=found.short - saved),
        ),
    ]
    lines = [
        (
            "dot",
            say(
                "{display}: {kind} from {clock} to {clock_2}",
                display=roster.people[m.agent].display_name,
                kind=m.kind,
                clock=_clock((found.first_q + m.before) * 900, roster.zone),
                clock_2=_clock((found.first_q + m.after) * 900, roster.zone),
            ),
        )
        for m in found.moved
    ]
    return _write(
        ask,
        "breaks",
        say("Move them"),
        title,
        found.changes,
        rows,
        lines,
        reason,
        "demand",
        ("unit", "day", "reason"),
    )


def show_swap(ask: FormAsk) -> Drawer:
    """Two people of the day to choose."""
    day = _day(ask)
    people = [(a, f"{n}, {span}") for a, n, span in _working(ask, day)]
    first = people[0][0] if people else ""
    last = people[-1][0] if people else ""
    fields = (
        Field("one", say("Shift of"), "select", ask.value("one", first), people),
        Field("two", say("goes to, and theirs back"), "select", ask.value("two", last), people),
        Field("reason", say("Reason"), "note", ask.value("reason"), required=True,
              hint=say("Both agents and the audit log see it")),
    )  # fmt: skip
    return Drawer(
        say("Swap two shifts, {day:%A} {day.day} {day:%B}", day=day),
        say("Each gets the other's shift, or neither. The rules of both are " "checked first."),
        form=Form("swap", fields, say("Check the swap"), _kept(ask), ask.errors, ask.trouble,
                  key=ask.key),
    )  # fmt: skip


def send_swap(ask: FormAsk) -> Drawer:
    """The swap checked for both; confirmed, it is written."""
    reason, day = ask.reason(), _day(ask)
    shifts = {s.agent_id: s for s in
              read_shifts(ask.sources.store, ask.scope, day, day + timedelta(days=1))}  # fmt: skip
    names = {agent: f"{name}, {span}" for agent, name, span in _working(ask, day)}
    one, two = ask.value("one"), ask.value("two")
    for field, agent in (("one", one), ("two", two)):
        if agent not in shifts or agent not in names:
            raise FieldError({field: say("Choose somebody who works on this day.")})
    if one == two:
        raise FieldError({"two": say("A swap is between two people; choose somebody else.")})
    organisation = read_organisation(ask.sources.store, ask.scope)
    at = epoch_s(ask.sources.clock.now())
    scopes = {}
    for agent in (one, two):
        person = organisation.person_at(agent, at)
        if person is None:
            raise BadInput(say("One of them is not known here any more; open the form again."))
        scopes[agent] = organisation.scope_of(person)
    changes = swap_changes(shifts[one], shifts[two], scopes)
    rows = [(say("Now"), names[one]), ("and", names[two])]
    title = say("Swap two shifts, {day:%A} {day.day} {day:%B}", day=day)
    return _write(ask, "swap", say("Swap them"), title, changes, rows, [], reason, "request",
                  ("unit", "day", "one", "two", "reason"))  # fmt: skip


def show_pin(ask: FormAsk) -> Drawer:
    """The question before a day is pinned or released."""
    held, agent, day = _pinned(ask)
    word = say("Release") if held else say("Pin")
    fields = (Field("reason", say("Reason"), "note", ask.value("reason"), required=True),)
    return Drawer(
        say("{word} {day:%A} {day.day} {day:%B}", word=word, day=day),
        say("The day may be planned anew when its week is solved again.") if held else
        say("The shift, or the day off, stays as it is when its week is solved " "again."),
        form=Form("pin", fields, word, {**_kept(ask), "agent": agent.path}, ask.errors,
                  ask.trouble, True, key=ask.key),
    )  # fmt: skip


def send_pin(ask: FormAsk) -> Drawer:
    """The day pinned, or released."""
    held, agent, day = _pinned(ask)
    pin_shift(
        ask.sources.store, ask.sources.clock, agent, day, pinned=not held, reason=ask.reason(),
        actor=ask.who.user_key, actor_role=ask.who.role.value, request_key=ask.key,
    )  # fmt: skip
    said = (
        say("It may be planned anew.")
        if held
        else say("It stays as it is when the week is solved again.")
    )
    return Drawer(say("{day:%A} {day.day} {day:%B}", day=day), done=said)


def _write(
    ask: FormAsk, form: str, submit: str, title: str, changes: Sequence[ShiftChange],
    rows: Sequence[tuple[str, Any]], lines: Sequence[tuple[str, str]], reason: str, code: str,
    kept: Sequence[str],
) -> Drawer:  # fmt: skip
    """What would change and break; or, when it was confirmed, the outcome."""
    if ask.confirmed:
        done = change_shifts(
            ask.sources.store, ask.sources.clock, ask.scope, changes, actor=ask.who.user_key,
            actor_role=ask.who.role.value, reason=reason, reason_code=code,
            override=ask.value("override") == "yes", request_key=ask.key,
        )  # fmt: skip
        said = say(
            "{changed} shifts changed; each can be undone from its own drawer.",
            changed=done.changed,
        )
        if done.overridden:
            said += say(" {n} rules were overridden with your name.", n=len(done.overridden))
        return Drawer(title, done=said)
    broken = check_changes(ask.sources.store, changes).broken
    more = len(lines) - MOST_LINES
    shown = list(lines[:MOST_LINES]) + (
        [("dot", say("and {more} more", more=more))] if more > 0 else []
    )
    shown += [("bad", words) for words in broken[:MOST_LINES]]
    if not broken:
        shown.append(("good", say("No labour rule is broken by it.")))
    fields: tuple[Field, ...] = ()
    if broken:
        fields = (Field("override", say("Override: I answer for breaking {n} rules", n=len(broken)),
                        "check"),)  # fmt: skip
    args = {name: ask.value(name) for name in kept if ask.value(name)}
    return Drawer(
        title,
        say("Nothing is written yet."),
        (facts([(say("Shifts that change"), plain(len(changes), 0)), *rows]), sentences(shown)),
        Form(form, fields, submit, args, {}, "", True, bool(broken), ask.key),
        wide=True,
    )


def _working(ask: FormAsk, day: date) -> list[tuple[str, str, str]]:
    """Agents at work on a day: id, name, and the span of the shift, by name."""
    roster, live = ask.sources.planner.shifts(ask.scope, str(ask.scope.site), week_name(day))
    found = []
    for agent, person in roster.people.items():
        segments = live.get(agent, {}).get(day, ())
        if segments:
            span = (f"{_clock(segments[0].start_at, roster.zone)}\u2013"
                    f"{_clock(segments[-1].end_at, roster.zone)}")  # fmt: skip
            found.append((agent, person.display_name, span))
    return sorted(found, key=lambda item: item[1])


def _pinned(ask: FormAsk) -> tuple[bool, Scope, date]:
    day, agent = _day(ask), Scope.parse(ask.value("agent"))
    if not ask.scope.holds(agent) or agent.agent is None:
        raise BadInput(say("The form is not complete; open it again."))
    held = read_pins(ask.sources.store, agent, day, day + timedelta(days=1))
    return bool(held), agent, day


def _kept(ask: FormAsk) -> dict[str, str]:
    return {"unit": ask.value("unit"), "day": ask.value("day")}


def _day(ask: FormAsk) -> date:
    try:
        return date.fromisoformat(ask.value("day"))
    except ValueError:
        raise BadInput(say("The day of the form is none; open it again.")) from None


def _clock(at: int, zone: str) -> str:
    return f"{datetime.fromtimestamp(at, zone_of(zone)):%H:%M}"


def _when(at: int, zone: str) -> str:
    when = datetime.fromtimestamp(at, zone_of(zone))
    return say("{at:%a} {at.day} {at:%b %H:%M}", at=when)


FORMS = (
    FormRoom("place", "schedule.edit", unit_scope, show_place, send_place),
    FormRoom("breaks", "schedule.edit", unit_scope, show_breaks, send_breaks),
    FormRoom("swap", "schedule.edit", unit_scope, show_swap, send_swap),
    FormRoom("pin", "schedule.edit", unit_scope, show_pin, send_pin),
)
