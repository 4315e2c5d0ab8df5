"""The audit log: a chain of hashes that any change, loss or insertion breaks."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from wfm.domain.clock import Clock, epoch_s
from wfm.domain.principal import Principal
from wfm.domain.scope import Scope
from wfm.store.schema import audit, audit_reason
from wfm.store.store import Store

GENESIS = "0" * 64
HEADS = "audit-heads.jsonl"
FIELDS = (
    "seq", "at", "actor", "role", "action", "object", "scope_path", "old", "new", "reason_hash",
    "request_id",
)  # fmt: skip


@dataclass(frozen=True)
class AuditCheck:
    """What a check of the chain found: `bad_seq` is the first line that does not hold."""

    lines: int
    bad_seq: int | None
    fault: str


def write_audit(
    connection: Connection,
    *,
    at: int,
    actor: str,
    role: str,
    action: str,
    object: str,
    scope_path: str,
    old: Any = None,
    new: Any = None,
    reason: str | None = None,
    request_id: str | None = None,
) -> int:
    """The number of the line written, in the transaction of the change it records.

    Keys only, no names: `action="target.write"`, `object="target:adherence"`,
    `scope_path="dublin/t-07"`, old and new as values that JSON can hold.
    """
    head = connection.execute(
        select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
    ).first()
    seq, prev = (head.seq + 1, head.hash) if head else (1, GENESIS)
    line = {
        "seq": seq,
        "at": at,
        "actor": actor,
        "role": role,
        "action": action,
        "object": object,
        "scope_path": scope_path,
        "old": None if old is None else _canonical(old),
        "new": None if new is None else _canonical(new),
        "reason_hash": None if reason is None else _digest(reason),
        "request_id": request_id,
    }
    connection.execute(
        insert(audit), {**line, "prev_hash": prev, "hash": _digest(prev + _canonical(line))}
    )
    if reason is not None:
        connection.execute(insert(audit_reason), {"seq": seq, "reason": reason})
    return seq


def verify_audit(store: Store) -> AuditCheck:
    """The state of the chain: every line's hash, order and reason, and the heads noted outside."""
    with store.db.read() as connection:
        lines = connection.execute(select(audit).order_by(audit.c.seq)).all()
        reasons: dict[int, str] = {
            row.seq: row.reason for row in connection.execute(select(audit_reason))
        }
    prev, expected = GENESIS, 1
    for line in lines:
        fault = _fault(line, expected, prev, reasons.get(line.seq))
        if fault:
            return AuditCheck(len(lines), min(line.seq, expected), fault)
        prev, expected = line.hash, expected + 1
    hashes = {line.seq: line.hash for line in lines}
    for noted in noted_heads(store.files.root):
        if hashes.get(noted["seq"]) != noted["hash"]:
            return AuditCheck(
                len(lines),
                noted["seq"],
                f"the head noted outside the database at line {noted['seq']} is gone or different",
            )
    return AuditCheck(len(lines), None, "")


def note_head(store: Store, clock: Clock, every_s: int = 3600) -> bool:
    """Whether the newest hash was noted in the data folder; at most once in `every_s` seconds.

    Only a note outside the database shows that the end of the log was cut off.
    """
    with store.db.read() as connection:
        head = connection.execute(
            select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
        ).first()
    noted = noted_heads(store.files.root)
    now = epoch_s(clock.now())
    if head is None or (
        noted and (noted[-1]["seq"] >= head.seq or now - noted[-1]["at"] < every_s)
    ):
        return False
    with (store.files.root / HEADS).open("a", encoding="utf-8") as out:
        out.write(_canonical({"at": now, "seq": head.seq, "hash": head.hash}) + "\n")
    return True


def keep_noting(store: Store, clock: Clock, stop: Event, every_s: int = 3600) -> None:
    """Nothing, once `stop` is set: until then the newest hash is noted each hour."""
    while True:
        note_head(store, clock, every_s)
        if stop.wait(every_s):
            return


def note_export(
    store: Store, clock: Clock, who: Principal, page_id: str, scope: Scope, request_id: str
) -> None:
    """An export recorded: who took which page's table for which scope."""
    store.db.retry(
        lambda connection: write_audit(
            connection,
            at=epoch_s(clock.now()),
            actor=who.user_key,
            role=who.role.value,
            action="export",
            object=f"page:{page_id}",
            scope_path=scope.path,
            request_id=request_id,
        )
    )


def noted_heads(folder: Path) -> list[dict[str, Any]]:
    """The heads noted so far, oldest first."""
    path = folder / HEADS
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _fault(line: Row[Any], expected: int, prev: str, reason: str | None) -> str:
    if line.seq != expected:
        return f"line {expected} is missing" if line.seq > expected else "lines are out of order"
    if line.prev_hash != prev:
        return f"line {line.seq} does not follow the line before it"
    values = {name: getattr(line, name) for name in FIELDS}
    if line.hash != _digest(prev + _canonical(values)):
        return f"line {line.seq} was changed after it was written"
    if reason is not None and _digest(reason) != line.reason_hash:
        return f"the reason of line {line.seq} was changed after it was written"
    return ""


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def _digest(text_: str) -> str:
    return hashlib.sha256(text_.encode()).hexdigest()
