"""A backup checked, and put back into an empty place: either database, whichever it came from."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import Connection, inspect

from wfm.domain.errors import BadInput
from wfm.store.backup import (
    KEYS,
    Manifest,
    Watcher,
    copy_safely,
    hash_of,
    read_manifest,
    sync_folders,
)
from wfm.store.database import Database
from wfm.store.dump import lasting_tables, load_tables
from wfm.store.files import FileStore
from wfm.store.migrate import HEAD, known_schemas, run_migrations
from wfm.store.store import Store

MARK = ".restoring"
SHOWN = 3


def check_backup(folder: Path, watch: Watcher = lambda *_: None) -> Manifest:
    """The manifest of a backup whose every file is there with the bytes it was made of."""
    manifest = read_manifest(folder)
    told = {table.file: table.sha256 for table in manifest.tables}
    told |= {file.file: file.sha256 for file in manifest.files}
    faults = []
    for number, (file, digest) in enumerate(sorted(told.items())):
        if number % 200 == 0:
            watch("Checking", 100.0 * number / len(told))
        path = folder / file
        if not path.is_file():
            faults.append(f"{file} is missing")
        elif hash_of(path) != digest:
            faults.append(f"{file} is damaged")
    if faults:
        more = f" and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise BadInput(
            f"The backup in {folder} is not whole: {', '.join(faults[:SHOWN])}{more}. Nothing was "
            f"restored; use another backup."
        )
    return manifest


def restore_backup(
    folder: Path, url: str, data_dir: Path, watch: Watcher = lambda *_: None
) -> tuple[Manifest, Store]:
    """A backup put into an empty database and an empty data folder, and the store they are now.

    Everything is checked before anything is written. Files come first and the tables last, in one
    transaction, so a restore that was killed leaves an empty database and can be started again.
    The schema is brought to this program's on the way.
    """
    manifest = check_backup(folder, watch)
    if manifest.schema not in known_schemas():
        raise BadInput(
            f"The backup in {folder} has schema {manifest.schema}, newer than this program's "
            f"{HEAD}. Restore it with the program version that made it ({manifest.program})."
        )
    _refuse_a_used_folder(data_dir)
    data_dir.mkdir(parents=True, exist_ok=True)
    mark = data_dir / MARK
    mark.touch()
    db = Database(url)
    try:
        _refuse_a_used_database(db)
        _put_files(folder, data_dir, manifest, watch)
        watch("Tables", 0.0)
        with db.write() as connection:
            run_migrations(connection, manifest.schema)
            _empty_again(connection)
            load_tables(connection, folder, manifest.tables)
            run_migrations(connection)
    except BaseException:
        db.close()
        raise
    mark.unlink()
    return manifest, Store(db, FileStore(data_dir.absolute()))


def _refuse_a_used_folder(data_dir: Path) -> None:
    """Nothing when the folder is empty or missing, or holds what a killed restore left."""
    if not data_dir.exists():
        return
    if not data_dir.is_dir():
        raise BadInput(f"{data_dir} is no folder; name an empty or a new one in WFM_DATA_DIR.")
    if (data_dir / MARK).exists():
        for path in data_dir.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
        return
    held = sorted(path.name for path in data_dir.iterdir())
    if held:
        raise BadInput(
            f"The data folder {data_dir} holds {held[0]}"
            f"{f' and {len(held) - 1} more' if len(held) > 1 else ''}, and a restore never writes "
            f"over anything. Set WFM_DATA_DIR to an empty or a new folder."
        )


def _refuse_a_used_database(db: Database) -> None:
    with db.read() as connection:
        held = inspect(connection).get_table_names()
    if held:
        raise BadInput(
            f"The database {db.shown_url} holds {len(held)} tables, and a restore never writes "
            f"over anything. Set WFM_DATABASE_URL to an empty database."
        )


def _empty_again(connection: Connection) -> None:
    """What the migrations themselves put into the tables taken out: the backup has it."""
    for table in lasting_tables(connection):
        connection.execute(table.delete())


def _put_files(folder: Path, data_dir: Path, manifest: Manifest, watch: Watcher) -> None:
    for number, saved in enumerate(manifest.files):
        if number % 200 == 0:
            watch("Files", 100.0 * number / len(manifest.files))
        mode = 0o600 if saved.goes_to in KEYS else 0o644
        try:
            found = copy_safely(folder / saved.file, _inside(data_dir, saved.goes_to), mode)
        except OSError as error:
            raise BadInput(
                f"{saved.goes_to} could not be written to {data_dir}: {error.strerror or error}. "
                f"The database is still empty: make room and restore again."
            ) from error
        if found != saved.sha256:
            raise BadInput(f"{saved.file} changed while it was read; check the backup's disk.")
    sync_folders(data_dir)


def _inside(data_dir: Path, name: str) -> Path:
    """The path of a backup's file in the data folder; one that leads out of it is refused."""
    path = data_dir / name
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise BadInput(f"The backup names {name!r}, which is outside the data folder.")
    return path
