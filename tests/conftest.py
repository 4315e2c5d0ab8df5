"""What holds for the whole suite: its options, and which tests share a worker."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy.engine import make_url
from xdist.scheduler import LoadFileScheduling

sys.path.insert(0, str(Path(__file__).parent))

import postgres_server

# Left there, the folder tests/kpis would pass for the package kpis.
sys.path.remove(str(Path(__file__).parent))

from wfm.store.database import Database
from wfm.store.files import FileStore
from wfm.store.migrate import upgrade
from wfm.store.store import Store

# Folders whose tests share one expensive centre: each is run by one worker of pytest-xdist.
TOGETHER = ("dashboards",)

# Files whose behaviour rests on SQL: their tests run on both databases.
ON_BOTH_DATABASES = (
    "actions/test_offers.py",
    "actions/test_remedies.py",
    "actions/test_wishes.py",
    "actions/test_targets.py",
    "store/test_backup.py",
    "store/test_keep_commands.py",
    "store/test_landed.py",
    "store/test_migrations.py",
    "facts/test_rebuild.py",
    "forecasting/test_plan_versions.py",
    "ingest/test_bad_csv.py",
    "ingest/test_load.py",
    "ingest/test_queue_log.py",
    "kpis/test_query.py",
    "kpis/test_targets.py",
    "store/test_writers.py",
    "trust/test_audit_chain.py",
    "trust/test_product_doors.py",
    "trust/test_t03_matrix.py",
    "trust/test_t07_revoke.py",
    "worker/test_day_tools.py",
    "worker/test_draft_edits.py",
    "worker/test_jobs.py",
    "worker/test_loop.py",
    "worker/test_plan_jobs.py",
    "worker/test_planning.py",
)

# How long one example may take says nothing on a machine that does other work too.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--centre-seed", type=int, help="seed of the simulated centres, else drawn")
    parser.addoption("--story-size", default="small", help="size of the centre with stories")
    parser.addoption("--story-seed", type=int, default=7, help="seed of the centre with stories")
    parser.addoption("--every-look", action="store_true", help="axe at each width and scheme")
    parser.addoption("--real-data", type=Path, help="folder of a real bank's generic files")


def pytest_configure(config: pytest.Config) -> None:
    # Drawn once, and handed on to the workers of pytest-xdist, so that the seed told is theirs.
    handed = getattr(config, "workerinput", {}).get("centre_seed")
    if handed is not None:
        config.option.centre_seed = handed
    elif config.option.centre_seed is None:
        config.option.centre_seed = secrets.randbelow(1_000_000)
    if not hasattr(config.option, "postgres_folder"):
        # Short, because the path of a socket may have 107 bytes; made when it is first needed.
        config.option.postgres_folder = f"/tmp/muster-pg-{secrets.token_hex(6)}"
        config.option.postgres_for = os.getpid()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["centre_seed"] = node.config.option.centre_seed


def pytest_unconfigure(config: pytest.Config) -> None:
    if getattr(config.option, "postgres_for", None) != os.getpid():
        return
    folder = Path(config.option.postgres_folder)
    if folder.exists():
        (folder / "stop").touch()  # its keeper stops the server and removes the folder


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    file = metafunc.definition.path.relative_to(Path(__file__).parent).as_posix()
    if file in ON_BOTH_DATABASES and "database_kind" in metafunc.fixturenames:
        kinds = ["sqlite", "postgresql"]
        metafunc.parametrize("database_kind", kinds, indirect=True, scope="session")


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite`, and in the files above `postgresql` as well."""
    kind: str = getattr(request, "param", "sqlite")
    if kind == "postgresql" and postgres_server.find_programs() is None:
        pytest.skip("PostgreSQL is missing: apt-get install postgresql")
    return kind


@pytest.fixture(scope="session")
def postgres(database_kind: str, request: pytest.FixtureRequest) -> Path | None:
    """The folder of the run's PostgreSQL with a template at the newest schema; None on SQLite."""
    if database_kind == "sqlite":
        return None
    option = request.config.option
    folder = postgres_server.server_of(Path(option.postgres_folder), option.postgres_for)
    with postgres_server.locked(folder):
        if not (folder / "template").exists():
            postgres_server.run_sql(folder, f"CREATE DATABASE {postgres_server.TEMPLATE}")
            template = Database(postgres_server.url_of(folder, postgres_server.TEMPLATE))
            upgrade(template)
            template.close()
            (folder / "template").touch()
    return folder


@pytest.fixture(scope="session")
def store_url(
    postgres: Path | None, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., str]:
    """The URL of a fresh database at the newest schema: a file in a folder, or on the server.

    The schema is made once a worker and copied; with another `template` nothing is in the database.
    """
    if postgres is not None:
        return lambda folder, **how: postgres_server.new_database(postgres, **how)
    pattern = tmp_path_factory.mktemp("schema") / "muster.sqlite"
    first = Database(f"sqlite:///{pattern}")
    upgrade(first)
    first.close()

    def fresh(folder: Path, template: str = postgres_server.TEMPLATE) -> str:
        own = folder / pattern.name
        if template == postgres_server.TEMPLATE and not own.exists():
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(pattern, own)
        return f"sqlite:///{own}"

    return fresh


@pytest.fixture
def store_like(
    tmp_path: Path, store_url: Callable[..., str], postgres: Path | None
) -> Iterator[Callable[[Path, str], Store]]:
    """A store of the test's own that holds what a closed one does: its folder and its URL."""
    opened: list[Store] = []

    def copied(folder: Path, url: str) -> Store:
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
        name = make_url(url).database or ""
        own = store_url(tmp_path) if postgres is None else store_url(tmp_path, template=name)
        opened.append(Store(Database(own), FileStore(tmp_path / "data")))
        return opened[-1]

    yield copied
    for store in opened:
        store.db.close()


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
