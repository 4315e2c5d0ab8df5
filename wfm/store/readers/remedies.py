"""Remedies as stored, with their steps."""

from __future__ import annotations

import json

from sqlalchemy import Connection, select

from wfm.domain.remedies import Remedy, Step
from wfm.domain.scope import Scope
from wfm.store.schema import remedy, remedy_step


def read_remedies(connection: Connection, scope: Scope, since_at: int) -> tuple[Remedy, ...]:
    """Remedies inside a scope opened since an instant, the newest first.

    One of a whole site is inside the site and the enterprise, not inside one of its teams.
    """
    query = select(remedy).where(remedy.c.recorded_at >= since_at)
    for column, wanted in (
        (remedy.c.site_id, scope.site),
        (remedy.c.team_id, scope.team),
        (remedy.c.agent_id, scope.agent),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    return _with_steps(connection, query)


def remedy_by_id(connection: Connection, scope: Scope, remedy_id: int) -> Remedy | None:
    """The remedy of a number inside a scope, None when there is none there."""
    found = _with_steps(connection, select(remedy).where(remedy.c.remedy_id == remedy_id))
    return next((one for one in found if scope.holds(one.scope)), None)


def _with_steps(connection: Connection, query: object) -> tuple[Remedy, ...]:
    rows = connection.execute(
        query.order_by(remedy.c.recorded_at.desc(), remedy.c.remedy_id.desc())  # type: ignore[attr-defined]
    ).all()
    steps: dict[int, list[Step]] = {row.remedy_id: [] for row in rows}
    if rows:
        known = select(remedy_step).where(remedy_step.c.remedy_id.in_(steps))
        for row in connection.execute(known.order_by(remedy_step.c.step_id)):
            steps[row.remedy_id].append(Step(row.status, row.author, row.recorded_at, row.note))
    return tuple(
        Remedy(
            row.remedy_id, row.kind, Scope(row.site_id, row.team_id, row.agent_id), row.kpi_id,
            json.loads(row.about), row.reason, row.due_on, row.author, row.recorded_at,
            tuple(steps[row.remedy_id]),
        )
        for row in rows
    )  # fmt: skip
