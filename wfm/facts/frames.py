"""Columns of fact files in memory: each file read once, the least used dropped first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import polars as pl

from wfm.facts.schema import Dtype

CACHE_BYTES = 256 * 1024 * 1024
Columns = Mapping[str, Dtype]


class FrameCache:
    """Columns by the files they came from, bounded in bytes; safe between threads.

    A file written before a measure existed has no column of it: the measure is unknown there, and
    its count of knowing cells is 0.
    """

    def __init__(self, root: Path, limit_bytes: int = CACHE_BYTES) -> None:
        self._root, self._limit = root, limit_bytes
        self._frames: OrderedDict[tuple[str, ...], pl.DataFrame] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def frame(self, files: Sequence[str], columns: Columns | None = None) -> pl.DataFrame:
        """The rows of some files of one table, in the order of the files; all columns by default.

        Files are kept one by one; use `piece` for files that are always asked for together.
        """
        if columns is not None:
            return pl.concat([self.piece((file,), columns) for file in files])
        return pl.concat([self._whole(file) for file in files])

    def piece(self, files: tuple[str, ...], columns: Columns) -> pl.DataFrame:
        """The asked columns of files that are kept as one frame."""
        with self._lock:
            kept = self._frames.get(files)
            if kept is not None:
                self._frames.move_to_end(files)
        missing = {
            name: dtype for name, dtype in columns.items()
            if kept is None or name not in kept.columns
        }  # fmt: skip
        if missing:
            # A read may run twice when two threads want it at once; both get the same rows.
            fresh = self.scan(files, missing).collect().rechunk()
            kept = fresh if kept is None else kept.hstack(fresh)
            self._keep(files, kept)
        return kept.select(*columns) if kept is not None else pl.DataFrame(schema=columns)

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

    def _whole(self, file: str) -> pl.DataFrame:
        key = ("", file)
        with self._lock:
            kept = self._frames.get(key)
            if kept is not None:
                self._frames.move_to_end(key)
                return kept
        frame = pl.read_parquet(self._root / file, glob=False)
        self._keep(key, frame)
        return frame

    def _keep(self, key: tuple[str, ...], frame: pl.DataFrame) -> None:
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
