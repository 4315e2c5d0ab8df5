"""Exceptions of people, and adherence presets by date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "adherence_exception",
        sa.Column("exception_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("agent_id", sa.String(length=200), nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("end_at", sa.BigInteger(), nullable=False),
        sa.Column("reason_code", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("bulk_id", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("exception_id"),
    )
    op.create_index(
        op.f("ix_adherence_exception_start_at"), "adherence_exception", ["start_at"], unique=False
    )
    op.create_index(
        op.f("ix_adherence_exception_agent_id"), "adherence_exception", ["agent_id"], unique=False
    )
    op.create_index(
        op.f("ix_adherence_exception_bulk_id"), "adherence_exception", ["bulk_id"], unique=False
    )
    op.create_table(
        "adherence_decision",
        sa.Column("decision_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("exception_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id"),
    )
    op.create_index(
        op.f("ix_adherence_decision_exception_id"),
        "adherence_decision", ["exception_id"], unique=False,
    )  # fmt: skip
    op.create_table(
        "adherence_rule",
        sa.Column("rule_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("site_id", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("preset", sa.String(length=32), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id"),
    )
