"""A backup of a store: its tables and its live files at one instant, while the product runs.

    DIR/manifest.json      what belongs to it, with the hash of each and of itself; written last
    DIR/tables/            every table, as text that SQLite and PostgreSQL both take in
    DIR/files/             the live raw batches and facts: hard links on the same disk, else copies
    DIR/keys/              the keys of sessions and of customer numbers, readable by the owner only
    DIR/notes/             the noted heads of the audit log

A folder without a manifest is no backup, whatever it holds.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from wfm.domain.errors import BadInput
from wfm.store.dump import TableDump, dump_tables
from wfm.store.leases import database_now
from wfm.store.migrate import schema_version
from wfm.store.schema import build, raw_batch, reader_lease, store_state, version
from wfm.store.store import Store

FORMAT = 1
MANIFEST, UNFINISHED = "manifest.json", "unfinished"
# The small files of a data folder, by name: its keys, and what is noted outside the database.
KEYS = ("secret-key", "customer.key")
NOTES = ("audit-heads.jsonl", "demo.json", "history.json")
LEASE_S = 600
RENEW_EVERY = 500

Watcher = Callable[[str, float], None]


@dataclass(frozen=True)
class SavedFile:
    """A file of a backup: path inside it, path in the data folder, size and hash."""

    file: str
    goes_to: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds and what it was taken from; `made_at` is the product's clock."""

    made_at: int
    program: str
    schema: str
    dialect: str
    generation: int
    tables: tuple[TableDump, ...]
    files: tuple[SavedFile, ...]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


def make_backup(
    store: Store, folder: Path, *, made_at: int, program: str, watch: Watcher = lambda *_: None
) -> Manifest:
    """The manifest of a finished backup in an empty or missing folder.

    All tables are of one snapshot, and every file they name is there with the bytes that were
    written once; otherwise `BadInput` says what is wrong, and nothing is left that looks finished.
    """
    with _own_folder(folder), _no_collection(store) as renew:
        # Noted heads first: a head noted after the snapshot would be missing in its audit log.
        saved = [file for name in NOTES for file in _save_small(store, folder, "notes", name)]
        saved += [file for name in KEYS for file in _save_small(store, folder, "keys", name)]
        watch("Tables", 0.0)
        with store.db.read() as connection:
            schema = schema_version(connection) or ""
            generation = connection.scalar(select(store_state.c.generation)) or 0
            tables = dump_tables(connection, folder)
            named = live_files(connection)
        for number, (name, content_hash) in enumerate(named):
            if number % RENEW_EVERY == 0:
                renew()
                watch("Files", 100.0 * number / len(named))
            saved.append(_save(store, folder, name, content_hash))
        manifest = Manifest(
            made_at, program, schema, store.db.engine.dialect.name, generation, tables,
            tuple(saved),
        )  # fmt: skip
        _write_manifest(folder, manifest)
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup, checked against its own hash."""
    path = folder / MANIFEST
    if not path.exists():
        why = (
            "it was not finished: make a new one"
            if (folder / UNFINISHED).exists()
            else f"it has no {MANIFEST}"
        )
        raise BadInput(f"{folder} is no backup: {why}.")
    try:
        document = json.loads(path.read_bytes())
        told = document.pop("sha256")
        if told != _digest(_canonical(document)):
            raise ValueError
        if document.pop("format") != FORMAT:
            raise BadInput(
                f"The backup in {folder} has a format this program does not know; restore it with "
                f"the program version that made it."
            )
        return Manifest(
            tables=tuple(TableDump(**table) for table in document.pop("tables")),
            files=tuple(SavedFile(**file) for file in document.pop("files")),
            **document,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            f"{path} is damaged: it does not match its own hash. Use another backup."
        ) from error


def hash_of(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def copy_safely(source: Path, target: Path, mode: int = 0o644) -> str:
    """The hash of a file copied whole: temporary name, fsync, rename."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{uuid.uuid4().hex}.tmp")
    digest = hashlib.sha256()
    opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with source.open("rb") as origin, os.fdopen(opened, "wb") as out:
        while chunk := origin.read(1 << 20):
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    os.replace(draft, target)
    return digest.hexdigest()


