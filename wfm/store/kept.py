"""What a process makes of the store once and keeps while a mark of the store is the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, func, select

from wfm.store.database import kept_of
from wfm.store.schema import audit, delivery

Made = TypeVar("Made")
MOST = 64
NO_DEEDS = ("login", "login.failure", "export")  # lines of the audit that say who looked


@dataclass(frozen=True)
class _Group:
    """Values of one kind by key, each with its mark, and a lock for each that is being made."""

    found: dict[Hashable, tuple[object, Any]] = field(default_factory=dict)
    locks: dict[Hashable, threading.Lock] = field(default_factory=dict)


def kept_value(
    connection: Connection, kind: str, key: Hashable, mark: object, make: Callable[[], Made],
    most: int = MOST,
) -> Made:  # fmt: skip
    """What `make` gave for the key and the newest mark; made anew where the mark is another.

    Threads that ask for the same at once wait for the one that makes it. In a transaction that
    writes it is made each time. Of each kind the `most` that were made last are kept.
    """
    kept = kept_of(connection)
    if kept is None:
        return make()
    group: _Group = kept.setdefault(f"kept {kind}", _Group())
    found = group.found.get(key)
    if found is None or found[0] != mark:
        with group.locks.setdefault(key, threading.Lock()):
            found = group.found.get(key)
            if found is None or found[0] != mark:
                found = group.found[key] = (mark, make())
                if len(group.found) > most:
                    oldest = next(iter(group.found))
                    group.found.pop(oldest, None)
                    group.locks.pop(oldest, None)
    made: Made = found[1]
    return made


def newest_mark(connection: Connection) -> tuple[int | None, int]:
    """What differs after each delivery and after each deed: whatever is written, one records it.

    Facts are built from these, so what is read of facts hangs on their generation instead.
    """
    asked = (select(func.max(delivery.c.delivery_id)), select(func.max(audit.c.seq)))
    newest, line = connection.execute(select(*(one.scalar_subquery() for one in asked))).one()
    return newest, deed_up_to(connection, line)


def newest_deed(connection: Connection) -> int:
    """What differs after each deed."""
    return deed_up_to(connection, connection.scalar(select(func.max(audit.c.seq))))


def deed_up_to(connection: Connection, newest: int | None) -> int:
    """The newest line of the audit that tells of a deed, `newest` being the last; 0 before any.

    Who signs in or takes a table along is noted there too, and no page but the log itself shows
    anything else after it: else everything would be read anew for everybody while a shift begins.
    """
    last, kept = newest or 0, kept_of(connection)
    line, deed = (0, 0) if kept is None else kept.get("deed", (0, 0))
    if line == last:
        return int(deed)
    if line > last:  # an older snapshot than the one that was looked at last
        line, deed, kept = 0, 0, None
    told = select(func.max(audit.c.seq)).where(
        audit.c.seq > line, audit.c.seq <= last, audit.c.action.not_in(NO_DEEDS)
    )
    found = connection.scalar(told) or deed
    if kept is not None:
        kept["deed"] = (last, found)
    return int(found)
