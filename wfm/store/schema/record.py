"""Users, sessions and the audit chain."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    String,
    Table,
    Text,
)

from wfm.store.schema.metadata import metadata

user = Table(
    "app_user",
    metadata,
    Column("user_key", String(64), primary_key=True),
    Column("login", String(200), nullable=False, unique=True),
    Column("display_name", String(200), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("scope_path", String(600), nullable=False),
    Column("agent_id", String(200)),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("demo", Boolean, nullable=False, default=False),
    Column("version", Integer, nullable=False, default=1),
    Column("language", String(8), nullable=False, default="", server_default=""),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_key", String(64), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("user_version", Integer, nullable=False),
)

login_failure = Table(
    "login_failure",
    metadata,
    Column("failure_id", Integer, primary_key=True, autoincrement=True),
    Column("login", String(200), nullable=False, index=True),
    Column("address", String(64), nullable=False, index=True),
    Column("failed_at", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("action", String(64), nullable=False),
    Column("object", String(400), nullable=False),
    Column("scope_path", String(600), nullable=False),
    Column("old", Text),
    Column("new", Text),
    Column("reason_hash", String(64)),
    Column("request_id", String(64)),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

# The words of a reason stand apart from the chain, so that a person can be erased and the chain
# still holds: it keeps their hash.
audit_reason = Table(
    "audit_reason",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
)
