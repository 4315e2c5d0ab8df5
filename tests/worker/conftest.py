"""A real store in a temporary folder, and the instant that counts as now."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from wfm.domain.clock import FixedClock
from wfm.store.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path / 'muster.sqlite'}", tmp_path / "data")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 10, 12, 9, 0, tzinfo=UTC))
