"""Schemas of the raw batches: events and plans as received, ids resolved to dimension numbers.

All `_at` columns are whole UTC seconds; a null is unknown, never zero.
"""

from __future__ import annotations

import polars as pl

from wfm.domain.activities import STATES

DIRECTION = pl.Enum(["inbound", "outbound", "internal"])
OUTCOME = pl.Enum(["answered", "abandoned", "flow_out", "blocked", "unknown"])
STATE = pl.Enum(list(STATES))

# Bits of `flags`.
FLAG_ORPHAN = 1
FLAG_INFERRED_END = 2
FLAG_OVERLAP = 4
FLAG_ACW_UNKNOWN = 8
FLAG_HOLD_UNKNOWN = 16
FLAG_BOOKING_MISMATCH = 32
FLAG_UNMAPPED_STATE = 64
FLAG_LOGIN_UNKNOWN = 128
# A row that later lines of the same log proved wrong: it has no length, no outcome, no booking.
FLAG_WITHDRAWN = 256

# Identity of a row: `event_key` is the hash of its natural key, `payload_hash` of everything else,
# `seq` orders corrections (source version, else order of delivery): the highest seq wins.
_IDENTITY = {"event_key": pl.UInt64, "payload_hash": pl.UInt64, "seq": pl.Int64}

RAW_SCHEMAS: dict[str, dict[str, pl.DataType | type[pl.DataType]]] = {
    "contact_leg": {
        **_IDENTITY,
        "source": pl.UInt16,
        "contact_id": pl.String,
        "leg_no": pl.Int16,
        "root_contact_id": pl.String,
        "channel": pl.UInt16,
        "direction": DIRECTION,
        "queue": pl.UInt16,
        "agent": pl.UInt32,
        "contact_type": pl.UInt16,
        "enqueued_at": pl.Int64,
        "connected_at": pl.Int64,
        "ended_at": pl.Int64,  # null: still open, not booked
        "wrap_ended_at": pl.Int64,
        "outcome": OUTCOME,
        "flow_out_kind": pl.String,
        "ended_by": pl.String,
        "transfer": pl.String,
        "offers_n": pl.Int16,
        "missed_n": pl.Int16,
        "ring_s": pl.Int32,
        "talk_s": pl.Int32,
        "hold_s": pl.Int32,
        "hold_n": pl.Int16,
        "acw_s": pl.Int32,
        "customer_key": pl.String,
        "sl_threshold_s": pl.Int32,  # in force at enqueue
        "short_abandon_s": pl.Int32,
        "flags": pl.UInt16,
    },
    "agent_state": {
        **_IDENTITY,
        "source": pl.UInt16,
        "agent": pl.UInt32,
        "start_at": pl.Int64,
        "end_at": pl.Int64,  # null: until the agent's next row
        "state": STATE,
        "reason": pl.UInt16,
        "queue": pl.UInt16,
        "contact_id": pl.String,
        "flags": pl.UInt16,
    },
    "interval_stats": {
        **_IDENTITY,
        "source": pl.UInt16,
        "queue": pl.UInt16,
        "start_at": pl.Int64,
        "interval_s": pl.Int32,
        "measure": pl.String,
        "value": pl.Int64,
        "flags": pl.UInt16,
    },
    "measure_day": {
        **_IDENTITY,
        "source": pl.UInt16,
        "day": pl.Date,
        "level": pl.String,
        "key": pl.String,
        "measure": pl.String,
        "value_m": pl.Int64,  # thousandths
    },
    # Lines of a queue log as received, callers hashed; contacts and states are derived from them.
    "queue_log_line": {
        **_IDENTITY,
        "source": pl.UInt16,
        "at": pl.Int64,
        "uniqueid": pl.String,
        "queue": pl.String,  # null: NONE
        "agent": pl.String,  # agent id; null: NONE
        "event": pl.String,
        "args": pl.String,  # parameters, joined by |
    },
    # Forecast of one version; values in thousandths, so that sums are exact.
    "forecast": {
        "fc_version": pl.UInt32,
        "queue": pl.UInt16,
        "q": pl.Int32,
        "fc_contacts_m": pl.Int64,
        "fc_work_ms": pl.Int64,  # handle seconds x 1000
        "p10_m": pl.Int64,
        "p90_m": pl.Int64,
    },
    "requirement": {
        "rq_version": pl.UInt32,
        "site": pl.UInt16,
        "group": pl.UInt16,
        "q": pl.Int32,
        "required_m": pl.Int64,  # agents on queue x 1000, before shrinkage
    },
}


def conform(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """The frame with exactly the columns and types of a raw table, strictly cast."""
    return frame.select(
        pl.col(name).cast(dtype, strict=True) for name, dtype in RAW_SCHEMAS[table].items()
    )
