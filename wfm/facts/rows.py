"""Rows of one fact table for a question: only the columns, files and rows that it touches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import polars as pl

from wfm.facts.frames import FrameCache
from wfm.facts.schema import TableSpec
from wfm.store.manifest import FactFile

# Above this many bytes rows are streamed from their files and not kept.
SCAN_BYTES = 96 * 1024 * 1024
_CELL_BYTES = 5
_MONDAY = 3  # 1970-01-01 was a Thursday
# Days since the hire from which each band of tenure begins; the same as for "new" in figures.
TENURE_DAYS = (0, 30, 90, 180, 365)


@dataclass(frozen=True)
class Wanted:
    """Columns of a table to read, and conditions its rows have to meet."""

    columns: tuple[str, ...]
    conditions: tuple[pl.Expr, ...]


class Files(Protocol):
    """Where fact files are found and kept."""

    @property
    def frames(self) -> FrameCache: ...

    @property
    def group_of_queue(self) -> pl.Series: ...

    @property
    def hired(self) -> pl.Series: ...

    def files(self, table: str, first: date, end: date) -> list[FactFile]: ...


def wanted_rows(
    facts: Files, spec: TableSpec, first: date, end: date, wanted: Wanted
) -> pl.LazyFrame | None:
    """The wanted columns of every row in the days that meets the conditions; None without files.

    Lazy, so that a question is one plan: each step on its own would cost more than its work.
    """
    files = facts.files(spec.name, first, end)
    if not files:
        return None
    columns = {name: dtype for name, dtype in spec.dtypes.items() if name in wanted.columns}
    conditions = list(wanted.conditions)
    if sum(f.rows for f in files) * len(columns) * _CELL_BYTES > SCAN_BYTES:
        names = [f.file for f in files]
        if conditions:
            return facts.frames.some_rows(names, columns, conditions).lazy()
        return facts.frames.scan(names, columns)
    frame = facts.frames.frame([f.file for f in files], columns).lazy()
    return frame.filter(conditions) if conditions else frame


def source_columns(dimension: str, day: str, spec: TableSpec) -> set[str]:
    """The columns of a table that a dimension is taken from: a week from its day."""
    if dimension in ("day", "week", "month", "weekday"):
        return {day}
    if dimension == "tenure":
        return {"agent", day}
    return {"queue"} if dimension == "group" and "group" not in spec.keys else {dimension}


def with_dimensions(
    facts: Files, frame: pl.LazyFrame, by: Iterable[str], day: str, spec: TableSpec
) -> pl.LazyFrame:
    """The frame with a column for each dimension it is grouped by."""
    derived = [
        expression
        for dimension in by
        if (expression := _derived(facts, dimension, day, spec)) is not None
    ]
    return frame.with_columns(derived) if derived else frame


def _derived(facts: Files, dimension: str, day: str, spec: TableSpec) -> pl.Expr | None:
    local = pl.col(day)
    if dimension == "day":
        return None if day == "day" else local.alias("day")
    if dimension == "week":
        number = local.to_physical()
        return (number - (number + _MONDAY) % 7).cast(pl.Date).alias("week")
    if dimension == "month":
        return local.dt.month_start().alias("month")
    if dimension == "weekday":
        return ((local.to_physical() + _MONDAY) % 7 + 1).alias("weekday")
    if dimension == "tenure":
        return _tenure(facts, local).alias("tenure")
    if dimension == "group" and "group" not in spec.keys:
        return pl.lit(facts.group_of_queue).gather("queue").alias("group")
    return None


def _tenure(facts: Files, local: pl.Expr) -> pl.Expr:
    """The band of tenure of a row's agent on its day, as the days it begins from; null unknown."""
    days = local.to_physical() - pl.lit(facts.hired).gather("agent")
    band = pl.lit(TENURE_DAYS[0])
    for least in TENURE_DAYS[1:]:
        band = pl.when(days >= least).then(least).otherwise(band)
    return pl.when(days.is_not_null()).then(band)
