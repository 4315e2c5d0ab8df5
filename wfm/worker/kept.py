"""Answers kept for as long as the key they were made for is asked for.

A key holds all that its answer rests on (versions, marks, counts): a change makes another key.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class KeptAnswers:
    """The last `most` answers by key; of several who ask at once each may make its own."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()

    def of(self, key: tuple[Any, ...], make: Callable[[], Answer]) -> Answer:
        """The answer of a key, made once while it is among the last ones asked for."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                kept: Answer = self._kept[key]
                return kept
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made
