"""Activity codes and the meaning of agent states, as loaded for this centre."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from wfm.domain.activities import DEFAULT_ACTIVITIES, Activity
from wfm.store.schema import activity_code, state_map


@dataclass(frozen=True)
class StateRule:
    """From `valid_from` on, a source's state (and reason; "" is any) belongs to a state group."""

    source_id: str
    state: str
    reason: str
    valid_from: date
    state_group: str


def activity_codes(connection: Connection) -> tuple[Activity, ...]:
    """Activity codes: the loaded ones, and each default that no loaded code replaces."""
    found = {activity.code: activity for activity in DEFAULT_ACTIVITIES}
    for row in connection.execute(select(activity_code)):
        found[row.activity_code] = Activity(
            row.activity_code, row.category, row.paid, row.adherence, row.interruptible,
            row.planned,
        )  # fmt: skip
    return tuple(found[code] for code in sorted(found))


def mapped_states(connection: Connection) -> tuple[StateRule, ...]:
    """State rules in order of source, state, reason and date."""
    rows = connection.execute(
        select(state_map).order_by(
            state_map.c.source_id, state_map.c.state, state_map.c.reason, state_map.c.valid_from
        )
    )
    return tuple(
        StateRule(r.source_id, r.state, r.reason, r.valid_from, r.state_group) for r in rows
    )
