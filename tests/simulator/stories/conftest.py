"""One centre with its stories for all proofs: small and of seed 7, or as the options say."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from story_files import EventFiles, written

SMALL_DAYS, ALL_DAYS = 36, 93


@pytest.fixture(scope="session")
def size(pytestconfig: pytest.Config) -> str:
    return str(pytestconfig.option.story_size)


@pytest.fixture(scope="session")
def files(
    size: str, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> EventFiles:
    """The newest weeks of a small centre; of a larger one all thirteen."""
    days = SMALL_DAYS if size == "small" else ALL_DAYS
    return written(tmp_path_factory.mktemp("events"), size, pytestconfig.option.story_seed, days)
