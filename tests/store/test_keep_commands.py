"""`wfm backup`, `restore`, `restore-drill`, `upgrade` and `doctor`, typed as an operator would."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from make_landed import LANDED
from sqlalchemy import text, update
from test_landed import at_schema
from typer.testing import CliRunner

from wfm.cli import register_all
from wfm.cli.main import app
from wfm.domain.errors import WfmError
from wfm.store.database import Database
from wfm.store.leases import database_now
from wfm.store.migrate import HEAD
from wfm.store.schema import partition
from wfm.store.store import Store

register_all(app)


class Operator:
    """Commands typed with settings of their own."""

    def __init__(self, url: str, data_dir: Path) -> None:
        self.settings = {"WFM_DATABASE_URL": url, "WFM_DATA_DIR": str(data_dir), "WFM_NOW": "data"}

    def run(self, *words: object) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words], env=self.settings)

    def told(self, *words: object) -> dict[str, Any]:
        """The JSON document of a command that did what it was asked."""
        done = self.run(*words, "--json")
        assert done.exit_code == 0, (done.stdout, done.exception)
        return json.loads(done.stdout)  # type: ignore[no-any-return]

    def refused(self, *words: object) -> str:
        done = self.run(*words)
        assert isinstance(done.exception, WfmError), done.stdout
        return str(done.exception)


@pytest.fixture
def operator(used: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Operator:
    monkeypatch.chdir(tmp_path)
    return Operator(used.db.url, used.files.root)


def test_a_store_is_saved_and_put_back_elsewhere(operator: Operator, tmp_path: Path) -> None:
    saved = operator.run("backup", tmp_path / "saved")
    assert saved.exit_code == 0
    assert (
        "It holds the store's keys (secret-key, customer.key): keep it as safe as the store."
        in saved.stdout
    )
    elsewhere = Operator("", tmp_path / "new")
    told = elsewhere.told("restore", tmp_path / "saved")
    assert (told["schema"], told["audit_lines"], told["audit_fault"]) == (HEAD, 3, "")
    assert elsewhere.told("doctor")["faults"] == []
    assert "never writes over anything" in elsewhere.refused("restore", tmp_path / "saved")


def test_the_restore_drill_compares_rows_files_chain_and_figures(operator: Operator) -> None:
    told = operator.told("restore-drill")
    assert told["faults"] == []
    assert (told["audit_lines"], told["figures_compared"]) == (3, 20)
    assert told["rows"] > 50
    assert told["files"] > 5


def test_the_doctor_finds_what_is_missing_damaged_or_late(
    operator: Operator, used: Store, postgres: Path | None
) -> None:
    well = operator.told("doctor", "--deep")
    assert (well["database"], well["schema"], well["faults"], well["users"]) == (
        "sqlite" if postgres is None else "postgresql", HEAD, [], 2,
    )  # fmt: skip
    assert well["last_events"]["contact_leg"]["lag_s"] == {"csv": 7210}
    files = sorted(used.files.root.glob("raw/*/*.parquet"))
    files[0].unlink()
    files[1].write_bytes(b"PAR1")
    with used.db.write() as connection:
        connection.execute(text("update audit_reason set reason = 'left in June'"))
    ill = operator.run("doctor", "--json")
    assert ill.exit_code == 1
    faults = json.loads(ill.stdout)["faults"]
    name = [str(file.relative_to(used.files.root)) for file in files[:2]]
    assert faults == [
        f"{name[0]} is missing; bring it back from a backup.",
        f"{name[1]} is damaged; bring it back from a backup.",
        "The audit log does not hold: the reason of line 3 was changed after it was written; "
        "see `wfm audit verify`.",
    ]


@pytest.fixture
def old(empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """A store at the first schema, with its one raw file."""
    at_schema(empty, "0001")
    monkeypatch.chdir(tmp_path)
    for file in (LANDED / "0001/files").rglob("*.parquet"):
        there = tmp_path / "data" / file.relative_to(LANDED / "0001/files")
        there.parent.mkdir(parents=True)
        os.link(file, there)
    return Operator(empty.url, tmp_path / "data")


def test_an_upgrade_saves_the_store_first_and_says_how_to_go_back(
    old: Operator, empty: Database, tmp_path: Path
) -> None:
    assert "`wfm upgrade`: it makes a backup first." in old.refused("job", "list")
    sick = old.run("doctor", "--json")
    assert sick.exit_code == 1
    assert "is at schema 0001 and this program needs" in json.loads(sick.stdout)["faults"][0]
    with empty.write() as connection:
        until = database_now(connection) + 30
        connection.execute(update(partition).values(lease_owner="host:7", lease_until=until))
    assert "Workers of the older program are at work: host:7." in old.refused("upgrade")
    with empty.write() as connection:
        connection.execute(update(partition).values(lease_until=None))
    done = old.run("upgrade")
    assert done.exit_code == 0, done.exception
    assert f"from schema 0001 to {HEAD}." in done.stdout
    (saved,) = (tmp_path / "data/backups").iterdir()
    assert f"`wfm restore data/backups/{saved.name}`" in done.stdout.replace(
        str(tmp_path) + "/", ""
    )
    assert json.loads((saved / "manifest.json").read_text())["schema"] == "0001"
    assert old.told("upgrade") == {"from": HEAD, "schema": HEAD, "backup": None}


def test_a_new_place_is_made_by_init(
    tmp_path: Path, store_url: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    fresh = Operator("", tmp_path / "fresh")
    assert fresh.told("init") == {"data_dir": str(tmp_path / "fresh"), "users": 0}
    assert fresh.told("doctor")["facts"]["days"] == 0


def test_an_unknown_database_is_told_with_a_way_out() -> None:
    lost = Operator("mysql://there/x", Path("nowhere"))
    assert lost.refused("init").startswith(
        "Muster keeps its data in SQLite or PostgreSQL, not mysql. Write WFM_DATABASE_URL like"
    )
