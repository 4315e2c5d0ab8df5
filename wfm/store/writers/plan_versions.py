"""Forecast and requirement versions written: the row, its file and its batch in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection, Table, insert, update

from wfm.store.files import FileStore
from wfm.store.manifest import record_batch
from wfm.store.raw import conform
from wfm.store.schema import forecast_day, forecast_version, requirement_version

QUARTER_S = 900


def add_forecast(
    connection: Connection,
    files: FileStore,
    frame: pl.DataFrame,
    *,
    unit: str,
    first: date,
    end: date,
    days: Iterable[date],
    origin_at: int,
    method: str,
    config_hash: str,
    created_at: int,
    author: str,
    summary: str,
    inputs: str,
    base_version: int | None = None,
) -> int:
    """The number of a new forecast version; its values are live and its days dirty.

    `base_version` is the model's forecast that this one lays overrides on; `days` those on which
    it differs from what was in force.
    """
    values = {
        "unit": unit,
        "first_on": first,
        "end_on": end,
        "origin_at": origin_at,
        "method": method,
        "config_hash": config_hash,
        "created_at": created_at,
        "author": author,
        "state": "draft",
        "summary": summary,
        "inputs": inputs,
        "base_version": base_version,
    }
    return _add(
        connection, files, forecast_version, "forecast", "fc_version", values, frame, days,
        created_at,
    )  # fmt: skip


def add_forecast_days(
    connection: Connection, number: int, rows: Iterable[Mapping[str, Any]]
) -> None:
    """Each queue's days of a version with their band and parts (`forecast_day`)."""
    values = [{"fc_version": number, **row} for row in rows]
    if values:
        connection.execute(insert(forecast_day), values)


def add_requirement(
    connection: Connection,
    files: FileStore,
    frame: pl.DataFrame,
    *,
    unit: str,
    week: str,
    days: Iterable[date],
    fc_version: int,
    created_at: int,
    author: str,
    summary: str,
) -> int:
    """The number of a new requirement version; its values are live and its days dirty."""
    values = {
        "unit": unit,
        "week": week,
        "fc_version": fc_version,
        "created_at": created_at,
        "author": author,
        "summary": summary,
    }
    return _add(
        connection, files, requirement_version, "requirement", "rq_version", values, frame, days,
        created_at,
    )  # fmt: skip


def _add(
    connection: Connection,
    files: FileStore,
    table: Table,
    raw_table: str,
    column: str,
    values: dict[str, Any],
    frame: pl.DataFrame,
    days: Iterable[date],
    created_at: int,
) -> int:
    made = connection.execute(insert(table), values)
    number = int(made.inserted_primary_key[0])  # type: ignore[index]
    numbered = conform(frame.with_columns(pl.lit(number).alias(column)), raw_table)
    stored = files.write_frame(numbered, f"raw/{raw_table}")
    quarters = frame["q"]
    batch_id = record_batch(
        connection,
        table=raw_table,
        source_id="planning",
        stored=stored,
        first_at=int(quarters.min()) * QUARTER_S,  # type: ignore[arg-type]
        last_at=(int(quarters.max()) + 1) * QUARTER_S,  # type: ignore[arg-type]
        days=days,
        received_at=created_at,
    )
    connection.execute(update(table).where(table.c[column] == number).values(batch_id=batch_id))
    return number
