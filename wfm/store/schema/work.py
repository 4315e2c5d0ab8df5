"""Live states and jobs."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    String,
    Table,
    Text,
)

from wfm.store.schema.metadata import metadata

agent_now = Table(
    "agent_now",
    metadata,
    Column("agent_id", String(200), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("reason", String(200), nullable=False, default=""),
    Column("queue_id", String(200)),
    Column("since_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
)

job = Table(
    "job",
    metadata,
    Column("job_id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(32), nullable=False),
    Column("parameters", Text, nullable=False),  # JSON
    Column("state", String(16), nullable=False),  # queued running done failed cancelled
    Column("stage", String(200), nullable=False, default=""),
    Column("percent", Float, nullable=False, default=0.0),
    Column("detail", Text, nullable=False, default="{}"),  # JSON: incumbent, bound, gap ...
    Column("message", Text, nullable=False, default=""),
    Column("result", Text),  # JSON
    Column("author", String(200), nullable=False),
    Column("scope_path", String(600), nullable=False, default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("cancel_asked", Boolean, nullable=False, default=False),
    Column("lease_owner", String(64)),
    Column("lease_until", BigInteger),
    Column("fence", Integer, nullable=False, default=0),
    Column("idempotency_key", String(64), unique=True),
)

# The curve of a run: best cost and bound each time one of them moved.
job_point = Table(
    "job_point",
    metadata,
    Column("job_id", Integer, primary_key=True, autoincrement=False),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("t_s", Float, nullable=False),
    Column("event", String(16), nullable=False),
    Column("objective", Float),
    Column("bound", Float),
    Column("gap_pct", Float),
    Column("pass_n", Integer, nullable=False),
)
