"""Offers as stored, each with its people in order."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, func, select

from wfm.domain.offers import LEDGER_S, SORTS, NewOffer, Offer, OfferAsk
from wfm.domain.scope import Scope
from wfm.store.schema import offer, offer_ask


def read_offers(connection: Connection, scope: Scope, first: date, end: date) -> tuple[Offer, ...]:
    """Offers for days from `first` to before `end`, newest first.

    Of an agent: those they were asked for, with no line but their own. Of a team, as of a site, all
    of the site, since an offer goes to people of the whole site.
    """
    query = select(offer).where(offer.c.shift_on >= first, offer.c.shift_on < end)
    if scope.site is not None:
        query = query.where(offer.c.unit == scope.site)
    if scope.agent is not None:
        mine = select(offer_ask.c.offer_id).where(
            offer_ask.c.agent_id == scope.agent, offer_ask.c.asked_at.is_not(None)
        )
        query = query.where(offer.c.offer_id.in_(mine))
    return _with_people(connection, query.order_by(offer.c.offer_id.desc()), scope.agent)


def offer_by_id(connection: Connection, offer_id: int) -> Offer | None:
    """The offer of a number with all its people."""
    found = _with_people(connection, select(offer).where(offer.c.offer_id == offer_id), None)
    return found[0] if found else None


def offers_taken(connection: Connection, kind: str, now: int) -> dict[str, int]:
    """How many offers of the same sort each person took in the last 90 days: the ledger."""
    same = [name for name, sort in SORTS.items() if sort == SORTS[kind]]
    rows = connection.execute(
        select(offer_ask.c.agent_id, func.count())
        .join(offer, offer.c.offer_id == offer_ask.c.offer_id)
        .where(
            offer_ask.c.answer == "accepted",
            offer_ask.c.answered_at >= now - LEDGER_S,
            offer.c.kind.in_(same),
        )
        .group_by(offer_ask.c.agent_id)
    )
    return {agent: int(n) for agent, n in rows}


def offers_mark(connection: Connection) -> tuple[Any, ...]:
    """A mark of all offers: another mark, other offers or answers."""
    sent = connection.execute(select(func.count(), func.count(offer.c.withdrawn_at))).one()
    asks = connection.execute(
        select(func.count(offer_ask.c.asked_at), func.count(offer_ask.c.answer))
    ).one()
    return (*sent, *asks)


def _with_people(connection: Connection, query: Select[Any], only: str | None) -> tuple[Offer, ...]:
    rows = connection.execute(query).all()
    asks: dict[int, list[OfferAsk]] = {row.offer_id: [] for row in rows}
    if rows:
        lines = select(offer_ask).where(offer_ask.c.offer_id.in_(asks)).order_by(offer_ask.c.place)
        if only is not None:
            lines = lines.where(offer_ask.c.agent_id == only)
        for line in connection.execute(lines):
            asks[line.offer_id].append(
                OfferAsk(
                    line.agent_id, line.place, line.taken_before, line.asked_at,
                    line.answer or "", line.answered_at,
                )
            )  # fmt: skip
    return tuple(
        Offer(
            row.offer_id,
            NewOffer(row.unit, row.shift_on, row.kind, row.first_at, row.end_at, row.seats),
            row.closes_at, row.seed, row.recorded_at, row.author, row.reason, row.withdrawn_at,
            tuple(asks[row.offer_id]),
        )
        for row in rows
    )  # fmt: skip
