"""Which quarters of a day a feed had to speak in, by site, and in which of them it did."""

from __future__ import annotations

from datetime import date

import polars as pl

from wfm.domain.grid import QUARTER_S
from wfm.facts.inputs import DayInputs
from wfm.facts.schema import KEY_DTYPES
from wfm.facts.sums import summed

# Below this many forecast contacts of a site in a quarter, silence is no gap.
LEAST_FORECAST_M = 2_000


def feed_intervals(
    inputs: DayInputs, contacts: pl.DataFrame, agents: pl.DataFrame, forecast: pl.DataFrame
) -> pl.DataFrame:
    """Rows of `feed_interval`: each quarter that is over in which a feed was expected.

    Contacts are expected where at least two are forecast for the site, without a forecast between
    the first and the last contact of the day; agent states where somebody is scheduled. Four
    people scheduled and the state of three known: 3 of 4.
    """
    cell = ["site", "q", "slot"]
    over = (pl.col("q").cast(pl.Int64) + 1) * QUARTER_S <= inputs.as_of_at
    came = contacts.filter(pl.col("offered_n") > 0).select(cell).unique()
    planned = forecast.group_by(cell).agg(pl.col("fc_contacts_n").sum())
    planned = planned.filter(pl.col("fc_contacts_n") >= LEAST_FORECAST_M).select(cell)
    span = came.group_by("site").agg(
        pl.col("q").min().alias("from_q"), pl.col("q").max().alias("to_q")
    )
    unplanned = span.join(planned, on="site", how="anti", nulls_equal=True)
    slots = inputs.slots.join(inputs.sites.select("site", "zone"), on="zone", how="inner")
    between = (
        slots.join(unplanned, on="site", how="inner")
        .filter(pl.col("q").is_between("from_q", "to_q"))
        .select(cell)
    )
    spoken = came.with_columns(pl.lit(1, pl.Int64).alias("ok"))
    calls = (
        pl.concat([planned, between])
        .filter(pl.col("site").is_not_null())
        .unique()
        .join(spoken, on=cell, how="left", nulls_equal=True)
        .with_columns(pl.lit("contacts").alias("feed"), pl.lit(1, pl.Int64).alias("expected"))
    )
    scheduled = agents.select(*cell, "sched_s", "login_s", "unknown_s")
    scheduled = scheduled.filter(pl.col("sched_s") > 0)
    known = pl.col("login_s").is_not_null() & (pl.col("unknown_s").fill_null(0) == 0)
    counts = [pl.len().cast(pl.Int64).alias("expected"), known.sum().cast(pl.Int64).alias("ok")]
    states = summed(scheduled.filter(pl.col("site").is_not_null()), cell, counts).with_columns(
        pl.lit("agent states").alias("feed")
    )
    names = [*cell, "feed", "expected", "ok"]
    rows = pl.concat([calls.select(names), states.select(names)]).filter(over)
    return rows.with_columns(pl.col("ok").fill_null(0), pl.lit(inputs.day).alias("day"))


def completeness_figures(day: date, intervals: pl.DataFrame) -> pl.DataFrame:
    """Figures `feed_exp_n` and `feed_ok_n` of the day by site, as rows of `figure_day`."""
    sums = intervals.group_by("site").agg(
        (pl.col("expected").sum() * 1000).alias("feed_exp_n"),
        (pl.col("ok").sum() * 1000).alias("feed_ok_n"),
    )
    tall = sums.unpivot(
        ["feed_exp_n", "feed_ok_n"], index="site", variable_name="measure", value_name="value"
    )
    empty = ("team", "agent", "queue", "channel")
    return tall.with_columns(
        pl.lit(day).alias("day"), *(pl.lit(None, KEY_DTYPES[name]).alias(name) for name in empty)
    )
