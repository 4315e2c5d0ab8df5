"""The audit log as the administration page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select

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


def read_audit(
    store: Store, scope: Scope, limit: int = 100, *, start_at: int | None = None,
    end_at: int | None = None, action: str = "",
) -> tuple[AuditLine, ...]:  # fmt: skip
    """The newest lines that concern a scope, newest first; an erased reason is None.

    `start_at` and `end_at` bound the time, half-open; `action` names one ("user.role") or all of a
    kind ("user").
    """
    with store.db.read() as connection:
        query = (
            select(audit, audit_reason.c.reason)
            .outerjoin(audit_reason, audit_reason.c.seq == audit.c.seq)
            .order_by(audit.c.seq.desc())
        )
        if start_at is not None:
            query = query.where(audit.c.at >= start_at)
        if end_at is not None:
            query = query.where(audit.c.at < end_at)
        if action:
            kind = audit.c.action.startswith(f"{action}.", autoescape=True)
            query = query.where(or_(audit.c.action == action, kind))
        rows = connection.execute(query)
        inside = (row for row in rows if scope.holds(Scope.parse(row.scope_path)))
        return tuple(
            AuditLine(
                r.seq, r.at, r.actor, r.role, r.action, r.object, r.scope_path, r.old, r.new,
                r.reason,
            )
            for _, r in zip(range(limit), inside, strict=False)
        )  # fmt: skip
