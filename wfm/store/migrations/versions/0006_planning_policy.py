"""What plans weigh beside cover, and shifts that a new plan must leave as they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "planning_policy",
        sa.Column("policy_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("unit", sa.String(200), nullable=False, index=True),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "shift_pin",
        sa.Column("agent_id", sa.String(200), primary_key=True),
        sa.Column("shift_on", sa.Date, primary_key=True),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
