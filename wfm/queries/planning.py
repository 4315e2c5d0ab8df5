"""What the planning page reads: forecasts by day, calendar marks, runs with their curves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from sqlalchemy import Connection, func, select

from wfm.domain.grid import day_quarters, days_between
from wfm.domain.jobs import Job, RunPoint
from wfm.domain.language import say
from wfm.domain.scope import Scope
from wfm.facts.query import read_measures
from wfm.facts.reader import FactQuery, FactReader
from wfm.store.readers.jobs import read_jobs, read_points
from wfm.store.readers.offers import offers_mark
from wfm.store.readers.organisation import read_organisation
from wfm.store.readers.plan_versions import NEWEST
from wfm.store.schema import (
    agent_wish,
    calendar_event,
    draft_edit,
    forecast_version,
    job,
    job_point,
    plan,
    raw_batch,
    requirement_version,
    shift_version,
)
from wfm.store.store import Store

LAST_YEAR = timedelta(days=364)  # the same weekday


@dataclass(frozen=True)
class ForecastDay:
    """A day's contacts as forecast, with P10 and P90 of its total where the forecast kept them."""

    contacts: float
    p10: float | None
    p90: float | None
    fc_version: int


@dataclass(frozen=True)
class UnitForecast:
    """A site's newest forecast, what is known of its errors, and each day's newest figure."""

    unit: str
    fc_version: int
    created_at: int
    author: str
    method: str
    first_on: date
    end_on: date
    past_wape: float | None
    past_naive_wape: float | None
    past_day_wape: float | None
    past_bias: float | None
    day_band: str
    days: Mapping[date, ForecastDay]


@dataclass(frozen=True)
class CalendarMark:
    """Something that bends the days it covers: campaign, holiday, clock change, outage."""

    first_on: date
    last_on: date
    kind: str
    words: str


@dataclass(frozen=True)
class Run:
    """A solver run with its curve so far, and the draft it left, if any."""

    job: Job
    points: tuple[RunPoint, ...]
    plan_id: int | None
    violations_n: int | None = None  # labour rules its draft breaks


@dataclass(frozen=True)
class RequirementState:
    """The newest requirement of a site's week: its number, its forecast, when it was made."""

    rq_version: int
    fc_version: int
    created_at: int
    hours: float | None


def read_forecasts(store: Store, scope: Scope, first: date, end: date) -> tuple[UnitForecast, ...]:
    """The forecasts of the sites inside a scope that touch some days, by site name."""
    with store.db.read() as connection:
        organisation = read_organisation(connection, scope)
        found = []
        for site in organisation.sites:
            if not scope.holds(Scope(site.org_id)) and scope.site != site.org_id:
                continue
            zone = organisation.zone(site.org_id)
            one = _unit_forecast(connection, store, site.org_id, zone, first, end)
            if one is not None:
                found.append(one)
    return tuple(found)


def _unit_forecast(
    connection: Connection, store: Store, unit: str, zone: str, first: date, end: date
) -> UnitForecast | None:
    rows = connection.execute(
        select(forecast_version, raw_batch.c.file)
        .join(raw_batch, raw_batch.c.batch_id == forecast_version.c.batch_id)
        .where(
            forecast_version.c.unit == unit,
            forecast_version.c.first_on < end,
            forecast_version.c.end_on > first,
        )
        .order_by(*NEWEST)
    ).all()
    if not rows:
        return None
    days: dict[date, ForecastDay] = {}
    for row in rows:
        inside = days_between(max(first, row.first_on), min(end, row.end_on))
        missing = [day for day in inside if day not in days]
        if not missing:
            continue
        summary = json.loads(row.summary) if row.summary else {}
        kept = {d["on"]: d for d in summary.get("days", ())}
        totals: dict[date, float] | None = None
        for day in missing:
            own = kept.get(day.isoformat())
            if own is not None:
                days[day] = ForecastDay(own["contacts"], own["p10"], own["p90"], row.fc_version)
                continue
            if totals is None:
                frame = pl.read_parquet(store.files.path(row.file))
                totals = _day_totals(frame.filter(pl.col("fc_version") == row.fc_version),
                                     days_between(row.first_on, row.end_on), zone)  # fmt: skip
            days[day] = ForecastDay(totals.get(day, 0.0), None, None, row.fc_version)
    newest = rows[0]
    summary = json.loads(newest.summary) if newest.summary else {}
    return UnitForecast(
        unit, newest.fc_version, newest.created_at, newest.author, newest.method,
        newest.first_on, newest.end_on, summary.get("past_wape"), summary.get("past_naive_wape"),
        summary.get("past_day_wape"), summary.get("past_bias"), summary.get("day_band", ""), days,
    )  # fmt: skip


