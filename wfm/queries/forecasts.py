"""What the forecast page reads: versions, days with their parts, what planners said of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from wfm.domain.errors import ScopeDenied
from wfm.domain.forecast_days import DayParts, parts_of, summed
from wfm.domain.forecast_records import ForecastRecord
from wfm.domain.grid import day_start
from wfm.domain.scope import Scope
from wfm.queries.access import NOT_FOUND
from wfm.store.readers import forecast_records as reader
from wfm.store.readers.organisation import read_organisation
from wfm.store.readers.plan_versions import NEWEST, RANK
from wfm.store.schema import calendar_event, forecast_day, forecast_record, forecast_version, job
from wfm.store.schema import reforecast as reforecast_table
from wfm.store.store import Store


@dataclass(frozen=True)
class Version:
    """One kept forecast: who made it when, from what, with which settings and overrides."""

    fc_version: int
    base_version: int | None
    unit: str
    first_on: date
    end_on: date
    created_at: int
    author: str
    method: str
    config_hash: str
    inputs: Mapping[str, Any]
    summary: Mapping[str, Any]

    @property
    def model(self) -> int:
        """The model's version: itself, or the one that its overrides lie on."""
        return self.base_version or self.fc_version

    @property
    def overrides(self) -> tuple[int, ...]:
        """Numbers of the overrides it holds."""
        return tuple(int(number) for number in self.inputs.get("overrides", ()))


@dataclass(frozen=True)
class QueueDay:
    """A queue's day as a version has it, in thousandths of a contact; the parts sum to it."""

    queue_id: str
    day: date
    fc_version: int
    p10_m: int | None
    p90_m: int | None
    parts: DayParts


@dataclass(frozen=True)
class CalendarEntry:
    """An event that came with a file: days, queue ("" all), kind, name and stated effect."""

    event_id: str
    queue_id: str
    first_on: date
    last_on: date
    kind: str
    name: str
    size: float | None
    effect_pct: float | None
    known_at: int | None
    one_off: bool


def read_versions(
    store: Store, scope: Scope, unit: str, first: date, end: date, limit: int = 40
) -> tuple[Version, ...]:
    """Forecasts of a site that touch some days, those that count first."""
    with store.db.read() as connection:
        return _versions(connection, scope, unit, first, end, limit)


def _versions(
    connection: Connection, scope: Scope, unit: str, first: date, end: date, limit: int
) -> tuple[Version, ...]:
    if not scope.holds(Scope(unit)):
        raise ScopeDenied(NOT_FOUND)
    rows = connection.execute(
        select(forecast_version)
        .where(
            forecast_version.c.unit == unit,
            forecast_version.c.first_on < end,
            forecast_version.c.end_on > first,
        )
        .order_by(*NEWEST)
        .limit(limit)
    ).all()
    return tuple(
        Version(
            row.fc_version, row.base_version, row.unit, row.first_on, row.end_on, row.created_at,
            row.author, row.method, row.config_hash, json.loads(row.inputs or "{}"),
            json.loads(row.summary or "{}"),
        )
        for row in rows
    )  # fmt: skip


@dataclass(frozen=True)
class ToldDay:
    """A queue's day of a version that was kept without its parts, with what ranks it."""

    created_at: int
    model: int
    told: QueueDay


