"""`agent_states.csv`: what agents did, spell by spell."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import Connection

from wfm.domain.grid import QUARTER_S, local_day
from wfm.ingest.keys import Words, row_hash, text_hashes, words_of
from wfm.ingest.parse import Findings
from wfm.ingest.references import MANY, References
from wfm.ingest.sink import DAY, EventSink, Rows, local_dates, sequence
from wfm.store.lookups import read_since
from wfm.store.raw import FLAG_OVERLAP
from wfm.store.writers.ingest import AgentNow, upsert_agent_now

DURATION_CAP_S = 86_400
_TIME_BITS = 34  # holds seconds since 1970 until 2514


class StateSink(EventSink):
    """State spells of generic files; the latest of each agent also goes to the live board."""

    table = "agent_state"
    at = "start_at"
    whens = ("start_at", "end_at")

    def __init__(self, references: References) -> None:
        super().__init__(references)
        self._latest: dict[str, AgentNow] = {}
        self._since: dict[str, int] = {}
        self._asked: set[str] = set()

    def build(self, rows: Rows) -> pl.DataFrame:
        check_states(rows.frame, rows.findings)
        frame, findings = rows.frame, rows.findings
        said = Said(
            self.references.agent_words(frame["agent_id"], frame["start_at"], findings),
            self.references.queue_words(frame["queue_id"], findings),
            words_of(frame["reason"]),
            words_of(frame["state"]),
        )
        frame = frame.with_row_index("_row")
        if findings.any:
            good = findings.good
            frame, said = frame.filter(good), said.where(good)
        if frame.height == 0:
            return frame
        self._note_latest(frame, said)
        return state_rows(frame, said, self.references)

    def days_of(self, frame: pl.DataFrame) -> set[date]:
        return spell_days(frame) | self._days_closed(frame)

    def _days_closed(self, frame: pl.DataFrame) -> set[date]:
        """Days since an agent's last known state, when these rows end it after midnight."""
        first = frame.group_by("_agent_id", "_zone").agg(pl.col("start_at").min())
        new = [agent for agent in first["_agent_id"].to_list() if agent not in self._asked]
        if new:
            with self.references.store.db.read() as connection:
                self._since.update(read_since(connection, None if len(new) > MANY else new))
            self._asked |= {*new, *self._since}
        since = [self._since.get(agent) for agent in first["_agent_id"].to_list()]
        # A zone's days begin at whole quarters, and of these there are few.
        last, now = pl.Series(since, dtype=pl.Int64), first["start_at"]
        ends = ((now > last) & (now - last < 7 * DURATION_CAP_S)).fill_null(False)
        spans = pl.DataFrame(
            {"zone": first["_zone"], "from": last // QUARTER_S, "to": now // QUARTER_S}
        ).filter(ends)
        days: set[date] = set()
        for zone, begin, end in spans.unique().iter_rows():
            begun, ended = (local_day(quarter * QUARTER_S, zone) for quarter in (begin, end))
            if begun < ended:
                days |= {begun, ended - DAY, ended}
        return days

    def finish(self, frame: pl.DataFrame) -> pl.DataFrame:
        agent, start = frame["agent"].to_numpy().astype(np.int64), frame["start_at"].to_numpy()
        end = frame["end_at"].fill_null(0).to_numpy()
        order = sorted_by(agent, start)
        if order is not None:
            agent, start, end = agent[order], start[order], end[order]
        same = agent[1:] == agent[:-1]
        if not (same & ((end[:-1] > start[1:]) | (start[1:] == start[:-1]))).any():
            return frame
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

    def _note_latest(self, frame: pl.DataFrame, said: Said) -> None:
        """The last state of each agent; of two that begin at once the later line's."""
        start = frame["start_at"].to_numpy()
        order = sorted_by(said.agent.places.astype(np.int64), start)
        agent = said.agent.places if order is None else said.agent.places[order]
        ends = np.flatnonzero(np.append(agent[1:] != agent[:-1], True))
        rows = ends if order is None else order[ends]
        last = zip(
            agent[ends], start[rows], said.state.places[rows], said.reason.places[rows],
            said.queue.places[rows], strict=True,
        )  # fmt: skip
        reasons, queues = (*said.reason.words, ""), (*said.queue.words, None)
        for who, since, state, reason, queue in last:
            agent_id = said.agent.words[who]
            known = self._latest.get(agent_id)
            if known is None or known.since_at <= since:
                self._latest[agent_id] = AgentNow(
                    agent_id, said.state.words[state], reasons[reason], queues[queue], int(since)
                )


@dataclass(frozen=True)
class Said:
    """The words of state rows, each asked for once."""

    agent: Words
    queue: Words
    reason: Words
    state: Words

    def where(self, rows: pl.Series) -> Said:
        """The words of some rows alone."""
        return Said(*(getattr(self, field.name).where(rows) for field in fields(self)))


def check_states(frame: pl.DataFrame, findings: Findings) -> None:
    """Spells that cannot be: an end before the start, a day of talk without an end."""
    findings.mark(frame["end_at"] < frame["start_at"], "end_before_start", "end_at")
    endless = (frame["end_at"] - frame["start_at"] > DURATION_CAP_S) & (frame["state"] != "offline")
    findings.mark(endless, "implausible_duration", "end_at")


def state_rows(frame: pl.DataFrame, said: Said, references: References) -> pl.DataFrame:
    """Raw rows of typed spells; an open end stays null until the agent's next row closes it."""
    numbers = references.numbers({"agent": said.agent, "queue": said.queue, "reason": said.reason})
    seq, versioned = sequence(frame["source_version"], references.order)
    source = pl.repeat(references.source, frame.height, dtype=pl.UInt16, eager=True)
    contact = text_hashes(frame["contact_id"])
    natural = row_hash(
        [source, numbers["agent"], frame["start_at"], said.state, numbers["reason"], contact]
    )
    given = frame["event_id"].is_not_null()
    key = (
        natural.zip_with(~given, row_hash([source, frame["event_id"]])) if given.any() else natural
    )
    payload = row_hash(
        [
            frame["end_at"], numbers["queue"], numbers["agent"], frame["start_at"], said.state,
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
        references.agent_zones(said.agent).alias("_zone"),
        said.agent.text.alias("_agent_id"),
    )


def sorted_by(agent: NDArray[np.int64], start: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """The order of rows by agent and time, equal ones as they stand; None where they are so."""
    packed = (agent << _TIME_BITS) + start
    if (packed[1:] >= packed[:-1]).all():
        return None
    return np.argsort(packed, kind="stable")


def spell_days(frame: pl.DataFrame) -> set[date]:
    """Every site-local day that the spells touch; being signed out touches only its two ends.

    An open spell runs until the agent's next one in the same rows, the last one for a day at most.
    """
    last, rows = pl.col("end_at"), frame
    if frame["end_at"].null_count():
        rows = frame.sort("agent", "start_at")
        last = pl.coalesce("end_at", pl.col("start_at").shift(-1).over("agent"), "start_at")
    spells = rows.select("_zone", "start_at", "state", last=last)
    found: set[date] = set()
    quarters = spells.select(
        "_zone", pl.col("start_at") // 900, pl.col("last") // 900, pl.col("state") == "offline"
    ).unique()
    for (zone,), bounds in quarters.group_by("_zone"):
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
