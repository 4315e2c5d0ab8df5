from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_centre import Centre, open_centre


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    opened = open_centre(tmp_path_factory.mktemp("centre"))
    yield opened
    opened.store.db.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Centre]:
    """A centre of the test's own, to change."""
    opened = open_centre(tmp_path)
    yield opened
    opened.store.db.close()
