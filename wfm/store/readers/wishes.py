"""What people would like, as stored: the newest record of each."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, select

from wfm.domain.scope import Scope
from wfm.domain.wishes import Wish, wish_of
from wfm.store.readers.organisation import read_organisation
from wfm.store.schema import agent_wish


@dataclass(frozen=True)
class KnownWish:
    """A person's newest wish and since when."""

    agent_id: str
    wish: Wish
    recorded_at: int


def read_wishes(connection: Connection, scope: Scope) -> dict[str, KnownWish]:
    """The wishes of the people inside a scope, by person; taken back ones left out."""
    query = select(agent_wish).order_by(agent_wish.c.wish_id)
    if scope.agent is not None:
        query = query.where(agent_wish.c.agent_id == scope.agent)
    inside = {person.agent_id for person in read_organisation(connection, scope).people}
    found = {
        row.agent_id: KnownWish(row.agent_id, wish_of(json.loads(row.document)), row.recorded_at)
        for row in connection.execute(query)
        if row.agent_id in inside
    }
    return {agent: known for agent, known in found.items() if not known.wish.is_empty}
