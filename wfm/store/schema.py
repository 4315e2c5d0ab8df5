"""Tables of the SQL store, as SQLAlchemy Core; migrations in `migrations/` bring them about.

Columns ending in `_at` are whole seconds since 1970 UTC; `_on` are dates. Ids of people, queues
and units are the sources' text; `dim` gives each a small number for the fact files, never reused.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

# --- organisation -------------------------------------------------------------------------------

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

target = Table(
    "target",
    metadata,
    Column("target_id", Integer, primary_key=True, autoincrement=True),
    Column("kpi_id", String(64), nullable=False, index=True),
    Column("level", String(16), nullable=False),  # enterprise site team agent
    Column("key", String(200), nullable=False),
    Column("contact_type", String(200), nullable=False, default=""),
    Column("value_lo", Float),
    Column("value_hi", Float),
    Column("amber_width", Float),
    Column("effective_from", Date, nullable=False),
    Column("effective_to", Date),
    Column("recorded_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("source", String(16), nullable=False),  # user import default
    Column("queue_id", String(200), nullable=False, default="", server_default=""),
    # own, or linked: from that day on what is set above holds again
    Column("kind", String(8), nullable=False, default="own", server_default="own"),
    Column("supersedes", Integer),  # target_id that the editor saw
    Column("restated_on", Date),  # the day of an edit that reaches back before it
    Column("request_key", String(64)),  # the same edit sent twice is one row
    Index("ix_target_request_key", "request_key", unique=True),
)

# How far a team lead may move a target from the one set above; append-only like targets.
target_corridor = Table(
    "target_corridor",
    metadata,
    Column("corridor_id", Integer, primary_key=True, autoincrement=True),
    Column("kpi_id", String(64), nullable=False),  # '' = every KPI
    Column("level", String(16), nullable=False),  # enterprise site team
    Column("key", String(200), nullable=False),
    Column("width", Float, nullable=False),
    Column("basis", String(8), nullable=False),  # points (units of the KPI), share (percent)
    Column("effective_from", Date, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("source", String(16), nullable=False),
    Column("request_key", String(64), unique=True),
)

# What an agent is told when a target change moves their bonus.
target_notice = Table(
    "target_notice",
    metadata,
    Column("notice_id", Integer, primary_key=True, autoincrement=True),
    Column("agent_id", String(200), nullable=False, index=True),
    Column("target_id", Integer, nullable=False),
    Column("words", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

# --- bonus --------------------------------------------------------------------------------------

# Versions of schemes, append-only; the newest recorded one that holds on a day is in force.
bonus_scheme = Table(
    "bonus_scheme",
    metadata,
    Column("scheme_id", Integer, primary_key=True, autoincrement=True),
    Column("scheme_key", String(64), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("level", String(16), nullable=False),  # enterprise site team
    Column("key", String(200), nullable=False),
    Column("kpi_id", String(64), nullable=False),
    Column("period", String(16), nullable=False),  # month quarter
    Column("terms", Text, nullable=False),  # JSON: tiers, target source, eligibility, modifiers
    Column("effective_from", Date, nullable=False),
    Column("effective_to", Date),
    Column("recorded_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("request_key", String(64), unique=True),
)

# Where each agent stood at the end of a day; what was shown as secured is not taken back.
bonus_standing = Table(
    "bonus_standing",
    metadata,
    Column("scheme_key", String(64), primary_key=True),
    Column("agent_id", String(200), primary_key=True),
    Column("first_on", Date, primary_key=True),
    Column("as_of_on", Date, primary_key=True),
    Column("recorded_at", BigInteger, nullable=False),
    Column("base_s", Float, nullable=False),
    Column("good_s", Float, nullable=False),
    Column("left_s", Float, nullable=False),
    Column("excused_s", Float, nullable=False),
    Column("target", Float),
    Column("state", String(16), nullable=False),
)

# Results frozen at the close of a period: a statement is never changed, differences follow it.
bonus_statement = Table(
    "bonus_statement",
    metadata,
    Column("statement_id", Integer, primary_key=True, autoincrement=True),
    Column("scheme_key", String(64), nullable=False),
    Column("scheme_id", Integer, nullable=False),
    Column("agent_id", String(200), nullable=False, index=True),
    Column("team_id", String(200), nullable=False),
    Column("first_on", Date, nullable=False),
    Column("end_on", Date, nullable=False),
    Column("closed_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("state", String(16), nullable=False),
    Column("factor", Float, nullable=False),
    Column("document", Text, nullable=False),  # JSON: inputs, formula, result
    Column("signature", String(64), nullable=False),
    UniqueConstraint("scheme_key", "agent_id", "first_on"),
)

bonus_difference = Table(
    "bonus_difference",
    metadata,
    Column("difference_id", Integer, primary_key=True, autoincrement=True),
    Column("statement_id", Integer, nullable=False, index=True),
    Column("recorded_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("cause", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("factor", Float, nullable=False),
    Column("document", Text, nullable=False),
    Column("signature", String(64), nullable=False),
)

# --- schedules ----------------------------------------------------------------------------------

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
    Index("ix_shift_version_on", "shift_on"),
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

# --- adherence ----------------------------------------------------------------------------------

# Only ever added to; what became of an exception is its last decision, none: pending.
adherence_exception = Table(
    "adherence_exception",
    metadata,
    Column("exception_id", Integer, primary_key=True, autoincrement=True),
    Column("agent_id", String(200), nullable=False, index=True),
    Column("start_at", BigInteger, nullable=False, index=True),
    Column("end_at", BigInteger, nullable=False),
    Column("reason_code", String(64), nullable=False),
    Column("source", String(24), nullable=False),  # agent supervisor auto_rule schedule_correction
    Column("note", Text, nullable=False, default=""),
    Column("recorded_by", String(200), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("bulk_id", String(64), index=True),
)

adherence_decision = Table(
    "adherence_decision",
    metadata,
    Column("decision_id", Integer, primary_key=True, autoincrement=True),
    Column("exception_id", Integer, nullable=False, index=True),
    Column("status", String(16), nullable=False),  # approved denied withdrawn
    Column("decided_by", String(200), nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("note", Text, nullable=False, default=""),
)

adherence_rule = Table(
    "adherence_rule",
    metadata,
    Column("rule_id", Integer, primary_key=True, autoincrement=True),
    Column("site_id", String(200), nullable=False),  # '' = every site
    Column("valid_from", Date, nullable=False),
    Column("preset", String(32), nullable=False),
    Column("changes", Text, nullable=False),  # JSON: the centre's own values
    Column("recorded_at", BigInteger, nullable=False),
    Column("author", String(200), nullable=False),
    Column("reason", Text, nullable=False),
)

# What people do about a figure; only ever added to: what became of it is its last step.
remedy = Table(
    "remedy",
    metadata,
    Column("remedy_id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(24), nullable=False),  # schedule_change coaching site_alert
    Column("site_id", String(200), nullable=False, index=True),
    Column("team_id", String(200)),
    Column("agent_id", String(200), index=True),
    Column("kpi_id", String(64), nullable=False, default=""),
    Column("about", Text, nullable=False),  # JSON: what the kind needs, as texts
    Column("reason", Text, nullable=False),
    Column("due_on", Date),
    Column("author", String(200), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
)

remedy_step = Table(
    "remedy_step",
    metadata,
    Column("step_id", Integer, primary_key=True, autoincrement=True),
    Column("remedy_id", Integer, nullable=False, index=True),
    Column("status", String(24), nullable=False),
    Column("author", String(200), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("note", Text, nullable=False, default=""),
)

# --- facts manifest -----------------------------------------------------------------------------

delivery = Table(
    "delivery",
    metadata,
    Column("delivery_id", Integer, primary_key=True, autoincrement=True),
    Column("file_hash", String(64), nullable=False),
    Column("format", String(64), nullable=False),
    Column("source_id", String(200), nullable=False),
    Column("file_name", String(255), nullable=False),
    Column("lines_in", Integer, nullable=False),
    Column("loaded", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Column("ignored", Integer, nullable=False),
    Column("by_reason", Text, nullable=False),  # JSON {code: n}
    Column("received_at", BigInteger, nullable=False),
    UniqueConstraint("file_hash", "format", "source_id"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("row_id", Integer, primary_key=True, autoincrement=True),
    Column("delivery_id", Integer, nullable=False, index=True),
    Column("format", String(64), nullable=False),
    Column("source_id", String(200), nullable=False),
    Column("file_name", String(255), nullable=False),
    Column("file_hash", String(64), nullable=False),
    Column("line", Integer, nullable=False),
    Column("byte_offset", BigInteger, nullable=False),
    Column("code", String(32), nullable=False, index=True),
    Column("detail", Text, nullable=False),
    Column("header", LargeBinary),  # the file's header record, so that a row can be replayed alone
    Column("raw", LargeBinary, nullable=False),
    Column("options", Text, nullable=False, default="{}"),  # JSON: how the file was read
    Column("received_at", BigInteger, nullable=False),
    Column("replayed_at", BigInteger),
)

raw_batch = Table(
    "raw_batch",
    metadata,
    Column("batch_id", String(64), primary_key=True),
    Column("table_name", String(32), nullable=False),
    Column("source_id", String(200), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("file", Text, nullable=False),  # relative to the data folder
    Column("rows", Integer, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("delivery_id", Integer),
    Column("compacted_into", String(64)),  # batch that now carries these rows
)

batch_partition = Table(
    "batch_partition",
    metadata,
    Column("batch_id", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Index("ix_batch_partition_day", "day"),
)

partition = Table(
    "partition",
    metadata,
    Column("day", Date, primary_key=True),
    Column("shard", String(200), primary_key=True, default=""),
    Column("live_build", Integer),  # build_id in force
    Column("dirty", Integer, nullable=False, default=0),
    Column("closed_at", BigInteger),
    Column("sealed", Boolean, nullable=False, default=False),
    Column("lease_owner", String(64)),
    Column("lease_until", BigInteger),
    Column("fence", Integer, nullable=False, default=0),
)

build = Table(
    "build",
    metadata,
    Column("build_id", Integer, primary_key=True, autoincrement=True),
    Column("day", Date, nullable=False, index=True),
    Column("shard", String(200), nullable=False),
    Column("rules_id", String(64), nullable=False),
    Column("code_version", String(32), nullable=False),
    Column("inputs_hash", String(64), nullable=False),
    Column("as_of_at", BigInteger, nullable=False),
    Column("born_gen", Integer, nullable=False),
    Column("dead_gen", Integer),
    Column("built_at", BigInteger, nullable=False),
)

version = Table(
    "version",
    metadata,
    Column("version_id", Integer, primary_key=True, autoincrement=True),
    Column("build_id", Integer, nullable=False, index=True),
    Column("table_name", String(32), nullable=False),
    Column("file", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
)

version_input = Table(
    "version_input",
    metadata,
    Column("build_id", Integer, primary_key=True),
    Column("batch_id", String(64), primary_key=True),
)

store_state = Table(
    "store_state",
    metadata,
    Column("one", Integer, primary_key=True),  # always 1
    Column("generation", Integer, nullable=False),
)

reader_lease = Table(
    "reader_lease",
    metadata,
    Column("reader", String(64), primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("until_at", BigInteger, nullable=False),
)

restatement = Table(
    "restatement",
    metadata,
    Column("restatement_id", Integer, primary_key=True, autoincrement=True),
    Column("day", Date, nullable=False, index=True),
    Column("shard", String(200), nullable=False),
    Column("old_build", Integer, nullable=False),
    Column("new_build", Integer, nullable=False),
    Column("cause", Text, nullable=False),
    Column("restated_at", BigInteger, nullable=False),
)

# --- live, work, people, record -----------------------------------------------------------------

agent_now = Table(
    "agent_now",
    metadata,
    Column("agent_id", String(200), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("reason", String(200), nullable=False, default=""),
    Column("queue_id", String(200)),
    Column("since_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
)

job = Table(
    "job",
    metadata,
    Column("job_id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(32), nullable=False),
    Column("parameters", Text, nullable=False),  # JSON
    Column("state", String(16), nullable=False),  # queued running done failed cancelled
    Column("stage", String(200), nullable=False, default=""),
    Column("percent", Float, nullable=False, default=0.0),
    Column("detail", Text, nullable=False, default="{}"),  # JSON: incumbent, bound, gap ...
    Column("message", Text, nullable=False, default=""),
    Column("result", Text),  # JSON
    Column("author", String(200), nullable=False),
    Column("scope_path", String(600), nullable=False, default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("cancel_asked", Boolean, nullable=False, default=False),
    Column("lease_owner", String(64)),
    Column("lease_until", BigInteger),
    Column("fence", Integer, nullable=False, default=0),
    Column("idempotency_key", String(64), unique=True),
)

# The curve of a run: best cost and bound each time one of them moved.
job_point = Table(
    "job_point",
    metadata,
    Column("job_id", Integer, primary_key=True, autoincrement=False),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("t_s", Float, nullable=False),
    Column("event", String(16), nullable=False),
    Column("objective", Float),
    Column("bound", Float),
    Column("gap_pct", Float),
    Column("pass_n", Integer, nullable=False),
)

user = Table(
    "app_user",
    metadata,
    Column("user_key", String(64), primary_key=True),
    Column("login", String(200), nullable=False, unique=True),
    Column("display_name", String(200), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("scope_path", String(600), nullable=False),
    Column("agent_id", String(200)),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("demo", Boolean, nullable=False, default=False),
    Column("version", Integer, nullable=False, default=1),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_key", String(64), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("user_version", Integer, nullable=False),
)

login_failure = Table(
    "login_failure",
    metadata,
    Column("failure_id", Integer, primary_key=True, autoincrement=True),
    Column("login", String(200), nullable=False, index=True),
    Column("address", String(64), nullable=False, index=True),
    Column("failed_at", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("action", String(64), nullable=False),
    Column("object", String(400), nullable=False),
    Column("scope_path", String(600), nullable=False),
    Column("old", Text),
    Column("new", Text),
    Column("reason_hash", String(64)),
    Column("request_id", String(64)),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

# The words of a reason stand apart from the chain, so that a person can be erased and the chain
# still holds: it keeps their hash.
audit_reason = Table(
    "audit_reason",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
)

# --- insights -----------------------------------------------------------------------------------

insight_look = Table(
    "insight_look",
    metadata,
    Column("family", String(16), primary_key=True),  # live, settled
    Column("found_at", BigInteger, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("mark", String(200), nullable=False),
)

insight = Table(
    "insight",
    metadata,
    Column("insight_id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(16), nullable=False, index=True),
    Column("site", String(200)),
    Column("team", String(200)),
    Column("agent", String(200)),
    Column("roles", String(100), nullable=False),
    Column("score", Float, nullable=False),
    Column("document", Text, nullable=False),
)
