"""Deliveries found by their format: which was the last to bring units, people or queues."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_delivery_format", "delivery", ["format", "delivery_id"])
