"""Kinds of planned time as this centre has them."""

from __future__ import annotations

from wfm.domain.activities import Activity
from wfm.store.readers.rules import activity_codes
from wfm.store.store import Store


def activities_known(store: Store) -> tuple[Activity, ...]:
    """Every activity code with its category, by code: `lunch` is a meal."""
    with store.db.read() as connection:
        return activity_codes(connection)
