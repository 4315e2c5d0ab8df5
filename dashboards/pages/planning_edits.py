"""The drawer of one shift: what is in force, its history, and each change that can be made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from dashboards.forms import FormAsk, FormRoom, scope_of
from dashboards.pages.planning_forms import local
from dashboards.parts import html
from dashboards.parts.drawer import Drawer, facts, opener, sentences
from dashboards.parts.form import Field, Form
from wfm.actions.shift_edits import EditCheck, check_edit, edit_shift
from wfm.domain.activities import Segment
from wfm.domain.errors import BadInput, WfmError
from wfm.domain.grid import zone_of
from wfm.domain.language import say, to_say
from wfm.domain.schedules import Shift
from wfm.domain.shift_edits import KINDS, ON_QUEUE, WORDS, ShiftEdit
from wfm.domain.wall_clock import slot_start
from wfm.queries.activities import activities_known
from wfm.queries.organisation import read_organisation
from wfm.queries.policy import read_pins
from wfm.queries.schedules import read_shift_history

CODES = (
    ("request", to_say("Asked for by the agent")),
    ("demand", to_say("Demand or staffing")),
    ("training", to_say("Training, meeting, coaching")),
    ("sickness", to_say("Sickness or absence")),
    ("correction", to_say("Correction of a mistake")),
    ("other", to_say("Other")),
)


def _day(ask: FormAsk) -> date:
    try:
        return date.fromisoformat(ask.value("day"))
    except ValueError:
        raise BadInput(say("The day of the form is none; open it again.")) from None


def _zone(ask: FormAsk) -> str:
    return read_organisation(ask.sources.store, ask.scope).zone(str(ask.scope.site))


def _history(ask: FormAsk, day: date) -> tuple[Shift, ...]:
    return read_shift_history(ask.sources.store, ask.scope, day, day + timedelta(days=1))


def _title(ask: FormAsk, day: date) -> str:
    name = read_organisation(ask.sources.store, ask.scope).name_of(ask.scope)
    return say("{name}, {day:%a} {day.day} {day:%b}", name=name, day=day)


def show_shift(ask: FormAsk) -> Drawer:
    """The shift in force with its history and the changes that are possible."""
    day, zone = _day(ask), _zone(ask)
    history = _history(ask, day)
    segments = history[-1].segments if history else ()
    kinds = ["move", "put", "take", "remove"] if segments else ["add"]
    if not any(s.activity != ON_QUEUE for s in segments):
        kinds = [kind for kind in kinds if kind != "take"]
    if len(history) > 1:
        kinds.append("undo")
    args = {"agent": ask.scope.path, "day": day.isoformat()}
    unit = {"unit": str(ask.scope.site)}
    held = read_pins(ask.sources.store, ask.scope, day, day + timedelta(days=1))
    buttons = [opener(WORDS[kind], "edit", {**args, "kind": kind}, small=True) for kind in kinds]
    if segments:
        one = {"one": str(ask.scope.agent)}
        buttons.append(
            opener(
                say("Swap with somebody"), "swap", {**unit, **one, "day": args["day"]}, small=True
            )
        )
    word = say("Release the pin") if held else say("Pin the day")
    kept = say("Kept as it is when the week is solved again")
    buttons.append(opener(word, "pin", {**unit, **args}, small=True, title=kept))
    body: list[Any] = [
        html.Div(buttons, className="acts wrap"),
        html.H3(say("In force")),
        _segments(segments, zone),
        html.H3(say("History")),
        _versions(ask, history, zone),
    ]
    return Drawer(
        _title(ask, day), say("Every change is kept; nothing is overwritten."), tuple(body)
    )


def _segments(segments: Sequence[Segment], zone: str) -> Any:
    if not segments:
        return html.P(say("No shift on this day."), className="third")
    rows = [(_span(s.start_at, s.end_at, zone), _word(s.activity)) for s in segments]
    return facts(rows)


def _versions(ask: FormAsk, history: Sequence[Shift], zone: str) -> Any:
    if not history:
        return html.P(say("Nothing was ever published for this day."), className="third")
    names = ask.sources.planner.authors(tuple({s.author for s in history}))
    items = []
    for shift in reversed(history):
        what = say("baseline") if shift.seq == 1 else say("change {seq}", seq=shift.seq - 1)
        span = say("no shift")
        if shift.segments:
            span = _span(shift.start_at, shift.end_at, zone)
            others = sorted({_word(s.activity) for s in shift.segments if s.activity != ON_QUEUE})
            span += f", {', '.join(others)}" if others else ""
        who = names.get(shift.author, shift.author)
        why = shift.note or shift.reason_code
        items.append(
            html.Li(
                [
                    html.Div([html.B(f"{shift.seq}, {what}"), html.Span(span)]),
                    html.Div(f"{local(shift.recorded_at, zone)}, {who}: {why}", className="third"),
                ]
            )
        )
    return html.Ul(items, className="d-history")


def show_edit(ask: FormAsk) -> Drawer:
    """The form of one change, around the shift as it stands."""
    day, zone, kind = _day(ask), _zone(ask), ask.value("kind")
    if kind not in KINDS:
        raise BadInput(say("The change of the form is none; open it again."))
    history = _history(ask, day)
    segments = history[-1].segments if history else ()
    seen = ask.value("seen") or str(history[-1].seq if history else 0)
    fields = (*_fields(ask, kind, day, zone, segments), *_reasons(ask))
    args = {"agent": ask.scope.path, "day": day.isoformat(), "kind": kind, "seen": seen}
    return Drawer(
        f"{WORDS[kind]}: {_title(ask, day)}",
        say("In force: {told}.", told=_told(segments, zone)),
        (),
        Form("edit", fields, say("Check the change"), args, ask.errors, ask.trouble, key=ask.key),
    )


def _fields(
    ask: FormAsk, kind: str, day: date, zone: str, segments: Sequence[Segment]
) -> tuple[Field, ...]:
    if kind in ("remove", "undo"):
        return ()
    if kind == "move":
        now = _hhmm(segments[0].start_at, zone) if segments else "08:00"
        return (
            Field("start", say("New start"), "select", ask.value("start", now), _times(day, zone)),
        )
    if kind == "add":
        lengths = ask.sources.planner.shift_lengths(ask.scope, day)
        choices = [(str(n), f"{n // 60} h {n % 60:02d}") for n in lengths]
        return (
            Field("start", say("Start"), "select", ask.value("start", "08:00"), _times(day, zone),
                  half=True),
            Field("length", say("Length"), "select", ask.value("length", choices[0][0]), choices,
                  half=True),
        )  # fmt: skip
    if kind == "take":
        choices = [
            (_hhmm(s.start_at, zone), f"{_word(s.activity)}, {_span(s.start_at, s.end_at, zone)}")
            for s in segments
            if s.activity != ON_QUEUE
        ]
        first = choices[0][0] if choices else ""
        return (Field("start", say("Activity"), "select", ask.value("start", first), choices),)
    activities = [(a.code, _word(a.code)) for a in activities_known(ask.sources.store)]
    inside = _times(day, zone, segments)
    return (
        Field("activity", say("Activity"), "select", ask.value("activity", "training"), activities),
        Field("start", say("From"), "select", ask.value("start", inside[0][0] if inside else ""),
              inside, half=True),
        Field("end", say("To"), "select", ask.value("end", inside[min(4, len(inside) - 1)][0]
              if inside else ""), inside, half=True),
    )  # fmt: skip


def _reasons(ask: FormAsk) -> tuple[Field, ...]:
    return (
        Field("code", say("Why"), "select", ask.value("code", "demand"), CODES),
        Field("reason", say("Reason in words"), "note", ask.value("reason"), required=True,
              hint=say("The agent and the audit log see it")),
    )  # fmt: skip


def send_edit(ask: FormAsk) -> Drawer:
    """The change checked and shown with what it breaks; confirmed, it is recorded."""
    day, zone, kind = _day(ask), _zone(ask), ask.value("kind")
    reason = ask.reason()
    if ask.value("code") not in {code for code, _ in CODES}:
        raise BadInput(say("Choose why the shift changes."))
    edit = _edit(ask, kind, day, zone)
    store, clock = ask.sources.store, ask.sources.clock
    if not ask.confirmed:
        found = check_edit(store, clock, ask.scope, day, edit)
        return _consequences(ask, day, zone, kind, found)
    done = edit_shift(
        store, clock, ask.scope, day, edit, seen_seq=_seen(ask), actor=ask.who.user_key,
        actor_role=ask.who.role.value, reason=reason, reason_code=ask.value("code"),
        override=ask.value("override") == "yes", request_key=ask.key,
    )  # fmt: skip
    said = say("Recorded as version {seq} of the shift.", seq=done.seq)
    if done.overridden:
        said += say(" {n} rules were overridden with your name.", n=len(done.overridden))
    again = opener(
        say("Show the shift"),
        "shift",
        {"agent": ask.scope.path, "day": day.isoformat()},
        small=True,
    )
    return Drawer(_title(ask, day), body=(html.Div(again, className="acts wrap"),), done=said)


def _consequences(ask: FormAsk, day: date, zone: str, kind: str, found: EditCheck) -> Drawer:
    rows: list[tuple[str, Any]] = [
        (say("Now"), _told(found.before, zone)),
        (say("After"), html.Span(_told(found.after, zone), className="draft")),
    ]
    rows += [(say("Short quarter-hours, {day:%a} {day.day} {day:%b}", day=day), words)
             for words in [_effect(ask, day, found)] if words]  # fmt: skip
    lines = [("bad", words) for words in found.broken]
    if not found.broken:
        lines.append(("good", say("No labour rule is broken by it.")))
    lines += [
        ("dot", say("Broken before and after: {words}", words=words)) for words in found.known[:4]
    ]
    if found.late:
        lines.append(("warn", say("The shift begins within 24 hours: a late change.")))
    if found.past:
        lines.append(("warn", say("The shift has begun or is past: recorded as a correction.")))
    fields: tuple[Field, ...] = ()
    if found.broken:
        words = say("Override: I answer for breaking ") + (
            say("this rule")
            if len(found.broken) == 1
            else say("these {n} rules", n=len(found.broken))
        )
        fields = (Field("override", words, "check"),)
    kept = ("agent", "day", "kind", "seen", "start", "end", "length", "activity", "code", "reason")
    args = {name: ask.value(name) for name in kept if ask.value(name)}
    return Drawer(
        f"{WORDS[kind]}: {_title(ask, day)}",
        say("Nothing is written yet."),
        (facts(rows), sentences(lines)),
        Form("edit", fields, say("Record the change"), args, {}, "", True, bool(found.broken),
             ask.key),
    )  # fmt: skip


def _effect(ask: FormAsk, day: date, found: EditCheck) -> str:
    """Short quarter-hours of the day before and after, when the week has a requirement."""
    try:
        effect = ask.sources.planner.edit_effect(ask.scope, day, found.after)
    except WfmError:
        return ""
    return "" if effect is None else f"{effect[0]} → {effect[1]}"


def _edit(ask: FormAsk, kind: str, day: date, zone: str) -> ShiftEdit:
    length = ask.value("length")
    if length and not (length.isascii() and length.isdigit() and len(length) < 5):
        raise BadInput(say("The length is none; choose one of the list."))
    return ShiftEdit(
        kind,
        _at(ask.value("start"), day, zone),
        _at(ask.value("end"), day, zone),
        ask.value("activity"),
        int(length) if length else None,
    )


def _at(text: str, day: date, zone: str) -> int | None:
    """The instant of "09:15", "+01:00" being of the next day; None of nothing."""
    if not text:
        return None
    plus = text.startswith("+")
    hours, _, minutes = text.removeprefix("+").partition(":")
    if not (hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()):
        raise BadInput(say("{text!r} is no time; choose one of the list.", text=text[:10]))
    slot = int(hours) * 4 + int(minutes) // 15
    if slot >= 96 or int(minutes) % 15:
        raise BadInput(say("{text!r} is no quarter-hour; choose one of the list.", text=text[:10]))
    return slot_start(day, slot + (96 if plus else 0), zone)


def _seen(ask: FormAsk) -> int:
    text = ask.value("seen")
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise BadInput(say("The form is not complete; open it again."))
    return int(text)


def _times(day: date, zone: str, segments: Sequence[Segment] = ()) -> list[tuple[str, str]]:
    """Quarter-hours to choose from: those inside the shift, else the whole day."""
    if not segments:
        return [(f"{s // 4:02d}:{s % 4 * 15:02d}", f"{s // 4:02d}:{s % 4 * 15:02d}")
                for s in range(96)]  # fmt: skip
    found = []
    at = segments[0].start_at
    while at <= segments[-1].end_at:
        local_at = datetime.fromtimestamp(at, zone_of(zone))
        text = f"{local_at:%H:%M}"
        found.append(
            (
                text if local_at.date() == day else f"+{text}",
                text if local_at.date() == day else say("{text} next day", text=text),
            )
        )
        at += 900
    return found


def _told(segments: Sequence[Segment], zone: str) -> str:
    if not segments:
        return say("no shift")
    words = _span(segments[0].start_at, segments[-1].end_at, zone)
    others = [
        f"{_word(s.activity).lower()} {_hhmm(s.start_at, zone)}"
        for s in segments
        if s.activity != ON_QUEUE
    ]
    return words + (say(" with {others}", others=", ".join(others)) if others else "")


def _span(start_at: int, end_at: int, zone: str) -> str:
    return say("{hhmm} to {hhmm_2}", hhmm=_hhmm(start_at, zone), hhmm_2=_hhmm(end_at, zone))


def _hhmm(at: int, zone: str) -> str:
    return f"{datetime.fromtimestamp(at, zone_of(zone)):%H:%M}"


def _word(code: str) -> str:
    words = say(code.replace("_", " "))
    return words[:1].upper() + words[1:]


FORMS = (
    FormRoom("shift", "schedule.edit", scope_of("agent"), show_shift, show_shift),
    FormRoom("edit", "schedule.edit", scope_of("agent"), show_edit, send_edit),
)
