"""Columns of fact files in memory: each file read once, the least used dropped first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import polars as pl

from wfm.facts.schema import Dtype

CACHE_BYTES = 256 * 1024 * 1024
MANY = 8  # files of a span from which on its settled start is kept apart
FEW = 64  # rows of a large span are kept when they fill less than this part of the cache
LIVE = 2  # newest files of a span, which are built again and again
Columns = Mapping[str, Dtype]


class FrameCache:
    """Columns by the files they came from, bounded in bytes; safe between threads.

    A file written before a measure existed has no column of it: the measure is unknown there, and
    its count of knowing cells is 0.
    """

    def __init__(self, root: Path, limit_bytes: int = CACHE_BYTES) -> None:
        self._root, self._limit = root, limit_bytes
        self._frames: OrderedDict[Hashable, pl.DataFrame] = OrderedDict()
        self._bytes = 0
        self._newest: tuple[Hashable, object] | None = None
        self._lock = threading.Lock()

    def path(self, file: str) -> Path:
        """Where a file of the manifest lies."""
        return self._root / file

    def frame(self, files: Sequence[str], columns: Columns | None = None) -> pl.DataFrame:
        """Columns of some files of one table, all by default, in the order of the files.

        The span of days asked is kept as one frame beside its settled start, so that a new build of
        today costs the reading of one file and not of a year.
        """
        if columns is None:
            return pl.concat([self._whole(file) for file in files])
        key = tuple(files)
        kept = self._kept(key)
        missing = {
            name: dtype for name, dtype in columns.items()
            if kept is None or name not in kept.columns
        }  # fmt: skip
        if missing:
            # A read may run twice when two threads want it at once; both get the same rows.
            fresh = self._read(key, missing)
            kept = fresh if kept is None else kept.hstack(fresh)
            self._keep(key, kept)
        return pl.DataFrame(schema=columns) if kept is None else kept.select(*columns)

    def _read(self, files: tuple[str, ...], columns: Columns) -> pl.DataFrame:
        if len(files) <= MANY:
            return self.scan(files, columns).collect().rechunk()
        settled = self.frame(files[:-LIVE], columns)
        return pl.concat([settled, self.scan(files[-LIVE:], columns).collect()], rechunk=True)

    def remembered(self, mark: Hashable, make: Callable[[], object]) -> object:
        """What was made for the newest mark; made again when the mark is another."""
        with self._lock:
            if self._newest is not None and self._newest[0] == mark:
                return self._newest[1]
        made = make()
        with self._lock:
            self._newest = (mark, made)
        return made

    def scan(self, files: Sequence[str], columns: Columns) -> pl.LazyFrame:
        """The asked columns of files too large to keep, read when collected."""
        found = pl.scan_parquet(
            [self._root / file for file in files],
            schema=dict(columns),
            missing_columns="insert",
            extra_columns="ignore",
            cast_options=pl.ScanCastOptions(integer_cast="upcast"),
            glob=False,
        )
        counts = [name for name in columns if name.startswith(("known:", "cells:"))]
        return found.with_columns(pl.col(counts).fill_null(0)) if counts else found

    def some_rows(
        self, files: Sequence[str], columns: Columns, conditions: Sequence[pl.Expr]
    ) -> pl.DataFrame:
        """The rows that meet conditions, of files too large to keep; read again when dropped.

        One agent's quarters of a month are a thousand rows of millions. Files never change, so
        the same conditions on the same files give the same rows.
        """
        asked = (tuple(files), tuple(columns), *(c.meta.serialize() for c in conditions))
        found = self._kept(asked)
        if found is None:
            rows = self.scan(files, columns).filter(*conditions)
            found = rows.collect(engine="streaming").rechunk()
            if found.estimated_size() * FEW <= self._limit:
                self._keep(asked, found)
        return found

    def _whole(self, file: str) -> pl.DataFrame:
        frame = self._kept(("", file))
        if frame is None:
            frame = pl.read_parquet(self._root / file, glob=False)
            self._keep(("", file), frame)
        return frame

    def _kept(self, key: Hashable) -> pl.DataFrame | None:
        with self._lock:
            if key in self._frames:
                self._frames.move_to_end(key)
            return self._frames.get(key)

    def _keep(self, key: Hashable, frame: pl.DataFrame) -> None:
        size = int(frame.estimated_size())
        with self._lock:
            before = self._frames.pop(key, None)
            if before is not None:
                self._bytes -= int(before.estimated_size())
            if size > self._limit:
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
