"""Offers to people with their answers, and what people would like."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Index, Integer, String, Table, Text

from wfm.store.schema.metadata import metadata

# What a gap asks people for: open shifts, overtime, leaving early; who was asked is in `offer_ask`.
offer = Table(
    "offer",
    metadata,
    Column("offer_id", Integer, primary_key=True, autoincrement=True),
    Column("unit", String(200), nullable=False),
    Column("shift_on", Date, nullable=False),
    Column("kind", String(16), nullable=False),  # open_shift overtime leave_early
    Column("first_at", BigInteger, nullable=False),
    Column("end_at", BigInteger, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("closes_at", BigInteger, nullable=False),
    Column("seed", Integer, nullable=False),  # draws the order of people who are equal
    Column("recorded_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("withdrawn_at", BigInteger),
    Column("withdrawn_by", String(200)),
    Index("ix_offer_unit_on", "unit", "shift_on"),
)

# The people of an offer in their order, and what each said; `asked_at` is empty while they wait.
offer_ask = Table(
    "offer_ask",
    metadata,
    Column("offer_id", Integer, primary_key=True),
    Column("agent_id", String(200), primary_key=True),
    Column("place", Integer, nullable=False),
    Column("taken_before", Integer, nullable=False),  # the ledger when it was sent
    Column("asked_at", BigInteger),
    Column("answer", String(16)),  # accepted declined
    Column("answered_at", BigInteger),
    Column("answered_by", String(200)),
    Index("ix_offer_ask_agent", "agent_id"),
)

# What people would like, in their own words; only ever added to, the newest of a person counts.
agent_wish = Table(
    "agent_wish",
    metadata,
    Column("wish_id", Integer, primary_key=True, autoincrement=True),
    Column("agent_id", String(200), nullable=False, index=True),
    Column("recorded_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("document", Text, nullable=False),  # JSON, as wfm/domain/wishes.py reads it
)
