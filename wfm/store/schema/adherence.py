"""Exceptions of adherence with their decisions, and rules."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Integer,
    String,
    Table,
    Text,
)

from wfm.store.schema.metadata import metadata

# Only ever added to; what became of an exception is its last decision, none: pending.
adherence_exception = Table(
    "adherence_exception",
    metadata,
    Column("exception_id", Integer, primary_key=True, autoincrement=True),
    Column("agent_id", String(200), nullable=False, index=True),
    Column("start_at", BigInteger, nullable=False, index=True),
    Column("end_at", BigInteger, nullable=False),
    Column("reason_code", String(64), nullable=False),
    Column("source", String(24), nullable=False),  # agent supervisor auto_rule schedule_correction
    Column("note", Text, nullable=False, default=""),
    Column("recorded_by", String(200), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("bulk_id", String(64), index=True),
)

adherence_decision = Table(
    "adherence_decision",
    metadata,
    Column("decision_id", Integer, primary_key=True, autoincrement=True),
    Column("exception_id", Integer, nullable=False, index=True),
    Column("status", String(16), nullable=False),  # approved denied withdrawn
    Column("decided_by", String(200), nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("note", Text, nullable=False, default=""),
)

adherence_rule = Table(
    "adherence_rule",
    metadata,
    Column("rule_id", Integer, primary_key=True, autoincrement=True),
    Column("site_id", String(200), nullable=False),  # '' = every site
    Column("valid_from", Date, nullable=False),
    Column("preset", String(32), nullable=False),
    Column("changes", Text, nullable=False),  # JSON: the centre's own values
    Column("recorded_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("reason", Text, nullable=False),
)
