"""Forecast against what came, at the grain of queue and quarter."""

from __future__ import annotations

import polars as pl

from wfm.domain.grid import QUARTER_S
from wfm.facts.inputs import DayInputs
from wfm.facts.sums import known_sum


def forecast_intervals(inputs: DayInputs, queue_rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of `forecast_interval`: the version to be judged, and its errors where a cell is over.

    The version is each queue's newest one made before its day began, so that a forecast is never
    judged by what it saw; where every version is younger, the newest. Of one model's forecast the
    newest overrides count. Forecast 24.5, offered 20:
    an error of 4.5.
    """
    chosen = _chosen(inputs)
    actual = queue_rows.group_by("queue", "q").agg(known_sum("offered_n"), known_sum("act_work_s"))
    over = (pl.col("q").cast(pl.Int64) + 1) * QUARTER_S <= inputs.as_of_at
    seen = actual["queue"].unique().to_list()
    rows = chosen.join(actual, on=["queue", "q"], how="left").with_columns(
        # A queue with contacts that day had a live feed: a quarter without any had none.
        pl.when(over & pl.col("queue").is_in(seen))
        .then(pl.col("offered_n").fill_null(0))
        .alias("offered_n"),
        pl.when(over & pl.col("queue").is_in(seen))
        .then(
            pl.when(pl.col("offered_n").is_null()).then(0).otherwise(pl.col("act_work_s"))
        )
        .alias("act_work_s"),
    )  # fmt: skip
    error = (pl.col("fc_contacts_m") - pl.col("offered_n") * 1000).abs()
    is_open = pl.col("fc_contacts_m") > 0
    close = pl.when(pl.col("offered_n") < 10).then(1000).otherwise(pl.col("offered_n") * 100)
    offered_m = pl.col("offered_n") * 1000
    return rows.with_columns(
        pl.col("fc_contacts_m").alias("fc_contacts_n"),
        pl.col("fc_work_ms").alias("fc_work_s"),
        error.alias("fc_abs_err_n"),
        ((error * error + 500) // 1000).alias("fc_sq_err_n2"),
        (pl.col("fc_work_ms") - pl.col("act_work_s")).abs().alias("fc_work_abs_err_s"),
        is_open.cast(pl.Int64).alias("fc_cells_n"),
        (is_open & (error <= close)).cast(pl.Int64).alias("fc_in10_n"),
        (is_open & (offered_m >= pl.col("p10_m")) & (offered_m <= pl.col("p90_m")))
        .cast(pl.Int64)
        .alias("fc_pi_hit_n"),
        pl.lit(inputs.day).alias("day"),
        pl.col("queue_site").alias("site"),
        pl.col("queue_channel").alias("channel"),
    )


def _chosen(inputs: DayInputs) -> pl.DataFrame:
    created = pl.DataFrame(
        [(version, *known) for version, known in inputs.fc_created.items()],
        schema={"fc_version": pl.UInt32, "created_at": pl.Int64, "model": pl.UInt32},
        orient="row",
    )  # fmt: skip
    rows = (
        inputs.events.forecast.join(inputs.queues, on="queue", how="inner")
        .filter(
            pl.col("q").cast(pl.Int64) * QUARTER_S >= pl.col("from_at"),
            pl.col("q").cast(pl.Int64) * QUARTER_S < pl.col("to_at"),
        )
        .join(created, on="fc_version", how="left")
        .with_columns(
            (pl.col("created_at").fill_null(0) < pl.col("from_at")).alias("before"),
            pl.col("model").fill_null(pl.col("fc_version")),
        )
    )
    versions = (
        rows.select("queue", "fc_version", "before", "model")
        .unique()
        .sort("queue", "before", "model", "fc_version")
        .unique("queue", keep="last", maintain_order=True)
        .select("queue", "fc_version")
    )
    return rows.join(versions, on=["queue", "fc_version"], how="semi").join(
        inputs.slots, on=["zone", "q"], how="left"
    )
