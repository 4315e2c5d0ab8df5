"""The connection to the store: engine, transactions, retries."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DisconnectionError,
    NoSuchModuleError,
    OperationalError,
)

from wfm.domain.errors import BadInput

Answer = TypeVar("Answer")
BUSY_TIMEOUT_S = 5
REST_S = 5
# The one lock that every write transaction on PostgreSQL takes first.
WRITER = 4711_2001
DIALECTS = ("sqlite", "postgresql")
KEPT = "wfm_kept"


class Database:
    """An engine with the product's rules: short transactions, one writer, readers on snapshots.

    `read()` gives a connection on one snapshot; `write()` one transaction, committed whole or not
    at all. Writers take turns on both databases: `BEGIN IMMEDIATE` on SQLite, an advisory lock on
    PostgreSQL, so what a writer read is still true when it commits. A writer that waits longer than
    five seconds raises `OperationalError`.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        # What readers made of standing data, for as long as a snapshot finds the data the same.
        self._kept: dict[str, Any] = {}

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def shown_url(self) -> str:
        """The URL without its password."""
        return self.engine.url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading, on one consistent snapshot."""
        with self.engine.connect().execution_options(**{KEPT: self._kept}) as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            else:
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            yield connection
            connection.rollback()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One write transaction: committed when the block ends, undone when it raises."""
        with self.engine.connect() as connection:
            try:
                if self.is_sqlite:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                else:
                    # Read committed: whatever is read after the lock is the newest state.
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_TIMEOUT_S}s'")
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER})")
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def retry(self, work: Callable[[Connection], Answer], tries: int = 3) -> Answer:
        """The answer of `work` in a write transaction, tried again when the database is busy."""
        for attempt in range(tries):
            try:
                with self.write() as connection:
                    return work(connection)
            except OperationalError:
                if attempt == tries - 1:
                    raise
                time.sleep(random.uniform(0.05, 0.4))
        raise AssertionError("unreachable")

    def close(self) -> None:
        self._kept.clear()
        self.engine.dispose()


def kept_of(connection: Connection) -> MutableMapping[str, Any] | None:
    """The memory that the snapshots of a database share in a process; None in a transaction that
    writes, where what is read may yet be undone."""
    kept: MutableMapping[str, Any] | None = connection.get_execution_options().get(KEPT)
    return kept


def _engine(url: str) -> Engine:
    _check(url)
    if not url.startswith("sqlite"):
        return _pinged_after_a_rest(create_engine(url))
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S})

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        # The driver's own implicit BEGIN is turned off: read() and write() begin explicitly.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={BUSY_TIMEOUT_S * 1000}",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _pinged_after_a_rest(engine: Engine) -> Engine:
    """The engine, asking a connection that rested for a while whether its server is still there.

    Asking at every use would nearly double the time of a small read.
    """

    @event.listens_for(engine, "checkin")
    def _rest(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", time.monotonic()) < REST_S:
            return
        try:
            alive = engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            alive = False
        if not alive:
            raise DisconnectionError  # the pool gives a fresh one instead

    return engine


def _check(url: str) -> None:
    """Nothing when the URL names a database the product works on, with its driver installed."""
    way_out = (
        "Write WFM_DATABASE_URL like postgresql+psycopg://USER:PASSWORD@HOST/NAME, or leave it "
        "empty for SQLite in the data folder."
    )
    try:
        parsed = make_url(url)
        name = parsed.get_backend_name()
        shown = parsed.render_as_string(hide_password=True)
        if name not in DIALECTS:
            raise BadInput(f"Muster keeps its data in SQLite or PostgreSQL, not {name}. {way_out}")
        parsed.get_dialect().import_dbapi()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise BadInput(f"The database URL cannot be read. {way_out}") from error
    except ImportError as error:
        raise BadInput(
            f"The driver for {shown} is not installed: `pip install 'psycopg[binary]>=3.3'` into "
            f"the environment of `wfm`. {way_out}"
        ) from error
