"""The job `override`: what planners corrected laid on the model's forecast, as versions of its own.

The model's version stays as it is. Of each model's forecast that still counts for some day, a new
version holds its values with the overrides in force, so that requirement, pages and figures take
it like any other forecast; what was in force before stays readable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import Connection, select

from forecasting.overrides import corrected, corrected_seconds, whole_thousandths
from forecasting.series import Bools, Floats, Wholes
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.forecast_records import OVERRIDE, ForecastRecord
from wfm.domain.grid import day_quarters, days_between, local_day, local_slot
from wfm.domain.language import say
from wfm.domain.progress import Progress
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.store.dimensions import known_keys
from wfm.store.readers.forecast_records import read_records
from wfm.store.readers.organisation import read_organisation
from wfm.store.readers.plan_versions import ForecastVersion, forecasts_from, version_rows
from wfm.store.schema import forecast_day
from wfm.store.store import Store
from wfm.store.writers.jobs import check_fence
from wfm.store.writers.plan_versions import add_forecast, add_forecast_days

COLUMNS = ("fc_contacts_m", "fc_work_ms", "p10_m", "p90_m")


@dataclass(frozen=True, eq=False)
class Laid:
    """A model's values with overrides on them, and the totals of the days these touch."""

    frame: pl.DataFrame
    days: dict[tuple[int, date], tuple[float, float]]  # (queue, day): contacts before and after


