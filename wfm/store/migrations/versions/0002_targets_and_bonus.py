"""Targets with corridors, links and notices; bonus schemes, standings, statements, differences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "target", sa.Column("queue_id", sa.String(200), nullable=False, server_default="")
    )
    op.add_column("target", sa.Column("kind", sa.String(8), nullable=False, server_default="own"))
    op.add_column("target", sa.Column("supersedes", sa.Integer))
    op.add_column("target", sa.Column("restated_on", sa.Date))
    op.add_column("target", sa.Column("request_key", sa.String(64)))
    op.create_index("ix_target_request_key", "target", ["request_key"], unique=True)
    op.create_table(
        "target_corridor",
        sa.Column("corridor_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kpi_id", sa.String(64), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("width", sa.Float, nullable=False),
        sa.Column("basis", sa.String(8), nullable=False),
        sa.Column("effective_from", sa.Date, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("request_key", sa.String(64), unique=True),
    )
    op.create_table(
        "target_notice",
        sa.Column("notice_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("agent_id", sa.String(200), nullable=False, index=True),
        sa.Column("target_id", sa.Integer, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "bonus_scheme",
        sa.Column("scheme_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("scheme_key", sa.String(64), nullable=False, index=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("kpi_id", sa.String(64), nullable=False),
        sa.Column("period", sa.String(16), nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("effective_from", sa.Date, nullable=False),
        sa.Column("effective_to", sa.Date),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("request_key", sa.String(64), unique=True),
    )
    op.create_table(
        "bonus_standing",
        sa.Column("scheme_key", sa.String(64), primary_key=True),
        sa.Column("agent_id", sa.String(200), primary_key=True),
        sa.Column("first_on", sa.Date, primary_key=True),
        sa.Column("as_of_on", sa.Date, primary_key=True),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("base_s", sa.Float, nullable=False),
        sa.Column("good_s", sa.Float, nullable=False),
        sa.Column("left_s", sa.Float, nullable=False),
        sa.Column("excused_s", sa.Float, nullable=False),
        sa.Column("target", sa.Float),
        sa.Column("state", sa.String(16), nullable=False),
    )
    op.create_table(
        "bonus_statement",
        sa.Column("statement_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("scheme_key", sa.String(64), nullable=False),
        sa.Column("scheme_id", sa.Integer, nullable=False),
        sa.Column("agent_id", sa.String(200), nullable=False, index=True),
        sa.Column("team_id", sa.String(200), nullable=False),
        sa.Column("first_on", sa.Date, nullable=False),
        sa.Column("end_on", sa.Date, nullable=False),
        sa.Column("closed_at", sa.BigInteger, nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("factor", sa.Float, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("signature", sa.String(64), nullable=False),
        sa.UniqueConstraint("scheme_key", "agent_id", "first_on"),
    )
    op.create_table(
        "bonus_difference",
        sa.Column("difference_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("statement_id", sa.Integer, nullable=False, index=True),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("factor", sa.Float, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("signature", sa.String(64), nullable=False),
    )
