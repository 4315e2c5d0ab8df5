"""Shifts as pages and the API show them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from wfm.domain.schedules import Shift
from wfm.domain.scope import Scope
from wfm.store.readers import schedules as reader
from wfm.store.readers.schedules import Layer
from wfm.store.store import Store


def read_shifts(
    store: Store,
    scope: Scope,
    first: date,
    end: date,
    layer: Layer = "current",
    known_at: int | None = None,
) -> tuple[Shift, ...]:
    """Shifts that start on days from `first` up to, not including, `end`, inside a scope."""
    with store.db.read() as connection:
        return reader.read_shifts(connection, scope, first, end, layer, known_at)


def shifts_in(history: Iterable[Shift], layer: Layer = "current") -> tuple[Shift, ...]:
    """The shifts of one layer of a history, as `read_shifts` gives them."""
    return reader.chosen_shifts(history, layer)


def read_shift_history(store: Store, scope: Scope, first: date, end: date) -> tuple[Shift, ...]:
    """Every version of those shifts, in order of agent, day and sequence."""
    with store.db.read() as connection:
        return reader.read_shift_history(connection, scope, first, end)


def read_changed_history(store: Store, scope: Scope, first: date, end: date) -> tuple[Shift, ...]:
    """Every version of those shifts that were changed after publication, in the same order."""
    with store.db.read() as connection:
        return reader.read_changed_history(connection, scope, first, end)


def week_mark(store: Store, scope: Scope, first: date, end: date) -> str:
    """A mark of all versions of those days' shifts, to tell later whether somebody was quicker."""
    with store.db.read() as connection:
        return reader.week_mark(connection, scope, first, end)
