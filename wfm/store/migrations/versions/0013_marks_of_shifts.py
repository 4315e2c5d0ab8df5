"""Whether shifts changed is told by indexes alone: their rows hold the text of every segment."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_shift_version_on", table_name="shift_version")
    op.create_index("ix_shift_version_on", "shift_version", ["shift_on", "agent_id", "recorded_at"])
    op.create_index("ix_shift_version_recorded", "shift_version", ["recorded_at"])
