"""Offers to people: an open shift, overtime, leaving early; who is asked, in what order.

Who took least in the last 90 days of the same sort (work more, or work less) is asked first; equal
people come in an order drawn from the offer's own seed (convention).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from wfm.domain.activities import Segment
from wfm.domain.contracts import Contract
from wfm.domain.language import to_say
from wfm.domain.shift_edits import ON_QUEUE, joined, new_shift

WORDS = {
    "open_shift": to_say("Open shift"), "overtime": to_say("Overtime"),
    "leave_early": to_say("Leave early"),
}  # fmt: skip
SORTS = {"open_shift": "more", "overtime": "more", "leave_early": "less"}
LEDGER_S = 90 * 86_400
NOTICE_S = 900  # an offer closes a quarter-hour before it begins
ASKED_PER_SEAT = 2  # convention: so many are asked at once for each free seat
LEAST_S = 3600  # nobody comes, stays or goes for less than an hour
# Rules that hold whoever agrees; hours and days of the week are what an offer is about.
HARD = ("rest_between_shifts", "max_consecutive_days", "unavailable_day", "site_open_hours",
        "outside_window")  # fmt: skip


@dataclass(frozen=True)
class NewOffer:
    """What is offered: a kind, from and to, for so many people of a site."""

    unit: str
    shift_on: date
    kind: str
    first_at: int
    end_at: int
    seats: int

    @property
    def closes_at(self) -> int:
        """Until when it can be taken."""
        return self.first_at - NOTICE_S


@dataclass(frozen=True)
class OfferAsk:
    """One person of an offer: place in the order, when asked (None: waits), what they said."""

    agent_id: str
    place: int
    taken_before: int
    asked_at: int | None = None
    answer: str = ""
    answered_at: int | None = None


@dataclass(frozen=True)
class Offer:
    """An offer as sent, with its people in order."""

    offer_id: int
    about: NewOffer
    closes_at: int
    seed: int
    recorded_at: int
    author: str
    reason: str
    withdrawn_at: int | None
    asks: tuple[OfferAsk, ...]

    @property
    def taken(self) -> int:
        """Seats that somebody took."""
        return sum(ask.answer == "accepted" for ask in self.asks)

    @property
    def free(self) -> int:
        """Seats that are left."""
        return max(0, self.about.seats - self.taken)

    def state(self, now: int) -> str:
        """open, taken (no seat is left), withdrawn or closed."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        if not self.free:
            return "taken"
        return "closed" if now >= self.closes_at else "open"

    def ask_of(self, agent_id: str) -> OfferAsk | None:
        """A person's line, None when they are not among its people."""
        return next((ask for ask in self.asks if ask.agent_id == agent_id), None)


def in_order(people: Sequence[str], taken: Mapping[str, int], seed: int) -> tuple[OfferAsk, ...]:
    """People as they are asked: who took least first, equals as the seed draws them."""
    draw = random.Random(seed)
    lots = {agent: draw.random() for agent in sorted(people)}
    ordered = sorted(lots, key=lambda agent: (taken.get(agent, 0), lots[agent]))
    return tuple(OfferAsk(a, at + 1, taken.get(a, 0)) for at, a in enumerate(ordered))


def to_ask(asks: Sequence[OfferAsk], seats: int) -> tuple[str, ...]:
    """Who is asked now: the next in order until twice as many as free seats have no answer yet."""
    free = seats - sum(ask.answer == "accepted" for ask in asks)
    open_n = sum(ask.asked_at is not None and not ask.answer for ask in asks)
    waiting = [a.agent_id for a in sorted(asks, key=lambda a: a.place) if a.asked_at is None]
    return tuple(waiting[: max(0, ASKED_PER_SEAT * free - open_n)])


def offered(
    kind: str, segments: Sequence[Segment], contract: Contract, first_at: int, end_at: int
) -> tuple[Segment, ...] | None:
    """The shift of a day with the offer taken; None where it does not fit.

    Open shift: on a free day, the longest shift of the contract that lies inside. Overtime: right
    after or before a shift. Leave early: a shift that ends inside ends an hour or more sooner.
    """
    if kind == "open_shift":
        inside = [n for n in contract.shift_minutes if n * 60 <= end_at - first_at]
        return None if segments or not inside else new_shift(contract, first_at, max(inside))
    if not segments:
        return None
    begin, end = segments[0].start_at, segments[-1].end_at
    if kind == "overtime":
        extra = Segment(first_at, end_at, ON_QUEUE)
        if end == first_at:
            return joined([*segments, extra])
        return joined([extra, *segments]) if begin == end_at else None
    if kind != "leave_early" or not (first_at > begin and first_at + LEAST_S <= end <= end_at):
        return None
    cut = [replace(s, end_at=min(s.end_at, first_at)) for s in segments if s.start_at < first_at]
    return tuple(cut)
