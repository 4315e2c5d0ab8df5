"""A memory of bounded size: what was used longest ago goes first."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class Bounded(Generic[Value]):
    """Values by key, each with its size, of at most so much together; safe between threads.

    With `idle_s` a value that nobody asked for in so many seconds is given up too, so that what is
    kept is what is in use and grows no further when the same people go on.
    """

    def __init__(
        self, most: int, idle_s: float | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._size, self._idle_s, self._now = most, 0, idle_s, now
        self._kept: OrderedDict[Hashable, tuple[Value, int, float]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """The value of a key, now the last used; None when there is none."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            value, size, _ = found
            if self._idle_s is not None:
                self._kept[key] = (value, size, self._now())
            self._kept.move_to_end(key)
            return value

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """The value kept in place of an older one of the key; not at all when it is too large."""
        now = self._now()
        with self._lock:
            self._drop(key)
            if size > self._most:
                return
            self._kept[key] = (value, size, now)
            self._size += size
            while self._size > self._most or self._idle(now):
                self._drop(next(iter(self._kept)))

    def _idle(self, now: float) -> bool:
        """Whether nobody asked in time for what was used longest ago."""
        if self._idle_s is None:
            return False
        return next(iter(self._kept.values()))[2] < now - self._idle_s

    def _drop(self, key: Hashable) -> None:
        _, size, _ = self._kept.pop(key, (None, 0, 0.0))
        self._size -= size

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
                self._drop(key)
