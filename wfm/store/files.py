"""Immutable Parquet files under the data folder: written once, named by content, never changed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

ROW_GROUP = 65_536


@dataclass(frozen=True)
class StoredFile:
    """A file that is safely on disk: path relative to the data folder, content hash, rows."""

    file: str
    content_hash: str
    rows: int


@dataclass(frozen=True)
class FileStore:
    """The folder of immutable files; paths in the manifest are relative, so that it can move."""

    root: Path

    def path(self, file: str) -> Path:
        """The absolute path of a manifest path."""
        return self.root / file

    def write_frame(self, frame: pl.DataFrame, folder: str) -> StoredFile:
        """A frame written as Parquet below `folder`: temporary name, fsync, rename, folders fsync.

        The name is the content's hash, so a second writer of the same bytes changes nothing. What
        is returned outlives a power cut, also where another writer's rename or new folder is not
        yet on disk.
        """
        target_dir = self.root / folder
        target_dir.mkdir(parents=True, exist_ok=True)
        temporary = target_dir / f".{uuid.uuid4().hex}.tmp"
        try:
            frame.write_parquet(
                temporary, compression="zstd", compression_level=1, row_group_size=ROW_GROUP
            )
            digest = _hash_and_sync(temporary)
            final = target_dir / f"{digest[:32]}.parquet"
            if not final.exists():
                os.replace(temporary, final)
            else:
                os.utime(final)  # wanted again: too young to be collected as garbage
            self._sync_names(target_dir)
        finally:
            temporary.unlink(missing_ok=True)
        return StoredFile(f"{folder}/{final.name}", digest, frame.height)

    def _sync_names(self, folder: Path) -> None:
        """The names of the folder's files, and of it and the folders above it, safe on disk.

        That a folder is there does not say so: another writer may have made it an instant ago.
        """
        while True:
            _sync_folder(folder)
            if folder == self.root:
                return
            folder = folder.parent

    def make_young(self, files: Iterable[str]) -> None:
        """Files that are about to be replaced are kept for those who still read them."""
        for file in files:
            with contextlib.suppress(FileNotFoundError):
                os.utime(self.path(file))


def _hash_and_sync(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(1 << 20):
            digest.update(chunk)
        os.fsync(handle.fileno())
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
