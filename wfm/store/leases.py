"""Leases run on the database's own clock, so that hosts need not agree on the time."""

from __future__ import annotations

from sqlalchemy import Connection, Integer, cast, extract, func, select

LEASE_S = 30


def database_now(connection: Connection) -> int:
    """Whole UTC seconds on the database's clock; never the product's, which may stand still."""
    if connection.dialect.name == "sqlite":
        value = connection.scalar(select(cast(func.strftime("%s", "now"), Integer)))
    else:
        value = connection.scalar(select(extract("epoch", func.clock_timestamp())))
    return int(value)  # type: ignore[arg-type]
