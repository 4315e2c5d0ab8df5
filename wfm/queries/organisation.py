"""The organisation for pages and commands."""

from __future__ import annotations

from wfm.domain.organisation import Organisation
from wfm.domain.scope import Scope
from wfm.store.readers import organisation
from wfm.store.store import Store


def read_organisation(store: Store, scope: Scope) -> Organisation:
    """Units, people and queues inside a scope, with the units above it."""
    with store.db.read() as connection:
        return organisation.read_organisation(connection, scope)
