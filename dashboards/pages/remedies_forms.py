"""The forms of remedies: another shift asked for, a coaching planned, a site alerted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from dashboards.forms import FieldError, FormAsk, FormRoom, scope_of
from dashboards.pages.remedies_data import (
    CAUSES,
    Estimate,
    day_words,
    estimate,
    wish_words,
)
from dashboards.parts.drawer import Drawer, facts, sentences
from dashboards.parts.form import Field, Form
from dashboards.parts.numbers import kpi_with_unit
from kpis.catalogue.load import CATALOGUE
from wfm.actions.remedies import check_wish, open_remedy
from wfm.domain.errors import BadInput
from wfm.domain.grid import local_day
from wfm.domain.language import say
from wfm.domain.remedies import WISHES, NewRemedy, ShiftWish, parse_wish
from wfm.queries.organisation import read_organisation

ASK_DAYS = 28
MOST_HOURS = 80
WAYS = ("meal_longer", "meal_later", "start_later")


def show_request(ask: FormAsk) -> Drawer:
    """Which change of shifts is wanted, prefilled where the evidence gave it."""
    today = _today(ask)
    fields = (
        Field(
            "what",
            say("What should change"),
            "select",
            ask.value("what", WAYS[0]),
            tuple((way, WISHES[way]) for way in WAYS),
        ),
        Field(
            "minutes",
            say("By"),
            "number",
            ask.value("minutes", "5"),
            unit="min",
            least=-60,
            most=60,
            step=5,
            required=True,
            hint=say("In steps of five; a minus goes the other way."),
        ),
        Field(
            "first",
            say("From"),
            "date",
            ask.value("first", str(today + timedelta(days=1))),
            half=True,
            required=True,
        ),
        Field(
            "last",
            say("To"),
            "date",
            ask.value("last", str(today + timedelta(days=ASK_DAYS))),
            half=True,
            required=True,
        ),
        Field(
            "reason",
            say("Reason"),
            "note",
            ask.value("reason"),
            required=True,
            hint=say("Your team lead reads it."),
        ),
    )
    return Drawer(
        say("Ask for another shift"),
        say("Your team lead decides. Until then nothing changes."),
        (),
        Form(
            "request_change", fields, say("Show what it would do"), {"scope": ask.scope.path},
            key=ask.values.get("key", ""),
        ).told(ask.errors, ask.trouble),
    )  # fmt: skip


def send_request(ask: FormAsk) -> Drawer:
    """What the change would do, then the request as sent."""
    about = _wish_texts(ask)
    wish = parse_wish(about)
    reason = ask.reason()
    if ask.confirmed:
        new = NewRemedy("schedule_change", ask.scope, "adherence", about, reason)
        open_remedy(ask.sources.store, ask.sources.clock, ask.who, new, request_key=ask.key)
        return Drawer(say("Ask for another shift"), done=say("Sent. Your team lead sees it now."))
    found = check_wish(ask.sources.store, ask.sources.clock, ask.scope, wish)
    told = estimate(ask, ask.scope, wish)
    rows = [(say("Change"), wish_words(wish)), (say("Shifts that change"), str(len(found.shifts))),
            *_effect(wish, told)]  # fmt: skip
    body: list[Any] = [facts(rows)]
    lines = [("bad", words) for words in found.broken] + [("warn", w) for w in found.review]
    body.append(sentences(lines[:8] or [("good", say("No labour rule is broken."))]))
    if found.broken:
        raise BadInput(
            say(
                "That would break a rule: {broken}. Choose fewer minutes or other days.",
                broken=found.broken[0],
            )
        )
    kept = {"scope": ask.scope.path, **{n: ask.value(n) for n in ("what", "minutes", "first",
            "last", "reason")}}  # fmt: skip
    return Drawer(
        say("Ask for another shift"),
        say("Nothing is sent yet."),
        tuple(body),
        Form("request_change", (), say("Send the request"), kept, confirm=True, key=ask.key),
    )


def _effect(wish: ShiftWish, told: Estimate) -> list[tuple[str, str]]:
    if told.before is None:
        return [(say("Your adherence"), say("not known for the last four weeks"))]
    before = kpi_with_unit("adherence", told.before)
    if told.after is None:
        return [
            (
                say("Your adherence, last four weeks"),
                say("{before}; no lapse there would be covered", before=before),
            )
        ]
    after = kpi_with_unit("adherence", told.after)
    return [
        (say("Your adherence, last four weeks"), before),
        (say("The same with this change"), after),
        (
            say("Lapses it would have covered"),
            say("{lapses} on {shifts} shifts", lapses=told.lapses, shifts=told.shifts),
        ),
    ]


def show_coach(ask: FormAsk) -> Drawer:
    """What to coach somebody in, with the evidence and the day it is looked at again."""
    topic = ask.value("topic")
    kpi = CATALOGUE.get(ask.value("evidence", topic)) or CATALOGUE.get(topic)
    words = kpi.short_name if kpi is not None else topic
    due = ask.value("due", str(_today(ask) + timedelta(days=21)))
    fields = (
        Field("topic", say("Topic"), "text", words, required=True),
        Field("evidence", say("Evidence"), "note", "" if kpi is not None else ask.value("evidence"),
              hint=say("The figures you want to talk about.")),
        Field("due", say("Look at it again on"), "date", due, half=True, required=True),
        Field("hours", say("Takes"), "number", ask.value("hours", "1"), unit="h", least=0,
              most=MOST_HOURS, step=0.5, half=True, hint=say("What it saves is held against it.")),
        Field("reason", say("Why now"), "note", ask.value("reason"), required=True),
    )  # fmt: skip
    name = read_organisation(ask.sources.store, ask.scope).name_of(ask.scope)
    return Drawer(
        say("Coach {name}", name=name),
        say("A task of yours; the effect can be read from the day on which you " "look again."),
        (),
        Form(
            "coach", fields, say("Plan the coaching"),
            {"scope": ask.scope.path, "kpi": kpi.id if kpi is not None else ask.value("kpi")},
            confirm=True, key=ask.values.get("key", ""),
        ).told(ask.errors, ask.trouble),
    )  # fmt: skip


def send_coach(ask: FormAsk) -> Drawer:
    """The coaching as planned."""
    topic = ask.value("topic")
    if not topic:
        raise FieldError({"topic": say("Say what to coach in.")})
    due = _day(ask, "due")
    about = {"topic": topic, "evidence": ask.value("evidence"), "hours": _hours(ask)}
    new = NewRemedy("coaching", ask.scope, ask.value("kpi"), about, ask.reason(), due)
    open_remedy(ask.sources.store, ask.sources.clock, ask.who, new, request_key=ask.key)
    return Drawer(
        say("Coaching"),
        done=say("Planned. Look at it again on {day_words}.", day_words=day_words(due)),
    )


def _hours(ask: FormAsk) -> str:
    """The hours as they are kept, 1.5; empty where nobody said, which is not none."""
    text = ask.value("hours").replace(",", ".")
    if not text:
        return ""
    try:
        hours = float(text)
    except ValueError:
        hours = -1.0
    if not 0 <= hours <= MOST_HOURS:
        raise FieldError({"hours": say("Hours from 0 to {most}.", most=MOST_HOURS)})
    return f"{hours:g}"


def show_alert(ask: FormAsk) -> Drawer:
    """Which gap a site is alerted to, and what is behind it."""
    fields = (
        Field(
            "gap",
            say("Gap"),
            "text",
            ask.value("gap"),
            required=True,
            hint=say("For example 10 of 105 agents missing."),
        ),
        Field(
            "cause", say("Cause"), "select", ask.value("cause", "training"), tuple(CAUSES.items())
        ),
        Field("until", say("Until"), "time", ask.value("until")),
        Field(
            "reason", say("What you ask the site to do"), "note", ask.value("reason"), required=True
        ),
    )
    name = read_organisation(ask.sources.store, ask.scope).name_of(ask.scope)
    return Drawer(
        say("Alert {name}", name=name),
        say("Its manager sees it at once, and the answer appears on this page."),
        (),
        Form(
            "alert_site",
            fields,
            say("Alert {name}", name=name),
            {"site": ask.scope.path, "kpi": ask.value("kpi", "net_staffing")},
            confirm=True,
            key=ask.values.get("key", ""),
        ).told(ask.errors, ask.trouble),
    )


def send_alert(ask: FormAsk) -> Drawer:
    """The alert as sent."""
    if not ask.value("gap"):
        raise FieldError({"gap": say("Say how large the gap is.")})
    about = {name: ask.value(name) for name in ("gap", "cause", "until")}
    new = NewRemedy("site_alert", ask.scope, ask.value("kpi"), about, ask.reason())
    open_remedy(ask.sources.store, ask.sources.clock, ask.who, new, request_key=ask.key)
    return Drawer(say("Alert"), done=say("Sent. The answer appears in the list of this page."))


def _wish_texts(ask: FormAsk) -> dict[str, str]:
    """The wish as its record keeps it; the form names the last day, the record the day after."""
    last = _day(ask, "last")
    return {
        "what": ask.value("what"),
        "minutes": ask.value("minutes"),
        "first": str(_day(ask, "first")),
        "end": str(last + timedelta(days=1)),
    }


def _day(ask: FormAsk, name: str) -> date:
    try:
        return date.fromisoformat(ask.value(name))
    except ValueError:
        raise FieldError({name: say("Choose a day.")}) from None


def _today(ask: FormAsk) -> date:
    zone = read_organisation(ask.sources.store, ask.scope).zone(str(ask.scope.site))
    return local_day(ask.now, zone)


REQUEST = FormRoom(
    "request_change", "request.create", scope_of("scope"), show_request, send_request
)
COACH = FormRoom("coach", "coaching.write", scope_of("scope"), show_coach, send_coach)
ALERT = FormRoom("alert_site", "alert.send", scope_of("site"), show_alert, send_alert)
