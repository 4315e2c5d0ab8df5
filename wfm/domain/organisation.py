"""Sites, teams, people and queues, each as in force on a date."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from wfm.domain.errors import BadInput
from wfm.domain.language import say
from wfm.domain.scope import Scope
from wfm.domain.targets import Membership


@dataclass(frozen=True)
class OrgUnit:
    """An enterprise, site or team, in force from `valid_from` up to, not including, `valid_to`."""

    org_id: str
    level: str
    parent_id: str | None
    name: str
    timezone: str | None
    opening_hours: str | None
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True)
class Person:
    """One row of a person's history; instants in UTC seconds, half-open."""

    agent_id: str
    display_name: str
    team_id: str
    role: str
    valid_from_at: int
    valid_to_at: int | None = None
    contract_id: str | None = None
    weekly_hours: float | None = None
    skills: tuple[tuple[str, int], ...] = ()  # (queue or skill group, level 0-100)
    hire_on: date | None = None
    leave_on: date | None = None


@dataclass(frozen=True)
class Queue:
    """One row of a queue's history; `sl_definition` is never implied."""

    queue_id: str
    name: str
    channel: str
    skill_group: str
    sl_threshold_s: int
    short_abandon_s: int
    sl_target_pct: float | None
    sl_definition: str
    timezone: str | None
    site_id: str | None
    valid_from_at: int = 0
    deferred_sla_s: int | None = None  # work that may wait: seconds until it is due


