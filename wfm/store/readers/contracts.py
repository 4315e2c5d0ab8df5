"""Contracts as in force on a day, and time off that was granted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Row, select

from wfm.domain.contracts import Contract, parse_breaks
from wfm.domain.scope import Scope
from wfm.store.readers.organisation import read_organisation
from wfm.store.schema import contract, time_off

GRANTED = ("approved", "taken")


@dataclass(frozen=True)
class TimeOff:
    """A span in which somebody is away, half-open UTC seconds."""

    agent_id: str
    start_at: int
    end_at: int
    kind: str
    paid: bool


def read_contracts(connection: Connection, scope: Scope, on: date) -> dict[str, Contract]:
    """Contracts of people inside a scope as in force on a day.

    One that begins later counts from its first row.
    """
    held = {p.contract_id for p in read_organisation(connection, scope).people}
    chosen: dict[str, Row] = {}  # type: ignore[type-arg]
    for row in connection.execute(select(contract).order_by(contract.c.valid_from)):
        if row.contract_id not in held:
            continue
        if row.contract_id not in chosen or row.valid_from <= on:
            chosen[row.contract_id] = row
    return {contract_id: contract_of(row) for contract_id, row in chosen.items()}


def contract_of(row: Row) -> Contract:  # type: ignore[type-arg]
    """The contract of a row: hours to minutes, `07:00` to 420."""
    return Contract(
        contract_id=row.contract_id,
        weekly_minutes=(round(row.weekly_hours_min * 60), round(row.weekly_hours_max * 60)),
        days=(row.days_min, row.days_max),
        shift_minutes=tuple(int(n) for n in row.shift_lengths_min.split(";") if n.strip()),
        start_every=row.start_every_min,
        earliest_start=_minutes(row.earliest_start),
        latest_end=_minutes(row.latest_end),
        rest_minutes=row.rest_min,
        max_consecutive_days=row.max_consecutive_days,
        breaks=parse_breaks(row.breaks),
    )


def read_time_off(
    connection: Connection, scope: Scope, start_at: int, end_at: int
) -> tuple[TimeOff, ...]:
    """Granted time off of people inside a scope that touches a span, by agent and start."""
    inside = {p.agent_id for p in read_organisation(connection, scope).people}
    rows = connection.execute(
        select(time_off)
        .where(
            time_off.c.status.in_(GRANTED),
            time_off.c.start_at < end_at,
            time_off.c.end_at > start_at,
        )
        .order_by(time_off.c.agent_id, time_off.c.start_at)
    )
    return tuple(
        TimeOff(r.agent_id, r.start_at, r.end_at, r.kind, r.paid)
        for r in rows
        if r.agent_id in inside
    )


def _minutes(text: str | None) -> int | None:
    if not text:
        return None
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)
