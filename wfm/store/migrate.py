"""Bringing a database to the current schema."""

from __future__ import annotations

from wfm.store.audit_triggers import create_audit_triggers
from wfm.store.database import Database
from wfm.store.schema import metadata, store_state


def upgrade(db: Database) -> None:
    """The database brought to the newest schema; nothing happens when it is there already."""
    with db.write() as connection:
        metadata.create_all(connection)
        create_audit_triggers(connection)
        if connection.execute(store_state.select()).first() is None:
            connection.execute(store_state.insert(), {"one": 1, "generation": 0})
