"""Contacts: the queue clock at enqueue, and the contact clock where a whole leg ends."""

from __future__ import annotations

import math

import polars as pl

from wfm.domain.grid import QUARTER_S
from wfm.facts.inputs import DayInputs
from wfm.facts.interval_stats import stats_rows
from wfm.facts.legs import offered_contacts, within_day
from wfm.facts.sums import known_max, known_sum

LEAF = ["queue", "channel", "contact_type", "q"]
HANDLE_KEYS = ["agent", "team", "site", "queue", "channel", "contact_type", "q"]
_LOG_STEP = math.log(1.01 / 0.99)


def queue_intervals(inputs: DayInputs, entered: pl.DataFrame, legs: pl.DataFrame) -> pl.DataFrame:
    """Rows of `queue_interval`: what entered each queue in each quarter, and what became of it.

    A contact that enters at 10:14:50 and is answered at 10:15:20 counts wholly in 10:00-10:15.
    """
    counted = entered.group_by(LEAF).agg(
        pl.len().alias("offered_n"),
        _count("answered").alias("answered_n"),
        (pl.col("answered") & pl.col("in_sl")).sum().alias("answered_in_sl_n"),
        _count("abandoned").alias("aband_n"),
        (pl.col("abandoned") & pl.col("in_sl")).sum().alias("aband_in_sl_n"),
        (pl.col("abandoned") & (pl.col("wait_s") <= pl.col("short_s")))
        .sum()
        .alias("aband_short_n"),
        _count("flowed").alias("flowout_n"),
        (pl.col("flowed") & (pl.col("flow_out_kind") == "callback").fill_null(False))
        .sum()
        .alias("callback_req_n"),
        pl.col("wait_s").filter(pl.col("answered")).cast(pl.Int64).sum().alias("wait_ans_s"),
        pl.col("wait_s").filter(pl.col("abandoned")).cast(pl.Int64).sum().alias("wait_aband_s"),
        known_max("wait_s", "wait_max_s"),
    )
    waiting = _waiting(inputs)
    frame = counted.join(waiting, on=LEAF, how="full", coalesce=True, nulls_equal=True)
    counts = [c for c in counted.columns if c not in (*LEAF, "wait_max_s")]
    frame = frame.with_columns(pl.col([*counts, "queue_now_n"]).fill_null(0))
    frame = _with_stats(inputs, frame)
    frame = _with_cells(inputs, _with_workload(inputs, frame, legs))
    return _labelled(inputs, frame)


def agent_queue_intervals(inputs: DayInputs, legs: pl.DataFrame) -> pl.DataFrame:
    """Rows of `agent_queue_interval`: legs handled, wholly in the quarter in which they end.

    A call 10:10-10:50 with after-contact work to 10:52 books 2,520 s at 10:45 and none before.
    Seconds a source does not give (hold, after-contact work) stay null, never 0.
    """
    is_in = pl.col("direction") == "inbound"
    yes = pl.col("answered")
    frame = legs.group_by(HANDLE_KEYS).agg(
        known_sum("offers_n", "routed_n"),
        known_sum("missed_n", "rona_n"),
        yes.sum().alias("handled_n"),
        (yes & is_in).sum().alias("handled_in_n"),
        (yes & ~is_in).sum().alias("handled_out_n"),
        *(known_sum(name) for name in ("talk_s", "hold_s", "acw_s", "held_n", "short_n")),
        known_sum("handle_sq_s2"),
        *(known_sum(name) for name in ("agent_disc_n", "transfer_n", "transfer_blind_n")),
    )
    extra = stats_rows(inputs, "agent_queue_interval")
    if extra.height:
        frame = pl.concat([frame, extra], how="diagonal_relaxed")
    zone = _handle_zone(inputs, frame)
    return (
        zone.join(inputs.slots, on=["zone", "q"], how="left")
        .with_columns(pl.lit(inputs.day).alias("day"), pl.lit(inputs.day).alias("shift_day"))
        .drop("zone")
    )


