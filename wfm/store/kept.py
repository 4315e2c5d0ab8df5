"""What a process makes of the store once and keeps while a mark of the store is the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import TypeVar

from sqlalchemy import Connection, func, select

from wfm.store.database import kept_of
from wfm.store.schema import audit, delivery

Made = TypeVar("Made")
MOST = 64
_LOCKS = "locks"


def kept_value(
    connection: Connection, key: Hashable, mark: Hashable, make: Callable[[], Made]
) -> Made:
    """What `make` gave for the key and the newest mark; made anew where the mark is another.

    Threads that ask for the same at once wait for the one that makes it. In a transaction that
    writes it is made each time.
    """
    kept = kept_of(connection)
    if kept is None:
        return make()
    name = repr(key)
    found = kept.get(name)
    if found is not None and found[0] == mark:
        return found[1]  # type: ignore[no-any-return]
    lock = kept.setdefault(_LOCKS, {}).setdefault(name, threading.Lock())
    with lock:
        found = kept.get(name)
        if found is None or found[0] != mark:
            found = kept[name] = (mark, make())
            if len(kept) > MOST:
                kept.pop(next(iter(kept)), None)
    return found[1]


def newest_mark(connection: Connection) -> Hashable:
    """What differs after each delivery and each action: whatever is written, one of them records.

    Facts are built from these, so what is read of facts hangs on their generation instead.
    """
    asked = (select(func.max(delivery.c.delivery_id)), select(func.max(audit.c.seq)))
    return tuple(connection.execute(select(*(one.scalar_subquery() for one in asked))).one())
