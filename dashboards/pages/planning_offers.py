"""Offers on the planning page: what the gap asks for, sent to people, and what they answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from dashboards.forms import FieldError, FormAsk, FormRoom
from dashboards.pages.planning_data import Planning
from dashboards.pages.planning_forms import local, unit_scope
from dashboards.pages.planning_panels import shown_day
from dashboards.parts.drawer import Drawer, facts, opener, sentences
from dashboards.parts.form import Field, Form
from dashboards.parts.numbers import plain
from dashboards.parts.panel import panel
from dashboards.parts.table import Cell, Col, Line, Sheet, table
from wfm.actions.offers import send_offer, withdraw_offer
from wfm.domain.errors import BadInput, StaleWrite, WfmError
from wfm.domain.grid import zone_of
from wfm.domain.language import say, to_say
from wfm.domain.offers import ASKED_PER_SEAT, WORDS, NewOffer, Offer
from wfm.domain.scope import Scope
from wfm.queries.offers import read_offers
from wfm.queries.organisation import read_organisation

STATES = {
    "open": to_say("Open"),
    "taken": to_say("All seats taken"),
    "withdrawn": to_say("Withdrawn"),
    "closed": to_say("Closed"),
}
MOST_NAMES = 8


def offers_sheet(given: Planning) -> Sheet:
    """What the day's gap asks for: offers of an hour or more, with how many may take them."""
    day = shown_day(given)
    columns = (
        Col("offer", say("Offer"), text=True, phone=True),
        Col("from", say("From"), text=True, phone=True),
        Col("to", say("To"), text=True, phone=True),
        Col("seats", say("People"), phone=True),
        Col(
            "hours",
            say("Closes"),
            "h",
            say("agent-hours of the gap that it closes when all are taken"),
        ),
        Col(
            "may",
            say("May take it"),
            "",
            say("people whom rest, days in a row, hours and time off allow"),
        ),
    )
    lines = []
    zone = zone_of(given.site.zone)
    for one in _offers(given, day):
        first, end = (datetime.fromtimestamp(at, zone) for at in (one.first_at, one.end_at))
        cells = (
            Cell(WORDS[one.offer.kind], one.offer.kind),
            Cell(f"{first:%H:%M}", first.isoformat()),
            Cell(f"{end:%H:%M}", end.isoformat()),
            Cell(plain(one.offer.seats, 0), one.offer.seats),
            Cell(plain(one.offer.gain / 4, 1), one.offer.gain / 4),
            Cell(plain(len(one.eligible), 0), len(one.eligible)),
        )
        lines.append(Line(cells, "", "warn" if not one.eligible else ""))
    title = say("Offers for {day:%A} {day.day} {day:%B}, {name}", day=day, name=given.site.name)
    return Sheet(
        "offers",
        title,
        columns,
        tuple(lines),
        say("sized from the gap, an hour at least"),
        say("No gap of an hour, and nobody to spare for one"),
    )


def _offers(given: Planning, day: date) -> Sequence[Any]:
    if given.requirement is None or given.live.measures is None:
        return ()
    try:
        found: Sequence[Any] = given.ask.sources.planner.offers(
            Scope(given.unit), given.unit, day, given.ask.sources.clock
        )
    except WfmError:
        return ()
    return found


def offers_table(given: Planning, most: int) -> Sheet:
    """The sized offers with a button to send each; nothing to send where nobody may take it."""
    sheet, day = offers_sheet(given), shown_day(given)
    lines = []
    for line, one in zip(sheet.lines, _offers(given, day), strict=True):
        args = {
            "unit": given.unit, "day": day.isoformat(), "kind": one.offer.kind,
            "first": str(one.first_at), "end": str(one.end_at),
        }  # fmt: skip
        off = "" if one.eligible else say("Nobody may take it")
        button = opener(say("Send"), "offer", args, small=True, off=off)
        lines.append(replace(line, cells=(*line.cells, Cell("", None, node=button))))
    columns = (*sheet.columns, Col("act", "", text=True, phone=True))
    return Sheet(sheet.key, sheet.title, columns, tuple(lines[:most]), sheet.note, sheet.why_empty)


