"""Units, people, queues, contracts, calendars: what the centre consists of."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from wfm.store.schema.metadata import metadata

dim = Table(
    "dim",
    metadata,
    Column("kind", String(16), primary_key=True),  # site team agent queue group contact_type ...
    Column("key", Integer, primary_key=True),
    Column("ext_id", String(200), nullable=False),
    UniqueConstraint("kind", "ext_id"),
)

org_unit = Table(
    "org_unit",
    metadata,
    Column("org_id", String(200), primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),  # exclusive
    Column("org_level", String(16), nullable=False),  # enterprise site team
    Column("parent_id", String(200)),
    Column("name", String(200), nullable=False),
    Column("timezone", String(64)),
    Column("opening_hours", Text),
)

person = Table(
    "person",
    metadata,
    Column("agent_id", String(200), primary_key=True),
    Column("valid_from_at", BigInteger, primary_key=True),
    Column("valid_to_at", BigInteger),
    Column("display_name", String(200), nullable=False),
    Column("team_id", String(200), nullable=False, index=True),
    Column("role", String(16), nullable=False),
    Column("contract_id", String(200)),
    Column("weekly_hours", Float),
    Column("skills", Text),  # "queue:level;queue:level"
    Column("hire_on", Date),
    Column("leave_on", Date),
    Column("leave_kind", String(16)),
)

agent_alias = Table(
    "agent_alias",
    metadata,
    Column("source_id", String(200), primary_key=True),
    Column("login", String(200), primary_key=True),
    Column("valid_from_at", BigInteger, primary_key=True),
    Column("agent_id", String(200), nullable=False),
)

queue = Table(
    "queue",
    metadata,
    Column("queue_id", String(200), primary_key=True),
    Column("valid_from_at", BigInteger, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("skill_group", String(200)),
    Column("sl_threshold_s", Integer, nullable=False),
    Column("short_abandon_s", Integer, nullable=False),
    Column("sl_target_pct", Float),
    Column("deferred_sla_s", Integer),
    Column("timezone", String(64)),
    Column("sl_definition", String(32), nullable=False),
    Column("site_id", String(200)),
)

contract = Table(
    "contract",
    metadata,
    Column("contract_id", String(200), primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("weekly_hours_min", Float, nullable=False),
    Column("weekly_hours_max", Float, nullable=False),
    Column("days_min", Integer, nullable=False),
    Column("days_max", Integer, nullable=False),
    Column("shift_lengths_min", Text, nullable=False),  # "480;510"
    Column("start_every_min", Integer, nullable=False),
    Column("earliest_start", String(5)),
    Column("latest_end", String(5)),
    Column("rest_min", Integer, nullable=False),
    Column("max_consecutive_days", Integer, nullable=False),
    Column("breaks", Text),
)

activity_code = Table(
    "activity_code",
    metadata,
    Column("activity_code", String(200), primary_key=True),
    Column("category", String(16), nullable=False),
    Column("paid", Boolean, nullable=False),
    Column("adherence", String(8), nullable=False),  # count neutral ignore
    Column("interruptible", Boolean, nullable=False),
    Column("planned", Boolean, nullable=False),
)

state_map = Table(
    "state_map",
    metadata,
    Column("source_id", String(200), primary_key=True),
    Column("state", String(16), primary_key=True),
    Column("reason", String(200), primary_key=True),  # '' = any
    Column("valid_from", Date, primary_key=True),
    Column("state_group", String(16), nullable=False),
)

calendar_event = Table(
    "calendar_event",
    metadata,
    Column("event_id", String(200), primary_key=True),
    Column("queue_id", String(200)),
    Column("start_on", Date, nullable=False),
    Column("end_on", Date),
    Column("kind", String(64), nullable=False),
    Column("size", Float),
    Column("one_off", Boolean),
    Column("known_at", BigInteger),
    Column("name", String(200)),
    Column("effect_pct", Float),  # as stated; empty: learned from the same kind before
)

time_off = Table(
    "time_off",
    metadata,
    Column("request_id", String(200), primary_key=True),
    Column("agent_id", String(200), nullable=False, index=True),
    Column("start_at", BigInteger, nullable=False),
    Column("end_at", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),  # leave sick unpaid other
    Column("paid", Boolean, nullable=False),
    Column("status", String(16), nullable=False),  # requested waitlisted approved denied ...
    Column("submitted_at", BigInteger),
    Column("decided_at", BigInteger),
    Column("decided_by", String(200)),
    Column("deny_reason", Text),
    Column("source_version", String(200)),
)
