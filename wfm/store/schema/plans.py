"""Plans, shifts, forecasts and requirements, with their versions."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from wfm.store.schema.metadata import metadata

plan = Table(
    "plan",
    metadata,
    Column("plan_id", Integer, primary_key=True, autoincrement=True),
    Column("unit", String(200), nullable=False),  # site id
    Column("week", String(8), nullable=False),  # 2026-W42
    Column("state", String(16), nullable=False),  # draft published superseded
    Column("created_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("job_id", Integer),
    Column("problem", Text),  # JSON, as in `wfm schedule solve`
    Column("solution", Text),  # JSON
    Column("objective", Float),
    Column("bound", Float),
    Column("gap_pct", Float),
    Column("violations_n", Integer),
    Column("published_at", BigInteger),
    Column("published_by", String(200)),
    Column("label", String(80), nullable=False, default="", server_default=""),
    Column("rq_version", Integer),  # the requirement it was built against
)

# What a person asked of a plan, by the key of that one asking: sent twice, it is done once.
plan_action = Table(
    "plan_action",
    metadata,
    Column("request_key", String(64), primary_key=True),
    Column("action", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("result", Text, nullable=False),  # JSON
)

# What a site's plans weigh beside cover; append-only, the newest of a unit is in force.
planning_policy = Table(
    "planning_policy",
    metadata,
    Column("policy_id", Integer, primary_key=True, autoincrement=True),
    Column("unit", String(200), nullable=False, index=True),
    Column("recorded_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("document", Text, nullable=False),  # JSON, as in docs/schedule-problem.md
)

# Days on which somebody's shift, or day off, stays as it is when the week is solved again.
shift_pin = Table(
    "shift_pin",
    metadata,
    Column("agent_id", String(200), primary_key=True),
    Column("shift_on", Date, primary_key=True),
    Column("recorded_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("note", Text, nullable=False),
)

# Changes by hand of a draft, shift by shift; only ever added to, an undo is a line of its own.
draft_edit = Table(
    "draft_edit",
    metadata,
    Column("plan_id", Integer, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),  # move add remove swap undo
    Column("recorded_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("undoes", Integer),  # the line that an undo takes back
    # JSON list of {"agent","day","before","after"}: shifts of a solution, null for a day off
    Column("changes", Text, nullable=False),
)

# Append-only life of each (agent, shift date): seq 1 is the baseline (first publication), the
# highest seq is current; a row holds the whole shift after the change. Empty segments: no shift.
shift_version = Table(
    "shift_version",
    metadata,
    Column("agent_id", String(200), primary_key=True),
    Column("shift_on", Date, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("recorded_at", BigInteger, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("reason_code", String(64), nullable=False),
    Column("plan_id", Integer),
    Column("note", Text, nullable=False, default=""),
    # JSON list of {"start_at","end_at","activity","queue","paid"}, in order of time
    Column("segments", Text, nullable=False),
    Column("payload_hash", String(64), nullable=False),
    # What the marks of weeks, and of all plans, ask for stands in these; rows are not looked at.
    Index("ix_shift_version_on", "shift_on", "agent_id", "recorded_at"),
    Index("ix_shift_version_recorded", "recorded_at"),
)

forecast_version = Table(
    "forecast_version",
    metadata,
    Column("fc_version", Integer, primary_key=True, autoincrement=True),
    Column("unit", String(200), nullable=False),
    Column("first_on", Date, nullable=False),
    Column("end_on", Date, nullable=False),
    Column("origin_at", BigInteger, nullable=False),  # nothing later was used
    Column("method", String(200), nullable=False),
    Column("config_hash", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("state", String(16), nullable=False),  # draft, locked
    Column("batch_id", String(64)),  # raw batch that holds the values
    Column("summary", Text),  # JSON: per queue model, past error, baselines
    Column("base_version", Integer),  # the model's version that this one lays overrides on
    Column("inputs", Text),  # JSON: hash and range of what was learned from, days left out, records
)

# What planners say of forecasts, only ever added to: overrides, days left out or kept, events,
# scenarios, capacity plans. A row with `undoes` takes that record back.
forecast_record = Table(
    "forecast_record",
    metadata,
    Column("record_id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("unit", String(200), nullable=False),  # site id
    Column("queue_id", String(200), nullable=False),  # '' = all queues of the site
    Column("first_on", Date),
    Column("end_on", Date),  # exclusive
    Column("terms", Text, nullable=False),  # JSON, by kind
    Column("reason", Text, nullable=False),
    Column("author", String(200), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("undoes", Integer, unique=True),
    Column("request_key", String(64), unique=True),
    Index("ix_forecast_record_unit", "unit", "kind"),
)

# A model version's days by queue, in thousandths of a contact; the parts sum to the contacts.
forecast_day = Table(
    "forecast_day",
    metadata,
    Column("fc_version", Integer, primary_key=True, autoincrement=False),
    Column("queue_id", String(200), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("contacts_m", BigInteger, nullable=False),
    Column("p10_m", BigInteger, nullable=False),
    Column("p90_m", BigInteger, nullable=False),
    Column("parts", Text, nullable=False),  # JSON {level, weekday, season, holiday, event, names}
)

# The rest of a day forecast again after each interval, with its band and handle time.
reforecast = Table(
    "reforecast",
    metadata,
    Column("queue_id", String(200), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("as_of_q", Integer, primary_key=True, autoincrement=False),
    Column("unit", String(200), nullable=False),
    Column("fc_version", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("document", Text, nullable=False),  # JSON
)

requirement_version = Table(
    "requirement_version",
    metadata,
    Column("rq_version", Integer, primary_key=True, autoincrement=True),
    Column("unit", String(200), nullable=False),
    Column("week", String(8), nullable=False),
    Column("fc_version", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("batch_id", String(64)),
    Column("summary", Text),
)
