"""What moving people to other work starts from: queues, people, and what each of them did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from dashboards.forms import FormAsk
from kpis.moved_work import (
    MovedWork,
    Work,
    enough_people,
    estimate_move,
    is_settled,
    mean_of,
    queue_of_type,
    read_work,
)
from wfm.domain.errors import BadInput
from wfm.domain.grid import day_start, local_day
from wfm.domain.language import say
from wfm.domain.organisation import Organisation, Person, Queue
from wfm.domain.scope import Scope
from wfm.domain.skills import GroupEffect, SkillMove, Skills, moved
from wfm.queries.facts import open_facts
from wfm.queries.organisation import read_organisation
from wfm.queries.planning import week_name

LOOK_BACK_DAYS, SHOWN = 7, 24


@dataclass(frozen=True)
class Candidate:
    """Somebody who could be moved: their name, tenure in days, and pace on the queue to serve."""

    agent_id: str
    name: str
    tenure: int
    has_skill: bool
    pace: float | None
    hours: float


class SiteWork:
    """A site's queues, people and last week of work, read once for a form."""

    def __init__(self, ask: FormAsk) -> None:
        if ask.scope.site is None:
            raise BadInput(say("People are moved inside one site; open a site first."))
        self.ask, self.site = ask, Scope(ask.scope.site)
        self.known: Organisation = read_organisation(ask.sources.store, self.site)
        self.zone = self.known.zone(str(self.site.site))
        self.today = local_day(ask.now, self.zone)
        self.facts = open_facts(ask.sources.store)
        self.first, self.end = self.today - timedelta(days=LOOK_BACK_DAYS), self.today

    @cached_property
    def queues(self) -> Mapping[str, Queue]:
        """The site's queues of this moment by id, in order of their names."""
        ids = dict.fromkeys(queue.queue_id for queue in self.known.queues)
        found = [self.known.queue_at(one, self.ask.now) for one in ids]
        mine = [q for q in found if q is not None and q.site_id in (None, self.site.site)]
        return {q.queue_id: q for q in sorted(mine, key=lambda q: (q.name, q.queue_id))}

    @cached_property
    def work(self) -> tuple[Work, ...]:
        """What each agent handled of each queue in the last seven finished days."""
        return read_work(self.facts, self.site, self.first, self.end)

    @cached_property
    def people(self) -> tuple[Person, ...]:
        """Agents of the scope asked for, by name."""
        return self.known.agents(self.ask.now, self.ask.scope)

    @cached_property
    def settled(self) -> frozenset[str]:
        """Agents of the site who have been there for 90 days."""
        everybody = self.known.agents(self.ask.now, self.site)
        return frozenset(p.agent_id for p in everybody if is_settled(p.hire_on, self.today))

    def take_of(self, contact_type: str) -> str:
        """The queue to serve, where a step names one or a contact type; else the slowest."""
        asked = self.ask.value("take") or self.ask.value("queue")
        if asked in self.queues:
            return asked
        if contact_type:
            found = queue_of_type(self.facts, self.site, contact_type, self.first, self.end)
            if found in self.queues:
                return found
        paces = {q: mean_of(w for w in self.work if w.queue_id == q) for q in self.queues}
        return max(self.queues, key=lambda q: (paces[q] or 0.0, q), default="")

    def leave_of(self, take: str) -> str:
        """The queue to leave: the one asked for, else where settled agents work most.

        Of those, people who may serve the new queue already count first.
        """
        asked = self.ask.value("leave")
        if asked in self.queues and asked != take:
            return asked
        able = {p.agent_id for p in self.people if dict(p.skills).get(take, 0) > 0} & self.settled
        same = self.channel(take)
        hours: dict[str, float] = {}
        for row in self.work:
            if row.agent_id in (able or self.settled) and row.queue_id != take:
                near = row.queue_id in same
                hours[row.queue_id] = hours.get(row.queue_id, 0.0) + (row.s if near else 0.0)
        rest = [q for q in self.queues if q != take]
        return max(rest, key=lambda q: (hours.get(q, 0.0), q), default="")

    def channel(self, queue_id: str) -> tuple[str, ...]:
        """The queues of the same channel, which handle time is told for together."""
        given = self.queues.get(queue_id)
        if given is None:
            return ()
        return tuple(q for q, queue in self.queues.items() if queue.channel == given.channel)

    def candidates(self, leave: str, take: str) -> tuple[Candidate, ...]:
        """Settled agents who serve the queue to leave, the readiest for the other first."""
        found = []
        for person in self.people:
            levels = dict(person.skills)
            if levels.get(leave, 0) <= 0 or person.agent_id not in self.settled:
                continue
            own = [w for w in self.work if w.agent_id == person.agent_id]
            hours = sum(w.s for w in own if w.queue_id == leave) / 3600
            pace = mean_of((w for w in own if w.queue_id == take), 10)
            days = (self.today - person.hire_on).days if person.hire_on else 0
            able = levels.get(take, 0) > 0
            found.append(Candidate(person.agent_id, person.display_name, days, able, pace, hours))
        found.sort(key=lambda c: (not c.has_skill, -c.hours, c.name))
        return tuple(found[:SHOWN])

    def proposed(self, leave: str, take: str, order: tuple[Candidate, ...]) -> tuple[str, ...]:
        """The people whose time is enough for what agents in their first days handle."""
        ids = [one.agent_id for one in order if one.hours > 0]
        return enough_people(self.work, self.settled, leave, take, ids)

    def estimate(self, move: SkillMove) -> MovedWork:
        """What the last week's handle time would have been with the move."""
        return estimate_move(
            self.work, self.settled, move.leave, move.take, move.agents, self.channel(move.take)
        )

    def staffing(self, move: SkillMove) -> tuple[tuple[GroupEffect, ...], str]:
        """What the move does to the two skill groups in its first week, and that week's name.

        Empty where nobody plans here, or that week has no requirement.
        """
        week, planner = week_name(move.first), self.ask.sources.planner
        if planner is None:
            return (), week
        found: tuple[GroupEffect, ...] = planner.moved(
            self.site, str(self.site.site), week, self.skills_after(move)
        )
        groups = {self.queues[q].skill_group for q in (move.leave, move.take)}
        return tuple(one for one in found if one.group in groups), week

    def skills_after(self, move: SkillMove) -> dict[str, Skills]:
        """The skills each person would have; `BadInput` names who cannot be moved."""
        at = day_start(move.first, self.zone)
        found = {}
        for agent_id in move.agents:
            person = self.known.person_at(agent_id, at)
            if person is None:
                raise BadInput(
                    say(
                        "Nobody {agent_id!r} works here; choose people of the list.",
                        agent_id=agent_id,
                    )
                )
            found[agent_id] = moved(person.skills, move, person.display_name)
        return found


def first_day(ask: FormAsk, today: date) -> str:
    """The day from which the move holds, as asked, else tomorrow."""
    return ask.value("first", str(today + timedelta(days=1)))
