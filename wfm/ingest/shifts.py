"""`schedules.csv`: whole shifts, as the baseline of their publication or as they stand now."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date

import polars as pl
from sqlalchemy import Connection, select

from wfm.domain.activities import Segment
from wfm.domain.schedules import NewShift
from wfm.ingest.references import References
from wfm.ingest.sink import Rows, Tally
from wfm.store.lookups import read_activity_codes
from wfm.store.readers.schedules import segments_of
from wfm.store.schema import shift_version
from wfm.store.writers.ingest import ensure_activities
from wfm.store.writers.schedules import segments_text, write_shifts

CHUNK = 500
ShiftKey = tuple[str, date]


class ShiftSink:
    """Planned segments of one file, gathered to shifts and written as versions.

    A file replaces each shift it names as one unit. `merge` adds its segments to the shift that
    stands instead: that is how single rows come back from quarantine.
    """

    def __init__(self, references: References, merge: bool = False) -> None:
        self.references = references
        self.tally = Tally()
        self._merge = merge
        self._parts: list[pl.DataFrame] = []

    def take(self, rows: Rows) -> None:
        frame, findings = rows.frame, rows.findings
        findings.mark(frame["end_at"] <= frame["start_at"], "end_before_start", "end_at")
        agents = self.references.agents(frame["agent_id"], frame["start_at"], findings)
        self.references.store.db.retry(ensure_activities)
        with self.references.store.db.read() as connection:
            paid = read_activity_codes(connection)
        unknown = ~frame["activity_code"].is_in(list(paid))
        findings.mark(unknown, "unknown_activity", "activity_code")
        default = frame["activity_code"].replace_strict(
            paid, default=None, return_dtype=pl.Boolean
        )  # fmt: skip
        frame = frame.with_columns(
            agents.alias("agent_id"), frame["paid"].zip_with(frame["paid"].is_not_null(), default)
        ).with_row_index("_row")
        good = frame.filter(findings.good)
        within = ("schedule_version", "agent_id", "shift_date")
        order = ("start_at", "end_at", "activity_code", "_row")
        good = good.sort(*within, *order).unique(
            (*within, "start_at", "end_at", "activity_code", "queue_id", "paid"),
            keep="first", maintain_order=True,
        )  # fmt: skip
        repeated = int(findings.good.sum()) - good.height
        if repeated:
            self.tally.duplicates += repeated
            self.tally.reasons["duplicate"] += repeated
        clash = pl.col("start_at") < pl.col("end_at").cum_max().shift(1).over(within)
        marked = good.with_columns(_clash=clash.fill_null(False))
        overlapping = marked.filter("_clash")["_row"]
        if len(overlapping):
            mask = pl.Series([False] * frame.height).scatter(overlapping, True)
            findings.mark(mask, "overlap", "another segment of this shift")
        self._parts.append(marked.filter(~pl.col("_clash")))

    def flush(self) -> None:
        """Nothing: shifts are written in the transaction itself."""

    def commit(self, connection: Connection, delivery_id: int, received_at: int) -> None:
        if not self._parts:
            return
        frame = pl.concat(self._parts)
        for version in sorted(frame["schedule_version"].unique(), key=_rank):
            self._write(connection, frame.filter(schedule_version=version), version, received_at)

    def _write(
        self, connection: Connection, frame: pl.DataFrame, version: str, received_at: int
    ) -> None:
        segments: dict[ShiftKey, list[Segment]] = defaultdict(list)
        published: dict[ShiftKey, int] = {}
        reasons: dict[ShiftKey, str] = {}
        rows = frame.select(
            "agent_id", "shift_date", "start_at", "end_at", "activity_code", "queue_id", "paid",
            pl.col("published_at").fill_null(received_at), "change_reason",
        ).iter_rows()  # fmt: skip
        for agent, on, start_at, end_at, activity, queue, paid, at, reason in rows:
            key = (agent, on)
            segments[key].append(Segment(start_at, end_at, activity, queue, paid))
            published[key] = max(published.get(key, 0), at)
            reasons[key] = reason or reasons.get(key, "import")
        stored = _stored(connection, segments)
        shifts: list[NewShift] = []
        for key, pieces in segments.items():
            lines, versions = len(pieces), stored.get(key, [])
            if self._merge and versions:
                pieces = _merged(segments_of(json.loads(versions[-1])), pieces)
            text = segments_text(pieces)
            # A baseline delivered again is the one on record, whatever was changed since.
            if versions and text == versions[0 if version == "baseline" else -1]:
                self.tally.duplicates += lines
                self.tally.reasons["duplicate"] += lines
                continue
            self.tally.loaded += lines
            if versions:
                self.tally.reasons["superseded"] += lines
            ordered = tuple(sorted(pieces, key=lambda s: s.start_at))
            shifts.append(NewShift(*key, ordered, published[key], reasons[key]))
        write_shifts(
            connection, shifts, recorded_at=received_at, author="import", reason_code="import"
        )


def _stored(
    connection: Connection, keys: dict[ShiftKey, list[Segment]]
) -> dict[ShiftKey, list[str]]:
    """Segment texts of every version of the shifts, oldest first."""
    agents = sorted({agent for agent, _ in keys})
    first, last = min(day for _, day in keys), max(day for _, day in keys)
    found: dict[ShiftKey, list[str]] = defaultdict(list)
    for start in range(0, len(agents), CHUNK):
        rows = connection.execute(
            select(shift_version.c.agent_id, shift_version.c.shift_on, shift_version.c.segments)
            .where(
                shift_version.c.agent_id.in_(agents[start : start + CHUNK]),
                shift_version.c.shift_on.between(first, last),
            )
            .order_by(shift_version.c.seq)
        )
        for agent_id, shift_on, text in rows:
            found[agent_id, shift_on].append(text)
    return found


def _merged(old: tuple[Segment, ...], new: list[Segment]) -> list[Segment]:
    kept = [s for s in old if all(s.end_at <= n.start_at or s.start_at >= n.end_at for n in new)]
    return [*kept, *new]


def _rank(version: str) -> tuple[int, str]:
    return ({"baseline": 0, "current": 2}.get(version, 1), version)
