"""Raw rows of a span of time, each event once, from the immutable batch files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from wfm.store.files import FileStore
from wfm.store.manifest import Batch
from wfm.store.raw import RAW_SCHEMAS

# Columns that say when a row happened; a row is read when any of them, or the span from the first
# to the last known one, touches the asked time.
_WHEN = {
    "contact_leg": ("enqueued_at", "connected_at", "ended_at", "wrap_ended_at"),
    "agent_state": ("start_at", "end_at"),
    "interval_stats": ("start_at",),
}


def raw_events(
    files: FileStore,
    batches: Sequence[Batch],
    table: str,
    start_at: int,
    end_at: int,
    agents: Sequence[int] | None = None,
) -> pl.DataFrame:
    """Rows of an event table that touch [start_at, end_at), each event in its newest version.

    An event delivered twice, in whatever order or batch, is one row: the highest `seq` wins. With
    `agents` only their rows are read. States come in any order: who reads them brings them into
    that of agent and time.
    """
    whens = [pl.col(name) for name in _WHEN[table]]
    frame = _scan(files, batches, table).filter(
        pl.min_horizontal(whens) < end_at, pl.max_horizontal(whens) >= start_at
    )
    if agents is not None:
        frame = frame.filter(pl.col("agent").is_in(agents))
    return newest_rows(frame.collect(), as_stored=table == "agent_state")


def raw_figures(files: FileStore, batches: Sequence[Batch], day: date) -> pl.DataFrame:
    """Figures delivered for one day, each in its newest version."""
    return newest_rows(_scan(files, batches, "measure_day").filter(pl.col("day") == day).collect())


def raw_quarters(
    files: FileStore, batches: Sequence[Batch], table: str, start_q: int, end_q: int
) -> pl.DataFrame:
    """Rows of a plan table (forecast, requirement) for quarters [start_q, end_q), all versions."""
    frame = _scan(files, batches, table).filter(pl.col("q") >= start_q, pl.col("q") < end_q)
    return frame.collect().unique()


def newest_rows(frame: pl.DataFrame, *, as_stored: bool = False) -> pl.DataFrame:
    """Each event once, in its newest version; in order of the events unless `as_stored`."""
    newest = ("event_key", "seq", "payload_hash")
    if frame["event_key"].n_unique() == frame.height:
        return frame if as_stored else frame.sort("event_key")
    return frame.sort(newest, descending=[False, True, True]).unique(
        "event_key", keep="first", maintain_order=True
    )


def _scan(files: FileStore, batches: Sequence[Batch], table: str) -> pl.LazyFrame:
    if not batches:
        return pl.LazyFrame(schema=RAW_SCHEMAS[table])
    return pl.scan_parquet([files.path(batch.file) for batch in batches])
