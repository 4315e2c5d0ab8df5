"""Offers sent, answered and withdrawn: in fair order, checked again when taken, audited, once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from wfm.actions.audit import write_audit
from wfm.actions.once import done_before, remember
from wfm.actions.shift_batch import ShiftChange, broken_by, write_changes
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput, InfeasibleSchedule, ScopeDenied, StaleWrite
from wfm.domain.language import say
from wfm.domain.offers import WORDS, NewOffer, Offer, in_order, offered, to_ask
from wfm.domain.principal import Principal
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.domain.status_words import status_word
from wfm.queries.access import NOT_FOUND, authorise
from wfm.queries.offers import why_not
from wfm.queries.roster_rules import RosterWeek, read_roster_week
from wfm.store.readers.offers import offer_by_id, offers_taken
from wfm.store.readers.organisation import read_organisation
from wfm.store.store import Store
from wfm.store.writers.offers import add_offer, ask_people, record_answer, withdraw

SEND, ANSWER, WITHDRAW = "offer.send", "offer.answer", "offer.withdraw"
REASONS = {"open_shift": "open_shift", "overtime": "overtime", "leave_early": "vto"}
MOST_SEATS = 500


@dataclass(frozen=True)
class Sent:
    """An offer as sent: its number, who may take it, and who was asked first."""

    offer_id: int
    people: tuple[str, ...]
    asked: tuple[str, ...]
    again: bool = False


@dataclass(frozen=True)
class Answered:
    """An answer as recorded: what it was, and who is asked next because of it."""

    offer_id: int
    answer: str
    next: tuple[str, ...] = ()
    again: bool = False


def send_offer(
    store: Store,
    clock: Clock,
    who: Principal,
    new: NewOffer,
    people: Sequence[str],
    reason: str,
    *,
    request_key: str | None = None,
) -> Sent:
    """The offer with those of `people` whom the rules allow, the first of them asked at once.

    The order is that of the ledger, drawn where it is equal; it is kept with the offer.
    """
    if len(reason.strip()) < 3:
        raise BadInput(say("An offer needs a reason; say what people are asked for."))
    at = epoch_s(clock.now())
    if new.kind not in WORDS:
        raise BadInput(
            say(
                "No offer {kind!r} is known; one of {known}.", kind=new.kind, known=", ".join(WORDS)
            )
        )
    if not 1 <= new.seats <= MOST_SEATS:
        raise BadInput(
            say(
                "{seats} people cannot be asked for; give 1 to {most_seats}.",
                seats=new.seats,
                most_seats=MOST_SEATS,
            )
        )
    if new.closes_at <= at:
        raise BadInput(say("It begins too soon: an offer closes a quarter-hour before it begins."))

    def work(connection: Connection) -> Sent:
        authorise(who, SEND, Scope(new.unit), read_organisation(connection, ENTERPRISE))
        before = done_before(connection, request_key, SEND)
        if before is not None:
            return Sent(before["offer"], tuple(before["people"]), tuple(before["asked"]), True)
        roster = _roster(connection, new)
        may = [agent for agent in sorted(set(people)) if not why_not(roster, agent, new)]
        if not may:
            raise BadInput(
                say("Nobody may take it: rules, hours or shifts of all of them forbid it.")
            )
        text = f"{new.unit} {new.shift_on} {new.kind} {new.first_at} {at}"
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:3])
        asks = in_order(may, offers_taken(connection, new.kind, at), seed)
        number = add_offer(
            connection, new, asks, seed, at=at, by=who.user_key, reason=reason.strip()
        )
        asked = to_ask(asks, new.seats)
        ask_people(connection, number, asked, at)
        write_audit(
            connection, at=at, actor=who.user_key, role=who.role.value, action=SEND,
            object=f"offer:{number}", scope_path=Scope(new.unit).path,
            new={"kind": new.kind, "on": new.shift_on.isoformat(), "from": new.first_at,
                 "to": new.end_at, "seats": new.seats, "people": len(asks), "seed": seed},
            reason=reason.strip(),
        )  # fmt: skip
        order = [ask.agent_id for ask in asks]
        done = {"offer": number, "people": order, "asked": list(asked)}
        remember(connection, request_key, SEND, done, at=at, by=who.user_key)
        return Sent(number, tuple(order), asked)

    return store.db.retry(work)


def answer_offer(
    store: Store,
    clock: Clock,
    who: Principal,
    agent: Scope,
    offer_id: int,
    *,
    accept: bool,
    request_key: str | None = None,
) -> Answered:
    """What a person said of an offer; accepted, their shift changes in the same transaction.

    The rules are looked at again with the shifts as they are now. The baseline stays. Declined, the
    next in order is asked. The same key again changes nothing.
    """
    at = epoch_s(clock.now())

    def work(connection: Connection) -> Answered:
        authorise(who, "request.create", agent, read_organisation(connection, ENTERPRISE))
        before = done_before(connection, request_key, ANSWER)
        if before is not None:
            return Answered(before["offer"], before["answer"], again=True)
        found = offer_by_id(connection, offer_id)
        mine = None if found is None else found.ask_of(str(agent.agent))
        if found is None or mine is None or mine.asked_at is None:
            raise ScopeDenied(NOT_FOUND)
        if mine.answer:
            raise BadInput(
                say(
                    "You {answer} it already; ask your planner to change that.",
                    answer=status_word(mine.answer),
                )
            )
        state = found.state(at)
        if state == "taken":
            raise StaleWrite(say("Others were quicker: no seat is left. Nothing changed."))
        if state != "open":
            raise BadInput(say("The offer is {state}; nothing changed.", state=status_word(state)))
        answer, asked = ("accepted", ()) if accept else ("declined", _next(found, mine.agent_id))
        if accept:
            _take(connection, found, agent, who, at)
        record_answer(connection, offer_id, mine.agent_id, answer, at=at, by=who.user_key)
        ask_people(connection, offer_id, asked, at)
        write_audit(
            connection, at=at, actor=who.user_key, role=who.role.value, action=ANSWER,
            object=f"offer:{offer_id}", scope_path=agent.path,
            new={"answer": answer, "agent": mine.agent_id, "next": list(asked)},
        )  # fmt: skip
        done = {"offer": offer_id, "answer": answer}
        remember(connection, request_key, ANSWER, done, at=at, by=who.user_key)
        return Answered(offer_id, answer, asked)

    return store.db.retry(work)


def withdraw_offer(
    store: Store, clock: Clock, who: Principal, unit: str, offer_id: int, reason: str
) -> Offer:
    """The offer taken back; who took it already keeps it."""
    if len(reason.strip()) < 3:
        raise BadInput(say("Say why the offer is withdrawn."))
    at = epoch_s(clock.now())

    def work(connection: Connection) -> Offer:
        authorise(who, SEND, Scope(unit), read_organisation(connection, ENTERPRISE))
        found = offer_by_id(connection, offer_id)
        if found is None or found.about.unit != unit:
            raise ScopeDenied(NOT_FOUND)
        if found.withdrawn_at is None:
            withdraw(connection, offer_id, at=at, by=who.user_key)
            write_audit(
                connection, at=at, actor=who.user_key, role=who.role.value, action=WITHDRAW,
                object=f"offer:{offer_id}", scope_path=Scope(unit).path,
                old={"taken": found.taken}, new={"withdrawn": True}, reason=reason.strip(),
            )  # fmt: skip
        return found

    return store.db.retry(work)


def _take(connection: Connection, found: Offer, agent: Scope, who: Principal, at: int) -> None:
    """Nothing; the person's shift is as the offer makes it, as the next version of that day."""
    about, name = found.about, str(agent.agent)
    roster = _roster(connection, about)
    forbidden = why_not(roster, name, about)
    if forbidden:
        raise InfeasibleSchedule(
            say("You cannot take it any more. {forbidden} Nothing changed.", forbidden=forbidden)
        )
    shift = roster.shifts.get(name, {}).get(about.shift_on)
    before = shift.segments if shift else ()
    after = offered(about.kind, before, roster.contracts[name], about.first_at, about.end_at)
    assert after is not None  # `why_not` looked at it
    newest = shift.seq if shift is not None else None
    change = ShiftChange(agent, about.shift_on, after, newest)
    write_changes(
        connection, (change,), broken_by(connection, (change,)), at=at, actor=who.user_key,
        actor_role=who.role.value, reason=f"{WORDS[about.kind]}, offer {found.offer_id}",
        reason_code=REASONS[about.kind],
    )  # fmt: skip


def _next(found: Offer, declined: str) -> tuple[str, ...]:
    asks = [
        replace(ask, answer="declined") if ask.agent_id == declined else ask for ask in found.asks
    ]
    return to_ask(asks, found.about.seats)


def _roster(connection: Connection, about: NewOffer) -> RosterWeek:
    year, number, _ = about.shift_on.isocalendar()
    return read_roster_week(connection, Scope(about.unit), f"{year}-W{number:02d}")
