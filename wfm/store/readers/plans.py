"""Plans and the requirement they answer, as stored."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from typing import Any

import polars as pl
from sqlalchemy import Connection, Row, func, select

from wfm.domain.draft_edits import DraftChange, DraftLine, edited
from wfm.domain.scope import Scope
from wfm.store.dimensions import known_keys
from wfm.store.files import FileStore
from wfm.store.schema import draft_edit, plan, raw_batch, requirement_version


@dataclass(frozen=True)
class Plan:
    """One schedule of a unit and week: draft, published or superseded."""

    plan_id: int
    unit: str
    week: str
    state: str
    created_at: int
    author: str
    job_id: int | None
    objective: float | None
    bound: float | None
    gap_pct: float | None
    violations_n: int | None
    published_at: int | None
    published_by: str | None
    label: str = ""
    rq_version: int | None = None


@dataclass(frozen=True)
class StoredRequirement:
    """The newest requirement of a unit and week: `group` (id), `q`, `required_m`."""

    rq_version: int
    fc_version: int
    created_at: int
    summary: Any
    frame: pl.DataFrame


PLAN_COLUMNS = tuple(column for column in plan.c if column.name not in ("problem", "solution"))


def read_plans(
    connection: Connection,
    scope: Scope,
    unit: str | None = None,
    week: str | None = None,
    limit: int = 50,
) -> tuple[Plan, ...]:
    """Plans of the sites inside a scope, newest first, of one unit and week if given."""
    query = select(*PLAN_COLUMNS).order_by(plan.c.plan_id.desc())
    if unit is not None:
        query = query.where(plan.c.unit == unit)
    if week is not None:
        query = query.where(plan.c.week == week)
    inside = (row for row in connection.execute(query) if scope.holds(Scope(row.unit)))
    return tuple(_plan(row) for row in islice(inside, limit))


def read_plan(connection: Connection, scope: Scope, plan_id: int) -> Plan | None:
    """The plan of an id, None when there is none inside the scope."""
    row = connection.execute(select(*PLAN_COLUMNS).where(plan.c.plan_id == plan_id)).first()
    return None if row is None or not scope.holds(Scope(row.unit)) else _plan(row)


def read_plan_documents(
    connection: Connection, scope: Scope, plan_id: int
) -> tuple[Any, Any] | None:
    """Problem and solution of a plan as JSON documents, None when outside the scope.

    The solution is as people changed it since by hand.
    """
    row = connection.execute(
        select(plan.c.unit, plan.c.problem, plan.c.solution).where(plan.c.plan_id == plan_id)
    ).first()
    if row is None or not scope.holds(Scope(row.unit)):
        return None
    lines = read_draft_lines(connection, scope, plan_id)
    changes = [change for line in lines for change in line.changes]
    return json.loads(row.problem), edited(json.loads(row.solution), changes)


def read_draft_lines(connection: Connection, scope: Scope, plan_id: int) -> tuple[DraftLine, ...]:
    """The changes by hand of a plan in their order; none outside the scope."""
    rows = connection.execute(
        select(draft_edit, plan.c.unit)
        .join(plan, plan.c.plan_id == draft_edit.c.plan_id)
        .where(draft_edit.c.plan_id == plan_id)
        .order_by(draft_edit.c.seq)
    )
    return tuple(
        DraftLine(
            row.seq, row.kind, row.recorded_at, row.author, row.undoes,
            tuple(DraftChange(**change) for change in json.loads(row.changes)),
        )
        for row in rows
        if scope.holds(Scope(row.unit))
    )  # fmt: skip


def draft_seq(connection: Connection, scope: Scope, plan_id: int) -> int:
    """How many changes by hand a plan has had, undone ones counted; 0 as the solver left it."""
    found = read_plan(connection, scope, plan_id)
    if found is None:
        return 0
    return connection.scalar(
        select(func.coalesce(func.max(draft_edit.c.seq), 0)).where(
            draft_edit.c.plan_id == plan_id
        )
    ) or 0  # fmt: skip


def read_requirement(
    connection: Connection, scope: Scope, files: FileStore, unit: str, week: str
) -> StoredRequirement | None:
    """The newest requirement of a unit and week, None when there is none inside the scope."""
    if not scope.holds(Scope(unit)):
        return None
    row = connection.execute(
        select(requirement_version, raw_batch.c.file)
        .join(raw_batch, raw_batch.c.batch_id == requirement_version.c.batch_id)
        .where(requirement_version.c.unit == unit, requirement_version.c.week == week)
        .order_by(requirement_version.c.rq_version.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    names = {key: ext_id for ext_id, key in known_keys(connection, "group").items()}
    frame = (
        pl.read_parquet(files.path(row.file))
        .filter(pl.col("rq_version") == row.rq_version)
        .select(
            pl.col("group").cast(pl.Int64).replace_strict(names, return_dtype=pl.String),
            "q",
            "required_m",
        )
    )
    summary = json.loads(row.summary) if row.summary else None
    return StoredRequirement(row.rq_version, row.fc_version, row.created_at, summary, frame)


def _plan(row: Row) -> Plan:  # type: ignore[type-arg]
    return Plan(
        row.plan_id, row.unit, row.week, row.state, row.created_at, row.author, row.job_id,
        row.objective, row.bound, row.gap_pct, row.violations_n, row.published_at,
        row.published_by, row.label, row.rq_version,
    )  # fmt: skip
