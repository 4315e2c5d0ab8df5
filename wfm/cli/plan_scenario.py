"""`wfm plan scenario, compare`: what the coming year would need if things went otherwise."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from wfm.actions.forecasts import record_forecast
from wfm.cli.context import open_context
from wfm.domain.capacity import CapacityPlan
from wfm.domain.clock import epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.forecast_records import SCENARIO, NewRecord
from wfm.domain.grid import local_day
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.queries.forecasts import read_records
from wfm.queries.organisation import read_organisation

Unit = Annotated[str, typer.Option("--unit", help="Site")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document")]


def scenario(
    unit: Unit,
    name: Annotated[str, typer.Option(help="What it is called")],
    reason: Annotated[str, typer.Option(help="Why, for the record")],
    volume: Annotated[float, typer.Option(help="Change of contacts, percent")] = 0.0,
    aht: Annotated[float, typer.Option(help="Change of handle time, percent")] = 0.0,
    shrinkage: Annotated[float | None, typer.Option(help="Percent; else as planned")] = None,
    event: Annotated[
        list[str] | None,
        typer.Option(help="First day, last day, percent: 2026-03-02:2026-03-08:30"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Keep a scenario of the coming year; `wfm plan undo` takes it back."""
    terms = {
        "name": name, "volume_pct": volume, "aht_pct": aht, "shrinkage_pct": shrinkage,
        "events": [_event(text) for text in event or ()],
    }  # fmt: skip
    context = open_context()
    new = NewRecord(SCENARIO, unit, "", None, None, terms, reason)
    made = record_forecast(context.store, context.clock, None, new, request_key=uuid.uuid4().hex)
    if as_json:
        typer.echo(json.dumps({"record_id": made.record_id}))
        return
    typer.echo(
        f"Record {made.record_id}; `wfm plan compare --unit {unit}` shows it beside the plan."
    )


def compare(
    unit: Unit,
    names: Annotated[
        list[str] | None, typer.Option("--scenario", help="By name; else the newest two")
    ] = None,
    as_json: Json = False,
) -> None:
    """The coming year as planned beside scenarios: contacts, people required, gap, hire, cost."""
    from wfm.worker.capacity import capacity_plans

    context = open_context()
    organisation = read_organisation(context.store, ENTERPRISE)
    if organisation.unit(unit).level != "site":
        raise BadInput(f"{unit!r} is no site; scenarios are of sites.")
    today = local_day(epoch_s(context.clock.now()), organisation.zone(unit))
    records = [
        one
        for one in reversed(read_records(context.store, Scope(unit), unit, (SCENARIO,)))
        if one.undone_at is None
    ]
    known = {str(one.terms["name"]): one.terms for one in reversed(records)}
    chosen = list(names or [str(one.terms["name"]) for one in records[:2]])
    missing = [name for name in chosen if name not in known]
    if missing:
        told = ", ".join(known) or "none yet; add one with `wfm plan scenario`"
        raise BadInput(f"{unit} has no scenario {missing[0]!r}; it has {told}.")
    asked = [None, *(known[name] for name in chosen)]
    found = capacity_plans(context.store, ENTERPRISE, unit, today, asked)
    plans = dict(zip(("as planned", *chosen), found, strict=True))
    figures = {name: measures(plan) for name, plan in plans.items()}
    if as_json:
        weeks = {name: [asdict(week) for week in plan.weeks] for name, plan in plans.items()}
        typer.echo(json.dumps({"figures": figures, "weeks": weeks}, default=str))
        return
    table = Table("over 52 weeks", *plans)
    for measure in next(iter(figures.values())):
        table.add_row(measure, *(_figure(one[measure]) for one in figures.values()))
    Console().print(table)


def measures(plan: CapacityPlan) -> dict[str, Any]:
    """What two plans are compared by; None where nothing tells it."""
    peak, worst = plan.peak, plan.worst
    return {
        "contacts": round(plan.contacts, 1),
        "required, a usual week": round(plan.required_mean, 2),
        "required, the fullest week": None if peak is None else round(peak.required, 2),
        "most missing": None if worst is None else round(worst.gap, 2),
        "in the week of": None if worst is None else worst.first_on,
        "to hire": None if plan.hire is None else plan.hire.heads,
        "decide by": None if plan.hire is None else plan.hire.decide_on,
        "cost of those required": round(plan.required_cost, 2) or None,
    }


def _figure(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:,.1f}" if isinstance(value, float) else str(value)


def _event(text: str) -> dict[str, Any]:
    parts = text.split(":")
    try:
        first, last = (date.fromisoformat(part) for part in parts[:2])
        percent = float(parts[2])
    except (ValueError, IndexError):
        raise BadInput(f"Event {text!r} is not like 2026-03-02:2026-03-08:30.") from None
    end = last + timedelta(days=1)
    return {"first_on": first.isoformat(), "end_on": end.isoformat(), "percent": percent}
