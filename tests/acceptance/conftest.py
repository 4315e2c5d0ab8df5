"""The seed that was drawn for this run, shown beside every failure."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    chosen = int(request.config.getoption("--centre-seed"))
    sys.stdout.write(f"Acceptance centre of seed {chosen}; again: --centre-seed {chosen}\n")
    return chosen
