"""Targets, corridors and bonus."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from wfm.store.schema.metadata import metadata

target = Table(
    "target",
    metadata,
    Column("target_id", Integer, primary_key=True, autoincrement=True),
    Column("kpi_id", String(64), nullable=False, index=True),
    Column("level", String(16), nullable=False),  # enterprise site team agent
    Column("key", String(200), nullable=False),
    Column("contact_type", String(200), nullable=False, default=""),
    Column("value_lo", Float),
    Column("value_hi", Float),
    Column("amber_width", Float),
    Column("effective_from", Date, nullable=False),
    Column("effective_to", Date),
    Column("recorded_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("source", String(16), nullable=False),  # user import default
    Column("queue_id", String(200), nullable=False, default="", server_default=""),
    # own, or linked: from that day on what is set above holds again
    Column("kind", String(8), nullable=False, default="own", server_default="own"),
    Column("supersedes", Integer),  # target_id that the editor saw
    Column("restated_on", Date),  # the day of an edit that reaches back before it
    Column("request_key", String(64)),  # the same edit sent twice is one row
    Index("ix_target_request_key", "request_key", unique=True),
)

# How far a team lead may move a target from the one set above; append-only like targets.
target_corridor = Table(
    "target_corridor",
    metadata,
    Column("corridor_id", Integer, primary_key=True, autoincrement=True),
    Column("kpi_id", String(64), nullable=False),  # '' = every KPI
    Column("level", String(16), nullable=False),  # enterprise site team
    Column("key", String(200), nullable=False),
    Column("width", Float, nullable=False),
    Column("basis", String(8), nullable=False),  # points (units of the KPI), share (percent)
    Column("effective_from", Date, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("source", String(16), nullable=False),
    Column("request_key", String(64), unique=True),
)

# What an agent is told when a target change moves their bonus.
target_notice = Table(
    "target_notice",
    metadata,
    Column("notice_id", Integer, primary_key=True, autoincrement=True),
    Column("agent_id", String(200), nullable=False, index=True),
    Column("target_id", Integer, nullable=False),
    Column("words", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

# --- bonus ---------------------------------------------------------------------------------------

# Versions of schemes, append-only; the newest recorded one that holds on a day is in force.
bonus_scheme = Table(
    "bonus_scheme",
    metadata,
    Column("scheme_id", Integer, primary_key=True, autoincrement=True),
    Column("scheme_key", String(64), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("level", String(16), nullable=False),  # enterprise site team
    Column("key", String(200), nullable=False),
    Column("kpi_id", String(64), nullable=False),
    Column("period", String(16), nullable=False),  # month quarter
    Column("terms", Text, nullable=False),  # JSON: tiers, target source, eligibility, modifiers
    Column("effective_from", Date, nullable=False),
    Column("effective_to", Date),
    Column("recorded_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("request_key", String(64), unique=True),
)

# Where each agent stood at the end of a day; what was shown as secured is not taken back.
bonus_standing = Table(
    "bonus_standing",
    metadata,
    Column("scheme_key", String(64), primary_key=True),
    Column("agent_id", String(200), primary_key=True),
    Column("first_on", Date, primary_key=True),
    Column("as_of_on", Date, primary_key=True),
    Column("recorded_at", BigInteger, nullable=False),
    Column("base_s", Float, nullable=False),
    Column("good_s", Float, nullable=False),
    Column("left_s", Float, nullable=False),
    Column("excused_s", Float, nullable=False),
    Column("target", Float),
    Column("state", String(16), nullable=False),
)

# Results frozen at the close of a period: a statement is never changed, differences follow it.
bonus_statement = Table(
    "bonus_statement",
    metadata,
    Column("statement_id", Integer, primary_key=True, autoincrement=True),
    Column("scheme_key", String(64), nullable=False),
    Column("scheme_id", Integer, nullable=False),
    Column("agent_id", String(200), nullable=False, index=True),
    Column("team_id", String(200), nullable=False),
    Column("first_on", Date, nullable=False),
    Column("end_on", Date, nullable=False),
    Column("closed_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("state", String(16), nullable=False),
    Column("factor", Float, nullable=False),
    Column("document", Text, nullable=False),  # JSON: inputs, formula, result
    Column("signature", String(64), nullable=False),
    UniqueConstraint("scheme_key", "agent_id", "first_on"),
)

bonus_difference = Table(
    "bonus_difference",
    metadata,
    Column("difference_id", Integer, primary_key=True, autoincrement=True),
    Column("statement_id", Integer, nullable=False, index=True),
    Column("recorded_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("cause", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("factor", Float, nullable=False),
    Column("document", Text, nullable=False),
    Column("signature", String(64), nullable=False),
)
