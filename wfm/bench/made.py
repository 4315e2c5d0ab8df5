"""Stores of generated data, kept for the next run as long as this program can read them."""

from __future__ import annotations

import shutil
from pathlib import Path

from wfm.domain.errors import OldSchema
from wfm.store.store import Store, open_store


def open_made(folder: Path, name: str = "bench.sqlite") -> Store:
    """The store of a folder of generated data; what an older program made is thrown away."""
    url = f"sqlite:///{folder / name}"
    try:
        return open_store(url, folder)
    except OldSchema:
        shutil.rmtree(folder)
        return open_store(url, folder)
