"""Customers as facts: who entered which queue, and when each contact of a customer began."""

from __future__ import annotations

from hashlib import blake2b

import polars as pl

from wfm.facts.inputs import DayInputs
from wfm.facts.legs import offered_contacts, within_day


def customer_entries(inputs: DayInputs, entered: pl.DataFrame) -> pl.DataFrame:
    """Rows of `customer_entry`: customers by the queue and quarter they entered, hashed again.

    Contacts without a customer are left out: distinct customers are counted among the known.
    """
    return (
        entered.filter(pl.col("customer_key").is_not_null())
        .with_columns(
            pl.col("queue_site").alias("site"), pl.lit(inputs.day).alias("day")
        )
        .pipe(_hashed)
        .join(inputs.slots, on=["zone", "q"], how="left")
    )  # fmt: skip


def customer_contacts(inputs: DayInputs) -> pl.DataFrame:
    """Rows of `customer_contact`: inbound contacts that began on the day, transfers joined to one.

    A contact belongs to the agent who answered it first; nobody answered: to none.
    """
    root = pl.coalesce("root_contact_id", "contact_id")
    legs = offered_contacts(inputs).filter(pl.col("customer_key").is_not_null())
    answered = (pl.col("outcome") == "answered") & pl.col("connected_at").is_not_null()
    today = pl.col("enqueued_at").is_between("from_at", "to_at", closed="left")
    began = ("queue", "channel", "contact_type", "queue_site", "zone", "from_at", "to_at")
    own = ("source", "customer_key", "contact_id", "enqueued_at", "leg_no", "agent")
    legs = legs.select(*own, *began, root.alias("root"), answered.alias("answered"))
    # Of the days around, only what belongs to a contact that came on this one.
    legs = legs.join(legs.filter(today), on=["source", "root"], how="semi", nulls_equal=True)
    contacts = (
        legs.sort("enqueued_at", "leg_no", "contact_id")
        .group_by("source", "root", maintain_order=True)
        .agg(
            pl.col("customer_key").first(), pl.col("enqueued_at").first().alias("at"),
            *(pl.col(name).first() for name in began),
            pl.col("agent").filter("answered").first(),
            (pl.col("answered").sum() > 0).alias("answered"),
        )
        .pipe(within_day, inputs, "at")
    )  # fmt: skip
    return inputs.with_place(contacts.pipe(_hashed), "at").with_columns(
        pl.coalesce("site", "queue_site").alias("site"),
        pl.lit(inputs.day).alias("day"),
    )


def _hashed(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with a column `customer`, a hash that no version of a library changes."""
    known = {
        key: int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "little")
        for key in frame["customer_key"].unique()
    }
    return frame.with_columns(
        pl.col("customer_key").replace_strict(known, return_dtype=pl.UInt64).alias("customer")
        if known
        else pl.lit(None, pl.UInt64).alias("customer")
    )
