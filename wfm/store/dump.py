"""The tables of a store as text that any of its databases can take in again.

One file a table, `tables/NAME.jsonl.gz`: the first line holds the columns' names, every other line
one row as a JSON list. Dates are ISO text, bytes are base64. Columns and rows stand in one order on
every database, so equal tables have equal hashes.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    collate,
    func,
    insert,
    select,
    text,
)

from wfm.domain.errors import BadInput

# What lives for a moment only: who is signed in, and who reads just now.
TRANSIENT = frozenset({"session", "reader_lease", "alembic_version"})
FOLDER = "tables"
CHUNK = 1000


@dataclass(frozen=True)
class TableDump:
    """A table as written: its file, rows, the hash of the file and that of its text."""

    name: str
    file: str
    rows: int
    sha256: str
    text_sha256: str


def dump_tables(connection: Connection, folder: Path) -> tuple[TableDump, ...]:
    """Every lasting table written below `folder` as the connection's snapshot has it."""
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    return tuple(_dump(connection, table, folder) for table in lasting_tables(connection))


def lasting_tables(connection: Connection) -> list[Table]:
    """The tables of a database that a backup holds, by name, as the database describes them."""
    found = MetaData()
    found.reflect(connection)
    return [found.tables[name] for name in sorted(found.tables) if name not in TRANSIENT]


def row_of(values: Iterable[Any]) -> list[Any]:
    """The values of a row as they stand in a dump: dates and bytes as text."""
    return [_plain(value) for value in values]


def load_tables(connection: Connection, folder: Path, dumps: Sequence[TableDump]) -> None:
    """The rows of the dumps put into empty tables of the schema they were taken from."""
    tables = {table.name: table for table in lasting_tables(connection)}
    for dump in dumps:
        if dump.name not in tables:
            raise BadInput(
                f"The backup has a table {dump.name} that its schema does not; "
                f"it was made by another program version."
            )
        _load(connection, tables[dump.name], folder / dump.file)
    if connection.dialect.name == "postgresql":
        for table in tables.values():
            _go_on_counting(connection, table)


class _Hashing(io.RawIOBase):
    """A file that hashes what is written to it."""

    def __init__(self, path: Path) -> None:
        self._handle = path.open("wb")
        self.digest = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.digest.update(data)
        return self._handle.write(data)

    def close(self) -> None:
        if not self._handle.closed:
            self._handle.flush()
            os.fsync(self._handle.fileno())
            self._handle.close()
        super().close()


def _dump(connection: Connection, table: Table, folder: Path) -> TableDump:
    columns = [table.c[name] for name in sorted(table.c.keys())]
    file = f"{FOLDER}/{table.name}.jsonl.gz"
    texts, rows = hashlib.sha256(), 0
    found = connection.execution_options(yield_per=CHUNK).execute(
        select(*columns).order_by(*_bytewise(connection, table))
    )
    with _Hashing(folder / file) as raw:
        with gzip.GzipFile("", "wb", 6, raw, mtime=0) as out:
            head = _line([column.name for column in columns])
            texts.update(head)
            out.write(head)
            for row in found:
                line = _line(row_of(row))
                texts.update(line)
                out.write(line)
                rows += 1
        raw.flush()
        digest = raw.digest.hexdigest()
    return TableDump(table.name, file, rows, digest, texts.hexdigest())


def _bytewise(connection: Connection, table: Table) -> list[Any]:
    """The primary key in the order of bytes, which not every PostgreSQL sorts by."""
    postgres = connection.dialect.name == "postgresql"
    return [
        collate(column, "C") if postgres and isinstance(column.type, String) else column
        for column in table.primary_key.columns
    ]


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    return value


def _load(connection: Connection, table: Table, path: Path) -> None:
    with gzip.open(path, "rb") as lines:
        names = json.loads(lines.readline())
        unknown = sorted(set(names) - set(table.c.keys()))
        if unknown:
            raise BadInput(f"The backup's table {table.name} has an unknown column {unknown[0]}.")
        for rows in _chunks(lines, table, names):
            connection.execute(insert(table), rows)


def _chunks(
    lines: Iterable[bytes], table: Table, names: list[str]
) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    for line in lines:
        values = json.loads(line)
        rows.append(
            {name: _value(table, name, value) for name, value in zip(names, values, strict=True)}
        )
        if len(rows) == CHUNK:
            yield rows
            rows = []
    if rows:
        yield rows


def _value(table: Table, name: str, value: Any) -> Any:
    kind = table.c[name].type
    if value is None:
        return None
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    return value


def _go_on_counting(connection: Connection, table: Table) -> None:
    """The counter of a numbered key set behind its highest row: rows came with their numbers."""
    keys = list(table.primary_key.columns)
    if len(keys) != 1 or not isinstance(keys[0].type, Integer):
        return
    counter = connection.scalar(
        text("SELECT pg_get_serial_sequence(:of, :column)"),
        {"of": f'"{table.name}"', "column": keys[0].name},
    )
    highest = connection.scalar(select(func.max(keys[0])))
    if counter and highest:
        connection.execute(
            text("SELECT setval(:counter, :to)"), {"counter": counter, "to": highest}
        )
