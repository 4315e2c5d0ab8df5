"""The job `forecast`: every queue of a site forecast by quarter, kept as a new version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import Connection

from forecasting.forecast import ForecastConfig
from forecasting.series import Floats
from forecasting.threads import use_one_thread
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput, MissingFacts
from wfm.domain.grid import day_quarters, day_start, days_between, local_day, local_slot
from wfm.domain.language import say
from wfm.domain.progress import Progress
from wfm.domain.scope import ENTERPRISE
from wfm.queries.facts import open_facts
from wfm.queries.organisation import read_organisation
from wfm.store.dimensions import dimension_keys
from wfm.store.raw import RAW_SCHEMAS
from wfm.store.readers.plan_versions import same_forecast, version_rows
from wfm.store.store import Store
from wfm.store.writers.jobs import check_fence
from wfm.store.writers.plan_versions import add_forecast, add_forecast_days
from wfm.worker.country import country_of
from wfm.worker.facts_ready import bring_up
from wfm.worker.forecast_days import day_rows, handle_time_told, past_errors
from wfm.worker.forecast_kept import day_row, inputs_document, queue_days
from wfm.worker.forecast_says import Says, what_was_said
from wfm.worker.override_job import lay_overrides
from wfm.worker.queue_forecasts import Forecasted, forecast_queues, site_config
from wfm.worker.queue_history import queue_pasts, site_zone, unit_queues
from wfm.worker.tenure import tenure_mixes
from wfm.worker.week_problem import week_of_text

LEAST_DAYS = 14
DAY = timedelta(days=1)
MOST_DAYS = 400


def run_forecast(
    store: Store, clock: Clock, parameters: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """The forecast of `unit` for at least 14 days, to the end of `week` (or `days` from `first`).

    Learned from what lies before today, or before the week when it has begun. The same data again
    give the same version.
    """
    use_one_thread()
    unit = str(parameters["unit"])
    organisation = read_organisation(store, ENTERPRISE)
    zone = site_zone(organisation, unit)
    origin, end = _days_asked(parameters, local_day(epoch_s(clock.now()), zone))
    queues = unit_queues(organisation, unit, day_start(origin, zone))
    bring_up(store, clock, origin, progress)
    pasts = queue_pasts(open_facts(store), queues, origin)
    years = range(origin.year - 4, end.year + 1)
    says = what_was_said(store, unit, country_of(zone), epoch_s(clock.now()), years)
    if all(past.history is None for past in pasts) and not says.starts:
        raise MissingFacts(
            say(
                "No contact of {unit} is known before {origin}: load its contacts first, for "
                "example with `wfm import csv`.",
                unit=unit,
                origin=origin,
            )
        )
    config = site_config(organisation, unit)
    days = (end - origin).days
    mixes = tenure_mixes(open_facts(store), organisation, queues, origin, days)
    made = forecast_queues(
        organisation, pasts, origin, days, config, says, mixes, progress
    )  # fmt: skip
    progress(say("Keeping the forecast"), 95.0)
    return _keep(store, clock, parameters, unit, (origin, end), made, config, says)


def _days_asked(parameters: Mapping[str, Any], today: date) -> tuple[date, date]:
    """The first day to forecast, which is the origin, and the day after the last."""
    if parameters.get("week"):
        period = week_of_text(str(parameters["week"]))
        origin, end = min(today, period.first), period.end
    elif parameters.get("first"):
        first = date.fromisoformat(str(parameters["first"]))
        origin = min(today, first)
        end = first + timedelta(days=int(parameters.get("days") or LEAST_DAYS))
    else:
        origin, end = today, today
    end = max(end, origin + timedelta(days=LEAST_DAYS))
    if (end - origin).days > MOST_DAYS:
        raise BadInput(
            say(
                "{days} days from {origin} are asked; a forecast by quarters reaches "
                "{most_days} days ahead.",
                days=(end - origin).days,
                origin=origin,
                most_days=MOST_DAYS,
            )
        )
    return origin, end


def _keep(
    store: Store,
    clock: Clock,
    parameters: Mapping[str, Any],
    unit: str,
    span: tuple[date, date],
    made: Sequence[Forecasted],
    config: ForecastConfig,
    says: Says,
) -> Mapping[str, Any]:
    first, end = span
    zone = read_organisation(store, ENTERPRISE).zone(unit)
    origin_at = day_start(first, zone)
    summary = _summary(made, first, end)
    inputs = inputs_document(
        {one.past.queue.queue_id: one.past.history for one in made},
        {one.past.queue.queue_id: one.training for one in made},
        first,
        config,
        says.ids,
        says,
    )
    methods = sorted({one.found.method for one in made if one.found is not None})
    digest = hashlib.sha256(
        repr((config.digest, [one.past.queue.queue_id for one in made])).encode()
    ).hexdigest()

    def keep(connection: Connection) -> tuple[int, bool]:
        check_fence(connection, parameters.get("job_id"), parameters.get("fence"))
        frame = _frame(connection, made, days_between(first, end))
        known = same_forecast(connection, unit, first, end, origin_at, digest)
        if known is not None:
            before = version_rows(store.files, known.file, "fc_version", known.fc_version)
            # A version of before its inputs were kept is made anew, with them.
            if before.equals(frame) and known.inputs:
                return known.fc_version, False
        number = add_forecast(
            connection,
            store.files,
            frame,
            unit=unit,
            first=first,
            end=end,
            days=days_between(first, end),
            origin_at=origin_at,
            method="; ".join(methods)[:200],
            config_hash=digest,
            created_at=epoch_s(clock.now()),
            author=str(parameters.get("author") or "worker"),
            summary=json.dumps(summary),
            inputs=json.dumps(inputs),
        )
        add_forecast_days(connection, number, _day_rows(made, says))
        return number, True

    number, new = store.db.retry(keep)
    author = str(parameters.get("author") or "worker")
    laid = lay_overrides(
        store, clock, unit, author, parameters.get("job_id"), parameters.get("fence")
    )
    return {
        "message": _sentence(number, new, summary),
        "fc_version": number,
        "new": new,
        "unit": unit,
        "with_overrides": laid,
        **summary,
    }


def _day_rows(made: Sequence[Forecasted], says: Says) -> list[dict[str, Any]]:
    return [
        day_row(one.past.queue.queue_id, day)
        for one in made
        if one.found is not None and one.training is not None
        for day in queue_days(
            one.found,
            one.training,
            says.names(one.past.queue.queue_id, one.found.dates[0], one.found.dates[-1] + DAY),
        )
    ]


def _frame(connection: Connection, made: Sequence[Forecasted], days: list[date]) -> pl.DataFrame:
    """Columns of the raw table but its version, in thousandths; closed quarters are 0."""
    keys = dimension_keys(connection, "queue", [one.past.queue.queue_id for one in made])
    frames = []
    schema = {name: kind for name, kind in RAW_SCHEMAS["forecast"].items() if name != "fc_version"}
    for one in made:
        quarters, cells = _cells(days, one.zone)
        rows: dict[str, object] = {"queue": [keys[one.past.queue.queue_id]] * len(quarters)}
        rows["q"] = quarters
        if one.found is None:
            zeros = [0] * len(quarters)
            rows |= dict.fromkeys(("fc_contacts_m", "fc_work_ms", "p10_m", "p90_m"), zeros)
        else:
            share = cells[:, 2]
            day, slot = cells[:, 0].astype(int), cells[:, 1].astype(int)
            mean = one.found.mean[day, slot] * share
            rows["fc_contacts_m"] = _thousandths(mean)
            unknown, aht = [None] * len(quarters), one.aht_s
            rows["fc_work_ms"] = (
                unknown if aht is None else _thousandths(mean * aht[day % len(aht), slot])
            )
            rows["p10_m"] = _thousandths(one.found.p10[day, slot] * share)
            rows["p90_m"] = _thousandths(one.found.p90[day, slot] * share)
        frames.append(pl.DataFrame(rows, schema=schema))
    return pl.concat(frames).sort("q", "queue")


def _cells(days: list[date], zone: str) -> tuple[list[int], Floats]:
    """Quarters of local days, each with day, slot and share: ½ in an hour that comes twice."""
    quarters: list[int] = []
    cells: list[tuple[int, int, float]] = []
    for i, day in enumerate(days):
        inside = day_quarters(day, zone)
        slots = [local_slot(q * 900, zone) for q in inside]
        quarters.extend(inside)
        cells.extend((i, slot, 1 / slots.count(slot)) for slot in slots)
    return quarters, np.array(cells)


def _thousandths(values: Floats) -> list[int]:
    return [int(value) for value in np.rint(values * 1000)]


def _summary(made: Sequence[Forecasted], first: date, end: date) -> dict[str, Any]:
    rows = []
    scored = [
        one.found
        for one in made
        if one.found is not None and one.found.past_wape is not None and one.found.past_contacts
    ]
    total = sum(found.past_contacts for found in scored)
    for one in made:
        found = one.found
        contacts = 0.0 if found is None else float(found.mean.sum())
        work = 0.0
        if found is not None and one.aht_s is not None:
            work = float((found.mean * one.aht_s).sum())
        rows.append(
            {
                "queue": one.past.queue.queue_id,
                "model": "none" if found is None else found.method,
                "contacts": round(contacts, 1),
                "aht_s": round(work / contacts, 1) if contacts > 0 and work > 0 else None,
                **handle_time_told(found),
                "weights": [] if found is None else [dict(one) for one in found.weights],
                "past_days": 0 if found is None else found.past_days,
                "past_wape": None if found is None else _rounded(found.past_wape),
                "past_naive_wape": None if found is None else _rounded(found.past_naive_wape),
                "notes": list(one.notes),
            }
        )
    return {
        "first_on": first.isoformat(),
        "end_on": end.isoformat(),
        "origin_on": first.isoformat(),
        "contacts": round(sum(row["contacts"] for row in rows), 1),
        "past_wape": _rounded(_pooled([(f.past_wape, f.past_contacts) for f in scored], total)),
        "past_naive_wape": _rounded(
            _pooled([(f.past_naive_wape, f.past_contacts) for f in scored], total)
        ),
        **past_errors([one.found for one in made if one.found is not None]),
        "days": day_rows(
            [one.found for one in made if one.found is not None], first, (end - first).days
        ),
        "queues": rows,
    }


def _pooled(errors: Sequence[tuple[float | None, float]], total: float) -> float | None:
    """One WAPE of several queues: their absolute errors over all their contacts."""
    return sum((e or 0.0) * n for e, n in errors) / total if total > 0 else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _sentence(number: int, new: bool, summary: Mapping[str, Any]) -> str:
    days = (date.fromisoformat(summary["end_on"]) - date.fromisoformat(summary["first_on"])).days
    error = (
        say("no past error yet")
        if summary["past_wape"] is None
        else say(
            "past error {error:.1f} % by quarter (last week again {naive:.1f} %)",
            error=summary["past_wape"],
            naive=summary["past_naive_wape"],
        )
    )
    name = say("Forecast {n}", n=number)
    if not new:
        name = say("{name} (unchanged)", name=name)
    return say(
        "{name}: {contacts:,.0f} contacts in {days} days from {first}, {queues} queues; {error}.",
        name=name,
        contacts=summary["contacts"],
        days=days,
        first=summary["first_on"],
        queues=len(summary["queues"]),
        error=error,
    )
