"""`calls.csv`: contact legs, as booked by the source."""

from __future__ import annotations

import re
from datetime import date
from hashlib import blake2b

import polars as pl

from wfm.ingest.keys import Words, row_hash, text_hashes
from wfm.ingest.parse import Findings
from wfm.ingest.references import References
from wfm.ingest.sink import EventSink, Rows, local_days, seconds, sequence
from wfm.store.raw import FLAG_ACW_UNKNOWN, FLAG_HOLD_UNKNOWN, FLAG_OVERLAP

DURATION_CAP_S = 86_400
TOLERANCE_S = 2
PHONE = r"^[+(]?[\d][\d\s()./+-]{5,}$"
# Columns that make up the payload: all but the natural key and what the store adds. The contact
# that a leg belongs to comes first: nearly always it is the leg's own.
PAYLOAD = (
    "root_contact_id", "channel", "direction", "queue", "agent", "contact_type", "enqueued_at",
    "connected_at", "ended_at", "wrap_ended_at", "outcome", "flow_out_kind", "ended_by", "transfer",
    "offers_n", "missed_n", "ring_s", "talk_s", "hold_s", "hold_n", "acw_s", "customer_key",
)  # fmt: skip


class ContactSink(EventSink):
    """Contact legs of generic files."""

    table = "contact_leg"
    at = "enqueued_at"
    whens = ("enqueued_at", "connected_at", "ended_at", "wrap_ended_at")
    moves_days = 2

    def __init__(self, references: References, secret: bytes) -> None:
        super().__init__(references)
        self._secret = secret

    def build(self, rows: Rows) -> pl.DataFrame:
        check_contacts(rows.frame, rows.findings)
        frame = rows.frame
        findings = rows.findings
        start = pl.select(pl.coalesce(frame["enqueued_at"], frame["connected_at"])).to_series()
        agents = self.references.agent_words(frame["agent_id"], start, findings)
        queues = self.references.queue_words(frame["queue_id"], findings)
        frame = frame.with_columns(start.alias("_at")).with_row_index("_row")
        if findings.any:
            good = findings.good
            frame, agents, queues = frame.filter(good), agents.where(good), queues.where(good)
        if frame.height == 0:
            return frame
        return contact_rows(frame, agents, queues, self.references, self._secret)

    def days_of(self, frame: pl.DataFrame) -> set[date]:
        end = pl.coalesce("wrap_ended_at", "ended_at", "connected_at")
        ends = frame.select(end.alias("end"))["end"]
        days = local_days(frame["_at"], frame["_zone"]) | local_days(ends, frame["_zone"])
        other = frame.filter(pl.col("_zone") != pl.col("_agent_zone"))
        if other.height:
            days |= local_days(other.select(end.alias("end"))["end"], other["_agent_zone"])
        return days

    def finish(self, frame: pl.DataFrame) -> pl.DataFrame:
        flagged = flag_overlaps(frame)
        for name, bit in (("overlap", FLAG_OVERLAP), ("acw_unknown", FLAG_ACW_UNKNOWN),
                          ("hold_unknown", FLAG_HOLD_UNKNOWN)):  # fmt: skip
            count = int((flagged["flags"] & bit).ne(0).sum())
            if count:
                self.tally.reasons[name] += count
        return flagged


def check_contacts(frame: pl.DataFrame, findings: Findings) -> None:
    """Legs that cannot be: missing parts, negative or endless durations, ends before starts."""
    inbound, answered = frame["direction"] == "inbound", frame["outcome"] == "answered"
    findings.mark(inbound & frame["queue_id"].is_null(), "missing_value", "queue_id")
    findings.mark(inbound & frame["enqueued_at"].is_null(), "missing_value", "enqueued_at")
    findings.mark(answered & frame["talk_s"].is_null(), "missing_value", "talk_s")
    nowhere = frame["enqueued_at"].is_null() & frame["connected_at"].is_null()
    findings.mark(nowhere, "missing_value", "enqueued_at or connected_at")
    for name in ("ring_s", "talk_s", "hold_s", "acw_s"):
        findings.mark(frame[name] < 0, "negative_duration", name)
        findings.mark(frame[name] > DURATION_CAP_S, "implausible_duration", name)
    for name in ("offers_n", "missed_n", "hold_n"):
        findings.mark(frame[name] < 0, "bad_number", name)
        findings.mark(frame[name] > 32_767, "int_overflow", name)
    findings.mark(~frame["leg_no"].is_between(1, 32_767), "bad_number", "leg_no")
    times = ("enqueued_at", "connected_at", "ended_at", "wrap_ended_at")
    for i, early in enumerate(times):
        for late in times[i + 1 :]:
            findings.mark(frame[late] < frame[early], "end_before_start", late)
    span = frame["ended_at"] - frame["connected_at"]
    parts = frame["talk_s"] + frame["hold_s"].fill_null(0)
    findings.mark(parts > span + TOLERANCE_S, "inconsistent_durations", "talk_s + hold_s")
    wrap = frame["wrap_ended_at"] - frame["ended_at"]
    findings.mark(frame["acw_s"] > wrap + TOLERANCE_S, "inconsistent_durations", "acw_s")


