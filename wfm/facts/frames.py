"""Columns of fact files in memory: each file read once, the least used dropped first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import polars as pl

from wfm.domain.bounded import IDLE_S, Bounded
from wfm.facts.schema import Dtype
from wfm.store.manifest import FactFile

CACHE_BYTES = 256 * 1024 * 1024
BLOCK = 8  # files of a block on average
FEW = 64  # rows of a large span are kept when they fill less than this part of the cache
LIVE = 2  # newest files of a span, which are built again and again
SPARED_S = 60.0  # what no newer state names is kept for those who still look at an older one
Columns = Mapping[str, Dtype]


class _Frame(NamedTuple):
    """Rows kept, and the files they came from."""

    frame: pl.DataFrame
    files: Sequence[str]

    def size(self) -> int:
        """Bytes of the rows."""
        return int(self.frame.estimated_size())


class FrameCache:
    """Columns by the files they came from, bounded in bytes; safe between threads.

    A file written before a measure existed has no column of it: the measure is unknown there, and
    its count of knowing cells is 0.
    """

    def __init__(self, root: Path, limit_bytes: int = CACHE_BYTES) -> None:
        self._root, self._limit = root, limit_bytes
        self._frames = Bounded[_Frame](limit_bytes, IDLE_S)
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
        def read() -> _Frame:
            """The block with at least these columns, those that nobody has read yet from files."""
            kept = self._frames.get(key)
            known = set() if kept is None else set(kept.frame.columns)
            missing = {name: dtype for name, dtype in columns.items() if name not in known}
            fresh = self.scan(key, missing).collect().rechunk()
            return _Frame(fresh if kept is None else kept.frame.hstack(fresh), key)

        found = self._frames.made(
            key, read, _Frame.size, holds=lambda one: columns.keys() <= set(one.frame.columns)
        )
        # A selection by names alone takes no query plan, which costs more than the rest.
        return found.frame[[*columns]]

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
        return self._frames.made(asked, lambda: _Frame(make(), files), _Frame.size).frame

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
        self._frames.forget(lambda _, one: not alive >= set(one.files))

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
        def read() -> _Frame:
            rows = self.scan(files, columns).filter(*conditions)
            return _Frame(rows.collect(engine="streaming").rechunk(), files)

        def size(one: _Frame) -> int:
            """More than there is room for where the span is not to be kept."""
            return taken if (taken := one.size()) * FEW <= self._limit else self._limit + 1

        return self._frames.made((files, tuple(columns), told), read, size).frame

    def _whole(self, file: str) -> pl.DataFrame:
        def read() -> _Frame:
            return _Frame(pl.read_parquet(self._root / file, glob=False), (file,))

        return self._frames.made(("", file), read, _Frame.size).frame


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