def sent_sheet(given: Planning) -> Sheet:
    """Offers of the week as they were sent, and how far they are."""
    zone = given.site.zone
    columns = (
        Col("offer", say("Offer"), text=True, phone=True),
        Col("when", say("For"), text=True, phone=True),
        Col("taken", say("Taken"), phone=True),
        Col("asked", say("Asked"), "", say("people who were asked so far, of all who may take it")),
        Col("declined", say("Declined")),
        Col("state", say("Now"), text=True),
        Col("sent", say("Sent"), text=True),
    )
    lines = []
    for one in _sent(given):
        about, state = one.about, one.state(given.ask.now)
        asked = sum(ask.asked_at is not None for ask in one.asks)
        declined = sum(ask.answer == "declined" for ask in one.asks)
        cells = (
            Cell(WORDS[about.kind], about.kind),
            Cell(_span(about, zone), about.first_at),
            Cell(say("{taken} of {seats}", taken=one.taken, seats=about.seats), one.taken),
            Cell(say("{asked} of {n}", asked=asked, n=len(one.asks)), asked),
            Cell(plain(declined, 0), declined),
            Cell(STATES[state], state, "good" if state == "taken" else ""),
            Cell(local(one.recorded_at, zone), one.recorded_at),
        )
        lines.append(Line(cells))
    note = say("who took least in 90 days is asked first")
    return Sheet(
        "sent-offers",
        say("Offers sent, {week}", week=given.week),
        columns,
        tuple(lines),
        note,
        say("No offer was sent for this week"),
    )


def sent_panel(given: Planning) -> list[Any]:
    """The offers of the week that were sent; nothing while there is none."""
    sheet = sent_sheet(given)
    if not sheet.lines:
        return []
    lines = tuple(
        Line(
            (
                *line.cells,
                Cell("", None, node=opener(
                    say("People"), "offer_people", {"unit": given.unit, "offer": str(one.offer_id)},
                    small=True, title=say("Who was asked in which order, and what they said"))),
            )
        )
        for line, one in zip(sheet.lines, _sent(given), strict=True)
    )  # fmt: skip
    columns = (*sheet.columns, Col("act", "", text=True, phone=True))
    shown = Sheet(sheet.key, sheet.title, columns, lines, sheet.note, sheet.why_empty)
    return [panel(sheet.title, table(shown), note=sheet.note)]


def _sent(given: Planning) -> Sequence[Offer]:
    return read_offers(
        given.ask.sources.store, Scope(given.unit), given.period.first, given.period.end
    )


# --- forms ----------------------------------------------------------------------------------------


def show_offer(ask: FormAsk) -> Drawer:
    """What is offered, to how many, before it is sent."""
    one, zone = _sized(ask), _zone(ask)
    about = _about(ask, one.offer.seats)
    rows = [
        (say("When"), _span(about, zone)),
        (say("Closes"), local(about.closes_at, zone)),
        (say("May take it"), plain(len(one.eligible), 0)),
        (
            say("Asked at once"),
            say(
                "{asked_per_seat} for each free seat; who declines makes room",
                asked_per_seat=ASKED_PER_SEAT,
            ),
        ),
    ]
    fields = (
        Field("seats", say("People"), "number", ask.value("seats", str(one.offer.seats)), least=1,
              most=max(1, len(one.eligible)), step=1),
        Field("reason", say("What it is for"), "note", ask.value("reason"), required=True,
              hint=say("The agents read it with the offer")),
    )  # fmt: skip
    kept = {name: ask.value(name) for name in ("unit", "day", "kind", "first", "end")}
    return Drawer(
        say("Offer: {words}", words=WORDS[about.kind].lower()),
        say(
            "Each sees it on their own page. Taken, the shift changes at once; the baseline stays."
        ),
        (facts(rows),),
        Form("offer", fields, say("Send it"), kept, ask.errors, ask.trouble, True, key=ask.key),
    )


def send(ask: FormAsk) -> Drawer:
    """The offer sent to those whom the rules allow."""
    reason = ask.reason()
    one = _sized(ask)
    seats = ask.number("seats", say("People"))
    if seats != int(seats) or not 1 <= seats <= len(one.eligible):
        raise FieldError({"seats": say("Give a whole number from 1 to {n}.", n=len(one.eligible))})
    done = send_offer(
        ask.sources.store, ask.sources.clock, ask.who, _about(ask, int(seats)), one.eligible,
        reason, request_key=ask.key,
    )  # fmt: skip
    names = _names(ask)
    first = ", ".join(names.get(agent, agent) for agent in done.asked[:MOST_NAMES])
    more = (
        say(" and {n} more", n=len(done.asked) - MOST_NAMES) if len(done.asked) > MOST_NAMES else ""
    )
    said = say(
        "Sent. {n} may take it; asked first: {first}{more}.",
        n=len(done.people),
        first=first,
        more=more,
    )
    return Drawer(say("Offer sent"), done=said)


