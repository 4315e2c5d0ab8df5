"""Columns of fact files in memory: each file read once, the least used dropped first."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from functools import lru_cache
from pathlib import Path
from zlib import crc32

import polars as pl

from wfm.facts.schema import Dtype
from wfm.store.manifest import FactFile

CACHE_BYTES = 256 * 1024 * 1024
BLOCK = 8  # files of a block on average
FEW = 64  # rows of a large span are kept when they fill less than this part of the cache
LIVE = 2  # newest files of a span, which are built again and again
SPARED_S = 60.0  # what no newer state names is kept for those who still look at an older one
Columns = Mapping[str, Dtype]


class FrameCache:
    """Columns by the files they came from, bounded in bytes; safe between threads.

    A file written before a measure existed has no column of it: the measure is unknown there, and
    its count of knowing cells is 0.
    """

    def __init__(self, root: Path, limit_bytes: int = CACHE_BYTES) -> None:
        self._root, self._limit = root, limit_bytes
        self._frames: OrderedDict[Hashable, tuple[pl.DataFrame, Sequence[str]]] = OrderedDict()
        self._bytes = 0
        self._newest: tuple[Hashable, object] | None = None
        self._told: dict[str, float] = {}
        self._builds: dict[str, dict[int, tuple[FactFile, ...]]] = {}
        self._lock = threading.Lock()

    @property
    def root(self) -> Path:
        """The folder of the files."""
        return self._root

    def path(self, file: str) -> Path:
        """Where a file of the manifest lies."""
        return self._root / file

    def frame(self, files: Sequence[str], columns: Columns | None = None) -> pl.DataFrame:
        """Columns of some files of one table, all by default, in the order of the files.

        Files are kept in blocks that any span of days shares with the others, and the newest ones
        singly: a new build of today costs the reading of one file and not of a year.
        """
        if columns is None:
            return pl.concat([self._whole(file) for file in files])
        parts = [self._block(block, columns) for block in blocks(files)]
        if not parts:
            return pl.DataFrame(schema=columns)
        return parts[0] if len(parts) == 1 else pl.concat(parts, rechunk=False)

    def _block(self, key: tuple[str, ...], columns: Columns) -> pl.DataFrame:
        kept = self._kept(key)
        missing = {
            name: dtype for name, dtype in columns.items()
            if kept is None or name not in kept.columns
        }  # fmt: skip
        if missing:
            # A read may run twice when two threads want it at once; both get the same rows.
            fresh = self.scan(key, missing).collect().rechunk()
            kept = fresh if kept is None else kept.hstack(fresh)
            self._keep(key, kept, key)
        # A selection by names alone takes no query plan, which costs more than the rest.
        return pl.DataFrame(schema=columns) if kept is None else kept[[*columns]]

    def builds_of(self, database: str) -> dict[int, tuple[FactFile, ...]]:
        """Files by build as read so far from a database, for `snapshot` to add to."""
        return self._builds.setdefault(database, {})

    def remembered(self, mark: Hashable, make: Callable[[], object]) -> object:
        """What was made for the newest mark; made again when the mark is another."""
        with self._lock:
            if self._newest is not None and self._newest[0] == mark:
                return self._newest[1]
        made = make()
        with self._lock:
            self._newest = (mark, made)
        return made

    def made(
        self, key: Hashable, files: Sequence[str], make: Callable[[], pl.DataFrame]
    ) -> pl.DataFrame:
        """What was made of files, which never change, kept under a key and their names."""
        asked = (key, tuple(files))
        found = self._kept(asked)
        if found is None:
            found = make()
            self._keep(asked, found, files)
        return found

    def lately(self, names: Iterable[str]) -> Set[str]:
        """The names that are told now, and those told within the last minute.

        Of files and marks of the facts: pages share a state for some seconds, others have gone on.
        """
        now = time.monotonic()
        with self._lock:
            self._told.update(dict.fromkeys(names, now))
            self._told = {name: at for name, at in self._told.items() if now - at < SPARED_S}
            return self._told.keys()

    def forget(self, alive: Set[str]) -> None:
        """What other files gave is given up: today is built again all the time, and its old files
        would fill the memory before anything else."""
        with self._lock:
            for key in [k for k, (_, files) in self._frames.items() if not alive >= set(files)]:
                frame, _ = self._frames.pop(key)
                self._bytes -= int(frame.estimated_size())

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
        told = tuple(c.meta.serialize() for c in conditions)
        spans = (tuple(files[:-LIVE]), *((file,) for file in files[-LIVE:]))
        parts = [self._rows(span, columns, conditions, told) for span in spans if span]
        return pl.concat(parts) if parts else pl.DataFrame(schema=columns)

    def _rows(
        self, files: tuple[str, ...], columns: Columns, conditions: Sequence[pl.Expr],
        told: tuple[bytes, ...],
    ) -> pl.DataFrame:  # fmt: skip
        asked = (files, tuple(columns), told)
        found = self._kept(asked)
        if found is None:
            rows = self.scan(files, columns).filter(*conditions)
            found = rows.collect(engine="streaming").rechunk()
            if found.estimated_size() * FEW <= self._limit:
                self._keep(asked, found, files)
        return found

    def _whole(self, file: str) -> pl.DataFrame:
        frame = self._kept(("", file))
        if frame is None:
            frame = pl.read_parquet(self._root / file, glob=False)
            self._keep(("", file), frame, (file,))
        return frame

    def _kept(self, key: Hashable) -> pl.DataFrame | None:
        with self._lock:
            if key not in self._frames:
                return None
            self._frames.move_to_end(key)
            return self._frames[key][0]

    def _keep(self, key: Hashable, frame: pl.DataFrame, files: Sequence[str]) -> None:
        size = int(frame.estimated_size())
        with self._lock:
            before = self._frames.pop(key, None)
            if before is not None:
                self._bytes -= int(before[0].estimated_size())
            if size > self._limit:
                return
            self._frames[key] = (frame, files)
            self._bytes += size
            while self._bytes > self._limit:
                _, (dropped, _) = self._frames.popitem(last=False)
                self._bytes -= int(dropped.estimated_size())


def blocks(files: Sequence[str]) -> list[tuple[str, ...]]:
    """Runs of files that end where a file's own name says so, whatever span they are part of.

    So a month and the quarter it lies in share what they read. The newest files are runs of one.
    """
    found: list[tuple[str, ...]] = []
    run: list[str] = []
    for file in files[:-LIVE]:
        run.append(file)
        if crc32(file.encode()) % BLOCK == 0:
            found.append(tuple(run))
            run = []
    # What is open yet would be read again with each day that is added to it.
    return [*found, *((file,) for file in (*run, *files[-LIVE:]))]


@lru_cache(maxsize=8)
def frames_of(root: Path) -> FrameCache:
    """The one cache of a data folder in this process."""
    return FrameCache(root)
