"""A memory of bounded size: what was used longest ago goes first, and nobody makes it twice."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")
# What nobody asked for in so long is made again when somebody does. A page that is looked at is
# drawn anew each minute, so what it needs is asked for in time; what one reader passed by goes.
IDLE_S = 90.0


@dataclass
class _Turn:
    lock: threading.Lock = field(default_factory=threading.Lock)
    waiting: int = 0


class Turns:
    """One maker of a key at a time: who wants the same meanwhile waits, and then finds it made.

    Eight readers who ask for the same new figures would else work them out eight times, each of
    them eight times as long.
    """

    def __init__(self) -> None:
        self._open = dict[Hashable, _Turn]()
        self._lock = threading.Lock()

    @contextmanager
    def of(self, key: Hashable) -> Iterator[None]:
        """The turn of this thread at a key; look again, when it has come, whether it is made."""
        with self._lock:
            turn = self._open.setdefault(key, _Turn())
            turn.waiting += 1
        try:
            with turn.lock:
                yield
        finally:
            with self._lock:
                turn.waiting -= 1
                if not turn.waiting:
                    del self._open[key]


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
        self.turns = Turns()

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

    def made(
        self, key: Hashable, make: Callable[[], Value], size: Callable[[Value], int],
        holds: Callable[[Value], bool] = lambda _: True,
    ) -> Value:  # fmt: skip
        """The value of a key; made and kept where there is none, or none that `holds`.

        Threads that ask at once wait for the first of them.
        """
        found = self.get(key)
        if found is None or not holds(found):
            with self.turns.of(key):
                found = self.get(key)
                if found is None or not holds(found):
                    found = make()
                    self.put(key, found, size(found))
        return found

    def forget(self, dead: Callable[[Any, Value], bool]) -> None:
        """Keys and values that nobody will ask for again given up, so that they take no room."""
        with self._lock:
            for key in [key for key, (value, _, _) in self._kept.items() if dead(key, value)]:
                self._drop(key)
