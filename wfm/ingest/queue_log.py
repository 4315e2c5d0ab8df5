"""A queue log loaded: its lines kept, and contacts and states derived from all lines around them.

What a log means depends on lines before and after, so contacts and states are derived anew for the
stretch a delivery touches, from every line known of it, in whatever order they came. Rows that came
out the same are not written again; rows that came out otherwise supersede; rows that no longer come
out are withdrawn. So halves that overlap, and files out of order, end in the same rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

import polars as pl
from sqlalchemy import Connection

from wfm.ingest.csv_file import Outcome
from wfm.ingest.keys import row_hash, text_hash
from wfm.ingest.parse import Findings
from wfm.ingest.queue_log_derive import Derived, derive
from wfm.ingest.queue_log_lines import Flaw, Line, parse_line
from wfm.ingest.records import KEPT_RAW, RECORD_CAP
from wfm.ingest.references import References
from wfm.ingest.sink import CORRECTIONS, Tally, span_of
from wfm.store.files import StoredFile
from wfm.store.lookups import read_source_rows
from wfm.store.manifest import record_batch
from wfm.store.raw import RAW_SCHEMAS, conform
from wfm.store.writers.ingest import NewQuarantined, upsert_agent_now

LOOKBACK_S = 36 * 3600
NO_END = "no line end"
FIRST = "first line"
WHENS = {
    "queue_log_line": ("at",),
    "contact_leg": ("enqueued_at", "connected_at", "ended_at", "wrap_ended_at"),
    "agent_state": ("start_at", "end_at"),
}
# Column by which the files of each table are sorted.
SORTED_BY = {"queue_log_line": "at", "contact_leg": "enqueued_at", "agent_state": "start_at"}


@dataclass(frozen=True)
class HalfLine:
    """A line cut in two by a rotation: the half that waits in quarantine."""

    row_id: int
    raw: bytes


@dataclass
class QueueLogSink:
    """Lines of one delivery, then everything that follows from them."""

    references: References
    tally: Tally = field(default_factory=Tally)
    lines: list[Line] = field(default_factory=list)
    _written: list[tuple[str, StoredFile, int, int, frozenset[date]]] = field(default_factory=list)
    _derived: Derived | None = None

    def flush(self) -> None:
        """Lines, contacts and states brought to disk; still invisible."""
        fresh = self._fresh_lines()
        if fresh.height == 0:
            return
        first_at, _ = span_of(fresh, ("at",))
        store, source_id = self.references.store, self.references.options.source_id
        with store.db.read() as connection:
            stored = read_source_rows(
                connection, store.files, "queue_log_line", source_id, first_at - LOOKBACK_S
            )
            legs = read_source_rows(
                connection, store.files, "contact_leg", source_id, first_at - LOOKBACK_S
            )
            states = read_source_rows(
                connection, store.files, "agent_state", source_id, first_at - LOOKBACK_S
            )
        stored = stored.filter(pl.col("at") >= first_at - LOOKBACK_S)
        columns = list(RAW_SCHEMAS["queue_log_line"])
        everything = pl.concat([stored.select(columns), conform(fresh, "queue_log_line")])
        derived = derive(
            sorted(_lines_of(everything), key=Line.order), self.references, first_at, legs, states
        )
        self.tally.reasons.update(derived.noted)
        self._keep("queue_log_line", fresh, frozenset())
        self._keep("contact_leg", derived.legs, derived.leg_days)
        self._keep("agent_state", derived.states, derived.state_days)
        self._derived = derived

    def commit(self, connection: Connection, delivery_id: int, received_at: int) -> None:
        """Everything made live in the caller's transaction."""
        for table, stored, first_at, last_at, days in self._written:
            record_batch(
                connection, table=table, source_id=self.references.options.source_id,
                stored=stored, first_at=first_at, last_at=last_at, days=days,
                received_at=received_at, delivery_id=delivery_id,
            )  # fmt: skip
        if self._derived is not None:
            upsert_agent_now(connection, self._derived.now, received_at)

    def take(self, rows: object) -> None:
        """Not used: a log comes line by line."""
        raise TypeError("a queue log has lines, not columns")

    def _keep(self, table: str, frame: pl.DataFrame, days: frozenset[date]) -> None:
        if frame.height == 0:
            return
        ordered = frame.sort(SORTED_BY[table], "event_key", "seq", nulls_last=True)
        stored = self.references.store.files.write_frame(conform(ordered, table), f"raw/{table}")
        first_at, last_at = span_of(ordered, WHENS[table])
        self._written.append((table, stored, first_at, last_at, days))

    def _fresh_lines(self) -> pl.DataFrame:
        """Lines not stored yet; identical lines of one second are told apart by their count."""
        frame = _frame_of(self.lines, self.references)
        self.tally.duplicates = 0
        if frame.height == 0:
            return frame
        first_at, _ = span_of(frame, ("at",))
        store, source_id = self.references.store, self.references.options.source_id
        with store.db.read() as connection:
            stored = read_source_rows(
                connection, store.files, "queue_log_line", source_id, first_at
            )
        fresh = frame.join(stored, on="event_key", how="anti", maintain_order="left")
        self.tally.loaded = fresh.height
        self.tally.duplicates = frame.height - fresh.height
        if self.tally.duplicates:
            self.tally.reasons["duplicate"] = self.tally.duplicates
        unknown = sum(1 for line in _lines_of(fresh) if not line.known)
        if unknown:
            self.tally.reasons["unknown_event"] = unknown
        return fresh