def read_queue_days(
    store: Store, scope: Scope, unit: str, first: date, end: date, more: Sequence[ToldDay] = ()
) -> tuple[QueueDay, ...]:
    """Each queue's days as the forecast in force had them, in order of day and queue.

    A day is told by the newest version made before it began, so that a past day shows what was
    expected of it, not what was learned from it; where every version is younger, by the newest.
    `more` are days of versions that were kept without parts (from files).
    """
    with store.db.read() as connection:
        if not scope.holds(Scope(unit)):
            raise ScopeDenied(NOT_FOUND)
        zone = read_organisation(connection, Scope(unit)).zone(unit)
        rows = connection.execute(
            select(forecast_day, forecast_version.c.created_at, RANK.label("model"))
            .join(forecast_version, forecast_version.c.fc_version == forecast_day.c.fc_version)
            .where(
                forecast_version.c.unit == unit,
                forecast_day.c.day >= first,
                forecast_day.c.day < end,
            )
        ).all()
    days = [
        ToldDay(
            row.created_at,
            row.model,
            QueueDay(row.queue_id, row.day, row.fc_version, row.p10_m, row.p90_m,
                     parts_of(json.loads(row.parts))),
        )
        for row in rows
    ]  # fmt: skip
    best: dict[tuple[date, str], tuple[tuple[bool, int, int], QueueDay]] = {}
    for one in (*days, *more):
        day, queue_id = one.told.day, one.told.queue_id
        before = one.created_at < day_start(day, zone)
        rank = (before, one.model, one.told.fc_version)
        known = best.get((day, queue_id))
        if known is None or rank > known[0]:
            best[day, queue_id] = (rank, one.told)
    return tuple(told for _, (_, told) in sorted(best.items()))


def by_day(days: Sequence[QueueDay]) -> dict[date, DayParts]:
    """The parts of each day over its queues."""
    found: dict[date, list[DayParts]] = {}
    for one in days:
        found.setdefault(one.day, []).append(one.parts)
    return {day: summed(parts) for day, parts in sorted(found.items())}


def read_records(
    store: Store, scope: Scope, unit: str, kinds: Sequence[str]
) -> tuple[ForecastRecord, ...]:
    """What planners said of a site's forecasts, by number, with what was taken back."""
    with store.db.read() as connection:
        return reader.read_records(connection, scope, unit, kinds)


def read_record(store: Store, scope: Scope, record_id: int) -> ForecastRecord:
    """The record of a number; `ScopeDenied` when there is none inside the scope."""
    with store.db.read() as connection:
        found = reader.read_record(connection, scope, record_id)
    if found is None:
        raise ScopeDenied(NOT_FOUND)
    return found


def read_calendar(
    store: Store, scope: Scope, unit: str, first: date, end: date
) -> tuple[CalendarEntry, ...]:
    """Events from files that touch some days and a site's queues, in order of time."""
    with store.db.read() as connection:
        if not scope.holds(Scope(unit)):
            raise ScopeDenied(NOT_FOUND)
        organisation = read_organisation(connection, scope)
        rows = connection.execute(
            select(calendar_event)
            .where(calendar_event.c.start_on < end)
            .order_by(calendar_event.c.start_on, calendar_event.c.event_id)
        ).all()
    mine = {q.queue_id for q in organisation.queues if q.site_id in (None, unit)}
    entries = [
        CalendarEntry(
            row.event_id, row.queue_id or "", row.start_on, row.end_on or row.start_on, row.kind,
            row.name or "", row.size, row.effect_pct, row.known_at, bool(row.one_off),
        )
        for row in rows
        if row.queue_id is None or row.queue_id in mine
    ]  # fmt: skip
    return tuple(one for one in entries if one.last_on >= first)


def forecast_mark(store: Store) -> tuple[object, ...]:
    """A mark of all that the forecast page shows beside facts: another mark, other figures."""
    with store.db.read() as connection:
        jobs = connection.execute(
            select(job.c.job_id, job.c.state, job.c.stage, job.c.cancel_asked)
            .where(job.c.kind.in_(("forecast", "override")))
            .order_by(job.c.job_id.desc())
            .limit(4)
        ).all()
        return (
            connection.scalar(select(func.max(forecast_version.c.fc_version))),
            connection.scalar(select(func.max(forecast_record.c.record_id))),
            connection.scalar(select(func.max(reforecast_table.c.made_at))),
            connection.scalar(select(func.count()).select_from(calendar_event)),
            *(tuple(row) for row in jobs),
        )


def without_override(parts: DayParts) -> DayParts:
    """A day as the model has it."""
    return replace(parts, override=0)
