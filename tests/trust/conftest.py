from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_centre import Centre, open_centre


@pytest.fixture(scope="module")
def centre(
    tmp_path_factory: pytest.TempPathFactory, store_url: Callable[..., str]
) -> Iterator[Centre]:
    folder = tmp_path_factory.mktemp("centre")
    opened = open_centre(folder, database_url=store_url(folder))
    yield opened
    opened.store.db.close()


@pytest.fixture
def fresh(tmp_path: Path, store_url: Callable[..., str]) -> Iterator[Centre]:
    """A centre of the test's own, to change."""
    opened = open_centre(tmp_path, database_url=store_url(tmp_path))
    yield opened
    opened.store.db.close()