def histograms(inputs: DayInputs, entered: pl.DataFrame, legs: pl.DataFrame) -> pl.DataFrame:
    """Rows of `hist`: waits by enqueue and handle times by end, in buckets of 2 %."""
    entered = entered.with_columns(
        pl.lit(None, pl.UInt32).alias("agent"), pl.lit(None, pl.UInt16).alias("team"),
        pl.col("queue_site").alias("site"),
    )  # fmt: skip
    parts = [
        _buckets(entered.filter("answered"), "wait_s", "wait_ans_hist"),
        _buckets(entered.filter("abandoned"), "wait_s", "aband_hist"),
        _buckets(legs.filter("answered"), "handle_s", "handle_hist"),
    ]
    return (
        pl.concat(parts)
        .join(inputs.slots, on=["zone", "q"], how="left")
        .with_columns(pl.lit(inputs.day).alias("day"))
        .drop("zone")
    )


def bucket_of(column: str) -> pl.Expr:
    """Log bucket of a duration: -1 below one second, else ceil(ln x / ln(1.01 / 0.99))."""
    value = pl.col(column).cast(pl.Float64)
    bucket = (value.clip(lower_bound=1).log() / _LOG_STEP).ceil()
    return pl.when(value < 1).then(-1).otherwise(bucket).cast(pl.Int16)


