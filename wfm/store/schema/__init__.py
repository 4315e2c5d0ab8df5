"""Tables of the SQL store, as SQLAlchemy Core; migrations in `migrations/` bring them about.

Columns ending in `_at` are whole seconds since 1970 UTC; `_on` are dates. Ids of people, queues
and units are the sources' text; `dim` gives each a small number for the fact files, never reused.
"""

from __future__ import annotations

from wfm.store.schema.adherence import (
    adherence_decision,
    adherence_exception,
    adherence_rule,
)
from wfm.store.schema.facts import (
    batch_partition,
    build,
    delivery,
    partition,
    quarantine,
    raw_batch,
    reader_lease,
    restatement,
    store_state,
    version,
    version_input,
)
from wfm.store.schema.goals import (
    bonus_difference,
    bonus_scheme,
    bonus_standing,
    bonus_statement,
    target,
    target_corridor,
    target_notice,
)
from wfm.store.schema.metadata import metadata
from wfm.store.schema.offers import agent_wish, offer, offer_ask
from wfm.store.schema.organisation import (
    activity_code,
    agent_alias,
    calendar_event,
    contract,
    dim,
    org_unit,
    person,
    queue,
    state_map,
    time_off,
)
from wfm.store.schema.plans import (
    draft_edit,
    forecast_day,
    forecast_record,
    forecast_version,
    plan,
    plan_action,
    planning_policy,
    reforecast,
    requirement_version,
    shift_pin,
    shift_version,
)
from wfm.store.schema.record import (
    audit,
    audit_reason,
    login_failure,
    session,
    user,
)
from wfm.store.schema.remedies import (
    insight,
    insight_look,
    remedy,
    remedy_step,
)
from wfm.store.schema.work import (
    agent_now,
    job,
    job_point,
)

__all__ = [
    "activity_code",
    "adherence_decision",
    "adherence_exception",
    "adherence_rule",
    "agent_alias",
    "agent_now",
    "agent_wish",
    "audit",
    "audit_reason",
    "batch_partition",
    "bonus_difference",
    "bonus_scheme",
    "bonus_standing",
    "bonus_statement",
    "build",
    "calendar_event",
    "contract",
    "delivery",
    "dim",
    "draft_edit",
    "forecast_day",
    "forecast_record",
    "forecast_version",
    "insight",
    "insight_look",
    "job",
    "job_point",
    "login_failure",
    "metadata",
    "offer",
    "offer_ask",
    "org_unit",
    "partition",
    "person",
    "plan",
    "plan_action",
    "planning_policy",
    "quarantine",
    "queue",
    "raw_batch",
    "reader_lease",
    "reforecast",
    "remedy",
    "remedy_step",
    "requirement_version",
    "restatement",
    "session",
    "shift_pin",
    "shift_version",
    "state_map",
    "store_state",
    "target",
    "target_corridor",
    "target_notice",
    "time_off",
    "user",
    "version",
    "version_input",
]
