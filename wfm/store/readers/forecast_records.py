"""What planners said of a site's forecasts, with what was taken back."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, select

from wfm.domain.forecast_records import ForecastRecord
from wfm.domain.scope import Scope
from wfm.store.schema import forecast_record


def read_records(
    connection: Connection, scope: Scope, unit: str, kinds: Sequence[str]
) -> tuple[ForecastRecord, ...]:
    """Records of a site by number; those taken back say when and by whom. None of other scopes."""
    if not scope.holds(Scope(unit)):
        return ()
    rows = connection.execute(
        select(forecast_record)
        .where(forecast_record.c.unit == unit, forecast_record.c.kind.in_(kinds))
        .order_by(forecast_record.c.record_id)
    ).all()
    undone = {row.undoes: row for row in rows if row.undoes is not None}
    return tuple(
        ForecastRecord(
            row.record_id, row.kind, row.unit, row.queue_id, row.first_on, row.end_on,
            json.loads(row.terms), row.reason, row.author, row.recorded_at,
            undone[row.record_id].recorded_at if row.record_id in undone else None,
            undone[row.record_id].author if row.record_id in undone else "",
        )
        for row in rows
        if row.undoes is None
    )  # fmt: skip


def read_record(connection: Connection, scope: Scope, record_id: int) -> ForecastRecord | None:
    """The record of a number inside a scope, None when there is none."""
    row = connection.execute(
        select(forecast_record.c.unit, forecast_record.c.kind).where(
            forecast_record.c.record_id == record_id, forecast_record.c.undoes.is_(None)
        )
    ).first()
    if row is None:
        return None
    found = read_records(connection, scope, row.unit, (row.kind,))
    return next((one for one in found if one.record_id == record_id), None)
