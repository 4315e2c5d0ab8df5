"""What people do about a figure, and what the worker found."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Float,
    Integer,
    String,
    Table,
    Text,
)

from wfm.store.schema.metadata import metadata

# What people do about a figure; only ever added to: what became of it is its last step.
remedy = Table(
    "remedy",
    metadata,
    Column("remedy_id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(24), nullable=False),  # a kind of domain/remedies.py
    Column("site_id", String(200), nullable=False, index=True),
    Column("team_id", String(200)),
    Column("agent_id", String(200), index=True),
    Column("kpi_id", String(64), nullable=False, default=""),
    Column("about", Text, nullable=False),  # JSON: what the kind needs, as texts
    Column("reason", Text, nullable=False),
    Column("due_on", Date),
    Column("author", String(200), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
)

remedy_step = Table(
    "remedy_step",
    metadata,
    Column("step_id", Integer, primary_key=True, autoincrement=True),
    Column("remedy_id", Integer, nullable=False, index=True),
    Column("status", String(24), nullable=False),
    Column("author", String(200), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("note", Text, nullable=False, default=""),
)

# --- insights -----------------------------------------------------------------------------------

insight_look = Table(
    "insight_look",
    metadata,
    Column("family", String(16), primary_key=True),  # live, settled
    Column("found_at", BigInteger, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("mark", String(200), nullable=False),
)

insight = Table(
    "insight",
    metadata,
    Column("insight_id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(16), nullable=False, index=True),
    Column("site", String(200)),
    Column("team", String(200)),
    Column("agent", String(200)),
    Column("roles", String(100), nullable=False),
    Column("score", Float, nullable=False),
    Column("document", Text, nullable=False),
)
