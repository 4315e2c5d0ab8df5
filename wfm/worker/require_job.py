"""The job `require`: agents that each skill group of a site needs in each quarter of a week."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast

import numpy as np
import polars as pl
from sqlalchemy import Connection

from scheduling.requirement import Bools, GroupRequirement, QueueDemand, require_group
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import MissingFacts
from wfm.domain.grid import day_quarters, day_start, days_between, local_day, local_slot, zone_of
from wfm.domain.language import say
from wfm.domain.opening import parse_opening
from wfm.domain.organisation import Organisation, Queue
from wfm.domain.periods import Period
from wfm.domain.progress import Progress
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.domain.service_level import SlDefinition
from wfm.queries.facts import open_facts
from wfm.queries.organisation import read_organisation
from wfm.store.dimensions import dimension_keys, known_keys
from wfm.store.raw import RAW_SCHEMAS
from wfm.store.readers.plan_versions import (
    ForecastVersion,
    newest_forecast,
    newest_requirement,
    version_rows,
)
from wfm.store.store import Store
from wfm.store.writers.jobs import check_fence
from wfm.store.writers.plan_versions import add_requirement
from wfm.worker.queue_history import Patience, patience, site_zone, unit_queues
from wfm.worker.shrinkage import Shrinkage, forecast_shrinkage
from wfm.worker.week_problem import week_of_text

PATIENCE_DAYS = 90
PATIENCE_LEAST = 100
DEFAULT_PATIENCE_S = 180.0


def run_require(
    store: Store, clock: Clock, parameters: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """The requirement of `unit` and `week` from its newest forecast, fractional, before shrinkage.

    Also `model` ("erlang-a", or "erlang-c" for nobody hangs up) and `max_occupancy` (none). The
    same forecast and targets again give the same version.
    """
    unit, week = str(parameters["unit"]), str(parameters["week"])
    period = week_of_text(week)
    progress(say("Reading the forecast"), 0.0)
    organisation = read_organisation(store, ENTERPRISE)
    zone = site_zone(organisation, unit)
    version, forecast = week_forecast(store, unit, week, period)
    start_at = day_start(period.first, zone)
    queues = unit_queues(organisation, unit, start_at)
    quarters, is_open = open_quarters(organisation, unit, period)
    demands = queue_demands(queues, forecast, quarters)
    origin = local_day(version.origin_at, zone)
    facts = open_facts(store)
    found: dict[str, GroupRequirement] = {}
    sources: dict[str, tuple[Patience, str]] = {}
    groups = sorted({queue.skill_group for queue in queues})
    for i, group in enumerate(groups):
        progress(say("Staffing {group}", group=group), 10 + 80 * i / len(groups), group=group)
        members = [queue for queue in queues if queue.skill_group == group]
        if parameters.get("model") == "erlang-c":
            sources[group] = (Patience(None, None, None, 0), "Erlang C asked for: nobody hangs up")
        else:
            sources[group] = _patience(
                patience(facts, members, origin, PATIENCE_DAYS, PATIENCE_LEAST)
            )
        found[group] = require_group(
            [demands[queue.queue_id] for queue in members],
            is_open,
            sources[group][0].seconds,
            max_occupancy=parameters.get("max_occupancy"),
        )
    progress(say("Keeping the requirement"), 95.0)
    lost = forecast_shrinkage(facts, Scope(unit), origin)
    summary = _summary(found, sources, quarters, zone, version, lost)
    return _keep(store, clock, parameters, (unit, week, period), found, quarters, summary)


def week_forecast(
    store: Store, unit: str, week: str, period: Period
) -> tuple[ForecastVersion, pl.DataFrame]:
    """The newest forecast that holds the week, with queue ids for numbers."""
    with store.db.read() as connection:
        version = newest_forecast(connection, unit, period.first, period.end)
        names = {key: ext_id for ext_id, key in known_keys(connection, "queue").items()}
    if version is None:
        raise MissingFacts(
            say(
                "No forecast of {unit} holds all of {week}: run `wfm plan forecast --unit "
                "{unit} --week {week}` first.",
                unit=unit,
                week=week,
            )
        )
    frame = version_rows(store.files, version.file, "fc_version", version.fc_version)
    queue = pl.col("queue").cast(pl.Int64).replace_strict(names, return_dtype=pl.String)
    return version, frame.with_columns(queue)


def open_quarters(organisation: Organisation, unit: str, period: Period) -> tuple[list[int], Bools]:
    """Quarters of the site's local week, and whether the site is open in each."""
    zone, opening = organisation.zone(unit), parse_opening(organisation.unit(unit).opening_hours)
    quarters: list[int] = []
    is_open: list[bool] = []
    for day in days_between(period.first, period.end):
        span = opening.minutes(day.weekday())
        for q in day_quarters(day, zone):
            minute = local_slot(q * 900, zone) * 15
            quarters.append(q)
            is_open.append(span is not None and span[0] < minute + 15 and minute < span[1])
    return quarters, np.array(is_open)


