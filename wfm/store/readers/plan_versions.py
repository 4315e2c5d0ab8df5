"""Forecast and requirement versions: which there are, and the values of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection, Row, Select, select

from wfm.domain.errors import MissingFacts
from wfm.store.files import FileStore
from wfm.store.schema import forecast_version, raw_batch, requirement_version


@dataclass(frozen=True)
class ForecastVersion:
    """One forecast of a unit: days `first_on` up to, not including, `end_on`."""

    fc_version: int
    unit: str
    first_on: date
    end_on: date
    origin_at: int
    method: str
    config_hash: str
    created_at: int
    file: str
    summary: str | None


def forecast_created(connection: Connection) -> dict[int, int]:
    """Instant each forecast version was created at, by its number."""
    rows = connection.execute(select(forecast_version.c.fc_version, forecast_version.c.created_at))
    return {row.fc_version: row.created_at for row in rows}


def newest_forecast(
    connection: Connection, unit: str, first: date, end: date
) -> ForecastVersion | None:
    """The newest forecast of a unit that holds all days from `first` to before `end`."""
    row = connection.execute(
        _forecasts()
        .where(
            forecast_version.c.unit == unit,
            forecast_version.c.first_on <= first,
            forecast_version.c.end_on >= end,
        )
        .order_by(forecast_version.c.fc_version.desc())
        .limit(1)
    ).first()
    return None if row is None else _forecast(row)


def same_forecast(
    connection: Connection, unit: str, first: date, end: date, origin_at: int, config_hash: str
) -> ForecastVersion | None:
    """The newest forecast made for the same days from the same origin with the same settings."""
    row = connection.execute(
        _forecasts()
        .where(
            forecast_version.c.unit == unit,
            forecast_version.c.first_on == first,
            forecast_version.c.end_on == end,
            forecast_version.c.origin_at == origin_at,
            forecast_version.c.config_hash == config_hash,
        )
        .order_by(forecast_version.c.fc_version.desc())
        .limit(1)
    ).first()
    return None if row is None else _forecast(row)


def newest_requirement(connection: Connection, unit: str, week: str) -> tuple[int, int, str] | None:
    """Number, forecast number and file of the newest requirement of a unit and week."""
    row = connection.execute(
        select(requirement_version.c.rq_version, requirement_version.c.fc_version, raw_batch.c.file)
        .join(raw_batch, raw_batch.c.batch_id == requirement_version.c.batch_id)
        .where(requirement_version.c.unit == unit, requirement_version.c.week == week)
        .order_by(requirement_version.c.rq_version.desc())
        .limit(1)
    ).first()
    return None if row is None else (row.rq_version, row.fc_version, row.file)


def version_rows(files: FileStore, file: str, column: str, version: int) -> pl.DataFrame:
    """The rows of one version in its file, without the column that numbers it."""
    frame = pl.read_parquet(files.path(file))
    return frame.filter(pl.col(column) == version).drop(column)


def _forecasts() -> Select[Any]:
    return select(forecast_version, raw_batch.c.file).join(
        raw_batch, raw_batch.c.batch_id == forecast_version.c.batch_id
    )


def _forecast(row: Row) -> ForecastVersion:  # type: ignore[type-arg]
    return ForecastVersion(
        row.fc_version, row.unit, row.first_on, row.end_on, row.origin_at, row.method,
        row.config_hash, row.created_at, row.file, row.summary,
    )  # fmt: skip


def forecast_of_requirement(connection: Connection) -> dict[int, int]:
    """Forecast version that each requirement version was computed from."""
    rows = connection.execute(
        select(requirement_version.c.rq_version, requirement_version.c.fc_version)
    )
    return {row.rq_version: row.fc_version for row in rows}


def forecast_by_number(connection: Connection, fc_version: int) -> ForecastVersion:
    """The forecast of a number; `MissingFacts` when its file is gone."""
    row = connection.execute(
        _forecasts().where(forecast_version.c.fc_version == fc_version)
    ).first()
    if row is None:
        raise MissingFacts(f"Forecast {fc_version} is not there any more; forecast again.")
    return _forecast(row)
