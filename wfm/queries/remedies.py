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


def read_past_remedies(
    store: Store, scope: Scope, most: int, before_id: int | None = None, kind: str = ""
) -> tuple[Remedy, ...]:
    """The newest remedies inside a scope of any age, `most` at most; those before one, of a kind.

    Those before number 40 are the ones recorded before it; there are none before one that is not
    inside the scope.
    """
    with store.db.read() as connection:
        return reader.read_past_remedies(connection, scope, most, before_id, kind)


def read_remedy(store: Store, scope: Scope, remedy_id: int) -> Remedy | None:
    """The remedy of a number inside a scope, None when there is none there."""
    with store.db.read() as connection:
        return reader.remedy_by_id(connection, scope, remedy_id)
