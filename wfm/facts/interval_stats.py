"""Interval statistics of sources that give no single contacts, beside call-by-call data."""

from __future__ import annotations

import polars as pl

from wfm.domain.grid import QUARTER_S
from wfm.facts.inputs import DayInputs
from wfm.facts.measures import measures_of


def stats_rows(inputs: DayInputs, table: str) -> pl.DataFrame:
    """Rows of a queue table from interval statistics, where no single contacts cover the queue.

    A row of 30 minutes is booked in its first quarter: nothing is split pro rata. A queue with
    call-by-call data that day ignores its statistics, since the calls are nearer to the truth.
    """
    stats, legs = inputs.events.stats, inputs.events.legs
    wanted = [m for m in measures_of(table, "sum", "max") if m in set(stats["measure"].unique())]
    frame = (
        stats.filter(pl.col("measure").is_in(wanted))
        .join(inputs.queues, on="queue", how="inner")
        .filter(
            pl.col("start_at") >= pl.col("from_at"),
            pl.col("start_at") < pl.col("to_at"),
            ~pl.col("queue").is_in(legs["queue"].drop_nulls().unique().implode()),
        )
        .with_columns(
            (pl.col("start_at") // QUARTER_S).cast(pl.Int32).alias("q"),
            pl.col("queue_channel").alias("channel"),
            pl.lit(None, pl.UInt16).alias("contact_type"),
            pl.lit(None, pl.UInt32).alias("agent"),
            pl.lit(None, pl.UInt16).alias("team"),
            pl.col("queue_site").alias("site"),
        )
    )
    keys = ["agent", "team", "site", "queue", "channel", "contact_type", "q"]
    if frame.is_empty():
        return frame.select(keys).clear()
    return frame.pivot("measure", index=keys, values="value", aggregate_function="sum")
