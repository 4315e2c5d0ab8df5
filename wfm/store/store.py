"""The store as one value: its database and its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wfm.store.database import Database
from wfm.store.files import FileStore
from wfm.store.migrate import make_ready, upgrade


@dataclass(frozen=True)
class Store:
    """SQL records and immutable files that belong together."""

    db: Database
    files: FileStore


def open_store(url: str, data_dir: Path, *, follow: bool = False) -> Store:
    """The store at a URL and folder, made if it is missing.

    An older schema is refused, as an upgrade wants a backup first; with `follow`, for data that
    can be made again, it is upgraded at once.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    db = Database(url)
    if follow:
        upgrade(db)
    else:
        make_ready(db)
    return Store(db, FileStore(data_dir.absolute()))