def run_override(
    store: Store, clock: Clock, parameters: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """The forecasts of `unit` with the overrides in force; nothing new when they hold them."""
    unit = str(parameters["unit"])
    progress(say("Laying overrides on the forecast"), 10.0)
    made = lay_overrides(
        store, clock, unit, str(parameters.get("author") or "worker"),
        parameters.get("job_id"), parameters.get("fence"),
    )  # fmt: skip
    words = ", ".join(str(number) for number in made)
    message = (
        say("Forecast {words} holds the overrides.", words=words)
        if made
        else say("Nothing to change.")
    )
    return {"message": message, "unit": unit, "fc_versions": made}


def lay_overrides(
    store: Store, clock: Clock, unit: str, author: str, job_id: int | None = None,
    fence: int | None = None,
) -> list[int]:  # fmt: skip
    """Numbers of the versions made, one for each model's forecast whose overrides changed."""
    at = epoch_s(clock.now())

    def work(connection: Connection) -> list[int]:
        check_fence(connection, job_id, fence)
        organisation = read_organisation(connection, ENTERPRISE)
        zone = organisation.zone(unit)
        today = local_day(at, zone)
        records = [
            one
            for one in read_records(connection, Scope(unit), unit, (OVERRIDE,))
            if one.in_force(at)
        ]
        keys = known_keys(connection, "queue")
        made = []
        for model, newest in _counting(forecasts_from(connection, unit, today), today):
            wanted = [
                one
                for one in records
                if _on(one.first_on) < model.end_on and _on(one.end_on) > model.first_on
            ]
            if [r.record_id for r in wanted] == _held(newest):
                continue
            made.append(_keep(connection, store, model, newest, wanted, keys, zone, at, author))
        return made

    return store.db.retry(work)


def _counting(
    versions: Sequence[ForecastVersion], today: date
) -> list[tuple[ForecastVersion, ForecastVersion]]:
    """Model versions that are the newest for some day from today on, each with its newest one."""
    newest: dict[int, ForecastVersion] = {}
    models: dict[int, ForecastVersion] = {}
    for one in versions:
        newest.setdefault(one.base_version or one.fc_version, one)
        if one.base_version is None:
            models[one.fc_version] = one
    counting, covered = [], set[date]()
    for number in sorted(models, reverse=True):
        model = models[number]
        days = set(days_between(max(today, model.first_on), model.end_on))
        if days - covered:
            counting.append((model, newest[number]))
        covered |= days
    return counting


def _held(version: ForecastVersion) -> list[int]:
    """Overrides that a version holds already."""
    held = json.loads(version.inputs or "{}").get("overrides", [])
    return [int(number) for number in held]


def _keep(
    connection: Connection,
    store: Store,
    model: ForecastVersion,
    newest: ForecastVersion,
    records: Sequence[ForecastRecord],
    keys: Mapping[str, int],
    zone: str,
    at: int,
    author: str,
) -> int:
    frame = version_rows(store.files, model.file, "fc_version", model.fc_version)
    laid = lay(frame, records, keys, zone, (model.first_on, model.end_on))
    before = set(_held(newest))
    gone = [
        one
        for one in read_records(connection, Scope(model.unit), model.unit, (OVERRIDE,))
        if one.record_id in before
    ]
    touched = {
        day
        for one in (*records, *gone)
        for day in days_between(
            max(model.first_on, one.first_on or model.first_on),
            min(model.end_on, one.end_on or model.end_on),
        )
    }
    inputs = json.loads(model.inputs or "{}") | {"overrides": [r.record_id for r in records]}
    number = add_forecast(
        connection,
        store.files,
        laid.frame,
        unit=model.unit,
        first=model.first_on,
        end=model.end_on,
        days=sorted(touched),
        origin_at=model.origin_at,
        method=model.method,
        config_hash=model.config_hash,
        created_at=at,
        author=author,
        summary=json.dumps(_summary(model, laid)),
        inputs=json.dumps(inputs),
        base_version=model.fc_version,
    )
    _keep_days(connection, model, number, laid, keys, touched)
    return number


def lay(
    frame: pl.DataFrame,
    records: Sequence[ForecastRecord],
    keys: Mapping[str, int],
    zone: str,
    span: tuple[date, date],
) -> Laid:
    """A model's rows with overrides on them in the order they were recorded.

    Bands and handle time keep their ratio to the mean; a day's total that is set is reached to the
    last thousandth.
    """
    columns = {name: frame[name].fill_null(-1).to_numpy().astype(np.float64) for name in COLUMNS}
    if not records:
        return Laid(frame, {})
    queues, quarters = frame["queue"].to_numpy(), frame["q"].to_numpy()
    contacts = columns["fc_contacts_m"] / 1000
    plain = contacts.copy()
    with np.errstate(invalid="ignore", divide="ignore"):
        told = (contacts > 0) & (columns["fc_work_ms"] >= 0)
        aht = np.where(told, columns["fc_work_ms"] / 1000 / contacts, np.nan)
    whole = frame["fc_contacts_m"].to_numpy().copy()
    touched: dict[date, Bools] = {}
    for record in records:
        mine = _queue_mask(queues, record, keys)
        for day in days_between(
            max(span[0], _on(record.first_on)), min(span[1], _on(record.end_on))
        ):
            inside = day_quarters(day, zone)
            on_day = mine & (quarters >= inside[0]) & (quarters <= inside[-1])
            touched[day] = touched.get(day, np.zeros_like(on_day)) | on_day
            rows = np.flatnonzero(on_day & _hours_mask(quarters, record, zone))
            if not rows.size:
                continue
            how, value = record.terms["how"], float(record.terms["value"])
            if record.terms["measure"] == "aht":
                aht[rows] = corrected_seconds(aht[rows], how, value)
                continue
            contacts[rows] = corrected(contacts[rows], how, value)
            whole[rows] = whole_thousandths(contacts[rows])
    aht = _filled(aht, queues)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(plain > 0, contacts / plain, 1.0)
    changed = np.any(list(touched.values()), axis=0) if touched else np.zeros(len(frame), bool)
    work = np.where(changed, np.rint(whole * np.nan_to_num(aht)), columns["fc_work_ms"])
    fresh = changed & (plain <= 0) & (contacts > 0)
    new = frame.with_columns(
        pl.Series("fc_contacts_m", whole),
        _where_known(frame, "fc_work_ms", work.astype(np.int64)),
        _where_known(frame, "p10_m", _band(columns["p10_m"], ratio, fresh, whole, 0.0)),
        _where_known(frame, "p90_m", _band(columns["p90_m"], ratio, fresh, whole, 2.0)),
    )
    days = {}
    for day, mask in touched.items():
        for queue in np.unique(queues[mask]):
            rows = np.flatnonzero(mask & (queues == queue))
            days[int(queue), day] = (float(plain[rows].sum()), float(whole[rows].sum()) / 1000)
    return Laid(new, days)


def _where_known(frame: pl.DataFrame, name: str, values: Wholes) -> pl.Expr:
    """New values of a column; what the model did not know stays unknown."""
    return pl.when(pl.col(name).is_not_null()).then(pl.Series(name, values)).alias(name)


def _on(day: date | None) -> date:
    assert day is not None  # an override always has its days
    return day


def _queue_mask(queues: Any, record: ForecastRecord, keys: Mapping[str, int]) -> Bools:
    if not record.queue_id:
        return np.ones(len(queues), dtype=bool)
    return np.asarray(queues == keys.get(record.queue_id, -1), dtype=bool)


def _hours_mask(quarters: Any, record: ForecastRecord, zone: str) -> Bools:
    first, last = record.terms.get("from_min"), record.terms.get("to_min")
    if first is None or last is None:
        return np.ones(len(quarters), dtype=bool)
    known = {
        int(q): first <= local_slot(int(q) * 900, zone) * 15 < last for q in np.unique(quarters)
    }
    return np.array([known[int(q)] for q in quarters], dtype=bool)


def _filled(aht: Floats, queues: Any) -> Floats:
    """Handle times, the queue's mean where a quarter had no contact to tell one."""
    out = aht.copy()
    for queue in np.unique(queues):
        rows = queues == queue
        known = out[rows][np.isfinite(out[rows])]
        if known.size:
            out[rows & ~np.isfinite(out)] = known.mean()
    return out


def _band(before: Floats, ratio: Floats, fresh: Bools, whole: Wholes, width: float) -> Wholes:
    """An edge of the band, in its old ratio to the mean; where nothing was forecast before, from
    nothing to twice the mean."""
    return np.rint(np.where(fresh, width * whole, before * ratio)).astype(np.int64)


def _summary(model: ForecastVersion, laid: Laid) -> dict[str, Any]:
    """The model's summary with the days and totals as they are with the overrides."""
    summary: dict[str, Any] = json.loads(model.summary or "{}")
    moved: dict[date, float] = {}
    for (_, day), (before, after) in laid.days.items():
        moved[day] = moved.get(day, 0.0) + after - before
    days = []
    for row in summary.get("days", ()):
        gain = moved.get(date.fromisoformat(row["on"]), 0.0)
        if not gain:
            days.append(row)
            continue
        contacts = max(row["contacts"] + gain, 0.0)
        ratio = contacts / row["contacts"] if row["contacts"] > 0 else 1.0
        days.append({**row, "contacts": round(contacts, 1), "p10": round(row["p10"] * ratio, 1),
                     "p90": round(row["p90"] * ratio, 1)})  # fmt: skip
    total = round(float(summary.get("contacts", 0.0)) + sum(moved.values()), 1)
    return {**summary, "days": days, "contacts": total}


def _keep_days(
    connection: Connection, model: ForecastVersion, number: int, laid: Laid,
    keys: Mapping[str, int], touched: set[date],
) -> None:  # fmt: skip
    """Each queue's days that overrides bend or bent before: the model's parts and what is added."""
    names = {key: ext for ext, key in keys.items()}
    kept = {
        (row.queue_id, row.day): row
        for row in connection.execute(
            select(forecast_day).where(forecast_day.c.fc_version == model.fc_version)
        )
    }
    after = {(names.get(queue, ""), day): new for (queue, day), (_, new) in laid.days.items()}
    rows = []
    for (queue_id, day), row in sorted(kept.items()):
        if day not in touched:
            continue
        contacts = round(after.get((queue_id, day), row.contacts_m / 1000) * 1000)
        ratio = contacts / row.contacts_m if row.contacts_m > 0 else 1.0
        parts = json.loads(row.parts) | {"override": contacts - row.contacts_m}
        rows.append(
            {
                "queue_id": queue_id,
                "day": day,
                "contacts_m": contacts,
                "p10_m": round(row.p10_m * ratio),
                "p90_m": round(row.p90_m * ratio),
                "parts": json.dumps(parts),
            }
        )
    add_forecast_days(connection, number, rows)
