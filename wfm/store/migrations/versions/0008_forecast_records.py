"""What planners say of forecasts, days split into their parts, and reforecasts of the day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("forecast_version", sa.Column("base_version", sa.Integer))
    op.add_column("forecast_version", sa.Column("inputs", sa.Text))
    op.add_column("calendar_event", sa.Column("name", sa.String(200)))
    op.add_column("calendar_event", sa.Column("effect_pct", sa.Float))
    op.create_table(
        "forecast_record",
        sa.Column("record_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("unit", sa.String(200), nullable=False),
        sa.Column("queue_id", sa.String(200), nullable=False),
        sa.Column("first_on", sa.Date),
        sa.Column("end_on", sa.Date),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("undoes", sa.Integer, unique=True),
        sa.Column("request_key", sa.String(64), unique=True),
    )
    op.create_index("ix_forecast_record_unit", "forecast_record", ["unit", "kind"])
    op.create_table(
        "forecast_day",
        sa.Column("fc_version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("queue_id", sa.String(200), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("contacts_m", sa.BigInteger, nullable=False),
        sa.Column("p10_m", sa.BigInteger, nullable=False),
        sa.Column("p90_m", sa.BigInteger, nullable=False),
        sa.Column("parts", sa.Text, nullable=False),
    )
    op.create_table(
        "reforecast",
        sa.Column("queue_id", sa.String(200), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("as_of_q", sa.Integer, primary_key=True),
        sa.Column("unit", sa.String(200), nullable=False),
        sa.Column("fc_version", sa.Integer, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
