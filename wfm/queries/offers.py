"""Offers as pages and commands show them, and whether the rules let somebody take one."""

from __future__ import annotations

from datetime import date

from wfm.domain.offers import HARD, NewOffer, Offer, offered
from wfm.domain.rules.week import told
from wfm.domain.scope import Scope
from wfm.queries.roster_rules import RosterWeek
from wfm.store.readers import offers as reader
from wfm.store.store import Store


def read_offers(store: Store, scope: Scope, first: date, end: date) -> tuple[Offer, ...]:
    """Offers for days from `first` to before `end` inside a scope, newest first."""
    with store.db.read() as connection:
        return reader.read_offers(connection, scope, first, end)


def why_not(roster: RosterWeek, agent: str, about: NewOffer) -> str:
    """Why somebody cannot take an offer, in a sentence; "" when they can.

    Rest, days in a row, windows, time off and opening hold for everybody; paid hours and days of
    the week are what an offer adds or takes.
    """
    if agent not in roster.people:
        return f"They are not employed at {about.unit} in that week."
    if (about.shift_on - roster.period.first).days in roster.away.get(agent, ()):
        return "It is a day of granted time off."
    week = roster.in_force(agent)
    segments = week.get(about.shift_on, ())
    after = offered(about.kind, segments, roster.contracts[agent], about.first_at, about.end_at)
    if after is None:
        return "It does not fit the shift of that day."
    was = {(v.code, v.day) for v in roster.violations(agent, week)}
    for found in roster.violations(agent, {**week, about.shift_on: after}):
        if found.code in HARD and (found.code, found.day) not in was:
            return told(found, roster.period.first)
    return ""
