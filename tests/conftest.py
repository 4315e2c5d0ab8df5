"""What holds for the whole suite: its options, and which tests share a worker."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

# Folders whose tests share one expensive centre: each is run by one worker of pytest-xdist.
TOGETHER = ("browser", "dashboards")

# How long one example may take says nothing on a machine that does other work too.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--centre-seed", type=int, help="seed of the simulated centres, else drawn")
    parser.addoption("--real-data", type=Path, help="folder of a real bank's generic files")


def pytest_configure(config: pytest.Config) -> None:
    # Drawn once and handed on to the workers of pytest-xdist with the other options.
    if config.option.centre_seed is None:
        config.option.centre_seed = secrets.randbelow(1_000_000)


class ByCentre(LoadFileScheduling):
    """A file's tests stay on one worker, and so do those of folders that share a centre."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        folder = Path(file).parent.name
        return folder if folder in TOGETHER else file


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByCentre:
    return ByCentre(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    seed = terminalreporter.config.option.centre_seed
    terminalreporter.write_line(f"Acceptance centres of seed {seed}; again: --centre-seed {seed}")
