"""Fact files in memory: each immutable file read once, the least used dropped first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import polars as pl

CACHE_BYTES = 256 * 1024 * 1024


class FrameCache:
    """Frames by the files they came from, bounded in bytes; safe between threads."""

    def __init__(self, root: Path, limit_bytes: int = CACHE_BYTES) -> None:
        self._root, self._limit = root, limit_bytes
        self._frames: OrderedDict[tuple[str, ...], pl.DataFrame] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def frame(self, files: Sequence[str]) -> pl.DataFrame:
        """The rows of some files of one table, in the order of the files."""
        key = tuple(files)
        with self._lock:
            if key in self._frames:
                self._frames.move_to_end(key)
                return self._frames[key]
        # A read may run twice when two threads want it at once; both get the same rows.
        if len(key) == 1:
            frame = pl.read_parquet(self._root / key[0])
        else:
            frame = pl.concat([self.frame([file]) for file in key])
        self._keep(key, frame)
        return frame

    def _keep(self, key: tuple[str, ...], frame: pl.DataFrame) -> None:
        size = int(frame.estimated_size())
        with self._lock:
            if key in self._frames or size > self._limit:
                return
            self._frames[key] = frame
            self._bytes += size
            while self._bytes > self._limit:
                _, dropped = self._frames.popitem(last=False)
                self._bytes -= int(dropped.estimated_size())


@lru_cache(maxsize=8)
def frames_of(root: Path) -> FrameCache:
    """The one cache of a data folder in this process."""
    return FrameCache(root)
