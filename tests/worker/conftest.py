"""A real store in a temporary folder, and the instant that counts as now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wfm.domain.clock import FixedClock
from wfm.store.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path, store_url: Callable[..., str]) -> Store:
    return open_store(store_url(tmp_path), tmp_path / "data")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 10, 12, 9, 0, tzinfo=UTC))
