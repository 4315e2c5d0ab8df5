"""Bringing a database to the current schema, one migration after the other."""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from wfm.domain.errors import BadInput
from wfm.store.audit_triggers import create_audit_triggers
from wfm.store.database import Database
from wfm.store.schema import store_state

# The newest migration; a database that is there already costs one look, not the whole machinery.
HEAD = "0005"
MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(db: Database) -> None:
    """The database brought to the newest schema; nothing happens when it is there already.

    All steps run in one transaction, so a process killed half-way leaves the old schema.
    """
    with db.read() as connection:
        if schema_version(connection) == HEAD:
            return
    with db.write() as connection:
        found = schema_version(connection)
        if found == HEAD:
            return  # another process was faster
        _run_migrations(connection)
        create_audit_triggers(connection)
        if connection.execute(store_state.select()).first() is None:
            connection.execute(store_state.insert(), {"one": 1, "generation": 0})


def schema_version(connection: Connection) -> str | None:
    """The migration a database has reached; None for an empty one.

    `BadInput` when it has tables and no version, or one this program does not know.
    """
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" not in tables:
        if tables:
            raise BadInput(
                f"The database {connection.engine.url.render_as_string()} has {len(tables)} tables "
                f"and no schema version. It was not made by this program, or by an unfinished one: "
                f"point WFM_DATABASE_URL or WFM_DATA_DIR elsewhere."
            )
        return None
    found = connection.execute(text("select version_num from alembic_version")).scalar()
    known = {path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}
    if found is not None and found not in known:
        raise BadInput(
            f"The database is at schema {found}, newer than this program's {HEAD}. "
            f"Start the program version that wrote it, or restore a backup."
        )
    return str(found) if found is not None else None


def _run_migrations(connection: Connection) -> None:
    # Loaded here only: a start with a current database does not pay for it.
    from alembic import command
    from alembic.config import Config

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
