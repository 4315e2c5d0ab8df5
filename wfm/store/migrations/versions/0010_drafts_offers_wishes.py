"""Drafts changed by hand, offers sent to people and their answers, and what people would like."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft_edit",
        sa.Column("plan_id", sa.Integer, primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("undoes", sa.Integer),
        sa.Column("changes", sa.Text, nullable=False),
    )
    op.create_table(
        "offer",
        sa.Column("offer_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("unit", sa.String(200), nullable=False),
        sa.Column("shift_on", sa.Date, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("first_at", sa.BigInteger, nullable=False),
        sa.Column("end_at", sa.BigInteger, nullable=False),
        sa.Column("seats", sa.Integer, nullable=False),
        sa.Column("closes_at", sa.BigInteger, nullable=False),
        sa.Column("seed", sa.Integer, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger),
        sa.Column("withdrawn_by", sa.String(200)),
    )
    op.create_index("ix_offer_unit_on", "offer", ["unit", "shift_on"])
    op.create_table(
        "offer_ask",
        sa.Column("offer_id", sa.Integer, primary_key=True),
        sa.Column("agent_id", sa.String(200), primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("taken_before", sa.Integer, nullable=False),
        sa.Column("asked_at", sa.BigInteger),
        sa.Column("answer", sa.String(16)),
        sa.Column("answered_at", sa.BigInteger),
        sa.Column("answered_by", sa.String(200)),
    )
    op.create_index("ix_offer_ask_agent", "offer_ask", ["agent_id"])
    op.create_table(
        "agent_wish",
        sa.Column("wish_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("agent_id", sa.String(200), nullable=False, index=True),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
