"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "activity_code",
        sa.Column("activity_code", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("adherence", sa.String(length=8), nullable=False),
        sa.Column("interruptible", sa.Boolean(), nullable=False),
        sa.Column("planned", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("activity_code"),
    )
    op.create_table(
        "agent_alias",
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("login", sa.String(length=200), nullable=False),
        sa.Column("valid_from_at", sa.BigInteger(), nullable=False),
        sa.Column("agent_id", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("source_id", "login", "valid_from_at"),
    )
    op.create_table(
        "agent_now",
        sa.Column("agent_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("queue_id", sa.String(length=200), nullable=True),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id"),
    )
    op.create_table(
        "app_user",
        sa.Column("user_key", sa.String(length=64), nullable=False),
        sa.Column("login", sa.String(length=200), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("scope_path", sa.String(length=600), nullable=False),
        sa.Column("agent_id", sa.String(length=200), nullable=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_key"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object", sa.String(length=400), nullable=False),
        sa.Column("scope_path", sa.String(length=600), nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.Column("reason_hash", sa.String(length=64), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "audit_reason",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "batch_partition",
        sa.Column("batch_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "day"),
    )
    op.create_index("ix_batch_partition_day", "batch_partition", ["day"], unique=False)
    op.create_table(
        "build",
        sa.Column("build_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shard", sa.String(length=200), nullable=False),
        sa.Column("rules_id", sa.String(length=64), nullable=False),
        sa.Column("code_version", sa.String(length=32), nullable=False),
        sa.Column("inputs_hash", sa.String(length=64), nullable=False),
        sa.Column("as_of_at", sa.BigInteger(), nullable=False),
        sa.Column("born_gen", sa.Integer(), nullable=False),
        sa.Column("dead_gen", sa.Integer(), nullable=True),
        sa.Column("built_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("build_id"),
    )
    op.create_index(op.f("ix_build_day"), "build", ["day"], unique=False)
    op.create_table(
        "calendar_event",
        sa.Column("event_id", sa.String(length=200), nullable=False),
        sa.Column("queue_id", sa.String(length=200), nullable=True),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Float(), nullable=True),
        sa.Column("one_off", sa.Boolean(), nullable=True),
        sa.Column("known_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_table(
        "contract",
        sa.Column("contract_id", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("weekly_hours_min", sa.Float(), nullable=False),
        sa.Column("weekly_hours_max", sa.Float(), nullable=False),
        sa.Column("days_min", sa.Integer(), nullable=False),
        sa.Column("days_max", sa.Integer(), nullable=False),
        sa.Column("shift_lengths_min", sa.Text(), nullable=False),
        sa.Column("start_every_min", sa.Integer(), nullable=False),
        sa.Column("earliest_start", sa.String(length=5), nullable=True),
        sa.Column("latest_end", sa.String(length=5), nullable=True),
        sa.Column("rest_min", sa.Integer(), nullable=False),
        sa.Column("max_consecutive_days", sa.Integer(), nullable=False),
        sa.Column("breaks", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("contract_id", "valid_from"),
    )
    op.create_table(
        "delivery",
        sa.Column("delivery_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("format", sa.String(length=64), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("lines_in", sa.Integer(), nullable=False),
        sa.Column("loaded", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("ignored", sa.Integer(), nullable=False),
        sa.Column("by_reason", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id"),
        sa.UniqueConstraint("file_hash", "format", "source_id"),
    )
    op.create_table(
        "dim",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("ext_id", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key"),
        sa.UniqueConstraint("kind", "ext_id"),
    )
    op.create_table(
        "forecast_version",
        sa.Column("fc_version", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False),
        sa.Column("origin_at", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=200), nullable=False),
        sa.Column("config_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("batch_id", sa.String(length=64), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("fc_version"),
    )
    op.create_table(
        "job",
        sa.Column("job_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("stage", sa.String(length=200), nullable=False),
        sa.Column("percent", sa.Float(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("scope_path", sa.String(length=600), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("job_id"),
        sa.UniqueConstraint("idempotency_key"),
    )
    op.create_table(
        "login_failure",
        sa.Column("failure_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("login", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("failed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("failure_id"),
    )
    op.create_index(op.f("ix_login_failure_address"), "login_failure", ["address"], unique=False)
    op.create_index(op.f("ix_login_failure_login"), "login_failure", ["login"], unique=False)
    op.create_table(
        "org_unit",
        sa.Column("org_id", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("org_level", sa.String(length=16), nullable=False),
        sa.Column("parent_id", sa.String(length=200), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=True),
        sa.Column("opening_hours", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "valid_from"),
    )
    op.create_table(
        "partition",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shard", sa.String(length=200), nullable=False),
        sa.Column("live_build", sa.Integer(), nullable=True),
        sa.Column("dirty", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "shard"),
    )
    op.create_table(
        "person",
        sa.Column("agent_id", sa.String(length=200), nullable=False),
        sa.Column("valid_from_at", sa.BigInteger(), nullable=False),
        sa.Column("valid_to_at", sa.BigInteger(), nullable=True),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("team_id", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("contract_id", sa.String(length=200), nullable=True),
        sa.Column("weekly_hours", sa.Float(), nullable=True),
        sa.Column("skills", sa.Text(), nullable=True),
        sa.Column("hire_on", sa.Date(), nullable=True),
        sa.Column("leave_on", sa.Date(), nullable=True),
        sa.Column("leave_kind", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("agent_id", "valid_from_at"),
    )
    op.create_index(op.f("ix_person_team_id"), "person", ["team_id"], unique=False)
    op.create_table(
        "plan",
        sa.Column("plan_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("solution", sa.Text(), nullable=True),
        sa.Column("objective", sa.Float(), nullable=True),
        sa.Column("bound", sa.Float(), nullable=True),
        sa.Column("gap_pct", sa.Float(), nullable=True),
        sa.Column("violations_n", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("published_by", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("plan_id"),
    )
    op.create_table(
        "quarantine",
        sa.Column("row_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=64), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("byte_offset", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("replayed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("row_id"),
    )
    op.create_index(op.f("ix_quarantine_code"), "quarantine", ["code"], unique=False)
    op.create_index(op.f("ix_quarantine_delivery_id"), "quarantine", ["delivery_id"], unique=False)
    op.create_table(
        "queue",
        sa.Column("queue_id", sa.String(length=200), nullable=False),
        sa.Column("valid_from_at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("skill_group", sa.String(length=200), nullable=True),
        sa.Column("sl_threshold_s", sa.Integer(), nullable=False),
        sa.Column("short_abandon_s", sa.Integer(), nullable=False),
        sa.Column("sl_target_pct", sa.Float(), nullable=True),
        sa.Column("deferred_sla_s", sa.Integer(), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=True),
        sa.Column("sl_definition", sa.String(length=32), nullable=False),
        sa.Column("site_id", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("queue_id", "valid_from_at"),
    )
    op.create_table(
        "raw_batch",
        sa.Column("batch_id", sa.String(length=64), nullable=False),
        sa.Column("table_name", sa.String(length=32), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("compacted_into", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("batch_id"),
    )
    op.create_table(
        "reader_lease",
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("reader"),
    )
    op.create_table(
        "requirement_version",
        sa.Column("rq_version", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("fc_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("batch_id", sa.String(length=64), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("rq_version"),
    )
    op.create_table(
        "restatement",
        sa.Column("restatement_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shard", sa.String(length=200), nullable=False),
        sa.Column("old_build", sa.Integer(), nullable=False),
        sa.Column("new_build", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("restated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("restatement_id"),
    )
    op.create_index(op.f("ix_restatement_day"), "restatement", ["day"], unique=False)
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("user_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index(op.f("ix_session_user_key"), "session", ["user_key"], unique=False)
    op.create_table(
        "shift_version",
        sa.Column("agent_id", sa.String(length=200), nullable=False),
        sa.Column("shift_on", sa.Date(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("reason_code", sa.String(length=64), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("segments", sa.Text(), nullable=False),
        sa.Column("payload_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "shift_on", "seq"),
    )
    op.create_index("ix_shift_version_on", "shift_version", ["shift_on"], unique=False)
    op.create_table(
        "state_map",
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("state_group", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("source_id", "state", "reason", "valid_from"),
    )
    op.create_table(
        "store_state",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )
    op.create_table(
        "target",
        sa.Column("target_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kpi_id", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("contact_type", sa.String(length=200), nullable=False),
        sa.Column("value_lo", sa.Float(), nullable=True),
        sa.Column("value_hi", sa.Float(), nullable=True),
        sa.Column("amber_width", sa.Float(), nullable=True),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("target_id"),
    )
    op.create_index(op.f("ix_target_kpi_id"), "target", ["kpi_id"], unique=False)
    op.create_table(
        "time_off",
        sa.Column("request_id", sa.String(length=200), nullable=False),
        sa.Column("agent_id", sa.String(length=200), nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("end_at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("deny_reason", sa.Text(), nullable=True),
        sa.Column("source_version", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("request_id"),
    )
    op.create_index(op.f("ix_time_off_agent_id"), "time_off", ["agent_id"], unique=False)
    op.create_table(
        "version",
        sa.Column("version_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("build_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=32), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version_id"),
    )
    op.create_index(op.f("ix_version_build_id"), "version", ["build_id"], unique=False)
    op.create_table(
        "version_input",
        sa.Column("build_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("build_id", "batch_id"),
    )
    # ### end Alembic commands ###


def downgrade() -> None:
    op.drop_table("version_input")
    op.drop_index(op.f("ix_version_build_id"), table_name="version")
    op.drop_table("version")
    op.drop_index(op.f("ix_time_off_agent_id"), table_name="time_off")
    op.drop_table("time_off")
    op.drop_index(op.f("ix_target_kpi_id"), table_name="target")
    op.drop_table("target")
    op.drop_table("store_state")
    op.drop_table("state_map")
    op.drop_index("ix_shift_version_on", table_name="shift_version")
    op.drop_table("shift_version")
    op.drop_index(op.f("ix_session_user_key"), table_name="session")
    op.drop_table("session")
    op.drop_index(op.f("ix_restatement_day"), table_name="restatement")
    op.drop_table("restatement")
    op.drop_table("requirement_version")
    op.drop_table("reader_lease")
    op.drop_table("raw_batch")
    op.drop_table("queue")
    op.drop_index(op.f("ix_quarantine_delivery_id"), table_name="quarantine")
    op.drop_index(op.f("ix_quarantine_code"), table_name="quarantine")
    op.drop_table("quarantine")
    op.drop_table("plan")
    op.drop_index(op.f("ix_person_team_id"), table_name="person")
    op.drop_table("person")
    op.drop_table("partition")
    op.drop_table("org_unit")
    op.drop_index(op.f("ix_login_failure_login"), table_name="login_failure")
    op.drop_index(op.f("ix_login_failure_address"), table_name="login_failure")
    op.drop_table("login_failure")
    op.drop_table("job")
    op.drop_table("forecast_version")
    op.drop_table("dim")
    op.drop_table("delivery")
    op.drop_table("contract")
    op.drop_table("calendar_event")
    op.drop_index(op.f("ix_build_day"), table_name="build")
    op.drop_table("build")
    op.drop_index("ix_batch_partition_day", table_name="batch_partition")
    op.drop_table("batch_partition")
    op.drop_table("audit_reason")
    op.drop_table("audit")
    op.drop_table("app_user")
    op.drop_table("agent_now")
    op.drop_table("agent_alias")
    op.drop_table("activity_code")
