"""What was found to deserve attention, by whom it may be seen, and when it was looked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "insight_look",
        sa.Column("family", sa.String(16), primary_key=True),
        sa.Column("found_at", sa.BigInteger, nullable=False),
        sa.Column("generation", sa.BigInteger, nullable=False),
        sa.Column("mark", sa.String(200), nullable=False),
    )
    op.create_table(
        "insight",
        sa.Column("insight_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("family", sa.String(16), nullable=False, index=True),
        sa.Column("site", sa.String(200)),
        sa.Column("team", sa.String(200)),
        sa.Column("agent", sa.String(200)),
        sa.Column("roles", sa.String(100), nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
