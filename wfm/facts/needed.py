"""Agents that the actual contacts would have needed, by the queues' own service-level targets."""

from __future__ import annotations

import math

import polars as pl

from wfm.domain.grid import QUARTER_S
from wfm.facts.inputs import DayInputs
from wfm.facts.sums import known_sum

DEFAULT_TARGET_PCT = 80.0


def needed_staff(inputs: DayInputs, queue_rows: pl.DataFrame, legs: pl.DataFrame) -> pl.DataFrame:
    """Columns site, group, q, req_act_s (thousandths of seconds) from actual volume and AHT.

    Erlang C on the group's contacts and mean handle time of the quarter, for the strictest
    threshold and highest target of its queues; the last agent is counted in part, so that cells
    add up smoothly. 25 contacts of 180 s in a quarter, 80 % in 20 s: 6.9 agents.
    """
    cells = (
        queue_rows.filter(pl.col("offered_n").is_not_null())
        .join(inputs.queues, on="queue", how="inner")
        .filter(pl.col("group").is_not_null(), pl.col("queue_site").is_not_null())
        .group_by(pl.col("queue_site").alias("site"), "group", "q")
        .agg(
            known_sum("offered_n"),
            known_sum("act_work_s"),
            pl.col("queue_threshold_s").min(),
            pl.col("target_pct").max(),
        )
        .filter(pl.col("act_work_s").is_not_null())
    )
    agents = [
        agents_needed(offered, work / 1000, threshold, target or DEFAULT_TARGET_PCT)
        for offered, work, threshold, target in cells.select(
            "offered_n", "act_work_s", "queue_threshold_s", "target_pct"
        ).iter_rows()
    ]
    needed = pl.Series("req_act_s", [round(n * QUARTER_S * 1000) for n in agents], pl.Int64)
    return cells.select("site", "group", "q").with_columns(needed)


def agents_needed(offered: int, work_s: float, threshold_s: int, target_pct: float) -> float:
    """Agents for `offered` contacts of `work_s` handle seconds together in a quarter of an hour.

    The two whole numbers around the target are interpolated. 0 contacts need 0.0 agents.
    """
    if offered == 0 or work_s <= 0:
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
