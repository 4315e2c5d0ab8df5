"""Agents that the actual contacts would have needed, by the queues' own service-level targets."""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from wfm.domain.grid import QUARTER_S
from wfm.facts.inputs import DayInputs
from wfm.facts.sums import known_sum

DEFAULT_TARGET_PCT = 80.0


CELL = ["site", "group", "q"]


def needed_staff(inputs: DayInputs, queue_rows: pl.DataFrame) -> pl.DataFrame:
    """Columns site, group, q, req_act_s (thousandths of seconds) from actual volume and AHT.

    Where the cell was planned, its requirement moved by what the contacts changed: 20 agents
    required for a forecast that Erlang C gives 16, and 18 for what came: 20 * 18 / 16 = 22.5. So
    plan and actual differ by the contacts, never by the model. Elsewhere Erlang C alone, on the
    strictest threshold and highest target of the group's queues.
    """
    actual = _cells(inputs, queue_rows.select("queue", "q", "offered_n", "act_work_s"))
    planned = required_cells(inputs)
    forecast = _cells(inputs, _forecast_of(inputs, planned)).rename(
        {"contacts": "fc_contacts", "work_s": "fc_work_s"}
    )
    live = actual["group"].unique().to_list()
    cells = (
        actual.join(planned, on=CELL, how="full", coalesce=True, nulls_equal=True)
        .join(forecast.drop("threshold_s", "target_pct"), on=CELL, how="left")
        # A quarter without contacts of a group that had some that day needed nobody.
        .filter(pl.col("group").is_in(live))
        .with_columns(pl.col("contacts", "work_s").fill_null(0.0))
    )
    needed = [_needed(row) for row in cells.iter_rows(named=True)]
    return cells.select(CELL).with_columns(pl.Series("req_act_s", needed, pl.Int64))


def required_cells(inputs: DayInputs) -> pl.DataFrame:
    """Columns site, group, q, required_m, fc_version: the newest requirement of each site's day."""
    rows = inputs.in_site_day(inputs.events.requirement)
    newest = rows.filter(pl.col("rq_version") == pl.col("rq_version").max().over("site"))
    made_of = pl.col("rq_version").replace_strict(
        inputs.fc_of_requirement, default=None, return_dtype=pl.UInt32
    )
    return (
        newest.with_columns(made_of.alias("fc_version"))
        .group_by(CELL)
        .agg(known_sum("required_m"), pl.col("fc_version").max())
    )


def _forecast_of(inputs: DayInputs, planned: pl.DataFrame) -> pl.DataFrame:
    """The forecast that the requirement was made of, as contacts and work of queue and quarter."""
    versions = planned["fc_version"].drop_nulls().unique().implode()
    return inputs.events.forecast.filter(pl.col("fc_version").is_in(versions)).select(
        "queue", "q", pl.col("fc_contacts_m").alias("offered_n"),
        pl.col("fc_work_ms").alias("act_work_s"), pl.lit(1000).alias("per"),
    )  # fmt: skip


def _cells(inputs: DayInputs, rows: pl.DataFrame) -> pl.DataFrame:
    """Contacts and handle seconds of queues added up by site, group and quarter."""
    per = pl.col("per") if "per" in rows.columns else pl.lit(1)
    return (
        rows.filter(pl.col("offered_n").is_not_null() & pl.col("act_work_s").is_not_null())
        .join(inputs.queues, on="queue", how="inner")
        .filter(pl.col("group").is_not_null(), pl.col("queue_site").is_not_null())
        .group_by(pl.col("queue_site").alias("site"), "group", "q")
        .agg(
            (pl.col("offered_n") / per).sum().alias("contacts"),
            (pl.col("act_work_s") / 1000).sum().alias("work_s"),
            pl.col("queue_threshold_s").min().alias("threshold_s"),
            pl.col("target_pct").max(),
        )
    )


def _needed(row: dict[str, Any]) -> int:
    threshold = row["threshold_s"] or 0
    target = row["target_pct"] or DEFAULT_TARGET_PCT
    came = agents_needed(row["contacts"], row["work_s"], threshold, target)
    if row["fc_contacts"] and row["required_m"]:
        meant = agents_needed(row["fc_contacts"], row["fc_work_s"], threshold, target)
        if meant > 0 and came > 0:
            required_m: int = row["required_m"]
            return round(required_m * QUARTER_S * came / meant)
    return round(came * QUARTER_S * 1000)


def agents_needed(offered: float, work_s: float, threshold_s: int, target_pct: float) -> float:
    """Agents for `offered` contacts of `work_s` handle seconds together in a quarter of an hour.

    The two whole numbers around the target are interpolated. 0 contacts need 0.0 agents.
    """
    if offered <= 0 or work_s <= 0:
        return 0.0
    load, handle = work_s / QUARTER_S, work_s / offered
    blocked, n, before = 1.0, 0, 0.0
    while True:
        n += 1
        blocked = load * blocked / (n + load * blocked)
        if n <= load:
            continue
        waits = blocked / (1 - load / n * (1 - blocked))
        answered = 100 * (1 - waits * math.exp(-(n - load) * threshold_s / handle))
        if answered >= target_pct:
            # No fewer than the load itself: below it the queue grows without end.
            return max(load, n - (answered - target_pct) / (answered - before))
        before = answered
