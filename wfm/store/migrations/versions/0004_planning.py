"""What the planning page keeps: names of drafts, the curve of a run, changes asked for once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plan", sa.Column("label", sa.String(80), nullable=False, server_default=""))
    op.add_column("plan", sa.Column("rq_version", sa.Integer))
    op.create_table(
        "job_point",
        sa.Column("job_id", sa.Integer, primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("t_s", sa.Float, nullable=False),
        sa.Column("event", sa.String(16), nullable=False),
        sa.Column("objective", sa.Float),
        sa.Column("bound", sa.Float),
        sa.Column("gap_pct", sa.Float),
        sa.Column("pass_n", sa.Integer, nullable=False),
    )
    op.create_table(
        "plan_action",
        sa.Column("request_key", sa.String(64), primary_key=True),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("result", sa.Text, nullable=False),
    )
