"""Migrations bring every database to the schema the program works with."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from wfm.domain.errors import BadInput
from wfm.store.database import Database
from wfm.store.migrate import HEAD, MIGRATIONS, schema_version, upgrade
from wfm.store.schema import metadata


def test_an_empty_database_reaches_the_schema_of_the_tables(empty: Database) -> None:
    db = empty
    upgrade(db)
    upgrade(db)  # the second time changes nothing
    with db.read() as connection:
        assert schema_version(connection) == HEAD
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_the_one_the_program_expects() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_the_audit_log_refuses_to_forget_after_the_migrations(empty: Database) -> None:
    db = empty
    upgrade(db)
    with db.write() as connection:
        connection.execute(
            text(
                "insert into audit (seq, at, actor, role, action, object, scope_path, prev_hash,"
                " hash) values (1, 0, 'u', 'admin', 'a', 'o', '', '', 'h')"
            )
        )
    with pytest.raises(Exception, match="only ever added to"), db.write() as connection:
        connection.execute(text("delete from audit"))


def test_a_database_of_somebody_else_is_left_alone(empty: Database) -> None:
    db = empty
    with db.write() as connection:
        connection.execute(text("create table theirs (id integer)"))
    with pytest.raises(BadInput, match="has 1 tables and no schema version"):
        upgrade(db)


def test_a_database_of_a_newer_program_is_left_alone(empty: Database) -> None:
    db = empty
    upgrade(db)
    with db.write() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(BadInput, match=f"at schema 9999, newer than this program's {HEAD}"):
        upgrade(db)