@dataclass(frozen=True)
class Organisation:
    """The organisation as far as a scope shows it, with its history."""

    units: tuple[OrgUnit, ...]
    people: tuple[Person, ...]
    queues: tuple[Queue, ...]

    @cached_property
    def _unit(self) -> dict[str, OrgUnit]:
        return {u.org_id: u for u in sorted(self.units, key=lambda u: u.valid_from)}

    @cached_property
    def _people(self) -> dict[str, list[Person]]:
        rows: dict[str, list[Person]] = {}
        for row in sorted(self.people, key=lambda p: p.valid_from_at):
            rows.setdefault(row.agent_id, []).append(row)
        return rows

    @cached_property
    def _queues(self) -> dict[str, list[Queue]]:
        rows: dict[str, list[Queue]] = {}
        for row in sorted(self.queues, key=lambda q: q.valid_from_at):
            rows.setdefault(row.queue_id, []).append(row)
        return rows

    @cached_property
    def memberships(self) -> tuple[Membership, ...]:
        """The team of each person from day to day, by the calendar of the site."""
        found = []
        for row in self.people:
            zone = ZoneInfo(self.zone(self.site_of(row.team_id)))
            end = None if row.valid_to_at is None else _day(row.valid_to_at, zone)
            found.append(Membership(row.agent_id, row.team_id, _day(row.valid_from_at, zone), end))
        return tuple(found)

    @property
    def sites(self) -> tuple[OrgUnit, ...]:
        """Sites by name, latest row of each."""
        return tuple(
            sorted((u for u in self._unit.values() if u.level == "site"), key=lambda u: u.name)
        )

    def teams(self, site_id: str | None = None) -> tuple[OrgUnit, ...]:
        """Teams (of a site) by name, latest row of each."""
        return tuple(
            sorted(
                (
                    u
                    for u in self._unit.values()
                    if u.level == "team" and (site_id is None or u.parent_id == site_id)
                ),
                key=lambda u: u.name,
            )
        )

    def unit(self, org_id: str) -> OrgUnit:
        """The unit of an id (its latest row); `BadInput` when there is none."""
        try:
            return self._unit[org_id]
        except KeyError:
            raise BadInput(
                say("No site or team {org_id!r} is known; load org.csv first.", org_id=org_id)
            ) from None

    def site_of(self, team_id: str) -> str:
        """The site id a team belongs to."""
        team = self.unit(team_id)
        if team.parent_id is None:
            raise BadInput(
                say(
                    "Team {team_id!r} has no site; give it a parent_id in org.csv.", team_id=team_id
                )
            )
        return team.parent_id

    def zone(self, site_id: str) -> str:
        """The IANA zone of a site."""
        zone = self.unit(site_id).timezone
        if not zone:
            raise BadInput(
                say("Site {site_id!r} has no timezone; add one in org.csv.", site_id=site_id)
            )
        return zone

    def queue_zone(self, queue: Queue) -> str:
        """The zone in which a queue's days run: its own, else its site's, else UTC."""
        if queue.timezone:
            return queue.timezone
        return self.zone(queue.site_id) if queue.site_id else "UTC"

    def person_at(self, agent_id: str, at: int) -> Person | None:
        """The row of a person in force at an instant; the first row before it begins."""
        rows = self._people.get(agent_id)
        return _in_force(rows, at) if rows else None

    def queue_at(self, queue_id: str, at: int) -> Queue | None:
        """The row of a queue in force at an instant; the first row before it begins."""
        rows = self._queues.get(queue_id)
        return _in_force(rows, at) if rows else None

    def agents(self, at: int, scope: Scope) -> tuple[Person, ...]:
        """People with role agent employed at an instant inside a scope, by display name."""
        found = []
        if scope.agent is not None:
            asked: Collection[str] = (scope.agent,) if scope.agent in self._people else ()
        else:
            asked = self._people if scope.site is None else self.ever_in(scope.site)
        for agent in asked:
            row = _in_force(self._people[agent], at)
            if row.role != "agent" or (row.valid_to_at is not None and row.valid_to_at <= at):
                continue
            if scope.holds(self.scope_of(row)):
                found.append(row)
        return tuple(sorted(found, key=lambda p: (p.display_name, p.agent_id)))

    def ever_in(self, site_id: str) -> Collection[str]:
        """Ids of the people who ever stood in a team of a site."""
        return self._ever_in.get(site_id, ())

    @cached_property
    def _ever_in(self) -> dict[str, dict[str, None]]:
        sites: dict[str, set[str]] = {}
        for unit in self.units:
            if unit.level == "team" and unit.parent_id is not None:
                sites.setdefault(unit.org_id, set()).add(unit.parent_id)
        found: dict[str, dict[str, None]] = {}
        for row in self.people:
            for site in sites.get(row.team_id, ()):
                found.setdefault(site, {})[row.agent_id] = None
        return found

    def scope_of(self, person: Person) -> Scope:
        """The scope of one person: site, team, agent."""
        return Scope(self.site_of(person.team_id), person.team_id, person.agent_id)

    def has(self, scope: Scope) -> bool:
        """Whether a scope names units and people that exist, each below the one before."""
        if scope.site is None:
            return True
        site = self._unit.get(scope.site)
        if site is None or site.level != "site":
            return False
        if scope.team is None:
            return True
        team = self._unit.get(scope.team)
        if team is None or team.level != "team" or team.parent_id != scope.site:
            return False
        if scope.agent is None:
            return True
        return any(row.team_id == scope.team for row in self._people.get(scope.agent, ()))

    def name_of(self, scope: Scope) -> str:
        """The display name of a scope's last part; "All sites" for the enterprise."""
        if scope.agent is not None:
            return self._people[scope.agent][-1].display_name
        if scope.team is not None:
            return self._unit[scope.team].name
        return self._unit[scope.site].name if scope.site is not None else say("All sites")


def _day(at: int, zone: ZoneInfo) -> date:
    """The local date of an instant at the person's site."""
    return datetime.fromtimestamp(at, zone).date()


def _in_force(rows: list, at: int):  # type: ignore[no-untyped-def, type-arg]
    chosen = rows[0]
    for row in rows:
        if row.valid_from_at <= at:
            chosen = row
    return chosen


@lru_cache(maxsize=65_536)
def parse_skills(text: str | None) -> tuple[tuple[str, int], ...]:
    """Skills of `IN:80;NE:60` as (queue, level) pairs; a missing level is 100."""
    pairs: list[tuple[str, int]] = []
    for part in (text or "").split(";"):
        name, _, level = part.strip().partition(":")
        if name:
            pairs.append((name, int(level) if level else 100))
    return tuple(pairs)


def agents_of(people: Iterable[Person]) -> list[str]:
    """Ids of people, in order, each once."""
    return list(dict.fromkeys(person.agent_id for person in people))