def queue_demands(
    queues: Sequence[Queue], forecast: pl.DataFrame, quarters: list[int]
) -> dict[str, QueueDemand]:
    """Each queue's forecast on a grid of quarters, with its service level as agreed."""
    grid = pl.DataFrame({"q": quarters}, schema={"q": pl.Int32})
    demands = {}
    for queue in queues:
        rows = grid.join(
            forecast.filter(pl.col("queue") == queue.queue_id), on="q", how="left",
            maintain_order="left",
        )  # fmt: skip
        contacts = rows["fc_contacts_m"].fill_null(0).to_numpy() / 1000
        if rows.filter(pl.col("fc_contacts_m") > 0)["fc_work_ms"].null_count():
            raise MissingFacts(
                say(
                    "No handle time is known for {queue_id}, nor for any other queue of its site: "
                    "load contacts with talk time, then forecast again.",
                    queue_id=queue.queue_id,
                )
            )
        demands[queue.queue_id] = QueueDemand(
            queue.queue_id,
            queue.channel,
            cast(SlDefinition, queue.sl_definition),
            float(queue.sl_threshold_s),
            float(queue.short_abandon_s),
            queue.sl_target_pct,
            contacts,
            rows["fc_work_ms"].fill_null(0).to_numpy() / 1000,
            queue.deferred_sla_s,
        )
    return demands


def _patience(known: Patience) -> tuple[Patience, str]:
    if known.seconds is None:
        return replace(known, seconds=DEFAULT_PATIENCE_S), (
            f"{DEFAULT_PATIENCE_S:.0f} s by default: {known.gone} abandoned in {PATIENCE_DAYS} "
            f"days before the origin, {PATIENCE_LEAST} are needed to learn it"
        )
    return known, (
        f"{known.seconds:.0f} s from {known.gone:,} abandoned in {PATIENCE_DAYS} days before the "
        f"origin, later ones first (a day {known.p10:.0f} to {known.p90:.0f} s)"
    )


