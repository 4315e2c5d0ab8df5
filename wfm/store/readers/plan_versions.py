"""Forecast and requirement versions: which there are, and the values of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection, Row, Select, func, select

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
    base_version: int | None = None  # the model's version that this one lays overrides on
    inputs: str | None = None


# The newest forecast of a model comes first, and of it the one with the newest overrides: an
# override made today on an older, longer forecast does not put that above a newer one.
RANK = func.coalesce(forecast_version.c.base_version, forecast_version.c.fc_version)
NEWEST = (RANK.desc(), forecast_version.c.fc_version.desc())


def forecast_created(connection: Connection) -> dict[int, tuple[int, int]]:
    """Instant each forecast version was created at, and the model's version it rests on."""
    rows = connection.execute(
        select(forecast_version.c.fc_version, forecast_version.c.created_at, RANK.label("model"))
    )
    return {row.fc_version: (row.created_at, row.model) for row in rows}


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
        .order_by(*NEWEST)
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
            forecast_version.c.base_version.is_(None),
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
        row.config_hash, row.created_at, row.file, row.summary, row.base_version, row.inputs,
    )  # fmt: skip


def forecasts_from(connection: Connection, unit: str, day: date) -> tuple[ForecastVersion, ...]:
    """Forecasts of a unit that reach beyond a day, those first that count first."""
    rows = connection.execute(
        _forecasts()
        .where(forecast_version.c.unit == unit, forecast_version.c.end_on > day)
        .order_by(*NEWEST)
    ).all()
    return tuple(_forecast(row) for row in rows)


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
