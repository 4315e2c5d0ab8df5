"""Bringing a database to the current schema, one migration after the other."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import OperationalError

from wfm.domain.errors import BadInput, OldSchema
from wfm.store.audit_triggers import create_audit_triggers
from wfm.store.database import Database
from wfm.store.leases import database_now
from wfm.store.schema import job, partition, store_state

# The newest migration; a database that is there already costs one look, not the whole machinery.
HEAD = "0013"
MIGRATIONS = Path(__file__).parent / "migrations"
# How long an upgrade waits for other writers, one of which may be upgrading as well.
PATIENCE_S = 120.0


def make_ready(db: Database) -> None:
    """A database at the newest schema: an empty one gets its tables, an older one is refused."""
    with db.read() as connection:
        found = schema_version(connection)
    if found is None:
        upgrade(db)
    elif found != HEAD:
        raise OldSchema(
            f"The database {db.shown_url} is at schema {found} and this program needs {HEAD}. Stop "
            f"what runs on it, then `wfm upgrade`: it makes a backup first."
        )


def upgrade(db: Database) -> None:
    """The database brought to the newest schema; nothing happens when it is there already.

    All steps run in one transaction, so a process killed half-way leaves the old schema, and of
    two processes one does the work and the other finds it done.
    """
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with db.read() as connection:
            if schema_version(connection) == HEAD:
                return
        try:
            with db.write() as connection:
                found = schema_version(connection)
                if found not in (None, HEAD):
                    refuse_while_worked_on(connection)
                if found != HEAD:
                    run_migrations(connection)
            return
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def refuse_while_worked_on(connection: Connection) -> None:
    """Nothing when no worker holds a job or a day; its program would not know the new schema."""
    now = database_now(connection)
    held: list[str] = []
    for table in (job, partition):
        held += connection.scalars(
            select(table.c.lease_owner).where(table.c.lease_until >= now).distinct()
        )
    if held:
        owners = ", ".join(sorted(set(held))[:3])
        raise BadInput(
            f"Workers of the older program are at work: {owners}. Stop them and `wfm serve`, and "
            f"ask again; what a killed worker held is free after a minute."
        )


def run_migrations(connection: Connection, to: str = HEAD) -> None:
    """The schema brought to a migration, inside the caller's transaction."""
    # Loaded here only: a start with a current database does not pay for it.
    from alembic import command
    from alembic.config import Config

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
    create_audit_triggers(connection)
    if to == HEAD and connection.execute(store_state.select()).first() is None:
        connection.execute(store_state.insert(), {"one": 1, "generation": 0})


def known_schemas() -> tuple[str, ...]:
    """The schemas this program can come from, oldest first: 0001, 0002, …"""
    files = (MIGRATIONS / "versions").glob("[0-9]*.py")
    return tuple(sorted(path.name.split("_")[0] for path in files))


def schema_version(connection: Connection) -> str | None:
    """The migration a database has reached; None for an empty one.

    `BadInput` when it has tables and no version, or one this program does not know.
    """
    tables = set(inspect(connection).get_table_names())
    shown = connection.engine.url.render_as_string(hide_password=True)
    if "alembic_version" not in tables:
        if tables:
            raise BadInput(
                f"The database {shown} has {len(tables)} tables "
                f"and no schema version. It was not made by this program, or by an unfinished one: "
                f"point WFM_DATABASE_URL or WFM_DATA_DIR elsewhere."
            )
        return None
    found = connection.execute(text("select version_num from alembic_version")).scalar()
    if found is not None and found not in known_schemas():
        raise BadInput(
            f"The database is at schema {found}, newer than this program's {HEAD}. "
            f"Start the program version that wrote it, or restore a backup."
        )
    return str(found) if found is not None else None
