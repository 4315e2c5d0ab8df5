"""Offers written: sent with their people, answered, withdrawn."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, insert, update

from wfm.domain.offers import NewOffer, OfferAsk
from wfm.store.schema import offer, offer_ask


def add_offer(
    connection: Connection, new: NewOffer, asks: Sequence[OfferAsk], seed: int, *, at: int,
    by: str, reason: str,
) -> int:  # fmt: skip
    """The number of a new offer; nobody is asked yet."""
    made = connection.execute(
        insert(offer),
        {
            "unit": new.unit, "shift_on": new.shift_on, "kind": new.kind,
            "first_at": new.first_at, "end_at": new.end_at, "seats": new.seats,
            "closes_at": new.closes_at, "seed": seed, "recorded_at": at, "author": by,
            "reason": reason,
        },
    )  # fmt: skip
    number = int(made.inserted_primary_key[0])  # type: ignore[index]
    rows = [
        {"offer_id": number, "agent_id": a.agent_id, "place": a.place,
         "taken_before": a.taken_before}
        for a in asks
    ]  # fmt: skip
    if rows:
        connection.execute(insert(offer_ask), rows)
    return number


def ask_people(connection: Connection, offer_id: int, agents: Collection[str], at: int) -> None:
    """Nothing; these people see the offer from now on."""
    if agents:
        connection.execute(
            update(offer_ask)
            .where(offer_ask.c.offer_id == offer_id, offer_ask.c.agent_id.in_(agents))
            .values(asked_at=at)
        )


def record_answer(
    connection: Connection, offer_id: int, agent: str, answer: str, *, at: int, by: str
) -> None:
    """Nothing; what a person said is kept."""
    connection.execute(
        update(offer_ask)
        .where(offer_ask.c.offer_id == offer_id, offer_ask.c.agent_id == agent)
        .values(answer=answer, answered_at=at, answered_by=by)
    )


def withdraw(connection: Connection, offer_id: int, *, at: int, by: str) -> None:
    """Nothing; nobody can take the offer any more."""
    connection.execute(
        update(offer).where(offer.c.offer_id == offer_id).values(withdrawn_at=at, withdrawn_by=by)
    )
