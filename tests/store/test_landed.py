"""Every schema that landed on users' disks comes up to the newest one with its data.

`landed/NNNN` holds a backup of a store at that schema with rows in every table.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from killed import ROOT
from make_landed import LANDED
from sqlalchemy import inspect, select, update

from wfm.domain.errors import BadInput, OldSchema
from wfm.store.backup import read_manifest
from wfm.store.database import Database
from wfm.store.dump import lasting_tables, load_tables, row_of
from wfm.store.leases import database_now
from wfm.store.migrate import (
    HEAD,
    known_schemas,
    make_ready,
    run_migrations,
    schema_version,
    upgrade,
)
from wfm.store.schema import job, metadata, partition

SCHEMAS = sorted(path.name for path in LANDED.iterdir() if path.is_dir())
# The first schema that is still being written; a release adds a backup and moves this on.
OPEN = "0002"

Row = dict[str, Any]


def test_every_landed_schema_has_a_store_that_is_brought_up() -> None:
    assert [schema for schema in known_schemas() if schema < OPEN] == SCHEMAS


def at_schema(db: Database, schema: str) -> Database:
    """The database with the tables and rows that landed at a schema."""
    folder = LANDED / schema
    with db.write() as connection:
        run_migrations(connection, schema)
        for table in lasting_tables(connection):
            connection.execute(table.delete())
        load_tables(connection, folder, read_manifest(folder).tables)
    return db


def landed_rows(schema: str) -> dict[str, list[Row]]:
    """Rows of each table as they landed, values as in the text of the backup."""
    found = {}
    for dump in read_manifest(LANDED / schema).tables:
        with gzip.open(LANDED / schema / dump.file) as lines:
            names, *rows = [json.loads(line) for line in lines]
        found[dump.name] = [dict(zip(names, row, strict=True)) for row in rows]
    return found


def rows_now(db: Database, like: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Rows of the same tables and columns as they are in the database."""
    found = {}
    with db.read() as connection:
        for table in lasting_tables(connection):
            if table.name in like:
                rows = connection.execute(select(table)).mappings()
                names = like[table.name][0]
                found[table.name] = [{n: row_of([row[n]])[0] for n in names} for row in rows]
    return {name: sorted(rows, key=json.dumps) for name, rows in found.items()}


def is_whole(db: Database, schema: str) -> bool:
    landed = {name: sorted(rows, key=json.dumps) for name, rows in landed_rows(schema).items()}
    return rows_now(db, landed) == landed


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_landed_store_reaches_the_newest_schema_with_all_its_rows(
    empty: Database, schema: str
) -> None:
    db = at_schema(empty, schema)
    upgrade(db)
    assert is_whole(db, schema)
    with db.read() as connection:
        assert schema_version(connection) == HEAD
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert min(len(rows) for rows in landed_rows(schema).values()) >= 1
    with pytest.raises(Exception, match="only ever added to"), db.write() as connection:
        connection.exec_driver_sql("delete from audit")


KILLED = """
import os, signal, sys
from sqlalchemy import event
from wfm.store.database import Database
from wfm.store.migrate import upgrade
db, left = Database(sys.argv[1]), [int(sys.argv[2])]
@event.listens_for(db.engine, "before_cursor_execute")
def count(connection, cursor, statement, *rest):
    if statement.strip().upper().startswith(("CREATE", "ALTER", "DROP", "INSERT", "UPDATE")):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
upgrade(db)
print(int(sys.argv[2]) - left[0], flush=True)
"""


def run(code: str, *words: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)], cwd=ROOT, stdout=subprocess.PIPE
    )


@pytest.mark.parametrize("schema", SCHEMAS[-1:])
def test_an_upgrade_killed_at_any_statement_leaves_the_old_store_whole(
    empty: Database, schema: str
) -> None:
    db = at_schema(empty, schema)
    for statement in (1, 3, 7):
        with run(KILLED, db.url, statement) as process:
            assert process.wait() == -9
        with db.read() as connection:
            assert schema_version(connection) == schema
        assert is_whole(db, schema)
    upgrade(db)
    assert is_whole(db, schema)


def test_of_two_processes_that_upgrade_at_once_both_find_it_done(empty: Database) -> None:
    db = at_schema(empty, SCHEMAS[0])
    with run(KILLED, db.url, 100_000) as one, run(KILLED, db.url, 100_000) as other:
        assert one.stdout is not None
        assert other.stdout is not None
        did = sorted(int(process.stdout.read()) for process in (one, other))
        assert (one.wait(), other.wait()) == (0, 0)
    assert did[0] == 0  # one of them had nothing left to do
    assert did[1] > 5
    assert is_whole(db, SCHEMAS[0])


def test_an_older_store_is_opened_by_an_upgrade_only(empty: Database) -> None:
    db = at_schema(empty, SCHEMAS[0])
    with pytest.raises(OldSchema, match=rf"is at schema 0001 and this program needs {HEAD}\."):
        make_ready(db)
    assert is_whole(db, SCHEMAS[0])


@pytest.mark.parametrize("table", [job, partition], ids=["job", "day"])
def test_an_upgrade_waits_for_no_worker_and_takes_nothing_from_one(
    empty: Database, table: Any
) -> None:
    db = at_schema(empty, SCHEMAS[0])
    with db.write() as connection:
        until = database_now(connection) + 30
        connection.execute(update(table).values(lease_owner="host:4711", lease_until=until))
    with pytest.raises(BadInput, match=r"Workers of the older program are at work: host:4711\."):
        upgrade(db)
    with db.write() as connection:
        connection.execute(update(table).values(lease_until=database_now(connection) - 1))
    upgrade(db)
    assert "alembic_version" in inspect(db.engine).get_table_names()
