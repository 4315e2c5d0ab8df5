"""Backups are whole or refused, of one instant, and come back on either database."""

from __future__ import annotations

import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from killed import kill_at
from sqlalchemy import func, insert, select
from store_in_use import fill

from wfm.actions.audit import verify_audit
from wfm.domain.errors import BadInput
from wfm.store.backup import KEYS, Manifest, make_backup, read_manifest
from wfm.store.drill import drill
from wfm.store.dump import dump_tables
from wfm.store.restore import restore_backup
from wfm.store.schema import audit, quarantine, reader_lease, session
from wfm.store.store import Store, open_store

HOW = {"made_at": 1_791_871_200, "program": "0.1.0"}


def empty_url(store: Store, folder: Path, store_url: Callable[..., str]) -> str:
    """An empty database of the store's own kind."""
    return (
        f"sqlite:///{folder / 'other.sqlite'}"
        if store.db.is_sqlite
        else store_url(folder, template="template0")
    )


def hashes(store: Store, folder: Path) -> dict[str, tuple[int, str]]:
    with store.db.read() as connection:
        return {t.name: (t.rows, t.text_sha256) for t in dump_tables(connection, folder)}


@pytest.fixture(scope="module")
def pair(
    tmp_path_factory: pytest.TempPathFactory, store_url: Callable[..., str]
) -> tuple[Store, Manifest, Store]:
    """A store in use, the manifest of its backup, and the store restored from it."""
    folder = tmp_path_factory.mktemp("pair")
    store = open_store(store_url(folder), folder / "data")
    fill(store, folder)
    store.files.path("customer.key").write_text("ab" * 32)
    manifest = make_backup(store, folder / "saved", **HOW)
    url = empty_url(store, folder, store_url)
    told, again = restore_backup(folder / "saved", url, folder / "new")
    assert told == manifest
    return store, manifest, again


def test_a_restored_store_is_the_same_to_the_last_row_file_and_note(
    pair: tuple[Store, Manifest, Store], tmp_path: Path
) -> None:
    used, manifest, again = pair
    assert hashes(again, tmp_path / "one") == hashes(used, tmp_path / "two")
    assert hashes(again, tmp_path / "three")["quarantine"][0] == 1
    assert (verify_audit(again).lines, verify_audit(again).bad_seq) == (3, None)
    for file in manifest.files:
        copy = again.files.path(file.goes_to)
        assert copy.read_bytes() == used.files.path(file.goes_to).read_bytes()
        assert stat.S_IMODE(copy.stat().st_mode) == (0o600 if file.goes_to in KEYS else 0o644)
    assert {"secret-key", "customer.key", "audit-heads.jsonl"} < {f.goes_to for f in manifest.files}


def test_a_restored_store_goes_on_counting_where_it_stood(
    pair: tuple[Store, Manifest, Store],
) -> None:
    with pair[2].db.write() as connection:
        old = connection.scalar(select(func.max(quarantine.c.row_id)))
        row = dict(connection.execute(select(quarantine)).mappings().one())
        del row["row_id"]
        new = connection.execute(insert(quarantine), row).inserted_primary_key
        assert new is not None
        assert new[0] == old + 1
        connection.rollback()


def test_the_audit_log_of_a_restored_store_refuses_changes(
    pair: tuple[Store, Manifest, Store],
) -> None:
    with pytest.raises(Exception, match="only ever added to"), pair[2].db.write() as connection:
        connection.execute(audit.delete())


def test_a_backup_moves_from_one_database_to_the_other(
    used: Store, tmp_path: Path, store_url: Callable[..., str]
) -> None:
    make_backup(used, tmp_path / "saved", **HOW)
    _, moved = restore_backup(
        tmp_path / "saved", f"sqlite:///{tmp_path / 'moved.sqlite'}", tmp_path / "moved"
    )
    make_backup(moved, tmp_path / "back", **HOW)
    _, back = restore_backup(
        tmp_path / "back", empty_url(used, tmp_path, store_url), tmp_path / "back-again"
    )
    assert hashes(back, tmp_path / "one") == hashes(used, tmp_path / "two")


def test_who_is_signed_in_or_reads_is_no_part_of_a_backup(used: Store, tmp_path: Path) -> None:
    with used.db.write() as connection:
        connection.execute(
            insert(session),
            {"token_hash": "t", "user_key": "u", "created_at": 1, "seen_at": 1, "user_version": 1},
        )
    manifest = make_backup(used, tmp_path / "saved", **HOW)
    assert not {"session", "reader_lease"} & {table.name for table in manifest.tables}
    with used.db.read() as connection:  # and the backup itself reads no more
        assert connection.scalar(select(func.count()).select_from(reader_lease)) == 0


def test_a_backup_taken_while_others_write_is_of_one_instant(
    used: Store, tmp_path: Path, store_url: Callable[..., str]
) -> None:
    stop, wrote = threading.Event(), []

    def write() -> None:
        from wfm.actions.audit import write_audit

        while not stop.is_set():
            with used.db.write() as connection:
                seq = write_audit(connection, at=1, actor="u", role="", action="x", object="y",
                                  scope_path="", reason="why")  # fmt: skip
            wrote.append(seq)

    writer = threading.Thread(target=write)
    writer.start()
    while len(wrote) < 3:
        time.sleep(0.01)
    make_backup(used, tmp_path / "saved", **HOW)
    stop.set()
    writer.join()
    _, again = restore_backup(
        tmp_path / "saved", empty_url(used, tmp_path, store_url), tmp_path / "new"
    )
    check = verify_audit(again)
    assert check.bad_seq is None
    assert 6 <= check.lines <= wrote[-1]
    rows = {t.name: t.rows for t in read_manifest(tmp_path / "saved").tables}
    assert rows["audit"] - rows["audit_reason"] == 2  # the two accounts came without a reason


def test_nothing_is_ever_written_over(used: Store, tmp_path: Path) -> None:
    make_backup(used, tmp_path / "saved", **HOW)
    with pytest.raises(BadInput, match=r"holds a backup\. Name an empty or a new folder"):
        make_backup(used, tmp_path / "saved", **HOW)
    with pytest.raises(BadInput, match="holds other files"):
        make_backup(used, tmp_path / "incoming", **HOW)
    with pytest.raises(BadInput, match=r"never writes over anything\. Set WFM_DATA_DIR"):
        restore_backup(tmp_path / "saved", "sqlite://", used.files.root)
    with pytest.raises(BadInput, match=r"never writes over anything\. Set WFM_DATABASE_URL"):
        restore_backup(tmp_path / "saved", used.db.url, tmp_path / "new")
    assert verify_audit(used).lines == 3


def test_a_killed_restore_leaves_an_empty_database_and_can_be_started_again(
    used: Store, tmp_path: Path, store_url: Callable[..., str]
) -> None:
    make_backup(used, tmp_path / "saved", **HOW)
    url = empty_url(used, tmp_path, store_url)
    for stage in ("Files", "Tables"):
        kill_at(stage, "restore", url, str(tmp_path / "new"), str(tmp_path / "saved"))
    _, again = restore_backup(tmp_path / "saved", url, tmp_path / "new")
    assert hashes(again, tmp_path / "one") == hashes(used, tmp_path / "two")
    assert not (tmp_path / "new/.restoring").exists()


def test_a_drill_finds_nothing_to_complain_of(used: Store, tmp_path: Path) -> None:
    done = drill(used, tmp_path / "drill", f"sqlite:///{tmp_path / 'drill.sqlite'}", **HOW)
    assert done.differing == ()
    assert len(done.manifest.tables) >= 30
    assert verify_audit(done.restored).lines == 3
