"""A restore tried out: what was taken, put back elsewhere and compared, to the last row."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from wfm.store.backup import Manifest, Watcher, make_backup
from wfm.store.dump import dump_tables
from wfm.store.restore import restore_backup
from wfm.store.store import Store


@dataclass(frozen=True)
class Drill:
    """What a drill found: the tables that differ are named, and none is what one hopes for."""

    manifest: Manifest
    restored: Store
    differing: tuple[str, ...]
    backup_s: float
    restore_s: float


def drill(
    store: Store, folder: Path, url: str, *, made_at: int, program: str,
    watch: Watcher = lambda *_: None,
) -> Drill:  # fmt: skip
    """A backup into `folder/backup`, restored into `folder/data` and a database, then compared.

    The rows of every table are written out again from the restored database and their hashes held
    against the backup's; the files were compared by hash when they were put back.
    """
    began = time.monotonic()
    manifest = make_backup(store, folder / "backup", made_at=made_at, program=program, watch=watch)
    backed_up = time.monotonic()
    _, restored = restore_backup(folder / "backup", url, folder / "data", watch)
    done = time.monotonic()
    with restored.db.read() as connection:
        again = {table.name: table for table in dump_tables(connection, folder / "again")}
    differing = tuple(
        table.name
        for table in manifest.tables
        if table.name not in again or again[table.name].text_sha256 != table.text_sha256
    )
    return Drill(manifest, restored, differing, backed_up - began, done - backed_up)
