"""Plans as pages and commands show them."""

from __future__ import annotations

from typing import Any

from wfm.domain.draft_edits import DraftLine
from wfm.domain.errors import ScopeDenied
from wfm.domain.language import say
from wfm.domain.scope import Scope
from wfm.store.readers import plans as reader
from wfm.store.readers.plans import Plan
from wfm.store.store import Store

__all__ = ["Plan", "read_draft_lines", "read_plan", "read_plan_documents", "read_plans"]


def read_plans(
    store: Store,
    scope: Scope,
    *,
    unit: str | None = None,
    week: str | None = None,
    limit: int = 50,
) -> tuple[Plan, ...]:
    """Plans of the sites inside a scope, newest first."""
    with store.db.read() as connection:
        return reader.read_plans(connection, scope, unit, week, limit)


def read_plan(store: Store, scope: Scope, plan_id: int) -> Plan:
    """The plan of an id; `ScopeDenied` when there is none inside the scope."""
    with store.db.read() as connection:
        found = reader.read_plan(connection, scope, plan_id)
    if found is None:
        raise ScopeDenied(
            say("No plan {plan_id} is known; `wfm plan list` shows them.", plan_id=plan_id)
        )
    return found


def read_plan_documents(store: Store, scope: Scope, plan_id: int) -> tuple[Any, Any]:
    """Problem and solution of a plan as JSON documents, for explaining and exporting it."""
    with store.db.read() as connection:
        found = reader.read_plan_documents(connection, scope, plan_id)
    if found is None:
        raise ScopeDenied(
            say("No plan {plan_id} is known; `wfm plan list` shows them.", plan_id=plan_id)
        )
    return found


def read_draft_lines(store: Store, scope: Scope, plan_id: int) -> tuple[DraftLine, ...]:
    """The changes by hand of a plan, undone ones and their undoing among them, in their order."""
    with store.db.read() as connection:
        return reader.read_draft_lines(connection, scope, plan_id)
