"""`agent_states.csv`: what agents did, spell by spell."""

from __future__ import annotations

from datetime import date

import polars as pl
from sqlalchemy import Connection

from wfm.domain.grid import local_day
from wfm.ingest.keys import row_hash
from wfm.ingest.parse import Findings
from wfm.ingest.references import References
from wfm.ingest.sink import DAY, EventSink, Rows, local_dates, sequence
from wfm.store.lookups import read_since
from wfm.store.raw import FLAG_OVERLAP
from wfm.store.writers.ingest import AgentNow, upsert_agent_now

DURATION_CAP_S = 86_400


class StateSink(EventSink):
    """State spells of generic files; the latest of each agent also goes to the live board."""

    table = "agent_state"
    at = "start_at"
    whens = ("start_at", "end_at")

    def __init__(self, references: References) -> None:
        super().__init__(references)
        self._latest: dict[str, AgentNow] = {}

    def build(self, rows: Rows) -> pl.DataFrame:
        check_states(rows.frame, rows.findings)
        frame = rows.frame
        agents = self.references.agents(frame["agent_id"], frame["start_at"], rows.findings)
        self.references.queues(frame["queue_id"], rows.findings)
        frame = frame.with_columns(agents.alias("agent_id"))
        frame = frame.with_row_index("_row").filter(rows.findings.good)
        if frame.height == 0:
            return frame
        self._note_latest(frame)
        return state_rows(frame, self.references)

    def days_of(self, frame: pl.DataFrame) -> set[date]:
        return spell_days(frame) | self._days_closed(frame)

    def _days_closed(self, frame: pl.DataFrame) -> set[date]:
        """Days since an agent's last known state, when these rows end it after midnight."""
        first = frame.group_by("_agent_id", "_zone").agg(pl.col("start_at").min())
        with self.references.store.db.read() as connection:
            since = read_since(connection, first["_agent_id"].to_list())
        days: set[date] = set()
        for agent_id, zone, start_at in first.iter_rows():
            at = since.get(agent_id)
            if at is not None and 0 < start_at - at < 7 * DURATION_CAP_S:
                begun, ended = local_day(at, zone), local_day(start_at, zone)
                if begun < ended:
                    days |= {begun, ended - DAY, ended}
        return days

    def finish(self, frame: pl.DataFrame) -> pl.DataFrame:
        ordered = frame.sort("agent", "start_at", "event_key")
        following = pl.col("start_at").shift(-1).over("agent")
        bit = pl.lit(FLAG_OVERLAP, pl.UInt16)
        ordered = ordered.with_columns(
            flags=pl.when((pl.col("end_at") > following).fill_null(False))
            .then(pl.col("flags") | bit)
            .otherwise(pl.col("flags"))
        )
        overlaps = int((ordered["flags"] & FLAG_OVERLAP).ne(0).sum())
        if overlaps:
            self.tally.reasons["overlap"] += overlaps
        return ordered

    def commit(self, connection: Connection, delivery_id: int, received_at: int) -> None:
        super().commit(connection, delivery_id, received_at)
        upsert_agent_now(connection, list(self._latest.values()), received_at)

    def _note_latest(self, frame: pl.DataFrame) -> None:
        last = (
            frame.select("agent_id", "state", "reason", "queue_id", "start_at", "_row")
            .sort("start_at", "_row")
            .unique("agent_id", keep="last")
        )
        for row in last.iter_rows(named=True):
            known = self._latest.get(row["agent_id"])
            if known is None or known.since_at <= row["start_at"]:
                self._latest[row["agent_id"]] = AgentNow(
                    row["agent_id"], row["state"], row["reason"] or "", row["queue_id"],
                    row["start_at"],
                )  # fmt: skip


def check_states(frame: pl.DataFrame, findings: Findings) -> None:
    """Spells that cannot be: an end before the start, a day of talk without an end."""
    findings.mark(frame["end_at"] < frame["start_at"], "end_before_start", "end_at")
    endless = (frame["end_at"] - frame["start_at"] > DURATION_CAP_S) & (frame["state"] != "offline")
    findings.mark(endless, "implausible_duration", "end_at")


def state_rows(frame: pl.DataFrame, references: References) -> pl.DataFrame:
    """Raw rows of typed spells; an open end stays null until the agent's next row closes it."""
    numbers = references.numbers(
        {"agent": frame["agent_id"], "queue": frame["queue_id"], "reason": frame["reason"]}
    )
    seq, versioned = sequence(frame["source_version"], references.order)
    source = pl.repeat(references.source, frame.height, dtype=pl.UInt16, eager=True)
    contact = frame["contact_id"]
    natural = row_hash(
        [source, numbers["agent"], frame["start_at"], frame["state"], numbers["reason"], contact]
    )
    given = frame["event_id"].is_not_null()
    key = (
        natural.zip_with(~given, row_hash([source, frame["event_id"]])) if given.any() else natural
    )
    payload = row_hash(
        [
            frame["end_at"], numbers["queue"], numbers["agent"], frame["start_at"], frame["state"],
            numbers["reason"], contact,
        ]
    )  # fmt: skip
    return frame.select("_row", "start_at", "end_at", "state", "contact_id").with_columns(
        source.alias("source"),
        numbers["agent"].alias("agent"),
        numbers["queue"].alias("queue"),
        numbers["reason"].alias("reason"),
        pl.lit(0, pl.UInt16).alias("flags"),
        key.alias("event_key"),
        payload.alias("payload_hash"),
        seq.alias("seq"),
        versioned.alias("_versioned"),
        references.agent_zones(frame["agent_id"]).alias("_zone"),
        frame["agent_id"].alias("_agent_id"),
    )


def spell_days(frame: pl.DataFrame) -> set[date]:
    """Every site-local day that the spells touch; being signed out touches only its two ends.

    An open spell runs until the agent's next one in the same rows, the last one for a day at most.
    """
    spells = frame.sort("agent", "start_at").select(
        "_zone", "start_at", "state",
        last=pl.coalesce("end_at", pl.col("start_at").shift(-1).over("agent"), "start_at"),
    )  # fmt: skip
    found: set[date] = set()
    for (zone,), part in spells.group_by("_zone"):
        bounds = part.select(
            pl.col("start_at") // 900, pl.col("last") // 900, pl.col("state") == "offline"
        ).unique()
        days = pl.DataFrame(
            {
                "first": local_dates(bounds["start_at"] * 900, str(zone)),
                "last": local_dates(bounds["last"] * 900, str(zone)),
                "offline": bounds["state"],
            }
        ).unique()
        for first, last, offline in days.iter_rows():
            found |= {first, last}
            if not offline:
                found |= {first + i * DAY for i in range(1, min((last - first).days, 7))}
    return found
