"""Forms of the year: a scenario, the terms of the capacity plan, an event of a file muted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from dashboards.forms import FieldError, FormAsk, FormRoom
from dashboards.pages.forecast_forms import make_form, reason_field, site_name, unit_scope
from dashboards.parts.drawer import Drawer
from dashboards.parts.form import Field
from wfm.actions.forecasts import record_forecast
from wfm.domain.forecast_records import CAPACITY, MUTE, SCENARIO, NewRecord
from wfm.domain.language import say, to_say

# Terms of a capacity plan: key, label, unit, what an empty field means.
TERMS = (
    ("heads", to_say("People now"), "FTE", to_say("Empty: those on record")),
    ("attrition_pct_month", to_say("Leaving a month"), "%", to_say("Empty: 2")),
    ("occupancy_pct", to_say("Occupancy"), "%", to_say("Empty: of the newest requirement")),
    ("shrinkage_pct", to_say("Shrinkage"), "%", to_say("Empty: as forecast")),
    ("paid_hours_week", to_say("Paid hours a week"), "h", to_say("Empty: 40")),
    ("growth_pct", to_say("Growth a year"), "%", to_say("Empty: learned")),
    ("lead_weeks", to_say("Weeks to hire"), "", to_say("Empty: 0")),
    ("cost_per_hour", to_say("Cost of a paid hour"), "", to_say("Empty: none")),
)


def _optional(ask: FormAsk, name: str, label: str) -> float | None:
    return ask.number(name, label) if ask.value(name) else None


def _kept(ask: FormAsk, kind: str, terms: dict[str, Any]) -> str:
    new = NewRecord(kind, ask.value("unit"), "", None, None, terms, ask.reason())
    made = record_forecast(ask.sources.store, ask.sources.clock, ask.who, new, request_key=ask.key)
    if made.already:
        return say("It was recorded before; nothing changed.")
    return say("Recorded as {record_id}.", record_id=made.record_id)


def show_scenario(ask: FormAsk) -> Drawer:
    """The form of a scenario."""
    fields = (
        Field("name", say("Name"), "text", ask.value("name"), required=True),
        Field("volume", say("Contacts"), "number", ask.value("volume"), unit="%", half=True,
              hint=say("10: a tenth more")),
        Field("aht", say("Handle time"), "number", ask.value("aht"), unit="%", half=True),
        Field("shrinkage", say("Shrinkage"), "number", ask.value("shrinkage"), unit="%",
              hint=say("Empty: as planned")),
        Field("first", say("Event from"), "date", ask.value("first"), half=True),
        Field("last", "to", "date", ask.value("last"), half=True),
        Field("percent", say("It changes contacts by"), "number", ask.value("percent"), unit="%"),
        reason_field(ask),
    )  # fmt: skip
    return Drawer(
        say("A scenario for {site}", site=site_name(ask)),
        say(
            "What the coming year would need if this were so. Nothing is forecast "
            "or planned by it; the newest two are compared with the plan."
        ),
        form=make_form(ask, "scenario", fields, say("Keep it")),
    )


def send_scenario(ask: FormAsk) -> Drawer:
    """The scenario recorded."""
    events = []
    if ask.value("first"):
        try:
            first = date.fromisoformat(ask.value("first"))
            last = date.fromisoformat(ask.value("last") or ask.value("first"))
        except ValueError:
            raise FieldError({"first": say("Write days like 2026-10-12.")}) from None
        percent = ask.number("percent", say("The change of contacts"))
        end = last + timedelta(days=1)
        events.append(
            {"first_on": first.isoformat(), "end_on": end.isoformat(), "percent": percent}
        )
    terms = {
        "name": ask.value("name"),
        "volume_pct": _optional(ask, "volume", say("Contacts")) or 0.0,
        "aht_pct": _optional(ask, "aht", say("Handle time")) or 0.0,
        "shrinkage_pct": _optional(ask, "shrinkage", say("Shrinkage")),
        "events": events,
    }
    return Drawer(
        say("A scenario for {site}", site=site_name(ask)), done=_kept(ask, SCENARIO, terms)
    )


def show_capacity(ask: FormAsk) -> Drawer:
    """The form of what the capacity plan assumes."""
    fields = tuple(
        Field(key, label, "number", ask.value(key), unit=unit, half=True, hint=hint)
        for key, label, unit, hint in TERMS
    )
    classes = Field("classes", "Hiring classes", "text", ask.value("classes"),
                    hint="First day and people, like 2026-03-02:12, 2026-06-01:8")  # fmt: skip
    ramp = Field("ramp", say("Productivity by month"), "text", ask.value("ramp"),
                 hint=say("Percent of a new person: 0, 50, 80 (empty)"))  # fmt: skip
    return Drawer(
        say("The capacity plan of {site}", site=site_name(ask)),
        say(
            "What the plan of the coming year assumes; it takes the place of what was kept before."
        ),
        form=make_form(
            ask, "capacity", (*fields, classes, ramp, reason_field(ask)), say("Keep it")
        ),
    )


def send_capacity(ask: FormAsk) -> Drawer:
    """The terms recorded."""
    terms: dict[str, Any] = {key: _optional(ask, key, label) for key, label, _, _ in TERMS}
    try:
        terms["ramp"] = [float(p) for p in ask.value("ramp").split(",") if p.strip()] or None
    except ValueError:
        raise FieldError({"ramp": say("Write percent by month, like 0, 50, 80.")}) from None
    terms["classes"] = [_class(part) for part in ask.value("classes").split(",") if part.strip()]
    return Drawer(
        say("The capacity plan of {site}", site=site_name(ask)), done=_kept(ask, CAPACITY, terms)
    )


def _class(text: str) -> dict[str, Any]:
    day, _, heads = text.strip().partition(":")
    try:
        return {"start_on": date.fromisoformat(day).isoformat(), "heads": float(heads)}
    except ValueError:
        raise FieldError({"classes": f"{text.strip()[:20]!r} is not like 2026-03-02:12."}) from None


def show_mute(ask: FormAsk) -> Drawer:
    """The question before an event of a file is muted."""
    return Drawer(
        say("{value} is not to count", value=ask.value("name")),
        say(
            "The event stays in the file's records; forecasts are made as if it "
            "did not happen, until this is taken back."
        ),
        form=make_form(
            ask, "mute-event", (reason_field(ask),), say("Do not count it"), "event", "name"
        ),
    )


def send_mute(ask: FormAsk) -> Drawer:
    """The event muted."""
    terms = {"event_id": ask.value("event"), "name": ask.value("name")}
    said = _kept(ask, MUTE, terms)
    return Drawer(
        say("Not to count"), done=say("{said} The next forecast is made without it.", said=said)
    )


YEAR_FORMS = (
    FormRoom("scenario", "forecast.run", unit_scope, show_scenario, send_scenario),
    FormRoom("capacity", "forecast.run", unit_scope, show_capacity, send_capacity),
    FormRoom("mute-event", "forecast.run", unit_scope, show_mute, send_mute),
)
