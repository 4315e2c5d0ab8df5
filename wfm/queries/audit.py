"""The audit log as the administration page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from wfm.domain.scope import Scope
from wfm.store.schema import audit, audit_reason
from wfm.store.store import Store


@dataclass(frozen=True)
class AuditLine:
    """One line of the log: who did what to which object, when and why. Keys only, no names."""

    seq: int
    at: int
    actor: str
    role: str
    action: str
    object: str
    scope_path: str
    old: str | None
    new: str | None
    reason: str | None


def read_audit(store: Store, scope: Scope, limit: int = 100) -> tuple[AuditLine, ...]:
    """The newest lines that concern a scope, newest first; an erased reason is None."""
    with store.db.read() as connection:
        rows = connection.execute(
            select(audit, audit_reason.c.reason)
            .outerjoin(audit_reason, audit_reason.c.seq == audit.c.seq)
            .order_by(audit.c.seq.desc())
        )
        inside = (row for row in rows if scope.holds(Scope.parse(row.scope_path)))
        return tuple(
            AuditLine(
                r.seq, r.at, r.actor, r.role, r.action, r.object, r.scope_path, r.old, r.new,
                r.reason,
            )
            for _, r in zip(range(limit), inside, strict=False)
        )  # fmt: skip