def read_queue_log(
    stream: BinaryIO,
    references: References,
    now: int,
    secret: bytes,
    seen: Callable[[int], None],
    halves: Sequence[HalfLine] = (),
) -> Outcome:
    """The outcome of reading one log. A half line at either end is joined with a waiting half."""
    sink = QueueLogSink(references)
    outcome = Outcome(sink)
    places: list[tuple[int, int, bytes]] = []  # line, byte offset, raw of each kept line
    offset = 0
    for number, (raw, size, ended) in enumerate(_raw_lines(stream), start=1):
        outcome.lines_in += 1
        text = raw.rstrip(b"\r")
        at, offset = offset, offset + size
        if not text.strip() or text.startswith((b"#", b";")):
            outcome.ignored += 1
        else:
            found = (
                Flaw("line_too_long", f"{size:,} bytes")
                if size > RECORD_CAP
                else parse_line(text, now, secret)
            )
            if isinstance(found, Flaw) and (number == 1 or not ended):
                whole = _joined(text, halves, number == 1, now, secret)
                if whole is not None:
                    found, half = whole
                    outcome.healed.append(half.row_id)
            if isinstance(found, Flaw):
                detail = FIRST if number == 1 else NO_END if not ended else found.detail
                row = NewQuarantined(number, at, found.code, detail, None, text[:KEPT_RAW])
                outcome.bad.append((number - 1, row))
                if not ended:
                    sink.tally.reasons["incomplete_delivery"] += 1
            else:
                sink.lines.append(found)
                places.append((number, at, text))
        if number % 20_000 == 0:
            seen(number)
    _resolve(sink, outcome, places)
    return outcome


def _joined(
    text: bytes, halves: Sequence[HalfLine], first: bool, now: int, secret: bytes
) -> tuple[Line, HalfLine] | None:
    for half in reversed(halves):
        whole = half.raw + text if first else text + half.raw
        found = parse_line(whole, now, secret)
        if isinstance(found, Line) and found.known:
            return found, half
    return None


def _raw_lines(stream: BinaryIO) -> Iterator[tuple[bytes, int, bool]]:
    """Each line with its size in bytes and whether it ended; of an endless one only its start."""
    while True:
        line = stream.readline(RECORD_CAP + 2)
        if not line:
            return
        size, ended = len(line), line.endswith(b"\n")
        kept = line
        while not ended and size > RECORD_CAP:
            more = stream.readline(1 << 20)
            if not more:
                break
            size, ended = size + len(more), more.endswith(b"\n")
        if size > RECORD_CAP:
            kept = kept[:KEPT_RAW]
        yield kept.rstrip(b"\n"), size, ended


def _resolve(sink: QueueLogSink, outcome: Outcome, places: list[tuple[int, int, bytes]]) -> None:
    """Agents and queues of the lines known to the store; lines of unknown ones are set aside."""
    lines = sink.lines
    findings = Findings(len(lines))
    agents = sink.references.agents(
        pl.Series([line.agent for line in lines], dtype=pl.String),
        pl.Series([line.at for line in lines], dtype=pl.Int64),
        findings,
    )
    known = pl.Series([line.queue for line in lines], dtype=pl.String)
    sink.references.queues(known, findings)
    kept = []
    codes, details = findings.code.to_list(), findings.detail.to_list()
    for line, agent, code, detail, (number, at, raw) in zip(
        lines, agents, codes, details, places, strict=True
    ):
        if code is None:
            kept.append(
                Line(line.at, line.uniqueid, line.queue, agent, line.event, line.args)
            )  # fmt: skip
        else:
            row = NewQuarantined(number, at, code, str(detail), None, raw[:KEPT_RAW])
            outcome.bad.append((number - 1, row))
    sink.lines = kept


def _frame_of(lines: Sequence[Line], references: References) -> pl.DataFrame:
    counts: Counter[Line] = Counter()
    keys = []
    for line in lines:
        text = "|".join(
            (
                str(line.at),
                line.uniqueid,
                line.queue or "",
                line.agent or "",
                line.event,
                *line.args,
            )
        )
        keys.append(text_hash(f"{text}#{counts[line]}"))
        counts[line] += 1
    names = ("at", "uniqueid", "queue", "agent", "event", "args")
    schema = {name: RAW_SCHEMAS["queue_log_line"][name] for name in names}
    rows = [(x.at, x.uniqueid, x.queue, x.agent, x.event, "|".join(x.args)) for x in lines]
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    if frame.height == 0:
        return frame
    frame = frame.with_columns(
        source=pl.lit(references.source, pl.UInt16),
        payload_hash=pl.Series(keys, dtype=pl.UInt64),
        seq=pl.lit(references.order * CORRECTIONS, pl.Int64),
    )
    return frame.with_columns(row_hash([frame["source"], frame["payload_hash"]]).alias("event_key"))


def _lines_of(frame: pl.DataFrame) -> list[Line]:
    columns = frame.select("at", "uniqueid", "queue", "agent", "event", "args")
    return [
        Line(at, uniqueid, queue, agent, event, tuple(args.split("|")) if args else ())
        for at, uniqueid, queue, agent, event, args in columns.iter_rows()
    ]