def _summary(
    found: Mapping[str, GroupRequirement],
    sources: Mapping[str, tuple[Patience, str]],
    quarters: list[int],
    zone: str,
    version: ForecastVersion,
    shrinkage: Shrinkage | None,
) -> dict[str, Any]:
    total = np.sum([one.required for one in found.values()], axis=0)
    groups = []
    for group, one in found.items():
        at = int(one.required.argmax())
        groups.append(
            {
                "group": group,
                "hours": round(one.hours, 2),
                "peak": round(float(one.required[at]), 3),
                "peak_at": _local(quarters[at], zone) if one.required[at] > 0 else None,
                "model": one.model,
                "patience_s": sources[group][0].seconds,
                "patience_p10_s": sources[group][0].p10,
                "patience_p90_s": sources[group][0].p90,
                "patience": sources[group][1],
                "sl_definition": one.target.sl_definition,
                "sl_target_pct": round(100 * one.target.target, 3),
                "sl_threshold_s": round(one.target.threshold_s, 3),
                "binding": one.binding,
                "notes": list(one.notes),
            }
        )
    peak = int(total.argmax())
    hours = float(total.sum()) / 4
    lost = None if shrinkage is None else shrinkage.total
    return {
        "fc_version": version.fc_version,
        "hours": round(hours, 2),
        "peak": round(float(total[peak]), 3),
        "peak_at": _local(quarters[peak], zone) if total[peak] > 0 else None,
        "shrinkage": "none: people on queue; absence is added when the schedule is built",
        "shrinkage_forecast": [] if shrinkage is None else shrinkage.rows(),
        "contracted_hours": None
        if lost is None or lost.level >= 1
        else round(hours / (1 - lost.level), 2),
        "groups": groups,
    }


def _local(q: int, zone: str) -> str:
    return datetime.fromtimestamp(q * 900, zone_of(zone)).strftime("%Y-%m-%d %H:%M")


def _keep(
    store: Store,
    clock: Clock,
    parameters: Mapping[str, Any],
    place: tuple[str, str, Period],
    found: Mapping[str, GroupRequirement],
    quarters: list[int],
    summary: Mapping[str, Any],
) -> Mapping[str, Any]:
    unit, week, period = place
    fc_version = int(summary["fc_version"])

    def keep(connection: Connection) -> tuple[int, bool]:
        check_fence(connection, parameters.get("job_id"), parameters.get("fence"))
        frame = _frame(connection, unit, found, quarters)
        known = newest_requirement(connection, unit, week)
        if known is not None and known[1] == fc_version:
            before = version_rows(store.files, known[2], "rq_version", known[0])
            if before.equals(frame):
                return known[0], False
        number = add_requirement(
            connection,
            store.files,
            frame,
            unit=unit,
            week=week,
            days=_days(period),
            fc_version=fc_version,
            created_at=epoch_s(clock.now()),
            author=str(parameters.get("author") or "worker"),
            summary=json.dumps(summary),
        )
        return number, True

    number, new = store.db.retry(keep)
    return {
        "message": _sentence(number, new, summary, week, fc_version),
        "rq_version": number,
        "new": new,
        "unit": unit,
        "week": week,
        **summary,
    }


def _sentence(
    number: int, new: bool, summary: Mapping[str, Any], week: str, fc_version: int
) -> str:
    name = say("Requirement {n}", n=number)
    if not new:
        name = say("{name} (unchanged)", name=name)
    peak = ""
    if summary["peak_at"]:
        peak = say("; peak {n:.1f} on {when}", n=summary["peak"], when=summary["peak_at"])
    return say(
        "{name}: {hours:,.1f} agent-hours on queue in {week}{peak}, from forecast {fc_version}.",
        name=name,
        hours=summary["hours"],
        week=week,
        peak=peak,
        fc_version=fc_version,
    )


def _days(period: Period) -> list[date]:
    return days_between(period.first, period.end)


def _frame(
    connection: Connection,
    unit: str,
    found: Mapping[str, GroupRequirement],
    quarters: list[int],
) -> pl.DataFrame:
    """Columns of the raw table but its version; closed quarters are 0."""
    site = dimension_keys(connection, "site", [unit])[unit]
    keys = dimension_keys(connection, "group", found)
    schema = {k: kind for k, kind in RAW_SCHEMAS["requirement"].items() if k != "rq_version"}
    frames = [
        pl.DataFrame(
            {
                "site": [site] * len(quarters),
                "group": [keys[group]] * len(quarters),
                "q": quarters,
                "required_m": [int(value) for value in np.rint(one.required * 1000)],
            },
            schema=schema,
        )
        for group, one in found.items()
    ]
    return pl.concat(frames).sort("q", "group")
