"""Remedies as stored, with their steps."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, select, tuple_

from wfm.domain.remedies import Remedy, Step
from wfm.domain.scope import Scope
from wfm.store.schema import remedy, remedy_step


def read_remedies(connection: Connection, scope: Scope, since_at: int) -> tuple[Remedy, ...]:
    """Remedies inside a scope opened since an instant, the newest first.

    One of a whole site is inside the site and the enterprise, not inside one of its teams.
    """
    query = select(remedy).where(remedy.c.recorded_at >= since_at)
    return _with_steps(connection, _inside(query, scope))


def read_past_remedies(
    connection: Connection, scope: Scope, most: int, before_id: int | None, kind: str
) -> tuple[Remedy, ...]:
    """The newest remedies inside a scope, `most` at most, of one kind where one is named.

    `before_id`: those before that one, which lies inside the scope too; none before a foreign one.
    """
    query = _inside(select(remedy), scope)
    if kind:
        query = query.where(remedy.c.kind == kind)
    if before_id is not None:
        at = _inside(select(remedy.c.recorded_at), scope).where(remedy.c.remedy_id == before_id)
        query = query.where(
            tuple_(remedy.c.recorded_at, remedy.c.remedy_id)
            < tuple_(at.scalar_subquery(), before_id)
        )
    return _with_steps(connection, query.limit(most))


def _inside(query: Any, scope: Scope) -> Any:
    for column, wanted in (
        (remedy.c.site_id, scope.site),
        (remedy.c.team_id, scope.team),
        (remedy.c.agent_id, scope.agent),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    return query


def remedy_by_id(connection: Connection, scope: Scope, remedy_id: int) -> Remedy | None:
    """The remedy of a number inside a scope, None when there is none there."""
    found = _with_steps(connection, select(remedy).where(remedy.c.remedy_id == remedy_id))
    return next((one for one in found if scope.holds(one.scope)), None)


def _with_steps(connection: Connection, query: Any) -> tuple[Remedy, ...]:
    rows = connection.execute(
        query.order_by(remedy.c.recorded_at.desc(), remedy.c.remedy_id.desc())
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
