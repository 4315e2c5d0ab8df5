"""Everything that happens in a span of time, as rows in the order in which it becomes known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import polars as pl

from wfm.simulator.centre import DESK, Centre, Group
from wfm.simulator.contacts import Contacts, draw_contacts
from wfm.simulator.day import play_day
from wfm.simulator.desk import play_desk_day
from wfm.simulator.even import EvenWork
from wfm.simulator.floor import DayLog, Worker
from wfm.simulator.influence import Influence
from wfm.simulator.local_day import day_start_at, local_day
from wfm.simulator.plans import Roster
from wfm.simulator.rows import (
    NO_CONTACTS,
    NO_STATES,
    STATE_NAMES,
    Floor,
    contact_rows,
    names_of,
    state_rows,
)
from wfm.simulator.workday import draw_workers

__all__ = ["STATE_NAMES", "History", "Span", "day_start_at"]

Frames = tuple[pl.DataFrame, pl.DataFrame]


@dataclass(frozen=True)
class Span:
    """Rows that became known in a span: legs when they closed, states when they began.

    `known_at` is that moment in UTC seconds; all other `_at` columns are UTC seconds too.
    """

    contacts: pl.DataFrame
    states: pl.DataFrame


class History:
    """The centre's past and, as far as chance has drawn it, its future.

    Every floor day of a group is drawn alone and is the same whenever it is drawn.
    """

    def __init__(self, centre: Centre, influences: Sequence[Influence] = ()) -> None:
        self.centre = centre
        self.influences = tuple(influences)
        self.roster = Roster(centre, influences=self.influences)
        self._days: dict[date, Frames] = {}

    def span(self, first_at: int, end_at: int) -> Span:
        """Rows that become known from `first_at` up to, not including, `end_at`.

        A span cut in two gives the same rows as the whole: no event is lost or told twice.
        """
        first = datetime.fromtimestamp(first_at, UTC).date() - timedelta(days=2)
        last = datetime.fromtimestamp(end_at, UTC).date() + timedelta(days=1)
        first = max(first, self.centre.first_on)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        self._days = {day: kept for day, kept in self._days.items() if day in days}
        return _rows_known([self._day(day) for day in days], first_at, end_at)

    def day(self, day: date, end_at: int) -> Span:
        """Rows that one local day of every site brings forth and that are known before `end_at`.

        All days together give the rows of the span that holds them, none twice; each is drawn
        alone, so that a long past can be told day by day, the newest first.
        """
        if day < self.centre.first_on:
            return _rows_known([], 0, end_at)
        self._days = {one: kept for one, kept in self._days.items() if one == day}
        return _rows_known([self._day(day)], 0, end_at)

    def floor_day(self, group: Group, day: date) -> Frames:
        """Legs and states of one group's floor day, drawn alone: what stories measure."""
        floor = self.play(group, day)
        names = names_of(floor)
        return contact_rows(floor, names), state_rows(floor, names)

    def play(self, group: Group, day: date) -> Floor:
        """One group's floor day as it happened."""
        centre, site = self.centre, self.centre.site[group.site_id]
        clock = local_day(site.timezone, day, site.day_from)
        contacts = draw_contacts(centre, self.roster.volume, self.influences, group, day)
        shifts = self.roster.worked_on(site.site_id, day)
        workers = draw_workers(centre, self.influences, group, shifts, day)
        close_at = clock.second(_closing_minute(self.centre, group, day))
        log = self._log(group, day, contacts, workers, close_at)
        return Floor(centre, group, site, day, clock.zero_at, contacts, log)

    def _log(
        self, group: Group, day: date, contacts: Contacts, workers: list[Worker], close_at: int
    ) -> DayLog:
        if group.kind == DESK:
            chat = frozenset(i for i, q in enumerate(group.queues) if q.channel == "chat")
            return play_desk_day(contacts, workers, chat, close_at)
        named = {(p.steady, i) for w in workers for i, p in enumerate(w.paces) if p.steady}
        even = {
            (name, i): EvenWork(self.centre.seed, name, day.toordinal(), group.queues[i])
            for name, i in sorted(named)
        }
        return play_day(contacts, workers, len(group.queues), close_at, even)

    def _day(self, day: date) -> Frames:
        if day not in self._days:
            parts = [self.floor_day(group, day) for group in self.centre.groups]
            self._days[day] = pl.concat([p[0] for p in parts]), pl.concat([p[1] for p in parts])
        return self._days[day]


def _closing_minute(centre: Centre, group: Group, day: date) -> int:
    """Minute of the local clock at which a group's floor day ends."""
    site = centre.site[group.site_id]
    if site.day_from:
        return site.day_from + 1440
    return (site.opening.minutes(day.weekday()) or (0, 0))[1]


def _rows_known(parts: list[Frames], first_at: int, end_at: int) -> Span:
    within = (pl.col("known_at") >= first_at) & (pl.col("known_at") < end_at)
    contacts = pl.concat([p[0].filter(within) for p in parts] or [NO_CONTACTS])
    states = pl.concat([p[1].filter(within) for p in parts] or [NO_STATES])
    return Span(
        contacts.sort("known_at", "contact_id", "leg_no"),
        states.sort("known_at", "agent_id", "order", "start_at", "contact_id"),
    )