def sync_folders(root: Path) -> None:
    """Nothing, once the names in a folder and all below it are on disk."""
    for folder, _, _ in os.walk(root):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _own_folder(folder: Path) -> Iterator[None]:
    """A folder of the backup's own; what an unfinished one left in it is removed first."""
    mark = folder / UNFINISHED
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        held = "a backup" if (folder / MANIFEST).exists() else "other files"
        raise BadInput(f"{folder} holds {held}. Name an empty or a new folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        with mark.open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BadInput(f"Another backup into {folder} runs just now.") from error
            _clear(folder)
            try:
                yield
            except BaseException:
                _clear(folder)
                raise
            mark.unlink()
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise BadInput(
                f"The disk of {folder} is full; what was written of the backup is removed. Make "
                f"room or name a folder on another disk."
            ) from error
        raise BadInput(
            f"The backup in {folder} could not be finished: {error.strerror or error} "
            f"({error.filename or folder}). What was written of it is removed."
        ) from error


def _clear(folder: Path) -> None:
    for name in ("tables", "files", "keys", "notes"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / MANIFEST).unlink(missing_ok=True)


@contextmanager
def _no_collection(store: Store) -> Iterator[Callable[[], None]]:
    """The newest generation leased, so that no file it names is collected; renewed by calling."""
    reader = f"backup:{uuid.uuid4().hex}"

    def take(connection: Connection) -> None:
        generation = connection.scalar(select(store_state.c.generation)) or 0
        until = database_now(connection) + LEASE_S
        row = {"reader": reader, "generation": generation, "until_at": until}
        connection.execute(insert(reader_lease), row)

    def renew(connection: Connection) -> None:
        until = database_now(connection) + LEASE_S
        mine = reader_lease.c.reader == reader
        connection.execute(update(reader_lease).where(mine).values(until_at=until))

    store.db.retry(take)
    try:
        yield lambda: store.db.retry(renew)
    finally:
        store.db.retry(
            lambda c: c.execute(delete(reader_lease).where(reader_lease.c.reader == reader))
        )


def live_files(connection: Connection) -> list[tuple[str, str]]:
    """Path and content hash of every raw batch and fact file that is live, each once."""
    raw = select(raw_batch.c.file, raw_batch.c.content_hash).where(
        raw_batch.c.compacted_into.is_(None)
    )
    facts = (
        select(version.c.file, version.c.content_hash)
        .join(build, build.c.build_id == version.c.build_id)
        .where(build.c.dead_gen.is_(None))
    )
    rows = [*connection.execute(raw), *connection.execute(facts)]
    return sorted({(row.file, row.content_hash) for row in rows})


def _save(store: Store, folder: Path, name: str, content_hash: str) -> SavedFile:
    """A live file put into the backup: linked, or copied to another disk; its bytes checked."""
    source, file = store.files.path(name), f"files/{name}"
    target = folder / file
    target.parent.mkdir(parents=True, exist_ok=True)
    if not source.exists():
        raise BadInput(
            f"{name} is named by the manifest and missing in {store.files.root}; `wfm doctor` "
            f"lists all such files. Bring it back from an older backup, then make a new one."
        )
    try:
        os.link(source, target)
        found = hash_of(target)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP):
            raise
        found = copy_safely(source, target)
    if found != content_hash:
        raise BadInput(
            f"{name} in {store.files.root} is damaged: it has hash {found[:12]} and was written "
            f"with {content_hash[:12]}. Bring it back from an older backup, then make a new one."
        )
    return SavedFile(file, name, target.stat().st_size, found)


def _save_small(store: Store, folder: Path, kind: str, name: str) -> list[SavedFile]:
    source, file = store.files.path(name), f"{kind}/{name}"
    if not source.exists():
        return []
    digest = copy_safely(source, folder / file, 0o600 if kind == "keys" else 0o644)
    return [SavedFile(file, name, (folder / file).stat().st_size, digest)]


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    """The manifest put in place as the last thing, after everything it names is on disk."""
    document: dict[str, Any] = {"format": FORMAT, **asdict(manifest)}
    # As JSON has it, so that reading it again gives the same hash.
    document = json.loads(json.dumps(document))
    document["sha256"] = _digest(_canonical(document))
    sync_folders(folder)
    draft = folder / f".{MANIFEST}.tmp"
    with draft.open("w", encoding="utf-8") as out:
        json.dump(document, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    os.replace(draft, folder / MANIFEST)
    sync_folders(folder)


def _canonical(document: Any) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()