def _waiting(inputs: DayInputs) -> pl.DataFrame:
    """Contacts waiting at the end of each quarter, or at the as-of time inside the newest one.

    A contact gone within its quarter never waits at an end; one that crosses gives a row with 0
    in the quarter it leaves, so that the newest row of a queue is always true.
    """
    left = pl.coalesce("connected_at", "ended_at")
    last = pl.min_horizontal(left.fill_null(inputs.as_of_at), pl.lit(inputs.as_of_at))
    crossing = (
        offered_contacts(inputs)
        .filter(pl.col("enqueued_at") < inputs.as_of_at)
        .with_columns(
            (pl.col("enqueued_at") // QUARTER_S).alias("k0"), (last // QUARTER_S).alias("k1"),
            left.alias("left_at"),
        )
        .filter((pl.col("k1") > pl.col("k0")) | pl.col("left_at").is_null())
    )  # fmt: skip
    end = pl.min_horizontal((pl.col("q").cast(pl.Int64) + 1) * QUARTER_S, pl.lit(inputs.as_of_at))
    return (
        crossing.with_columns(pl.int_ranges("k0", pl.col("k1") + 1).alias("q"))
        .explode("q", empty_as_null=False)
        .with_columns(pl.col("q").cast(pl.Int32), (pl.col("q") * QUARTER_S).alias("q_at"))
        .pipe(within_day, inputs, "q_at")
        .with_columns(
            (pl.col("left_at").is_null() | (pl.col("left_at") > end)).alias("queue_now_n")
        )
        .group_by(LEAF)
        .agg(known_sum("queue_now_n"))
    )


def _with_workload(inputs: DayInputs, frame: pl.DataFrame, legs: pl.DataFrame) -> pl.DataFrame:
    """`act_work_s` in thousandths: offered times the queue's handle time in the quarter.

    Where no contact ended, the handle time of the day; null on a day without any.
    """
    handled = _handled(inputs, legs)
    daily = handled.group_by("queue").agg(
        known_sum("handle_s", "day_handle_s"), pl.col("n").cast(pl.Int64).sum().alias("day_n")
    )
    seconds = pl.coalesce("handle_s", "day_handle_s") * pl.col("offered_n").cast(pl.Int64) * 1000
    n = pl.coalesce(pl.when(pl.col("handle_s").is_not_null()).then("n"), "day_n").cast(pl.Int64)
    work = pl.when(pl.col("offered_n") == 0).then(0).otherwise((seconds + n // 2) // n)
    return (
        frame.join(handled, on=["queue", "q"], how="left")
        .join(daily, on="queue", how="left")
        .with_columns(work.alias("act_work_s"))
        .drop("handle_s", "n", "day_handle_s", "day_n")
    )


def _handled(inputs: DayInputs, legs: pl.DataFrame) -> pl.DataFrame:
    """Columns queue, q, handle_s, n: inbound contacts handled, whatever source tells of them."""
    own = (
        legs.filter("answered", pl.col("direction") == "inbound", pl.col("queue").is_not_null())
        .group_by("queue", "q")
        .agg(known_sum("handle_s"), pl.len().cast(pl.Int64).alias("n"))
    )
    stats = stats_rows(inputs, "agent_queue_interval")
    if "handled_n" not in stats.columns:
        return own
    parts = [name for name in ("talk_s", "hold_s", "acw_s") if name in stats.columns]
    other = stats.select(
        "queue", "q", pl.sum_horizontal(parts).cast(pl.Int64).alias("handle_s"),
        pl.col("handled_n").cast(pl.Int64).alias("n"),
    )  # fmt: skip
    return pl.concat([own, other.filter(pl.col("n") > 0)])


def _with_cells(inputs: DayInputs, frame: pl.DataFrame) -> pl.DataFrame:
    """Cells of queue and quarter and whether their own service level met the queue's target.

    A cell is counted once, on its row with the lowest contact type.
    """
    cell = ["queue", "q"]
    sums = frame.group_by(cell).agg(
        *(
            known_sum(name, f"cell_{name}")
            for name in ("offered_n", "answered_n", "answered_in_sl_n", "aband_n", "aband_in_sl_n",
                         "aband_short_n")
        )
    )  # fmt: skip
    c = {name: pl.col(f"cell_{name}") for name in
         ("offered_n", "answered_n", "answered_in_sl_n", "aband_n", "aband_in_sl_n",
          "aband_short_n")}  # fmt: skip
    definition = pl.col("sl_definition")
    top = c["answered_in_sl_n"] + (
        pl.when(definition == "abandon_positive").then(c["aband_in_sl_n"]).otherwise(0)
    )
    base = (
        pl.when(definition.is_in(["offered", "abandon_positive"]))
        .then(c["offered_n"])
        .when(definition == "answered")
        .then(c["answered_n"])
        .when(definition == "abandon_ignored")
        .then(c["offered_n"] - c["aband_in_sl_n"])
        .otherwise(c["answered_n"] + c["aband_n"] - c["aband_short_n"])
    )
    met = (base > 0) & (top * 100 >= base * pl.col("target_pct"))
    first = pl.int_range(pl.len()).over(cell) == 0
    known = pl.col("target_pct").is_not_null() & top.is_not_null() & base.is_not_null()
    open_cell = first & (c["offered_n"] > 0)
    return (
        frame.join(sums, on=cell, how="left")
        .join(inputs.queues.select("queue", "target_pct", "sl_definition"), on="queue", how="left")
        .sort([*cell, "channel", "contact_type"])
        .with_columns(
            pl.when(known).then(open_cell).cast(pl.Int64).alias("cells_sl_n"),
            pl.when(known).then(open_cell & met).cast(pl.Int64).alias("cells_sl_met_n"),
        )
        .drop("target_pct", "sl_definition", *(f"cell_{name}" for name in c))
    )


def _with_stats(inputs: DayInputs, frame: pl.DataFrame) -> pl.DataFrame:
    extra = stats_rows(inputs, "queue_interval")
    if extra.is_empty():
        return frame
    told = extra.select(pl.exclude("agent", "team", "site"))
    return pl.concat([frame, told], how="diagonal_relaxed")


def _labelled(inputs: DayInputs, frame: pl.DataFrame) -> pl.DataFrame:
    queues = inputs.queues.select("queue", "zone", pl.col("queue_site").alias("site"))
    return (
        frame.join(queues, on="queue", how="left")
        .with_columns(pl.col("zone").fill_null("UTC"))
        .join(inputs.slots, on=["zone", "q"], how="left")
        .with_columns(pl.lit(inputs.day).alias("day"))
        .drop("zone")
    )


def _handle_zone(inputs: DayInputs, frame: pl.DataFrame) -> pl.DataFrame:
    agents = inputs.agents.select("agent", "zone")
    queues = inputs.queues.select("queue", pl.col("zone").alias("queue_zone"))
    return (
        frame.join(agents, on="agent", how="left")
        .join(queues, on="queue", how="left")
        .with_columns(pl.coalesce("zone", "queue_zone", pl.lit("UTC")).alias("zone"))
        .drop("queue_zone")
    )


def _buckets(frame: pl.DataFrame, column: str, measure: str) -> pl.DataFrame:
    keys = [*HANDLE_KEYS, "zone"]
    return (
        frame.filter(pl.col(column).is_not_null())
        .with_columns(bucket_of(column).alias("bucket"), pl.lit(measure).alias("measure"))
        .group_by([*keys, "measure", "bucket"])
        .agg(pl.len().alias("n"))
    )


def _count(flag: str) -> pl.Expr:
    return pl.col(flag).sum()
