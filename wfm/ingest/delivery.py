"""A delivery: its bytes, its identity, and the one transaction that makes its rows visible."""

from __future__ import annotations

import copy
import gzip
import hashlib
import io
import secrets
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from wfm.ingest.csv_file import Outcome
from wfm.ingest.options import ReadOptions, RejectedFile
from wfm.store.lookups import DeliveryCounts, read_delivery
from wfm.store.store import Store
from wfm.store.writers.ingest import (
    NewDelivery,
    insert_delivery,
    insert_quarantine,
    mark_replayed,
    update_delivery,
)

EXPANSION_CAP = 200  # times the compressed size, above a floor
EXPANSION_FLOOR = 256 << 20
SECRET_FILE = "customer.key"


@dataclass(frozen=True)
class LoadReport:
    """What became of one file: lines in = loaded + duplicates + quarantined + ignored.

    `rejected` names the code when the file could not be read at all and nothing was loaded.
    """

    source: str
    file: str
    lines_in: int
    loaded: int
    duplicates: int
    quarantined: int
    ignored: int
    by_reason: dict[str, int]
    warnings: tuple[str, ...] = ()
    rejected: str | None = None
    message: str = ""


@dataclass(frozen=True)
class Identity:
    """What makes a delivery the same one when it comes again."""

    file_hash: str
    format: str
    file_name: str
    options: ReadOptions
    received_at: int


class HashedFile(io.RawIOBase):
    """A file that hashes what is read of it, so that a change while reading is seen."""

    def __init__(self, path: Path) -> None:
        self._handle = path.open("rb")
        self.digest = hashlib.sha256()
        self.read_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        count = self._handle.readinto(buffer)
        self.digest.update(memoryview(buffer)[:count])
        self.read_bytes += count
        return count

    def close(self) -> None:
        self._handle.close()
        super().close()


class CappedGzip(io.RawIOBase):
    """An unpacked stream that refuses to grow beyond any honest ratio."""

    def __init__(self, source: HashedFile) -> None:
        self._source = source
        self._stream = gzip.GzipFile(fileobj=io.BufferedReader(source, 1 << 20))
        self._out = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        try:
            count = self._stream.readinto(buffer)
        except EOFError:
            raise RejectedFile(
                "incomplete_delivery", "The compressed file breaks off: deliver it again."
            ) from None
        except (gzip.BadGzipFile, zlib.error) as error:
            raise RejectedFile("encoding", f"The file is not gzip: {error}.") from None
        self._out += count
        if self._out > EXPANSION_FLOOR and self._out > EXPANSION_CAP * self._source.read_bytes:
            raise RejectedFile(
                "expanded_size_cap",
                f"The file unpacks to more than {EXPANSION_CAP} times its size; unpack it yourself "
                f"if it is sound.",
            )
        return count


def file_hash(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def opened(path: Path) -> tuple[HashedFile, BinaryIO]:
    """A file under watch and the stream of its content, unpacked when it is `.gz`."""
    watched = HashedFile(path)
    if path.name.lower().endswith(".gz"):
        return watched, cast(BinaryIO, io.BufferedReader(CappedGzip(watched), 1 << 20))
    return watched, cast(BinaryIO, io.BufferedReader(watched, 1 << 20))


def known_report(known: DeliveryCounts, identity: Identity) -> LoadReport:
    """The report of a file that was loaded before: all of it is duplicates, nothing changes."""
    duplicates = known.lines_in - known.ignored
    return LoadReport(
        identity.options.source_id, identity.file_name, known.lines_in, 0, duplicates, 0,
        known.ignored, {"duplicate": duplicates} if duplicates else {},
        ("These bytes were loaded before.",),
    )  # fmt: skip


def known_delivery(store: Store, identity: Identity) -> LoadReport | None:
    """The report of a delivery that came before, None when it is new."""
    with store.db.read() as connection:
        known = read_delivery(
            connection, identity.file_hash, identity.format, identity.options.source_id
        )
    return known_report(known, identity) if known else None


def commit_outcome(
    store: Store, outcome: Outcome, identity: Identity, replayed: list[int] | None = None
) -> LoadReport:
    """The report of a delivery made visible in one transaction: rows, rejects and its record.

    When another loader committed the same delivery first, it is a repeated one. `replayed` are
    quarantined rows that these rows were: they are marked, and rejects are not kept twice.
    """
    outcome.sink.flush()
    before = copy.deepcopy(outcome.sink.tally)
    refused = [] if replayed is not None else [row for _, row in outcome.bad]
    reasons = Counter(row.code for row in refused)

    def write(connection: Connection) -> LoadReport:
        outcome.sink.tally = copy.deepcopy(before)
        first = _delivery(outcome, identity, len(refused), reasons)
        delivery_id = insert_delivery(connection, first)
        outcome.sink.commit(connection, delivery_id, identity.received_at)
        new = _delivery(outcome, identity, len(refused), reasons)
        update_delivery(connection, delivery_id, new)
        insert_quarantine(connection, delivery_id, new, refused, identity.options.text())
        mark_replayed(connection, [*(replayed or ()), *outcome.healed], identity.received_at)
        return LoadReport(
            new.source_id, new.file_name, new.lines_in, new.loaded, new.duplicates,
            new.quarantined, new.ignored, dict(new.by_reason), tuple(outcome.warnings),
        )  # fmt: skip

    try:
        return store.db.retry(write)
    except IntegrityError:
        known = known_delivery(store, identity)
        if known is None:
            raise
        return known


def _delivery(
    outcome: Outcome, identity: Identity, refused: int, reasons: Counter[str]
) -> NewDelivery:
    tally = outcome.sink.tally
    by_reason = {code: n for code, n in sorted((reasons + tally.reasons).items()) if n}
    return NewDelivery(
        identity.file_hash, identity.format, identity.options.source_id, identity.file_name,
        outcome.lines_in, tally.loaded, tally.duplicates, refused, outcome.ignored, by_reason,
        identity.received_at,
    )  # fmt: skip


def customer_secret(store: Store) -> bytes:
    """The key that hides telephone numbers; made once, kept in the data folder."""
    path = store.files.root / SECRET_FILE
    if not path.exists():
        fresh = path.with_name(f".{SECRET_FILE}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32))
        try:
            path.hardlink_to(fresh)  # fails when another process was first
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return bytes.fromhex(path.read_text())
