"""Exceptions of people with their decisions, and adherence rules by date, as stored."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from wfm.domain.adherence import Decision, RecordedException, RulesFrom, rules_from
from wfm.domain.scope import Scope
from wfm.store.readers.organisation import read_organisation
from wfm.store.schema import adherence_decision, adherence_exception, adherence_rule


def read_exceptions(
    connection: Connection,
    scope: Scope,
    start_at: int,
    end_at: int,
    statuses: Iterable[str] | None = None,
) -> tuple[RecordedException, ...]:
    """Exceptions that overlap a span, in order of agent, start and number; all statuses by default.

    10:00-10:15 overlaps 10:10-11:00, and not 10:15-11:00.
    """
    table = adherence_exception
    query = select(table).where(table.c.start_at < end_at, table.c.end_at > start_at)
    if scope.agent is not None:
        query = query.where(table.c.agent_id == scope.agent)
    rows = connection.execute(
        query.order_by(table.c.agent_id, table.c.start_at, table.c.exception_id)
    ).all()
    inside = _agents_inside(connection, scope) if rows else None
    found = [row for row in rows if inside is None or row.agent_id in inside]
    decisions = _decisions(connection, [row.exception_id for row in found])
    wanted = None if statuses is None else set(statuses)
    exceptions = (_exception(row, decisions) for row in found)
    return tuple(e for e in exceptions if wanted is None or e.status in wanted)


def exceptions_by_id(
    connection: Connection, ids: Iterable[int], bulk_id: str | None = None
) -> tuple[RecordedException, ...]:
    """Exceptions of some numbers, or of one bulk action, by number; unknown numbers are absent."""
    table = adherence_exception
    chosen = [table.c.exception_id == number for number in sorted(set(ids))]
    if bulk_id is not None:
        chosen = [table.c.bulk_id == bulk_id]
    rows = [row for where in chosen for row in connection.execute(select(table).where(where))]
    decisions = _decisions(connection, [row.exception_id for row in rows])
    ordered = sorted(rows, key=lambda row: row.exception_id)
    return tuple(_exception(row, decisions) for row in ordered)


def adherence_rules(connection: Connection) -> tuple[RulesFrom, ...]:
    """Every set of rules ever recorded, in order of site, date and number."""
    rows = connection.execute(
        select(adherence_rule).order_by(
            adherence_rule.c.site_id, adherence_rule.c.valid_from, adherence_rule.c.rule_id
        )
    )
    return tuple(
        RulesFrom(
            r.rule_id, r.site_id, r.valid_from, rules_from(r.preset, json.loads(r.changes)),
            r.recorded_at, r.author, r.reason,
        )
        for r in rows
    )  # fmt: skip


def _exception(row: Row[Any], decisions: dict[int, list[Decision]]) -> RecordedException:
    return RecordedException(
        row.exception_id, row.agent_id, row.start_at, row.end_at, row.reason_code, row.source,
        row.note, row.recorded_by, row.recorded_at, row.bulk_id,
        tuple(decisions.get(row.exception_id, ())),
    )  # fmt: skip


def _decisions(connection: Connection, ids: list[int]) -> dict[int, list[Decision]]:
    table = adherence_decision
    found: dict[int, list[Decision]] = {}
    for i in range(0, len(ids), 500):
        rows = connection.execute(
            select(table)
            .where(table.c.exception_id.in_(ids[i : i + 500]))
            .order_by(table.c.decision_id)
        )
        for row in rows:
            found.setdefault(row.exception_id, []).append(
                Decision(row.status, row.decided_by, row.decided_at, row.note)
            )
    return found


def _agents_inside(connection: Connection, scope: Scope) -> set[str] | None:
    if scope.site is None:
        return None
    return {person.agent_id for person in read_organisation(connection, scope).people}
