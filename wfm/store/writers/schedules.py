"""Shifts written as versions that are only ever added to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, insert, select

from wfm.domain.activities import Segment
from wfm.domain.schedules import NewShift
from wfm.store.manifest import mark_dirty
from wfm.store.schema import shift_version

# So many agents are asked for by name; of more, everybody's shifts of the days are read.
_FEW = 500


@dataclass(frozen=True)
class WriteCounts:
    """What became of the shifts given: new baselines, changes to known shifts, unchanged ones."""

    baselines: int
    changes: int
    unchanged: int


def write_shifts(
    connection: Connection,
    shifts: Sequence[NewShift],
    *,
    recorded_at: int,
    author: str,
    reason_code: str,
    plan_id: int | None = None,
    published_at: int | None = None,
    note: str = "",
    after_baseline: bool = False,
) -> WriteCounts:
    """Shifts recorded as the newest version of their agent and day; days they touch become dirty.

    The first version of a shift is its baseline (seq 1). A shift equal to its newest version
    adds nothing, so writing the same plan twice changes nothing. `after_baseline`: the days were
    published before, so a shift on a day that had none is a change of an empty baseline.

    What a shift itself tells of its publication and reason holds before what is given for all;
    people knew it from its publication on, though it may be recorded weeks later.
    """
    if not shifts:
        return WriteCounts(0, 0, 0)
    if published_at is None:
        published_at = recorded_at
    newest = _newest(connection, shifts)
    rows, dirty, baselines, changes = [], set[date](), 0, 0
    for shift in shifts:
        text = segments_text(shift.segments)
        digest = hashlib.sha256(text.encode()).hexdigest()
        seq, known, old_days = newest.get((shift.agent_id, shift.shift_on), (0, "", frozenset()))
        if digest == known or (seq == 0 and not shift.segments):
            continue
        own = published_at if shift.published_at is None else shift.published_at
        row = {
            "agent_id": shift.agent_id,
            "shift_on": shift.shift_on,
            "seq": seq + 1,
            "recorded_at": recorded_at if shift.published_at is None else min(recorded_at, own),
            "published_at": own,
            "author": author,
            "reason_code": shift.reason_code or reason_code,
            "plan_id": plan_id,
            "note": note,
            "segments": text,
            "payload_hash": digest,
        }
        if seq == 0 and after_baseline:
            rows.append({**row, **_EMPTY})
            row["seq"] = seq = 2
        baselines, changes = baselines + (seq == 0), changes + (seq > 0)
        dirty |= old_days | _days(shift)
        rows.append(row)
    if rows:
        connection.execute(insert(shift_version), rows)
        mark_dirty(connection, dirty)
    return WriteCounts(baselines, changes, len(shifts) - baselines - changes)


_FIELDS = tuple(field.name for field in fields(Segment))
_text = json.JSONEncoder(separators=(",", ":")).encode
_EMPTY = {"segments": "[]", "payload_hash": hashlib.sha256(b"[]").hexdigest()}


def segments_text(segments: Sequence[Segment]) -> str:
    """The JSON text of segments, in order of time, the same for the same segments."""
    ordered = sorted(segments, key=lambda s: s.start_at)
    return _text([{name: getattr(s, name) for name in _FIELDS} for s in ordered])


def _newest(
    connection: Connection, shifts: Sequence[NewShift]
) -> dict[tuple[str, date], tuple[int, str, frozenset[date]]]:
    first, last = min(s.shift_on for s in shifts), max(s.shift_on for s in shifts)
    wanted = {s.agent_id for s in shifts}
    query = select(
        shift_version.c.agent_id, shift_version.c.shift_on, shift_version.c.seq,
        shift_version.c.payload_hash,
    ).where(shift_version.c.shift_on.between(first, last))  # fmt: skip
    if len(wanted) <= _FEW:
        query = query.where(shift_version.c.agent_id.in_(sorted(wanted)))
    found: dict[tuple[str, date], tuple[int, str, frozenset[date]]] = {}
    for agent, on, seq, digest in connection.execute(query.order_by(shift_version.c.seq)):
        if agent in wanted:
            # One day either side covers every zone and every shift over midnight.
            found[agent, on] = (seq, digest, frozenset((on, on + timedelta(days=1))))
    return found


def _days(shift: NewShift) -> set[date]:
    days = {shift.shift_on}
    if shift.segments:
        last = datetime.fromtimestamp(shift.segments[-1].end_at - 1, UTC).date()
        if last > shift.shift_on:
            days.add(shift.shift_on + timedelta(days=1))
    return days
