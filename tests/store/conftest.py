from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from store_in_use import fill

from wfm.store.database import Database
from wfm.store.store import Store, open_store


@pytest.fixture(scope="session")
def filled(
    tmp_path_factory: pytest.TempPathFactory, store_url: Callable[..., str]
) -> tuple[Path, str]:
    """A folder with a store in use, closed, and its URL: the pattern of each test's own."""
    folder = tmp_path_factory.mktemp("filled")
    store = open_store(store_url(folder), folder / "data")
    fill(store, folder)
    store.db.close()
    return folder, store.db.url


@pytest.fixture
def used(filled: tuple[Path, str], store_like: Callable[[Path, str], Store]) -> Store:
    """A store in use, of the test's own."""
    return store_like(*filled)


@pytest.fixture
def empty(tmp_path: Path, store_url: Callable[..., str]) -> Database:
    """A database without a table in it."""
    return Database(store_url(tmp_path, template="template0"))
