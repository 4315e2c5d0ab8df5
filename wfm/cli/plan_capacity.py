"""`wfm plan capacity`: required people by week for a year, those there, the gap, hires, cost."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from wfm.actions.forecasts import record_forecast
from wfm.cli.context import open_context
from wfm.domain.capacity import CapacityPlan
from wfm.domain.clock import epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.forecast_records import CAPACITY, NewRecord, check_record_terms
from wfm.domain.grid import local_day
from wfm.domain.scope import ENTERPRISE
from wfm.queries.organisation import read_organisation


def capacity(
    unit: Annotated[str, typer.Option("--unit", help="Site to plan")],
    weeks: Annotated[int, typer.Option(min=1, max=104, help="Weeks ahead")] = 52,
    occupancy: Annotated[
        float | None, typer.Option(help="Percent; else of the requirement")
    ] = None,
    shrinkage: Annotated[float | None, typer.Option(help="Percent; else of recent weeks")] = None,
    paid_hours: Annotated[float | None, typer.Option(help="Paid hours a week of one FTE")] = None,
    attrition: Annotated[float | None, typer.Option(help="Percent leaving a month")] = None,
    heads: Annotated[float | None, typer.Option(help="People (FTE) at the start")] = None,
    growth: Annotated[float | None, typer.Option(help="Percent year on year; else learned")] = None,
    cost: Annotated[float | None, typer.Option(help="Cost of a paid hour")] = None,
    lead: Annotated[float | None, typer.Option(help="Weeks from decision to first day")] = None,
    ramp: Annotated[str, typer.Option(help="Productivity by month, percent: 0,50,80")] = "",
    hire: Annotated[list[str] | None, typer.Option(help="Class: 2026-03-02:12")] = None,
    save: Annotated[str, typer.Option(help="Keep these terms, with this reason")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document")] = False,
) -> None:
    """People a site needs in each coming week, those it will have, and when to hire."""
    # The other commands of `wfm plan` start without the models that this one needs.
    from wfm.worker.capacity import capacity_terms, site_capacity

    context = open_context()
    organisation = read_organisation(context.store, ENTERPRISE)
    if organisation.unit(unit).level != "site":
        raise BadInput(f"{unit!r} is no site; capacity is planned for sites.")
    given: dict[str, Any] = {
        "occupancy_pct": occupancy, "shrinkage_pct": shrinkage, "paid_hours_week": paid_hours,
        "attrition_pct_month": attrition, "heads": heads, "growth_pct": growth,
        "cost_per_hour": cost, "lead_weeks": lead, "ramp": _ramp(ramp) or None,
        "classes": [_class(one) for one in hire or ()] or None,
    }  # fmt: skip
    changes = {name: value for name, value in given.items() if value is not None}
    terms = check_record_terms(CAPACITY, capacity_terms(context.store, unit) | changes)
    if save:
        new = NewRecord(CAPACITY, unit, "", None, None, terms, save)
        record_forecast(context.store, context.clock, None, new, request_key=uuid.uuid4().hex)
    today = local_day(epoch_s(context.clock.now()), organisation.zone(unit))
    found = site_capacity(context.store, ENTERPRISE, unit, today, terms, weeks)
    if as_json:
        typer.echo(json.dumps(_document(found), default=str))
        return
    _show(Console(highlight=False), found)


def _ramp(text: str) -> list[float]:
    try:
        return [float(step) for step in text.split(",") if step.strip()]
    except ValueError:
        raise BadInput(f"Ramp {text!r} is no list of percent by month, like 0,50,80.") from None


def _class(text: str) -> dict[str, Any]:
    day, _, heads = text.partition(":")
    try:
        return {"start_on": date.fromisoformat(day).isoformat(), "heads": float(heads)}
    except ValueError:
        raise BadInput(f"Class {text!r} is not like 2026-03-02:12 (first day, people).") from None


def _document(found: CapacityPlan) -> dict[str, Any]:
    weeks = [{**asdict(week), "gap": week.gap, "gap_p90": week.gap_p90} for week in found.weeks]
    return {**asdict(found), "weeks": weeks, "cost": found.cost}


def _show(console: Console, found: CapacityPlan) -> None:
    table = Table()
    for name in ("week of", "contacts", "required", "P10", "P90", "people", "effective", "gap"):
        table.add_column(name, justify="left" if name == "week of" else "right", no_wrap=True)
    for week in found.weeks:
        figures = (week.required, week.required_p10, week.required_p90, week.heads, week.effective)
        table.add_row(
            str(week.first_on), f"{week.contacts:,.0f}", *(f"{value:,.1f}" for value in figures),
            f"{week.gap:+,.1f}",
        )  # fmt: skip
    console.print(table)
    console.print(hire_sentence(found), markup=False)
    for note in found.notes:
        console.print(f"- {note}", markup=False)
    if found.cost:
        console.print(f"Paid hours cost {found.cost:,.0f} over {len(found.weeks)} weeks.")


def hire_sentence(found: CapacityPlan) -> str:
    """When people are missing first, and by when how many have to begin."""
    if found.hire is None:
        return f"Nobody is missing in {len(found.weeks)} weeks."
    hire = found.hire
    return (
        f"{hire.heads:g} people are missing from the week of {hire.short_on} on: they have to "
        f"begin by {hire.start_on} to be productive then, so decide by {hire.decide_on}."
    )
