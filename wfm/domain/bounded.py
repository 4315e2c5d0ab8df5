"""A memory of bounded size: what was used longest ago goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class Bounded(Generic[Value]):
    """Values by key, each with its size, of at most so much together; safe between threads."""

    def __init__(self, most: int) -> None:
        self._most, self._size = most, 0
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """The value of a key, now the last used; None when there is none."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """The value kept in place of an older one of the key; not at all when it is too large."""
        with self._lock:
            _, gone = self._kept.pop(key, (None, 0))
            self._size -= gone
            if size > self._most:
                return
            self._kept[key] = (value, size)
            self._size += size
            while self._size > self._most:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._size -= dropped

    def made(self, key: Hashable, make: Callable[[], Value], size: Callable[[Value], int]) -> Value:
        """The value of a key, made and kept where there is none; two threads may both make it."""
        found = self.get(key)
        if found is None:
            found = make()
            self.put(key, found, size(found))
        return found

    def forget(self, dead: Callable[[Any], bool]) -> None:
        """Values of keys that nobody will ask for again given up, so that they take no room."""
        with self._lock:
            for key in [key for key in self._kept if dead(key)]:
                _, size = self._kept.pop(key)
                self._size -= size
