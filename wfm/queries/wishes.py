"""What people would like, for pages."""

from __future__ import annotations

from wfm.domain.scope import Scope
from wfm.store.readers import wishes as reader
from wfm.store.readers.wishes import KnownWish
from wfm.store.store import Store

__all__ = ["KnownWish", "read_wishes"]


def read_wishes(store: Store, scope: Scope) -> dict[str, KnownWish]:
    """The wishes of the people inside a scope, by person."""
    with store.db.read() as connection:
        return reader.read_wishes(connection, scope)