def show_people(ask: FormAsk) -> Drawer:
    """Who was asked in which order and what they said, with a way to withdraw the offer."""
    one, zone, names = _known(ask), _zone(ask), _names(ask)
    state = one.state(ask.now)
    rows = [
        (say("When"), _span(one.about, zone)),
        (say("Taken"), say("{taken} of {seats}", taken=one.taken, seats=one.about.seats)),
        (say("Now"), STATES[state]),
        (say("What it is for"), one.reason),
    ]
    told = {"accepted": "good", "declined": "warn", "": "dot"}
    lines = [
        (
            told[line.answer],
            say(
                "{place}. {agent_id}, took {taken_before} in 90 days: {value}",
                place=line.place,
                agent_id=names.get(line.agent_id, line.agent_id),
                taken_before=line.taken_before,
                value=line.answer or (say("asked") if line.asked_at is not None else say("waits")),
            ),
        )
        for line in one.asks
    ]
    title = say("{words}, offer {offer_id}", words=WORDS[one.about.kind], offer_id=one.offer_id)
    body = (facts(rows), sentences(lines))
    if state not in ("open", "taken"):
        return Drawer(title, "", body)
    fields = (Field("reason", say("Why"), "note", ask.value("reason"), required=True),)
    kept = {"unit": ask.value("unit"), "offer": str(one.offer_id)}
    return Drawer(
        title,
        say("Withdrawn, nobody can take it any more; who took it keeps it."),
        body,
        Form("offer_people", fields, say("Withdraw the offer"), kept, ask.errors, ask.trouble, True,
             True, ask.key),
    )  # fmt: skip


def send_withdrawal(ask: FormAsk) -> Drawer:
    """The offer taken back."""
    done = withdraw_offer(
        ask.sources.store, ask.sources.clock, ask.who, str(ask.scope.site), _known(ask).offer_id,
        ask.reason(),
    )  # fmt: skip
    return Drawer(
        say("Offer withdrawn"),
        done=say("{taken} took it and keep it; nobody else can.", taken=done.taken),
    )


def _sized(ask: FormAsk) -> Any:
    """The offer as the gap of the day sizes it now; `StaleWrite` when it does so no more."""
    found = ask.sources.planner.offers(ask.scope, str(ask.scope.site), _day(ask), ask.sources.clock)
    wanted = (ask.value("kind"), ask.value("first"), ask.value("end"))
    for one in found:
        if (one.offer.kind, str(one.first_at), str(one.end_at)) == wanted:
            return one
    raise StaleWrite(say("The gap of the day is another by now; close this and look at it again."))


def _about(ask: FormAsk, seats: int) -> NewOffer:
    return NewOffer(
        str(ask.scope.site), _day(ask), ask.value("kind"), int(ask.value("first")),
        int(ask.value("end")), seats,
    )  # fmt: skip


def _known(ask: FormAsk) -> Offer:
    number = ask.value("offer")
    first, end = ask.now // 86_400 - 400, ask.now // 86_400 + 400
    epoch = date(1970, 1, 1)
    for one in read_offers(ask.sources.store, Scope(ask.scope.site), epoch + timedelta(days=first),
                           epoch + timedelta(days=end)):  # fmt: skip
        if str(one.offer_id) == number:
            return one
    raise BadInput(say("The offer is not known here any more; load the page again."))


def _names(ask: FormAsk) -> dict[str, str]:
    people = read_organisation(ask.sources.store, Scope(ask.scope.site)).people
    return {person.agent_id: person.display_name for person in people}


def _zone(ask: FormAsk) -> str:
    return read_organisation(ask.sources.store, ask.scope).zone(str(ask.scope.site))


def _day(ask: FormAsk) -> date:
    try:
        return date.fromisoformat(ask.value("day"))
    except ValueError:
        raise BadInput(say("The day of the form is none; open it again.")) from None


def _span(about: NewOffer, zone: str) -> str:
    end = datetime.fromtimestamp(about.end_at, zone_of(zone))
    return say("{local} to {at:%H:%M}", local=local(about.first_at, zone), at=end)


FORMS = (
    FormRoom("offer", "offer.send", unit_scope, show_offer, send),
    FormRoom("offer_people", "offer.send", unit_scope, show_people, send_withdrawal),
)
