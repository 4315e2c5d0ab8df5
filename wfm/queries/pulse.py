"""What every tick of every page asks of the store, read once for all after each change of it.

A tick needs a dozen small readings: who is in which team, what came, what was decided. Each is a
transaction of its own, and together they were nearly all that a tick cost. The pulse is one row of
marks, of which one differs after each change, and keeps what was read while its marks hold.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, func, select

from wfm.domain.bounded import IDLE_S, Bounded
from wfm.domain.organisation import Organisation
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.queries.health import Feed, feeds_of
from wfm.store.database import kept_of
from wfm.store.kept import deed_up_to
from wfm.store.readers import offers as offer_reader
from wfm.store.readers.board import all_newest_changes
from wfm.store.readers.organisation import STANDING_MARKS, part_of, read_organisation
from wfm.store.schema import (
    audit,
    build,
    delivery,
    insight_look,
    org_unit,
    person,
    queue,
    raw_batch,
    remedy_step,
    store_state,
)
from wfm.store.store import Store

Made = TypeVar("Made")
KEPT = "pulse"
MOST = 40_000  # readings kept


class Marks(NamedTuple):
    """Numbers of which one is another after each change of the store; who looked changes none."""

    delivery: int | None
    deed: int | None
    step: int | None
    standing: int | None
    standings: int
    units: int
    queues: int
    people: int
    since: int | None
    batches: int
    generation: int | None
    build: int | None
    looks: int
    looked_at: int | None


_MARKS = select(
    select(func.max(delivery.c.delivery_id)).scalar_subquery(),
    select(func.max(audit.c.seq)).scalar_subquery(),  # of which the newest deed is found
    select(func.max(remedy_step.c.step_id)).scalar_subquery(),
    *(one.scalar_subquery() for one in STANDING_MARKS),
    select(func.count()).select_from(org_unit).scalar_subquery(),
    select(func.count()).select_from(queue).scalar_subquery(),
    select(func.count()).select_from(person).scalar_subquery(),
    select(func.sum(person.c.valid_from_at)).scalar_subquery(),
    select(func.count()).select_from(raw_batch).scalar_subquery(),
    select(func.max(store_state.c.generation)).scalar_subquery(),
    select(func.max(build.c.build_id)).scalar_subquery(),
    select(func.count()).select_from(insight_look).scalar_subquery(),
    select(func.sum(insight_look.c.found_at)).scalar_subquery(),
)


_Kept = Bounded[tuple[object, object]]  # readings with their marks


@dataclass(frozen=True)
class Pulse:
    """The marks of one instant, and readings that hold as long as theirs do."""

    store: Store
    marks: Marks
    kept: _Kept

    def once(self, key: Hashable, on: object, make: Callable[[], Made], size: int = 1) -> Made:
        """What was made for a key, the scope in it, while `on` is the same; else made anew.

        It is made of the store as it is now, which may be newer than the marks, never older, and
        by one thread for all that ask at once. What takes more room than a few numbers counts as
        so many readings.
        """
        _, made = self.kept.made(
            key, lambda: (on, make()), lambda _: size, holds=lambda found: found[0] == on
        )
        return made  # type: ignore[return-value]  # of the type that `make` gives

    @property
    def people_mark(self) -> Hashable:
        """What differs after each change of units, people and queues."""
        m = self.marks
        return (m.standing, m.standings, m.deed, m.step, m.units, m.queues, m.people, m.since)

    @property
    def places_mark(self) -> Hashable:
        """What differs after each new unit, queue or person, and each move of one."""
        m = self.marks
        return (m.units, m.queues, m.people, m.since)

    @property
    def deeds_mark(self) -> Hashable:
        """What differs after whatever people do: each action is noted in the audit."""
        return (self.marks.deed, self.marks.step)

    def organisation(self, scope: Scope) -> Organisation:
        """Units, people and queues inside a scope, with the units above it."""

        def make() -> Organisation:
            with self.store.db.read() as connection:
                return read_organisation(connection, ENTERPRISE)

        whole = self.once("organisation", self.people_mark, make)
        if scope == ENTERPRISE:
            return whole
        return self.once(("organisation", scope), whole, lambda: part_of(whole, scope))

    def has(self, scope: Scope) -> bool:
        """Whether a scope names a site, a team of it and an agent of that team, now or ever."""
        whole = self.organisation(ENTERPRISE)
        return scope in self.once("places", whole, lambda: _places(whole))

    def seat_of(self, agent_id: str, at: int) -> Scope | None:
        """The team in which an agent is at an instant, None where there is none or nobody."""
        whole = self.organisation(ENTERPRISE)
        seats = self.once("seats", whole, lambda: _seats(whole)).get(agent_id, ())
        return next((seat for since, seat in seats if since <= at), None)

    def feeds(self) -> tuple[Feed, ...]:
        """Every feed with its latest event, as `feeds_of` reads them."""
        mark = (self.marks.delivery, self.marks.batches)
        return self.once("feeds", mark, lambda: feeds_of(self.store))

    def states_mark(self, scope: Scope) -> tuple[tuple[str, int | None], ...]:
        """Since when each agent of a scope is in the newest state: differs when one changes."""

        def make() -> Mapping[str, int]:
            with self.store.db.read() as connection:
                return all_newest_changes(connection)

        since = self.once("states", (self.marks.delivery, self.marks.batches), make)
        inside = sorted({p.agent_id for p in self.organisation(scope).people} & since.keys())
        return tuple((agent, since[agent]) for agent in inside)

    def offers_mark(self) -> tuple[object, ...]:
        """A mark of all offers and answers."""

        def make() -> tuple[object, ...]:
            with self.store.db.read() as connection:
                return offer_reader.offers_mark(connection)

        return self.once("offers", self.deeds_mark, make)

    @property
    def insights_mark(self) -> Hashable:
        """What differs after each look for insights."""
        return (self.marks.looks, self.marks.looked_at)


def _places(whole: Organisation) -> frozenset[Scope]:
    """Every scope there is or was."""
    found = {ENTERPRISE, *(Scope(u.org_id) for u in whole.units if u.level == "site")}
    teams = {(u.org_id, u.parent_id) for u in whole.units if u.level == "team" and u.parent_id}
    found |= {Scope(site, team) for team, site in teams if Scope(site) in found}
    sites: dict[str, list[str]] = {}
    for team, site in teams:
        sites.setdefault(team, []).append(site)
    for one in whole.people:
        for site in sites.get(one.team_id, ()):
            if Scope(site) in found:
                found.add(Scope(site, one.team_id, one.agent_id))
    return frozenset(found)


def _seats(whole: Organisation) -> dict[str, list[tuple[int, Scope]]]:
    """Where each agent is since when, the newest first."""
    teams = sorted((u for u in whole.units if u.level == "team"), key=lambda u: u.valid_from)
    sites = {unit.org_id: unit.parent_id for unit in teams if unit.parent_id is not None}
    found: dict[str, list[tuple[int, Scope]]] = {}
    for one in whole.people:
        if one.team_id in sites:
            seat = Scope(sites[one.team_id], one.team_id, one.agent_id)
            found.setdefault(one.agent_id, []).append((one.valid_from_at, seat))
    for seats in found.values():
        seats.sort(key=lambda seat: -seat[0])
    return found


_SEEN: ContextVar[Pulse | None] = ContextVar("pulse", default=None)


def pulse_of(store: Store) -> Pulse:
    """The pulse of the store now."""
    with store.db.read() as connection:
        return pulse_in(connection, store)


def pulse_seen(store: Store) -> Pulse:
    """The pulse that this request has read last: the door reads it for whoever signs in.

    For answers that write nothing; the store now where the request has read none.
    """
    found = _SEEN.get()
    return found if found is not None and found.store is store else pulse_of(store)


def pulse_in(connection: Connection, store: Store) -> Pulse:
    """The pulse of the store as a connection's snapshot sees it."""
    marks = Marks._make(connection.execute(_MARKS).one())
    marks = marks._replace(deed=deed_up_to(connection, marks.deed))
    memory = kept_of(connection)
    if memory is None:
        return Pulse(store, marks, _Kept(MOST, IDLE_S))
    pulse = Pulse(store, marks, memory.setdefault(KEPT, _Kept(MOST, IDLE_S)))
    _SEEN.set(pulse)
    return pulse