def _day_totals(frame: pl.DataFrame, days: list[date], zone: str) -> dict[date, float]:
    edges = {day: day_quarters(day, zone) for day in days}
    sums = frame.group_by("q").agg(pl.col("fc_contacts_m").sum()).sort("q")
    return {
        day: float(
            sums.filter(pl.col("q").is_between(span[0], span[-1]))["fc_contacts_m"].sum() or 0
        )
        / 1000
        for day, span in edges.items()
    }


def read_offered(
    facts: FactReader, scope: Scope, first: date, end: date
) -> tuple[dict[date, float], dict[date, float]]:
    """Contacts offered by day, and those of the same weekday a year (364 days) before."""
    return _offered(facts, scope, first, end, timedelta()), _offered(
        facts, scope, first - LAST_YEAR, end - LAST_YEAR, LAST_YEAR
    )


def _offered(
    facts: FactReader, scope: Scope, first: date, end: date, shift: timedelta
) -> dict[date, float]:
    rows = read_measures(facts, scope, FactQuery(("offered_n",), first, end, ("day",)))
    return {
        row["day"] + shift: float(row["offered_n"])
        for row in rows.iter_rows(named=True)
        if row["offered_n"] is not None
    }


def read_marks(store: Store, scope: Scope, first: date, end: date) -> tuple[CalendarMark, ...]:
    """Calendar events, and the days on which a site's clock changes, in order of time."""
    with store.db.read() as connection:
        organisation = read_organisation(connection, scope)
        rows = connection.execute(
            select(calendar_event)
            .where(calendar_event.c.start_on < end)
            .order_by(calendar_event.c.start_on, calendar_event.c.event_id)
        ).all()
    known = {queue.queue_id: queue for queue in organisation.queues}
    sites = [s for s in organisation.sites if scope.site is None or s.org_id == scope.site]
    names = {site.org_id: site.name for site in sites}
    marks: dict[tuple[date, date, str], list[str]] = {}
    for row in rows:
        last = row.end_on or row.start_on
        if last < first:
            continue
        where = ""
        if row.queue_id is not None:
            queue = known.get(row.queue_id)
            if queue is None or (queue.site_id is not None and queue.site_id not in names):
                continue
            where = names.get(queue.site_id or "", queue.name)
        places = marks.setdefault((row.start_on, last, row.kind), [])
        if where and where not in places:
            places.append(where)
    found = [
        CalendarMark(a, b, kind, _said(kind, places, len(names)))
        for (a, b, kind), places in marks.items()
    ]
    for site in sites:
        zone = organisation.zone(site.org_id)
        for day in days_between(first, end):
            hours = len(day_quarters(day, zone)) / 4 - 24
            if hours:
                # A day that is an hour longer is the one on which the clock goes back.
                words = say("{site} clock {hours} h", site=site.name, hours=f"{-hours:+g}")
                words = words.replace("-", "\u2212")
                found.append(CalendarMark(day, day, "clock", words))
    return tuple(sorted(found, key=lambda mark: (mark.first_on, mark.words)))


