"""Remedies as pages show them: what waits, what was done, and what a wished change would touch."""

from __future__ import annotations

from wfm.domain.remedies import Remedy
from wfm.domain.scope import Scope
from wfm.store.readers import remedies as reader
from wfm.store.store import Store


def read_remedies(store: Store, scope: Scope, since_at: int) -> tuple[Remedy, ...]:
    """Remedies inside a scope opened since an instant, what is still open first, newest first."""
    with store.db.read() as connection:
        found = reader.read_remedies(connection, scope, since_at)
    return tuple(sorted(found, key=lambda one: not one.is_open))


def read_remedy(store: Store, scope: Scope, remedy_id: int) -> Remedy | None:
    """The remedy of a number inside a scope, None when there is none there."""
    with store.db.read() as connection:
        return reader.remedy_by_id(connection, scope, remedy_id)
