"""Writes `landed/NNNN`, a backup of a store at a schema with rows in every table.

    .venv/bin/python tests/store/make_landed.py 0005

Done once, when a schema lands on users' disks, and never again for it: from then on
`test_landed.py` brings this store up to the newest schema on both databases.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    insert,
)

from wfm import __version__
from wfm.store.backup import make_backup
from wfm.store.database import Database
from wfm.store.dump import lasting_tables
from wfm.store.files import FileStore, StoredFile
from wfm.store.migrate import run_migrations
from wfm.store.store import Store

LANDED = Path(__file__).parent / "landed"
WORDS = ("plain", "Ñandú “quoted” – 北京 'q' \\ \t%s", "", "UPPER lower")


def value_of(column: Column[Any], row: int) -> Any:
    """A value for a column: a different one for each row, the last row as empty as it may be."""
    kind = column.type
    if row == 3 and column.nullable:
        return None
    if isinstance(kind, Boolean):
        return row % 2 == 1
    if isinstance(kind, Date):
        return date(2026, 3, 28 + row)
    if isinstance(kind, Float):
        return (0.1, -2.5, 1e-9, 480.0)[row]
    if isinstance(kind, LargeBinary):
        return (b"a,b\r\n", bytes(range(256)), b"", b"\0")[row]
    if isinstance(kind, Integer):
        # Seconds since 1970 go past 2**31 in 2038.
        return (1, 2, 3, 4)[row] if column.primary_key else (7, 0, -1, 2_000_000_000)[row]
    if isinstance(kind, Text):
        return WORDS[row]
    assert isinstance(kind, String), kind
    return (
        f"{column.name}-{row}"[: kind.length] if column.primary_key else WORDS[row][: kind.length]
    )


def rows_of(table: Table, file: StoredFile) -> list[dict[str, Any]]:
    """Four rows for a table, the files it names being real ones."""
    rows = [{column.name: value_of(column, row) for column in table.c} for row in range(4)]
    for number, row in enumerate(rows):
        for constraint in ("login", "file_hash", "ext_id", "idempotency_key"):
            if isinstance(row.get(constraint), str):
                row[constraint] = f"{constraint}-{number}"  # told apart by a rule of the table
        if "file" in row and "content_hash" in row:
            row |= {"file": file.file, "content_hash": file.content_hash}
    return rows[:1] if table.name == "store_state" else rows


def fill(connection: Connection, file: StoredFile) -> None:
    for table in lasting_tables(connection):
        connection.execute(table.delete())
        connection.execute(insert(table), rows_of(table, file))


def make(schema: str, folder: Path) -> None:
    """The backup of a filled store at a schema, in a new folder."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        files = FileStore(root)
        file = files.write_frame(pl.DataFrame({"event_key": [1, 2]}), "raw/contact_leg")
        db = Database(f"sqlite:///{root / 'muster.sqlite'}")
        with db.write() as connection:
            run_migrations(connection, schema)
            fill(connection, file)
        make_backup(Store(db, files), folder, made_at=0, program=__version__)
        db.close()


if __name__ == "__main__":
    make(sys.argv[1], LANDED / sys.argv[1])
