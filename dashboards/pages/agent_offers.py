"""Offers on the agent's page: what one is asked for, and the answer that changes the shift."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from dashboards.forms import FormAsk, FormRoom, scope_of
from dashboards.frame import Ask
from dashboards.parts.drawer import Drawer, facts, opener, sentences
from dashboards.parts.form import Field, Form
from dashboards.parts.panel import panel
from dashboards.parts.table import Cell, Col, Line, Sheet, table
from wfm.actions.offers import answer_offer
from wfm.domain.errors import BadInput
from wfm.domain.grid import local_day, zone_of
from wfm.domain.language import say, to_say
from wfm.domain.offers import WORDS, NewOffer, Offer
from wfm.queries.offers import read_offers
from wfm.queries.organisation import read_organisation

BACK_DAYS, AHEAD_DAYS = 14, 60
MEANS = {
    "open_shift": to_say("A shift on a day that is free for you."),
    "overtime": to_say("Your shift is longer by this time."),
    "leave_early": to_say(
        "Your shift ends at the first time given; what you lose of it is unpaid."
    ),
}
SAID = {"accepted": to_say("You took it"), "declined": to_say("You declined")}
STATES = {
    "open": to_say("Open"),
    "taken": to_say("Others took it"),
    "withdrawn": to_say("Withdrawn"),
    "closed": to_say("Closed"),
}


def my_offers(ask: Ask) -> tuple[Offer, ...]:
    """Offers of the last days and those ahead that the agent was asked for."""
    return _offers(ask.sources.store, ask.scope, ask.today)


def offers_panel(ask: Ask) -> tuple[list[Any], Sheet]:
    """The offers with a button to answer each that is open; no panel while there is none."""
    found = my_offers(ask)
    own = ask.who.agent_id == ask.scope.agent
    columns = (
        Col("offer", say("Offer"), text=True, phone=True),
        Col("when", say("For"), text=True, phone=True),
        Col("closes", say("Answer by"), text=True),
        Col("state", say("Now"), text=True, phone=True),
        Col("act", "", text=True, phone=True),
    )
    lines, waiting = [], 0
    for one in found:
        state, said = one.state(ask.now), one.asks[0].answer
        is_open = state == "open" and not said
        waiting += is_open
        button: Any = ""
        if is_open and own:
            args = {"scope": ask.scope.path, "offer": str(one.offer_id)}
            button = opener(say("Answer"), "answer_offer", args, small=True)
        cells = (
            Cell(WORDS[one.about.kind], one.about.kind),
            Cell(_span(one.about, ask.zone), one.about.first_at),
            Cell(_time(one.closes_at, ask.zone) if is_open else "", one.closes_at),
            Cell(SAID.get(said, STATES[state]), said or state, "warn" if is_open else ""),
            Cell("", None, node=button),
        )
        lines.append(Line(cells))
    note = say("{waiting} to answer", waiting=waiting) if waiting else ""
    sheet = Sheet("offers", say("Offers to you"), columns, tuple(lines), note,
                  say("No open shift, overtime or early end was offered to you"))  # fmt: skip
    return ([panel(sheet.title, table(sheet), note=note, css="offers")] if lines else []), sheet


def show_answer(ask: FormAsk) -> Drawer:
    """The offer and its two answers."""
    one, zone = _mine(ask), _zone(ask)
    rows = [
        (say("When"), _span(one.about, zone)),
        (say("Answer by"), _time(one.closes_at, zone)),
        (say("What it is for"), one.reason),
    ]
    title = say(
        "{words}, {day:%A} {day.day} ", words=WORDS[one.about.kind], day=one.about.shift_on
    ) + (say("{day:%B}", day=one.about.shift_on))
    fields = (
        Field("answer", say("Your answer"), "select", ask.value("answer", "accepted"),
              (("accepted", say("I take it")), ("declined", say("No, thank you")))),
    )  # fmt: skip
    lines = [("dot", MEANS[one.about.kind]),
             ("dot", say("You are free to decline; it is not held against you."))]  # fmt: skip
    return Drawer(
        title,
        say("First come, first served among those who were asked."),
        (facts(rows), sentences(lines)),
        Form("answer_offer", fields, say("Send the answer"),
             {"scope": ask.scope.path, "offer": str(one.offer_id)}, ask.errors, ask.trouble, True,
             key=ask.key),
    )  # fmt: skip


def send_answer(ask: FormAsk) -> Drawer:
    """The answer recorded; taken, the shift has changed."""
    answer = ask.value("answer")
    if answer not in SAID:
        raise BadInput(say("Choose one of the two answers."))
    done = answer_offer(
        ask.sources.store, ask.sources.clock, ask.who, ask.scope, _mine(ask).offer_id,
        accept=answer == "accepted", request_key=ask.key,
    )  # fmt: skip
    if done.answer == "accepted":
        return Drawer(say("Taken"), done=say("It is yours; your schedule has changed."))
    return Drawer(say("Declined"), done=say("Thank you for answering; somebody else is asked."))


def _mine(ask: FormAsk) -> Offer:
    zone = _zone(ask)
    for one in _offers(ask.sources.store, ask.scope, local_day(ask.now, zone)):
        if str(one.offer_id) == ask.value("offer"):
            return one
    raise BadInput(say("The offer is not open to you any more; load the page again."))


def _offers(store: Any, scope: Any, today: date) -> tuple[Offer, ...]:
    first, end = today - timedelta(days=BACK_DAYS), today + timedelta(days=AHEAD_DAYS)
    return read_offers(store, scope, first, end)


def _zone(ask: FormAsk) -> str:
    return read_organisation(ask.sources.store, ask.scope).zone(str(ask.scope.site))


def _span(about: NewOffer, zone: str) -> str:
    end = datetime.fromtimestamp(about.end_at, zone_of(zone))
    return say("{time} to {at:%H:%M}", time=_time(about.first_at, zone), at=end)


def _time(at: int, zone: str) -> str:
    when = datetime.fromtimestamp(at, zone_of(zone))
    return say("{at:%a} {at.day} {at:%b %H:%M}", at=when)


ANSWER = FormRoom("answer_offer", "request.create", scope_of("scope"), show_answer, send_answer)
