"""Changes asked for once: the same key again gives what the first asking did, and does nothing."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, insert, select

from wfm.store.schema import plan_action


def done_before(connection: Connection, request_key: str | None, action: str) -> Any | None:
    """What the first asking with this key did, None when it is new or has no key."""
    if not request_key:
        return None
    row = connection.execute(
        select(plan_action.c.result).where(
            plan_action.c.request_key == request_key, plan_action.c.action == action
        )
    ).first()
    return None if row is None else json.loads(row.result)


def remember(
    connection: Connection, request_key: str | None, action: str, result: Any, *, at: int, by: str
) -> None:
    """The outcome kept under its key, in the transaction of the change."""
    if request_key:
        connection.execute(
            insert(plan_action),
            {
                "request_key": request_key,
                "action": action,
                "at": at,
                "actor": by,
                "result": json.dumps(result),
            },
        )
