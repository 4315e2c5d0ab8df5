"""Raw contacts and states of a stretch of log, and how they differ from the rows stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from wfm.ingest.contacts import PAYLOAD, flag_overlaps
from wfm.ingest.keys import row_hash
from wfm.ingest.queue_log_legs import Leg, legs_of
from wfm.ingest.queue_log_lines import Line
from wfm.ingest.queue_log_states import Spell, spells_of
from wfm.ingest.references import References
from wfm.ingest.sink import CORRECTIONS, local_days
from wfm.ingest.states import spell_days
from wfm.store.raw import (
    FLAG_ACW_UNKNOWN,
    FLAG_HOLD_UNKNOWN,
    FLAG_INFERRED_END,
    FLAG_LOGIN_UNKNOWN,
    FLAG_ORPHAN,
    FLAG_WITHDRAWN,
    RAW_SCHEMAS,
    conform,
)
from wfm.store.writers.ingest import AgentNow

NOTED = (
    ("orphan", FLAG_ORPHAN), ("inferred_end", FLAG_INFERRED_END),
    ("acw_unknown", FLAG_ACW_UNKNOWN), ("hold_unknown", FLAG_HOLD_UNKNOWN),
)  # fmt: skip
LEG_FIELDS = (
    "leg_no", "enqueued_at", "connected_at", "ended_at", "wrap_ended_at", "outcome",
    "flow_out_kind", "ended_by", "transfer", "offers_n", "missed_n", "ring_s", "talk_s", "acw_s",
    "customer_key", "flags",
)  # fmt: skip
WITHDRAWN_HASH = 0


@dataclass(frozen=True)
class Derived:
    """Rows to write: new ones, changed ones, and withdrawals of rows that no longer come out."""

    legs: pl.DataFrame
    leg_days: frozenset[date]
    states: pl.DataFrame
    state_days: frozenset[date]
    now: list[AgentNow]
    noted: Counter[str]


def derive(
    lines: Sequence[Line],
    references: References,
    first_at: int,
    stored_legs: pl.DataFrame,
    stored_states: pl.DataFrame,
) -> Derived:
    """What the lines mean from `first_at` on, as far as it differs from what is stored."""
    agents = sorted({line.agent for line in lines if line.agent})
    queues = sorted({line.queue for line in lines if line.queue})
    references.learn(agents, queues)
    found = legs_of(lines)
    spells = spells_of(lines, found.legs, references.options.acw_reasons)
    all_legs, all_states = _leg_frame(found.legs, references), _state_frame(spells, references)
    legs = _leg_changes(all_legs, stored_legs, first_at, references)
    states = _state_changes(all_states, stored_states, first_at, references)

    noted = Counter(found.noted)
    kept = legs.filter((pl.col("flags") & FLAG_WITHDRAWN) == 0)
    for name, bit in NOTED:
        noted[name] += int((kept["flags"] & bit).ne(0).sum())
    unsigned = all_states.filter((pl.col("flags") & FLAG_LOGIN_UNKNOWN) != 0)
    noted["login_unknown"] += unsigned["agent"].n_unique()

    touched_legs = pl.concat([legs, _old(stored_legs, legs, "contact_leg")])
    touched_states = pl.concat([states, _old(stored_states, states, "agent_state")])
    numbers = references.numbers(
        {"agent": pl.Series(agents, dtype=pl.String), "queue": pl.Series(queues, dtype=pl.String)}
    )
    by_queue = dict(zip(numbers["queue"], references.zones(None, _text(queues)), strict=True))
    by_agent = dict(zip(numbers["agent"], references.agent_zones(_text(agents)), strict=True))
    return Derived(
        legs, frozenset(_leg_days(touched_legs, by_queue, by_agent)),
        states, frozenset(spell_days(_zoned(touched_states, "agent", by_agent))),
        _latest(spells), +noted,
    )  # fmt: skip


def _leg_frame(legs: Sequence[Leg], references: References) -> pl.DataFrame:
    schema = {name: RAW_SCHEMAS["contact_leg"][name] for name in LEG_FIELDS}
    rows = [tuple(getattr(leg, name) for name in LEG_FIELDS) for leg in legs]
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    size = frame.height
    queue, agent = _text([leg.queue for leg in legs]), _text([leg.agent for leg in legs])
    voice = pl.repeat("voice", size, dtype=pl.String, eager=True)
    numbers = references.numbers({"queue": queue, "agent": agent, "channel": voice})
    start = frame.select(at=pl.coalesce("enqueued_at", "connected_at", "ended_at"))["at"]
    threshold, short = references.thresholds(queue, start)
    names = _text([leg.uniqueid for leg in legs])
    frame = frame.with_columns(
        *(column.alias(kind) for kind, column in numbers.items()),
        names.alias("contact_id"),
        names.alias("root_contact_id"),
        threshold.alias("sl_threshold_s"),
        short.alias("short_abandon_s"),
        source=pl.lit(references.source, pl.UInt16),
        direction=pl.lit("inbound"),
        contact_type=pl.lit(None, pl.UInt16),
        hold_s=pl.lit(None, pl.Int32),
        hold_n=pl.lit(None, pl.Int16),
        seq=pl.lit(references.order * CORRECTIONS, pl.Int64),
        # A contact without an entry is known by the first instant that the log tells of it.
        _orphan_at=pl.when(pl.col("enqueued_at").is_null()).then(start),
    )
    key = [frame[n] for n in ("source", "contact_id", "enqueued_at", "_orphan_at")]
    frame = frame.with_columns(
        row_hash([*key, queue]).alias("event_key"),
        row_hash([frame[name] for name in (*PAYLOAD, "leg_no")]).alias("payload_hash"),
    )
    return conform(flag_overlaps(frame), "contact_leg")


def _state_frame(spells: Sequence[Spell], references: References) -> pl.DataFrame:
    names = ("start_at", "end_at", "state", "contact_id", "flags")
    schema = {name: RAW_SCHEMAS["agent_state"][name] for name in names}
    rows = [tuple(getattr(spell, name) for name in names) for spell in spells]
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    numbers = references.numbers(
        {
            "agent": _text([spell.agent for spell in spells]),
            "queue": _text([spell.queue for spell in spells]),
            "reason": _text([spell.reason for spell in spells]),
        }
    )
    frame = frame.with_columns(
        *(column.alias(kind) for kind, column in numbers.items()),
        source=pl.lit(references.source, pl.UInt16),
        seq=pl.lit(references.order * CORRECTIONS, pl.Int64),
    )
    key = ("source", "agent", "start_at", "state", "reason", "contact_id")
    frame = frame.with_columns(
        row_hash([frame[name] for name in key]).alias("event_key"),
        row_hash([frame[name] for name in ("end_at", "queue")]).alias("payload_hash"),
    )
    return conform(frame, "agent_state")


def _leg_changes(
    derived: pl.DataFrame, stored: pl.DataFrame, first_at: int, references: References
) -> pl.DataFrame:
    begun = pl.min_horizontal("enqueued_at", "connected_at", "ended_at")
    late = pl.col("ended_at").is_null() | (
        pl.max_horizontal("ended_at", "wrap_ended_at") >= first_at
    )
    new = derived.filter(late).join(
        stored, on=["event_key", "payload_hash"], how="anti", maintain_order="left"
    )
    gone = _gone(derived, stored, begun, first_at, references)
    nothing = [
        pl.lit(None, RAW_SCHEMAS["contact_leg"][name]).alias(name)
        for name in ("enqueued_at", "ended_at", "wrap_ended_at", "flow_out_kind", "ended_by",
                     "offers_n", "missed_n", "ring_s", "talk_s", "acw_s", "hold_s", "hold_n")
    ]  # fmt: skip
    gone = gone.with_columns(*nothing, connected_at=begun, outcome=pl.lit("unknown"))
    return pl.concat([new, conform(gone, "contact_leg")])


def _state_changes(
    derived: pl.DataFrame, stored: pl.DataFrame, first_at: int, references: References
) -> pl.DataFrame:
    late = pl.col("end_at").is_null() | (pl.col("end_at") >= first_at)
    new = derived.filter(late).join(
        stored, on=["event_key", "payload_hash"], how="anti", maintain_order="left"
    )
    gone = _gone(derived, stored, pl.col("start_at"), first_at, references)
    gone = gone.with_columns(end_at=pl.col("start_at"))
    return pl.concat([new, conform(gone, "agent_state")])


def _gone(
    derived: pl.DataFrame, stored: pl.DataFrame, begun: pl.Expr, first_at: int,
    references: References,
) -> pl.DataFrame:  # fmt: skip
    """Stored rows from `first_at` on that the lines no longer give, as withdrawals."""
    live = stored.filter((pl.col("flags") & FLAG_WITHDRAWN) == 0, begun >= first_at)
    return live.join(derived, on="event_key", how="anti", maintain_order="left").with_columns(
        flags=pl.lit(FLAG_WITHDRAWN, pl.UInt16),
        payload_hash=pl.lit(WITHDRAWN_HASH, pl.UInt64),
        seq=pl.lit(references.order * CORRECTIONS, pl.Int64),
    )


def _old(stored: pl.DataFrame, changed: pl.DataFrame, table: str) -> pl.DataFrame:
    """Stored rows that the changes replace: the days they touched change too."""
    return conform(stored.join(changed, on="event_key", how="semi"), table)


def _leg_days(frame: pl.DataFrame, by_queue: dict[int, str], by_agent: dict[int, str]) -> set[date]:
    found: set[date] = set()
    for kind, zones in (("queue", by_queue), ("agent", by_agent)):
        zoned = _zoned(frame, kind, zones)
        for name in ("enqueued_at", "connected_at", "ended_at", "wrap_ended_at"):
            found |= local_days(zoned[name], zoned["_zone"])
    return found


def _zoned(frame: pl.DataFrame, kind: str, zones: dict[int, str]) -> pl.DataFrame:
    zone = pl.col(kind).replace_strict(zones, default="UTC", return_dtype=pl.String)
    return frame.with_columns(_zone=zone.fill_null("UTC"))


def _latest(spells: Sequence[Spell]) -> list[AgentNow]:
    last = {spell.agent: spell for spell in spells}
    return [
        AgentNow(spell.agent, spell.state, spell.reason or "", spell.queue, spell.start_at)
        for spell in last.values()
    ]


def _text(values: Sequence[str | None]) -> pl.Series:
    return pl.Series(list(values), dtype=pl.String)
