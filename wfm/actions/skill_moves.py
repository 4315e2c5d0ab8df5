"""People moved to other work and back: their skills from a day on, inside the remedy's transaction.

Nothing before that day changes. Plans, requirements' cover and staffing of later days read the new
skills; the days that were built with the old ones are built again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from wfm.domain.errors import BadInput, StaleWrite
from wfm.domain.grid import day_start, local_day, zone_of
from wfm.domain.language import say
from wfm.domain.organisation import Organisation, Person
from wfm.domain.remedies import NewRemedy, Remedy
from wfm.domain.scope import Scope
from wfm.domain.skills import SkillMove, moved, parse_move, skills_text
from wfm.store.readers.organisation import read_organisation
from wfm.store.writers.ingest import mark_dirty_from
from wfm.store.writers.people import write_skills


def move_people(connection: Connection, now: int, new: NewRemedy) -> NewRemedy:
    """The remedy with the smallest place that holds all its people, and their skills both ways.

    Everybody must work at the site, serve the queue they leave, and the day must not be past; else
    a `BadInput` that names who or what, and nothing is written.
    """
    if new.scope.site is None:
        raise BadInput(say("People are moved inside one site; choose one."))
    site = Scope(new.scope.site)
    move = parse_move(new.about)
    known = read_organisation(connection, site)
    zone = known.zone(str(site.site))
    if move.first < local_day(now, zone):
        raise BadInput(say("{first} is past; choose today or a later day.", first=move.first))
    at = day_start(move.first, zone)
    _check_queues(known, site, move, at)
    before, after, places = {}, {}, []
    for agent_id in move.agents:
        person = _person(known, new.scope, agent_id, at)
        skills = moved(person.skills, move, person.display_name)
        before[agent_id], after[agent_id] = skills_text(person.skills), skills_text(skills)
        places.append(known.scope_of(person))
    write_skills(connection, at, after)
    mark_dirty_from(connection, move.first)
    kept = {name: json.dumps(told, sort_keys=True) for name, told in
            (("before", before), ("after", after))}  # fmt: skip
    return replace(new, scope=_around(places), about={**new.about, **kept})


def _around(places: Sequence[Scope]) -> Scope:
    """The smallest scope that holds them all: one person, their team, else the site."""
    if len(places) == 1:
        return places[0]
    teams = {place.team for place in places}
    return Scope(places[0].site, teams.pop() if len(teams) == 1 else None)


def move_back(connection: Connection, now: int, one: Remedy) -> int:
    """How many people have their former skills again: at once, or as if they had never left.

    Whoever's skills were changed again meanwhile keeps them all: a `StaleWrite` that names them.
    """
    move = parse_move(one.about)
    site = Scope(one.scope.site)
    known = read_organisation(connection, site)
    zone = known.zone(str(site.site))
    at = max(now, day_start(move.first, zone))
    before, after = json.loads(one.about["before"]), json.loads(one.about["after"])
    for agent_id, text in after.items():
        person = known.person_at(agent_id, at)
        if person is None or skills_text(person.skills) != text:
            name = agent_id if person is None else person.display_name
            raise StaleWrite(
                say(
                    "The skills of {name} were changed again since; move people back one by one.",
                    name=name,
                )
            )
    write_skills(connection, at, before)
    mark_dirty_from(connection, datetime.fromtimestamp(at, zone_of(zone)).date())
    return len(before)


def _check_queues(known: Organisation, site: Scope, move: SkillMove, at: int) -> None:
    for queue_id in (move.leave, move.take):
        queue = known.queue_at(queue_id, at)
        if queue is None or queue.site_id not in (None, site.site):
            raise BadInput(
                say(
                    "No queue {queue_id!r} is known at this site; choose one of the list.",
                    queue_id=queue_id,
                )
            )


def _person(known: Organisation, scope: Scope, agent_id: str, at: int) -> Person:
    person = known.person_at(agent_id, at)
    if person is None or not scope.holds(known.scope_of(person)):
        raise BadInput(
            say("Nobody {agent_id!r} works here; choose people of the list.", agent_id=agent_id)
        )
    if person.role != "agent" or (person.valid_to_at is not None and person.valid_to_at <= at):
        raise BadInput(
            say(
                "{display_name} is no agent here on that day; leave them out.",
                display_name=person.display_name,
            )
        )
    return person
