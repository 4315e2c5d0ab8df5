"""Contact legs as the facts see them: what entered a queue, and what agents finished."""

from __future__ import annotations

import polars as pl

from wfm.domain.grid import QUARTER_S, day_start
from wfm.facts.inputs import DAY, DayInputs
from wfm.store.raw import FLAG_ACW_UNKNOWN, FLAG_ORPHAN, FLAG_WITHDRAWN


def entered_contacts(inputs: DayInputs) -> pl.DataFrame:
    """Inbound contacts that entered a queue on its local day, with wait and outcome."""
    left = pl.coalesce("connected_at", "ended_at")
    return (
        offered_contacts(inputs)
        .pipe(within_day, inputs, "enqueued_at")
        .with_columns(
            (pl.col("enqueued_at") // QUARTER_S).cast(pl.Int32).alias("q"),
            (left - pl.col("enqueued_at")).clip(lower_bound=0).alias("wait_s"),
            ((pl.col("outcome") == "answered") & pl.col("connected_at").is_not_null()).alias(
                "answered"
            ),
            (pl.col("outcome") == "abandoned").alias("abandoned"),
            (pl.col("outcome") == "flow_out").alias("flowed"),
            pl.coalesce("short_abandon_s", "queue_short_s").alias("short_s"),
        )
        .with_columns(
            (pl.col("wait_s") <= pl.coalesce("sl_threshold_s", "queue_threshold_s")).alias("in_sl")
        )
    )


def offered_contacts(inputs: DayInputs) -> pl.DataFrame:
    """Inbound contacts that entered a queue around the day; an answer without entry has none."""
    return inputs.events.legs.filter(
        pl.col("direction") == "inbound",
        pl.col("queue").is_not_null(),
        pl.col("enqueued_at").is_not_null(),
        pl.col("enqueued_at") < inputs.as_of_at + QUARTER_S,
        pl.col("outcome") != "blocked",
        (pl.col("flags").fill_null(0) & (FLAG_ORPHAN | FLAG_WITHDRAWN)) == 0,
    ).join(inputs.queues, on="queue", how="left")


def handled_legs(inputs: DayInputs) -> pl.DataFrame:
    """Legs of agents that end on the day, with handle time, team and site.

    Legs that no agent took are kept only for the offers they carry, without an agent.
    """
    answered = (pl.col("outcome") == "answered") & pl.col("connected_at").is_not_null()
    tells_acw = (pl.col("flags").fill_null(0) & FLAG_ACW_UNKNOWN) == 0
    acw = pl.coalesce(
        "acw_s", pl.when(tells_acw).then(pl.col("wrap_ended_at") - pl.col("ended_at"))
    )
    ended = pl.coalesce("wrap_ended_at", pl.col("ended_at") + acw, "ended_at")
    talk = pl.coalesce(
        "talk_s", pl.col("ended_at") - pl.col("connected_at") - pl.col("hold_s").fill_null(0)
    )
    legs = (
        inputs.events.legs.filter(
            pl.col("direction").is_in(["inbound", "outbound"]),
            pl.col("ended_at").is_not_null(),
            (pl.col("flags").fill_null(0) & FLAG_WITHDRAWN) == 0,
            answered | (pl.col("offers_n") > 0),
        )
        .with_columns(answered.alias("answered"), ended.cast(pl.Int64).alias("end_at"))
        .with_columns(
            pl.when("answered").then("agent").alias("agent"),
            *(
                pl.when("answered").then(value.cast(pl.Int64).clip(lower_bound=0)).alias(name)
                for name, value in (("talk_s", talk), ("hold_s", pl.col("hold_s")), ("acw_s", acw))
            ),
        )
        .join(inputs.agents, on="agent", how="left")
        .join(inputs.queues, on="queue", how="left", suffix="_queue")
        .with_columns(
            pl.coalesce("zone", "zone_queue", pl.lit("UTC")).alias("zone"),
            pl.coalesce("from_at", "from_at_queue").alias("from_at"),
            pl.coalesce("to_at", "to_at_queue").alias("to_at"),
        )
        .pipe(within_day, inputs, "end_at")
    )
    handle = pl.sum_horizontal("talk_s", "hold_s", "acw_s")
    held = pl.when(pl.col("hold_n").is_not_null() | pl.col("hold_s").is_not_null()).then(
        (pl.col("hold_n").fill_null(0) > 0) | (pl.col("hold_s").fill_null(0) > 0)
    )
    legs = inputs.with_place(
        legs.with_columns((pl.col("end_at") // QUARTER_S).cast(pl.Int32).alias("q")), "end_at"
    )
    return legs.with_columns(
        pl.coalesce("site", pl.when(pl.col("agent").is_null()).then("queue_site")).alias("site"),
        pl.when("answered").then(handle).alias("handle_s"),
        pl.when("answered").then(handle * handle).alias("handle_sq_s2"),
        pl.when("answered").then(held).alias("held_n"),
        pl.when("answered").then(pl.col("talk_s") < inputs.rules.short_contact_s).alias("short_n"),
        pl.when(pl.col("answered") & pl.col("ended_by").is_in(["agent", "customer", "transfer"]))
        .then(pl.col("ended_by") == "agent")
        .alias("agent_disc_n"),
        pl.when("answered").then(pl.col("transfer") != "none").alias("transfer_n"),
        pl.when("answered").then(pl.col("transfer") == "blind").alias("transfer_blind_n"),
    )


def within_day(frame: pl.DataFrame, inputs: DayInputs, at: str) -> pl.DataFrame:
    """Rows whose instant lies in the local day of their zone; UTC where no zone is known."""
    lo, hi = day_start(inputs.day, "UTC"), day_start(inputs.day + DAY, "UTC")
    return frame.with_columns(pl.col("zone").fill_null("UTC")).filter(
        pl.col(at) >= pl.col("from_at").fill_null(lo), pl.col(at) < pl.col("to_at").fill_null(hi)
    )
