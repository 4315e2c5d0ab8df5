"""Forms of the forecast page: forecast again, override, event, day left out, taking one back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from dashboards.forms import FieldError, FormAsk, FormRoom, Values
from dashboards.parts.drawer import Drawer, facts
from dashboards.parts.form import Field, Form
from wfm.actions.forecasts import record_forecast, undo_forecast
from wfm.actions.jobs import ask_job
from wfm.domain.errors import BadInput, ScopeDenied
from wfm.domain.forecast_records import (
    DAY,
    EVENT,
    OVERRIDE,
    WEEKDAYS,
    NewRecord,
    days_told,
    told,
)
from wfm.domain.grid import local_day
from wfm.domain.language import say, to_say
from wfm.domain.scope import Scope
from wfm.queries.access import NOT_FOUND
from wfm.queries.forecasts import read_record, read_versions
from wfm.queries.organisation import read_organisation

LEAST_DAYS = 28


def unit_scope(values: Values) -> Scope:
    """The site a form is about."""
    return Scope(values.get("unit") or None)


def site_name(ask: FormAsk) -> str:
    """The name of the site a form is about."""
    return read_organisation(ask.sources.store, ask.scope).name_of(ask.scope)


def _today(ask: FormAsk) -> date:
    organisation = read_organisation(ask.sources.store, ask.scope)
    return local_day(ask.now, organisation.zone(ask.value("unit")))


def _args(ask: FormAsk, *names: str) -> dict[str, str]:
    return {name: ask.value(name) for name in ("unit", "on", *names)}


def _queues(ask: FormAsk) -> list[tuple[str, str]]:
    organisation = read_organisation(ask.sources.store, ask.scope)
    known = {q.queue_id: q.name for q in organisation.queues
             if q.site_id in (None, ask.value("unit"))}  # fmt: skip
    return [("", say("All queues")), *sorted(known.items(), key=lambda one: one[1])]


def _day(ask: FormAsk, name: str, label: str) -> date:
    try:
        return date.fromisoformat(ask.value(name))
    except ValueError:
        raise FieldError(
            {name: say("{label} is no date; write it like 2026-10-12.", label=label)}
        ) from None


def _span(ask: FormAsk) -> tuple[date, date]:
    """First day and the day after the last."""
    first = _day(ask, "first", say("The first day"))
    last = _day(ask, "last", say("The last day")) if ask.value("last") else first
    if last < first:
        raise FieldError({"last": say("The last day lies before the first.")})
    return first, last + timedelta(days=1)


def _minutes(ask: FormAsk, name: str) -> int | None:
    text = ask.value(name)
    if not text:
        return None
    hours, _, minutes = text.partition(":")
    if not (
        hours.isdigit() and minutes[:2].isdigit() and int(hours) < 25 and int(minutes[:2]) < 60
    ):
        raise FieldError({name: say("{text!r} is no time; write it like 10:30.", text=text[:10])})
    return int(hours) * 60 + int(minutes[:2])


def make_form(ask: FormAsk, name: str, fields: tuple[Field, ...], submit: str, *args: str) -> Form:
    """A form with its fields, its button and what it was opened with."""
    return Form(name, fields, submit, _args(ask, *args), ask.errors, ask.trouble, True,
                key=ask.key)  # fmt: skip


def reason_field(ask: FormAsk) -> Field:
    """The field for why, which is asked of whatever is kept."""
    return Field("reason", say("Reason"), "note", ask.value("reason"), required=True,
                 hint=say("Kept with your name"))  # fmt: skip


def _days_fields(ask: FormAsk) -> tuple[Field, Field]:
    on = ask.value("on")
    return (
        Field("first", say("First day"), "date", ask.value("first", on), required=True, half=True),
        Field(
            "last",
            say("Last day"),
            "date",
            ask.value("last"),
            half=True,
            hint=say("Empty: one day"),
        ),
    )


def _queue_field(ask: FormAsk) -> Field:
    return Field("queue", say("Queue"), "select", ask.value("queue"), _queues(ask))


def _record(ask: FormAsk, kind: str, terms: dict[str, Any], first: date, end: date) -> str:
    """The record written; its outcome in words."""
    new = NewRecord(kind, ask.value("unit"), ask.value("queue"), first, end, terms, ask.reason())
    made = record_forecast(ask.sources.store, ask.sources.clock, ask.who, new, request_key=ask.key)
    if made.already:
        return say("It was recorded before; nothing changed.")
    if kind == OVERRIDE:
        return say(
            "Recorded as {record_id}; the forecast with it follows in a moment.",
            record_id=made.record_id,
        )
    if ask.value("again") != "yes":
        return say(
            "Recorded as {record_id}; the next forecast takes it in.", record_id=made.record_id
        )
    job = _forecast_job(ask, f"{ask.key[:56]}-again")
    return say(
        "Recorded as {record_id}; job {job} forecasts again with it.",
        record_id=made.record_id,
        job=job,
    )


def _forecast_job(ask: FormAsk, key: str) -> int:
    """A new forecast that reaches as far as the newest one."""
    today = _today(ask)
    known = read_versions(ask.sources.store, ask.scope, ask.value("unit"), today,
                          today + timedelta(days=400), 1)  # fmt: skip
    days = max(LEAST_DAYS, (known[0].end_on - today).days if known else 0)
    parameters = {"unit": ask.value("unit"), "first": today.isoformat(), "days": days}
    return ask_job(
        ask.sources.store, ask.sources.clock, "forecast", parameters, actor=ask.who.user_key,
        actor_role=ask.who.role.value, scope=ask.scope, reason=ask.value("reason"),
        request_key=key,
    )  # fmt: skip


# --- forecast again -------------------------------------------------------------------------------


def show_again(ask: FormAsk) -> Drawer:
    """The question before a forecast."""
    fields = (Field("reason", say("Reason"), "note", ask.value("reason"),
                    hint=say("What is new: an event, a day left out, more history")),)  # fmt: skip
    return Drawer(
        say("Forecast {site} again", site=site_name(ask)),
        say(
            "All queues by quarter-hour from today, as far as the newest forecast "
            "reaches, at least four weeks. It becomes a new version; overrides in "
            "force are laid on it."
        ),
        form=make_form(ask, "forecast-again", fields, say("Forecast")),
    )


def send_again(ask: FormAsk) -> Drawer:
    """The forecast asked for as a job."""
    job = _forecast_job(ask, ask.key)
    return Drawer(
        say("Forecast {site} again", site=site_name(ask)),
        done=say("Job {job} is asked for.", job=job),
    )


# --- override -------------------------------------------------------------------------------------

HOW = (
    ("percent", to_say("Change by percent")),
    ("add", to_say("Add a number a day")),
    ("set", to_say("Set the day's total")),
)
MEASURE = (("contacts", to_say("Contacts")), ("aht", to_say("Handle time, seconds")))


def show_override(ask: FormAsk) -> Drawer:
    """The form of an override."""
    fields = (
        *_days_fields(ask),
        Field(
            "from", say("From"), "time", ask.value("from"), half=True, hint=say("Empty: whole days")
        ),
        Field("to", say("To"), "time", ask.value("to"), half=True),
        _queue_field(ask),
        Field("measure", say("Of"), "select", ask.value("measure", "contacts"), MEASURE, half=True),
        Field("how", say("How"), "select", ask.value("how", "percent"), HOW, half=True),
        Field(
            "value",
            say("Value"),
            "number",
            ask.value("value"),
            required=True,
            hint=say("Percent, a number a day, or the total of each day (of its hours)"),
        ),
        reason_field(ask),
    )
    return Drawer(
        say("Override the forecast of {site}", site=site_name(ask)),
        say(
            "It is laid on the model's forecast and on those made after it, until "
            "taken back. The model's own stays beside it, and both are judged by "
            "what comes."
        ),
        form=make_form(ask, "override", fields, say("Override")),
    )


def send_override(ask: FormAsk) -> Drawer:
    """The override recorded."""
    first, end = _span(ask)
    start, stop = _minutes(ask, "from"), _minutes(ask, "to")
    terms = {
        "measure": ask.value("measure", "contacts"),
        "how": ask.value("how", "percent"),
        "value": ask.number("value", say("The value")),
        "from_min": start,
        "to_min": stop,
    }
    said = _record(ask, OVERRIDE, terms, first, end)
    return Drawer(say("Override the forecast of {site}", site=site_name(ask)), done=said)


# --- events and days left out ---------------------------------------------------------------------

EFFECTS = (
    ("stated", to_say("By a stated percentage")),
    ("learned", to_say("As learned from earlier ones of its kind")),
    ("like", to_say("Like another day")),
    ("closed", to_say("Closed: nothing comes")),
)
KINDS = (
    ("campaign", to_say("Campaign")),
    ("mailing", to_say("Mailing")),
    ("special_day", to_say("Special day")),
    ("billing", to_say("Billing")),
    ("event", to_say("Other event")),
)


def _again_field(ask: FormAsk) -> Field:
    return Field("again", say("Forecast again at once"), "check", ask.value("again", "yes"))


def show_event(ask: FormAsk) -> Drawer:
    """The form of an event, special day or campaign."""
    likes = [(name, f"a {name}") for name in WEEKDAYS]
    fields = (
        Field("name", say("Name"), "text", ask.value("name"), required=True),
        Field("kind", say("Kind"), "select", ask.value("kind", "campaign"), KINDS),
        *_days_fields(ask),
        _queue_field(ask),
        Field(
            "effect", say("It changes contacts"), "select", ask.value("effect", "stated"), EFFECTS
        ),
        Field(
            "percent",
            say("Percentage"),
            "number",
            ask.value("percent"),
            unit="%",
            half=True,
            hint=say("If stated"),
        ),
        Field(
            "like",
            say("Which day"),
            "select",
            ask.value("like", "Sun"),
            likes,
            half=True,
            hint=say("If like another"),
        ),
        Field(
            "size",
            say("Size"),
            "number",
            ask.value("size"),
            hint=say("Pieces or spend, if it has one"),
        ),
        reason_field(ask),
        _again_field(ask),
    )
    return Drawer(
        say("Add an event for {site}", site=site_name(ask)),
        say(
            "Kept with the moment it became known, now: a test of past forecasts "
            "uses only what was known then."
        ),
        form=make_form(ask, "event", fields, say("Add it")),
    )


def send_event(ask: FormAsk) -> Drawer:
    """The event recorded, and a forecast with it asked for."""
    first, end = _span(ask)
    terms: dict[str, Any] = {
        "name": ask.value("name"),
        "kind": ask.value("kind", "event"),
        "effect": ask.value("effect", "stated"),
        "like": ask.value("like"),
        "known_at": ask.now,
    }
    if terms["effect"] == "stated":
        terms["percent"] = ask.number("percent", say("The percentage"))
    if ask.value("size"):
        terms["size"] = ask.number("size", say("The size"))
    said = _record(ask, EVENT, terms, first, end)
    return Drawer(say("Add an event for {site}", site=site_name(ask)), done=said)


def show_leave_out(ask: FormAsk) -> Drawer:
    """The form that leaves past days out of learning, or keeps days found unusual."""
    choices = (
        ("exclude", say("Leave out: do not learn from it")),
        ("keep", say("Keep: learn from it as it was")),
    )
    fields = (
        *_days_fields(ask),
        _queue_field(ask),
        Field("verdict", say("Do what"), "select", ask.value("verdict", "exclude"), choices),
        reason_field(ask),
        _again_field(ask),
    )
    return Drawer(
        say("Days to learn from, {site}", site=site_name(ask)),
        say("What came stays in every figure; only the forecast learns without it."),
        form=make_form(ask, "leave-out", fields, say("Record it")),
    )


def send_leave_out(ask: FormAsk) -> Drawer:
    """The verdict recorded, and a forecast with it asked for."""
    first, end = _span(ask)
    said = _record(ask, DAY, {"verdict": ask.value("verdict", "exclude")}, first, end)
    return Drawer(say("Days to learn from, {site}", site=site_name(ask)), done=said)


# --- taking back ----------------------------------------------------------------------------------


def show_undo(ask: FormAsk) -> Drawer:
    """What would be taken back, and why."""
    found = read_record(ask.sources.store, ask.scope, _record_id(ask))
    if found.undone_at is not None:
        return Drawer(say("Take it back"), done=say("It was taken back before."))
    rows = [(say("What"), told(found)), (say("Days"), days_told(found.first_on, found.end_on)),
            (say("Because"), found.reason)]  # fmt: skip
    return Drawer(
        say("Take it back"),
        say("The record stays; a new one says that it no longer counts."),
        (facts(rows),),
        make_form(ask, "undo-record", (reason_field(ask),), say("Take it back"), "record"),
    )


def send_undo(ask: FormAsk) -> Drawer:
    """The record taken back."""
    number = _record_id(ask)
    if read_record(ask.sources.store, ask.scope, number).unit != ask.value("unit"):
        raise ScopeDenied(NOT_FOUND)
    made = undo_forecast(
        ask.sources.store, ask.sources.clock, ask.who, number, ask.reason(), request_key=ask.key
    )
    said = say("It no longer counts.") if not made.already else say("It was taken back before.")
    return Drawer(say("Take it back"), done=said)


def _record_id(ask: FormAsk) -> int:
    text = ask.value("record")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadInput(say("The form is not complete; open it again."))
    return int(text)


Show = Callable[[FormAsk], Drawer]


def _room(name: str, show: Show, send: Show) -> FormRoom:
    return FormRoom(name, "forecast.run", unit_scope, show, send)


FORMS = (
    _room("forecast-again", show_again, send_again),
    _room("override", show_override, send_override),
    _room("event", show_event, send_event),
    _room("leave-out", show_leave_out, send_leave_out),
    _room("undo-record", show_undo, send_undo),
)
