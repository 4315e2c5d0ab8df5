"""Options of the suite: the seed of the acceptance centres, and real data if there are any."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--centre-seed", type=int, help="seed of the simulated centres, else drawn")
    parser.addoption("--real-data", type=Path, help="folder of a real bank's generic files")


def pytest_configure(config: pytest.Config) -> None:
    # Drawn once and handed on to the workers of pytest-xdist with the other options.
    if config.option.centre_seed is None:
        config.option.centre_seed = secrets.randbelow(1_000_000)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    seed = terminalreporter.config.option.centre_seed
    terminalreporter.write_line(f"Acceptance centres of seed {seed}; again: --centre-seed {seed}")