def contact_rows(
    frame: pl.DataFrame, agents: Words, queues: Words, references: References, secret: bytes
) -> pl.DataFrame:
    """Raw rows of typed legs; unknown hold and after-contact work stay null, with a flag."""
    numbers = references.numbers(
        {
            "channel": frame["channel"], "queue": queues, "agent": agents,
            "contact_type": frame["contact_type"],
        }
    )  # fmt: skip
    threshold, short = references.thresholds(queues, frame["_at"])
    seq, versioned = sequence(frame["source_version"], references.order)
    zone = references.zones(agents, queues)
    agent_zone = references.agent_zones(agents)
    acw = seconds(frame["acw_s"])
    wrap_end = pl.select(
        pl.coalesce(frame["wrap_ended_at"], frame["ended_at"] + acw, frame["ended_at"])
    ).to_series()
    answered = frame["outcome"] == "answered"
    flags = (answered & acw.is_null()).cast(pl.UInt16) * FLAG_ACW_UNKNOWN + (
        answered & frame["hold_s"].is_null()
    ).cast(pl.UInt16) * FLAG_HOLD_UNKNOWN
    built = frame.select(
        "_row", "_at", "contact_id", pl.col("leg_no").cast(pl.Int16), "direction", "enqueued_at",
        "connected_at", "ended_at", "outcome", "flow_out_kind", "ended_by", "transfer",
        pl.col("offers_n", "missed_n", "hold_n").cast(pl.Int16),
    ).with_columns(
        frame["root_contact_id"].zip_with(
            frame["root_contact_id"].is_not_null(), frame["contact_id"]
        ).alias("root_contact_id"),
        *(numbers[name].alias(name) for name in ("channel", "queue", "agent", "contact_type")),
        *(seconds(frame[name]).alias(name) for name in ("ring_s", "talk_s", "hold_s")),
        acw.alias("acw_s"),
        wrap_end.alias("wrap_ended_at"),
        threshold.alias("sl_threshold_s"),
        short.alias("short_abandon_s"),
        flags.alias("flags"),
        hashed_customers(frame["customer_key"], secret).alias("customer_key"),
        seq.alias("seq"),
        versioned.alias("_versioned"),
        zone.alias("_zone"),
        agent_zone.zip_with(~agents.null, zone).alias("_agent_zone"),
        pl.lit(references.source, pl.UInt16).alias("source"),
    )  # fmt: skip
    return with_contact_keys(built)


def with_contact_keys(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the hash of each leg's natural key and of everything else it says."""
    own, root = text_hashes(frame["contact_id"]), frame["root_contact_id"]
    first = own if root.equals(frame["contact_id"]) else text_hashes(root)
    return frame.with_columns(
        row_hash([frame["source"], own, frame["leg_no"]]).alias("event_key"),
        row_hash([first, *(frame[name] for name in PAYLOAD[1:])]).alias("payload_hash"),
    )


def flag_overlaps(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with a flag on legs that begin before an earlier leg of their agent ended."""
    if frame["agent"].null_count() == frame.height:
        return frame
    end = pl.coalesce("wrap_ended_at", "ended_at")
    legs = frame.select("agent", "connected_at", "event_key", end.alias("end")).with_row_index(
        "row"
    )
    legs = legs.sort("agent", "connected_at", "event_key", nulls_last=True)
    overlapping = pl.col("connected_at") < pl.col("end").cum_max().shift(1).over("agent")
    rows = legs.filter(overlapping.fill_null(False) & pl.col("agent").is_not_null())["row"]
    if rows.is_empty():
        return frame
    flags = frame["flags"].clone()
    return frame.with_columns(flags.scatter(rows, flags.gather(rows) | FLAG_OVERLAP))


def hashed_customers(keys: pl.Series, secret: bytes) -> pl.Series:
    """Customer keys, whatever looks like a telephone number replaced by its keyed hash."""
    raw = keys.str.contains(PHONE).fill_null(False)
    if not raw.any():
        return keys
    hashes = {key: hashed_customer(key, secret) for key in keys.filter(raw).unique()}
    return keys.replace(hashes)


def hashed_customer(number: str, secret: bytes) -> str:
    """The keyed hash of a telephone number; `+34 600-111` and `+34600111` give the same."""
    digits = re.sub(r"[^\d+]", "", number) or number
    return blake2b(digits.encode(), digest_size=12, key=secret).hexdigest()
