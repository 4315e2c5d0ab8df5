"""The connection to the store: engine, transactions, retries."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

Answer = TypeVar("Answer")
BUSY_TIMEOUT_S = 5


class Database:
    """An engine with the product's rules: WAL and full sync on SQLite, short transactions.

    `read()` gives a connection on one snapshot; `write()` one transaction, begun immediate on
    SQLite so that two writers never deadlock half-way, and committed whole or not at all.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading, on one consistent snapshot."""
        with self.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            yield connection
            connection.rollback()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One write transaction: committed when the block ends, undone when it raises."""
        with self.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
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
        self.engine.dispose()


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
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
