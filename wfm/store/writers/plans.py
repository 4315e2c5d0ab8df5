"""Plan rows written: drafts added, one of them put in force."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, insert, select, update

from wfm.domain.draft_edits import DraftChange
from wfm.store.schema import draft_edit, plan


def add_draft(
    connection: Connection,
    *,
    unit: str,
    week: str,
    created_at: int,
    author: str,
    job_id: int | None,
    problem: str,
    solution: str,
    objective: float,
    bound: float | None,
    gap_pct: float | None,
    violations_n: int,
    label: str = "",
    rq_version: int | None = None,
) -> int:
    """The id of a new draft; `label` is the name people call it by."""
    made = connection.execute(
        insert(plan),
        {
            "unit": unit,
            "week": week,
            "state": "draft",
            "created_at": created_at,
            "author": author,
            "job_id": job_id,
            "problem": problem,
            "solution": solution,
            "objective": objective,
            "bound": bound,
            "gap_pct": gap_pct,
            "violations_n": violations_n,
            "label": label[:80],
            "rq_version": rq_version,
        },
    )
    return int(made.inserted_primary_key[0])  # type: ignore[index]


def put_in_force(
    connection: Connection, plan_id: int, unit: str, week: str, *, at: int, by: str
) -> tuple[int, ...]:
    """Ids of the plans of the unit and week that this one replaces; they become superseded."""
    same = (plan.c.unit == unit, plan.c.week == week, plan.c.plan_id != plan_id)
    before = tuple(connection.scalars(select(plan.c.plan_id).where(*same, plan.c.state != "draft")))
    connection.execute(
        update(plan).where(*same, plan.c.state == "published").values(state="superseded")
    )
    connection.execute(
        update(plan)
        .where(plan.c.plan_id == plan_id)
        .values(state="published", published_at=at, published_by=by)
    )
    return before


def add_draft_line(
    connection: Connection,
    plan_id: int,
    seq: int,
    kind: str,
    changes: Sequence[DraftChange],
    *,
    at: int,
    by: str,
    undoes: int | None,
    objective: float,
    gap_pct: float | None,
    violations_n: int,
) -> None:
    """Nothing; a change by hand is added to a draft, whose figures are those after it."""
    connection.execute(
        insert(draft_edit),
        {
            "plan_id": plan_id,
            "seq": seq,
            "kind": kind,
            "recorded_at": at,
            "author": by,
            "undoes": undoes,
            "changes": json.dumps([asdict(change) for change in changes]),
        },
    )
    connection.execute(
        update(plan)
        .where(plan.c.plan_id == plan_id)
        .values(objective=objective, gap_pct=gap_pct, violations_n=violations_n)
    )
