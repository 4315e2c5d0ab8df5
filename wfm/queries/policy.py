"""What plans weigh and which shifts are pinned, as pages and commands show it."""

from __future__ import annotations

from datetime import date

from wfm.domain.scope import Scope
from wfm.store.readers import policy as reader
from wfm.store.readers.policy import PolicyState
from wfm.store.store import Store

__all__ = ["PolicyState", "read_pins", "read_policy"]


def read_policy(store: Store, scope: Scope) -> PolicyState:
    """The planning policy in force at a scope's site."""
    with store.db.read() as connection:
        return reader.read_policy(connection, scope)


def read_pins(store: Store, scope: Scope, first: date, end: date) -> frozenset[tuple[str, date]]:
    """Agents and days from `first` to before `end` whose shift a new plan leaves as it is."""
    with store.db.read() as connection:
        return reader.read_pins(connection, scope, first, end)