def _said(kind: str, places: list[str], sites: int) -> str:
    words = kind.replace("_", " ")
    words = words[:1].upper() + words[1:]
    if places and (len(places) < sites or sites == 1):
        return f"{words}, {', '.join(places[:2])}{' …' if len(places) > 2 else ''}"
    return words


def read_runs(store: Store, scope: Scope, unit: str, week: str, limit: int = 6) -> tuple[Run, ...]:
    """Solver runs of a site's week, newest first, each with the curve kept so far."""
    with store.db.read() as connection:
        jobs = [
            one
            for one in read_jobs(connection, scope, kind="solve", limit=200)
            if one.parameters.get("unit") == unit and one.parameters.get("week") == week
        ][:limit]
        plans = {
            row.job_id: row
            for row in connection.execute(
                select(plan.c.job_id, plan.c.plan_id, plan.c.violations_n).where(
                    plan.c.unit == unit, plan.c.week == week, plan.c.job_id.is_not(None)
                )
            )
        }
        found = []
        for one in jobs:
            made = plans.get(one.job_id)
            kept = (None, None) if made is None else (made.plan_id, made.violations_n)
            found.append(Run(one, read_points(connection, scope, one.job_id), *kept))
        return tuple(found)


def read_plan_jobs(store: Store, scope: Scope, limit: int = 8) -> tuple[Job, ...]:
    """Jobs of planning inside a scope that wait, run, or ended last, newest first."""
    kinds = ("forecast", "require", "solve", "publish", "simulate", "design")
    with store.db.read() as connection:
        return tuple(j for j in read_jobs(connection, scope, limit=40) if j.kind in kinds)[:limit]


def read_newest_job(store: Store, scope: Scope, kind: str) -> Job | None:
    """The newest job of a kind inside a scope that is done; None when there is none."""
    with store.db.read() as connection:
        found = read_jobs(connection, scope, kind=kind, state="done", limit=1)
    return found[0] if found else None


def read_requirements(
    store: Store, scope: Scope, weeks: tuple[str, ...]
) -> dict[tuple[str, str], RequirementState]:
    """The newest requirement of each site and week inside a scope."""
    with store.db.read() as connection:
        rows = connection.execute(
            select(requirement_version)
            .where(requirement_version.c.week.in_(weeks))
            .order_by(requirement_version.c.rq_version)
        ).all()
    found: dict[tuple[str, str], RequirementState] = {}
    for row in rows:
        if scope.holds(Scope(row.unit)):
            summary: Any = json.loads(row.summary) if row.summary else {}
            found[row.unit, row.week] = RequirementState(
                row.rq_version, row.fc_version, row.created_at, summary.get("hours")
            )
    return found


def planning_mark(store: Store) -> tuple[object, ...]:
    """A mark of all that the planning page shows beside facts: another mark, other figures.

    Of two versions of a shift in one second the second may be missed; who writes one has done a
    deed, which the page looks at besides.
    """
    with store.db.read() as connection:
        plans = connection.execute(
            select(func.count(), func.max(plan.c.plan_id), func.max(plan.c.published_at))
        ).one()
        newest = connection.execute(
            select(job.c.job_id, job.c.state, job.c.stage, job.c.detail, job.c.cancel_asked)
            .order_by(job.c.job_id.desc())
            .limit(6)
        ).all()
        versions = (
            connection.scalar(select(func.max(shift_version.c.recorded_at))),
            connection.scalar(select(func.max(forecast_version.c.fc_version))),
            connection.scalar(select(func.max(requirement_version.c.rq_version))),
            connection.scalar(select(func.count()).select_from(job_point)),
            connection.scalar(select(func.count()).select_from(draft_edit)),
            offers_mark(connection),
            connection.scalar(select(func.max(agent_wish.c.wish_id))),
        )
    return (*plans, *versions, *(tuple(row) for row in newest))


def week_name(day: date) -> str:
    """The week of a day as it is written: 2026-W42."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
