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


def newest_mark(connection: Connection) -> tuple[int | None, int | None]:
    """What differs after each delivery and after each action: whatever is written, one records it.

    Facts are built from these, so what is read of facts hangs on their generation instead.
    """
    asked = (select(func.max(delivery.c.delivery_id)), select(func.max(audit.c.seq)))
    newest, deed = connection.execute(select(*(one.scalar_subquery() for one in asked))).one()
    return newest, deed


def newest_deed(connection: Connection) -> int:
    """What differs after each action."""
    return connection.scalar(select(func.max(audit.c.seq))) or 0
