"""One told centre for all tests of insights: two stories are in it and two are left out."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from told_centre import Told, drawn, tell

PAIRS = (("S1", "S3"), ("S2", "S4"))


@pytest.fixture(scope="session")
def pair(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The two stories that are left out, by the seed of this run."""
    return PAIRS[request.config.option.centre_seed % 2]


@pytest.fixture(scope="session")
def told(
    request: pytest.FixtureRequest, pair: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> Told:
    seed = drawn(request.config.option.centre_seed)
    return tell(tmp_path_factory.mktemp("told"), pair, seed)
