"""A site's long-term capacity from its own records: demand, handle time, people, assumptions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
from sqlalchemy import Connection, select

from forecasting.capacity import Growth, growth_of, plan_capacity, under_scenario, weekly_demand
from wfm.domain.capacity import CapacityPlan, CapacityTerms, HiringClass, WeekDemand
from wfm.domain.errors import MissingFacts
from wfm.domain.forecast_records import CAPACITY, check_record_terms
from wfm.domain.grid import day_quarters, day_start
from wfm.domain.language import say
from wfm.domain.periods import week_of
from wfm.domain.scope import Scope
from wfm.facts.query import read_measures
from wfm.facts.reader import FactQuery
from wfm.queries.facts import open_facts
from wfm.queries.forecasts import by_day, read_queue_days
from wfm.queries.organisation import read_organisation
from wfm.store.readers.forecast_records import read_records
from wfm.store.readers.plan_versions import forecast_by_number, version_rows
from wfm.store.schema import requirement_version
from wfm.store.store import Store
from wfm.worker.shrinkage import forecast_shrinkage

WEEKS = 52
PAST = timedelta(days=820)
AHT_DAYS = 56
OCCUPANCY, SHRINKAGE = 0.85, 0.30  # conventions, said so wherever they are used


def capacity_terms(store: Store, unit: str) -> dict[str, Any]:
    """What the newest capacity plan of a site assumes, as recorded; the defaults without one."""
    with store.db.read() as connection:
        records = read_records(connection, Scope(unit), unit, (CAPACITY,))
    kept = [one for one in records if one.undone_at is None]
    return check_record_terms(CAPACITY, kept[-1].terms if kept else {})


def site_capacity(
    store: Store, scope: Scope, unit: str, today: date, changes: Mapping[str, Any] | None = None,
    weeks: int = WEEKS,
) -> CapacityPlan:  # fmt: skip
    """The weeks from next Monday on; `changes` replace what the newest capacity plan assumes."""
    return capacity_plans(store, scope, unit, today, (None,), changes, weeks)[0]


def capacity_plans(
    store: Store, scope: Scope, unit: str, today: date,
    scenarios: Sequence[Mapping[str, Any] | None], changes: Mapping[str, Any] | None = None,
    weeks: int = WEEKS,
) -> list[CapacityPlan]:  # fmt: skip
    """The coming year under each scenario, None for the plan itself, from one look at the facts.

    A scenario holds its terms: volume, handle time, shrinkage and events as they would be.
    """
    kept = capacity_terms(store, unit) | dict(changes or {})
    organisation = read_organisation(store, scope)
    mine = Scope(unit)
    facts = open_facts(store)
    rows = read_measures(facts, mine, FactQuery(("offered_n",), today - PAST, today, ("day",)))
    past = {r["day"]: float(r["offered_n"]) for r in rows.iter_rows(named=True)
            if r["offered_n"] is not None}  # fmt: skip
    if not past:
        raise MissingFacts(
            say("No contact of {unit} is known: load its contacts first.", unit=unit)
        )
    aht_s = _handle_time(facts, mine, today)
    first = today + timedelta(days=-today.weekday() % 7)
    days = by_day(read_queue_days(store, scope, unit, first, first + timedelta(days=95)))
    ahead = {day: parts.total / 1000 for day, parts in days.items()}
    stated = kept["growth_pct"]
    growth: Growth = growth_of(past, None if stated is None else 1 + stated / 100)
    demand = weekly_demand(past, ahead, first, weeks, aht_s, growth)
    occupancy, occupancy_note = _occupancy(store, organisation.zone(unit), unit, kept)
    shrinkage, shrinkage_note = _shrinkage(facts, mine, today, kept)
    paid = float(kept["paid_hours_week"])
    heads, heads_note = kept["heads"], "people as stated"
    if heads is None:
        people = organisation.agents(day_start(today, organisation.zone(unit)), mine)
        hours = [person.weekly_hours or paid for person in people]
        heads = sum(hours) / paid
        heads_note = f"{len(people)} people are {heads:.1f} full-time equivalents today"
    terms = CapacityTerms(
        occupancy, shrinkage, paid, kept["attrition_pct_month"] / 100, float(heads),
        tuple(step / 100 for step in kept["ramp"]),
        tuple(HiringClass(date.fromisoformat(c["start_on"]), c["heads"]) for c in kept["classes"]),
        kept["cost_per_hour"], kept["lead_weeks"],
    )  # fmt: skip
    found = []
    for scenario in scenarios:
        own, own_note, wanted = terms, shrinkage_note, demand
        if scenario is not None:
            wanted = _under(demand, scenario)
            if scenario["shrinkage_pct"] is not None:
                share, own_note = _shrinkage(facts, mine, today, scenario)
                own = replace(terms, shrinkage=share)
        notes = (growth.note, f"handle time {aht_s:.0f} s of the last {AHT_DAYS} days",
                 occupancy_note, own_note, heads_note)  # fmt: skip
        found.append(plan_capacity(unit, wanted, own, notes))
    return found


def _under(demand: tuple[WeekDemand, ...], scenario: Mapping[str, Any]) -> tuple[WeekDemand, ...]:
    events = [
        (date.fromisoformat(e["first_on"]), date.fromisoformat(e["end_on"]), e["percent"] / 100)
        for e in scenario["events"]
    ]
    volume, longer = scenario["volume_pct"] / 100, scenario["aht_pct"] / 100
    return under_scenario(demand, volume, longer, events)


def _handle_time(facts: Any, scope: Scope, today: date) -> float:
    names = ("handled_n", "talk_s", "hold_s", "acw_s")
    query = FactQuery(names, today - timedelta(days=AHT_DAYS), today)
    row = next(iter(read_measures(facts, scope, query).iter_rows(named=True)), {})
    handled = row.get("handled_n") or 0
    if not handled:
        raise MissingFacts(
            say(
                "No handled contact of the last {aht_days} days is known, so no handle time: "
                "load contacts with talk time.",
                aht_days=AHT_DAYS,
            )
        )
    return sum(float(row.get(name) or 0) for name in names[1:]) / float(handled)


def _occupancy(store: Store, zone: str, unit: str, kept: Mapping[str, Any]) -> tuple[float, str]:
    """As stated; else work over required hours of the newest requirement, which small queues need
    more of; else a convention."""
    if kept["occupancy_pct"] is not None:
        return kept["occupancy_pct"] / 100, f"occupancy {kept['occupancy_pct']:g} % as stated"
    with store.db.read() as connection:
        found = _newest_requirement(connection, unit)
        if found is not None:
            week, fc_version, hours = found
            version = forecast_by_number(connection, fc_version)
            period = week_of(week)
            low = day_quarters(period.first, zone)[0]
            high = day_start(period.end, zone) // 900
            rows = version_rows(store.files, version.file, "fc_version", fc_version)
            inside = rows.filter(pl.col("q") >= low, pl.col("q") < high)
            work_h = float(inside["fc_work_ms"].fill_null(0).sum()) / 3_600_000
            if hours > 0 and 0 < work_h <= hours:
                share = work_h / hours
                return share, f"occupancy {100 * share:.0f} % of the requirement of {week}"
    return OCCUPANCY, f"occupancy {100 * OCCUPANCY:.0f} % assumed: no requirement is known"


def _newest_requirement(connection: Connection, unit: str) -> tuple[str, int, float] | None:
    row = connection.execute(
        select(requirement_version)
        .where(requirement_version.c.unit == unit, requirement_version.c.author != "import")
        .order_by(requirement_version.c.rq_version.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    hours = json.loads(row.summary or "{}").get("hours") or 0.0
    return row.week, row.fc_version, float(hours)


def _shrinkage(facts: Any, scope: Scope, today: date, kept: Mapping[str, Any]) -> tuple[float, str]:
    if kept["shrinkage_pct"] is not None:
        return kept["shrinkage_pct"] / 100, f"shrinkage {kept['shrinkage_pct']:g} % as stated"
    found = forecast_shrinkage(facts, scope, today)
    if found is None or not 0 <= found.total.level < 0.9:
        return SHRINKAGE, f"shrinkage {100 * SHRINKAGE:.0f} % assumed: none is known"
    low, high = (100 * found.total.quantile(level, 5) for level in (0.1, 0.9))
    largest = ", ".join(
        f"{row['reason']} {row['percent']:.1f}"
        for row in found.rows()[:3]
        if row["reason"] != "total"
    )
    return found.total.level, (
        f"shrinkage {100 * found.total.level:.1f} % forecast from {found.days} days (a week "
        f"{low:.1f} to {high:.1f}): {largest}"
    )
