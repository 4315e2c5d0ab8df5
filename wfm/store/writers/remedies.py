"""Remedies and their steps, written once and never changed."""

from __future__ import annotations

import json

from sqlalchemy import Connection, insert

from wfm.domain.remedies import NewRemedy, Step
from wfm.store.schema import remedy, remedy_step


def write_remedy(connection: Connection, new: NewRemedy, first: Step) -> int:
    """The number of a remedy recorded with its first step."""
    result = connection.execute(
        insert(remedy),
        {
            "kind": new.kind,
            "site_id": new.scope.site,
            "team_id": new.scope.team,
            "agent_id": new.scope.agent,
            "kpi_id": new.kpi_id,
            "about": json.dumps(dict(new.about), sort_keys=True),
            "reason": new.reason,
            "due_on": new.due_on,
            "author": first.author,
            "recorded_at": first.at,
        },
    )
    key = result.inserted_primary_key
    assert key is not None
    number = int(key[0])
    write_step(connection, number, first)
    return number


def write_step(connection: Connection, remedy_id: int, step: Step) -> None:
    """A step added to a remedy."""
    connection.execute(
        insert(remedy_step),
        {
            "remedy_id": remedy_id,
            "status": step.status,
            "author": step.author,
            "recorded_at": step.at,
            "note": step.note,
        },
    )
