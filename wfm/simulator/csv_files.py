"""CSV files as all deliveries of the simulated centre write them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

ISO = "%Y-%m-%dT%H:%M:%SZ"
Row = Sequence[object]


def write_frame(path: Path, frame: pl.DataFrame) -> Path:
    """A frame as a CSV file; times are in UTC, empty is unknown."""
    frame.write_csv(path, datetime_format=ISO)
    return path


def timed_frame(columns: Sequence[str], rows: Sequence[Row]) -> pl.DataFrame:
    """Rows as a frame; columns named `_at` and interval starts become times from UTC seconds."""
    frame = pl.DataFrame(rows, schema=list(columns), orient="row", infer_schema_length=None)
    times = [c for c in columns if c.endswith("_at") or c == "interval_start"]
    return frame.with_columns(pl.from_epoch(name) for name in times)


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> Path:
    """Rows as a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return path
