"""When each forecast version was made."""

from __future__ import annotations

from sqlalchemy import Connection, select

from wfm.store.schema import forecast_version


def forecast_created(connection: Connection) -> dict[int, int]:
    """Instant each forecast version was created at, by its number."""
    rows = connection.execute(select(forecast_version.c.fc_version, forecast_version.c.created_at))
    return {row.fc_version: row.created_at for row in rows}
