"""What people do about a figure: requests for other shifts, coachings, alerts, with their steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "remedy",
        sa.Column("remedy_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("site_id", sa.String(200), nullable=False, index=True),
        sa.Column("team_id", sa.String(200)),
        sa.Column("agent_id", sa.String(200), index=True),
        sa.Column("kpi_id", sa.String(64), nullable=False, server_default=""),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "remedy_step",
        sa.Column("step_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("remedy_id", sa.Integer, nullable=False, index=True),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
    )
