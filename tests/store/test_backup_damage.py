"""What can go wrong with a backup is told in one sentence, and nothing is lost by it."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from killed import ROOT, kill_at
from sqlalchemy import select, text

from wfm.actions.audit import HEADS, verify_audit
from wfm.cli.demo_backlog import FILE as HISTORY_FILE
from wfm.domain.errors import BadInput
from wfm.ingest.delivery import SECRET_FILE as CUSTOMER_KEY
from wfm.simulator.memory import FILE as DEMO_FILE
from wfm.store.backup import KEYS, NOTES, make_backup
from wfm.store.drill import drill
from wfm.store.restore import check_backup, restore_backup
from wfm.store.schema import raw_batch
from wfm.store.store import Store
from wfm.web.config import SECRET_FILE

HOW = {"made_at": 1_791_871_200, "program": "0.1.0"}


DAMAGES: dict[str, Callable[[Path], None]] = {
    "a missing file": lambda d: next((d / "files").rglob("*.parquet")).unlink(),
    "a flipped byte of a file": lambda d: flip(next((d / "files").rglob("*.parquet"))),
    "a flipped byte of a table": lambda d: flip(d / "tables/audit.jsonl.gz"),
    "a flipped byte of a key": lambda d: flip(d / "keys/secret-key"),
    "a cut table": lambda d: os.truncate(d / "tables/person.jsonl.gz", 60),
    "a flipped byte of the manifest": lambda d: flip(d / "manifest.json"),
    "a lost table": lambda d: (d / "tables/person.jsonl.gz").unlink(),
    "another count in the manifest": lambda d: (d / "manifest.json").write_text(
        (d / "manifest.json").read_text().replace('"generation": 1', '"generation": 2')
    ),
}


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.unlink()  # the original may be the same file by a hard link
    path.write_bytes(data)


def test_every_damage_is_found_before_anything_is_written(used: Store, tmp_path: Path) -> None:
    manifest = make_backup(used, tmp_path / "saved", **HOW)
    for name, damage in DAMAGES.items():
        copy = tmp_path / name
        shutil.copytree(tmp_path / "saved", copy)
        damage(copy)
        with pytest.raises(BadInput, match=r"is not whole: .*(missing|damaged)|own hash"):
            restore_backup(copy, f"sqlite:///{tmp_path / 'never.sqlite'}", tmp_path / "never")
        assert not (tmp_path / "never").exists(), name
        assert not (tmp_path / "never.sqlite").exists(), name
    assert check_backup(tmp_path / "saved") == manifest  # the original is as it was


def test_damage_in_the_store_itself_is_told_by_the_backup(used: Store, tmp_path: Path) -> None:
    with used.db.read() as connection:
        file = connection.scalar(select(raw_batch.c.file).order_by(raw_batch.c.file))
    path = used.files.path(str(file))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"?")
    with pytest.raises(BadInput, match=rf"{file} in .* is damaged: it has hash"):
        make_backup(used, tmp_path / "saved", **HOW)
    path.unlink()
    with pytest.raises(BadInput, match=rf"{file} is named by the manifest and missing"):
        make_backup(used, tmp_path / "saved", **HOW)
    path.write_bytes(whole)
    assert make_backup(used, tmp_path / "saved", **HOW) == check_backup(tmp_path / "saved")


def test_a_full_disk_is_told_and_the_store_stays_as_it_was(used: Store, tmp_path: Path) -> None:
    # A file system of 64 KiB, mounted in a name space of the child alone.
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)]
    tried = subprocess.run(["unshare", "-rm", *mount], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip(f"no file system of one's own here: {tried.stderr.decode().strip()[:80]}")
    code = (
        "import sys; from pathlib import Path\n"
        "from wfm.store.backup import make_backup; from wfm.store.store import open_store\n"
        "from wfm.domain.errors import BadInput\n"
        "where = Path(sys.argv[3]) / 'saved'\n"
        "try:\n"
        "    make_backup(open_store(sys.argv[1], Path(sys.argv[2])), where, made_at=1,"
        " program='0')\n"
        "except BadInput as error:\n"
        "    sys.stdout.write(f'{error} {sorted(p.name for p in where.iterdir())}')\n"
    )
    words = [sys.executable, "-c", code, used.db.url, str(used.files.root), str(small)]
    inner = 'mount -t tmpfs -o size=64k tmpfs "$0" && exec "$@"'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", inner, str(small), *words], cwd=ROOT,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "is full; what was written of the backup is removed." in done.stdout, done.stderr
    assert done.stdout.endswith("['unfinished']")
    assert verify_audit(used).lines == 3


def test_a_backup_is_for_its_owner_alone(used: Store, tmp_path: Path) -> None:
    make_backup(used, tmp_path / "saved", **HOW)
    assert stat.S_IMODE((tmp_path / "saved").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "saved/keys/secret-key").stat().st_mode) == 0o600


def test_the_small_files_of_a_backup_are_those_that_the_rooms_write() -> None:
    assert (KEYS, NOTES) == ((SECRET_FILE, CUSTOMER_KEY), (HEADS, DEMO_FILE, HISTORY_FILE))


def test_a_drill_names_the_table_that_came_back_different(
    used: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = restore_backup

    def forgetful(*words: object) -> object:
        manifest, store = real(*words)  # type: ignore[arg-type]
        with store.db.write() as connection:
            connection.execute(text("delete from person where agent_id = 'A2'"))
        return manifest, store

    monkeypatch.setattr("wfm.store.drill.restore_backup", forgetful)
    done = drill(used, tmp_path / "drill", f"sqlite:///{tmp_path / 'drill.sqlite'}", **HOW)
    assert done.differing == ("person",)


def test_a_killed_backup_is_none_and_the_next_one_takes_its_place(
    used: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "saved"
    kill_at("Files", "backup", used.db.url, str(used.files.root), str(folder))
    with pytest.raises(BadInput, match="is no backup: it was not finished: make a new one"):
        check_backup(folder)
    assert make_backup(used, folder, **HOW) == check_backup(folder)
