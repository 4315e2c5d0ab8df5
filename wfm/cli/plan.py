"""`wfm plan`: forecast, requirement, schedule and publication of a site's week, each a job."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from wfm.cli import (
    plan_all,
    plan_capacity,
    plan_day,
    plan_design,
    plan_edit,
    plan_override,
    plan_policy,
    plan_scenario,
)
from wfm.cli.context import open_context
from wfm.cli.watch import Watch
from wfm.domain.errors import BadInput, JobCancelled, WfmError
from wfm.domain.jobs import Job
from wfm.domain.scope import ENTERPRISE
from wfm.queries.plans import read_plans
from wfm.worker.jobs import run_job_here

AUTHOR, AUTHOR_ROLE = "command line", "operator"

plan = typer.Typer(
    help="Plan a week of a site, from forecast to publication.", no_args_is_help=True
)
Unit = Annotated[str, typer.Option("--unit", help="Site to plan")]
Week = Annotated[str, typer.Option("--week", help="Week to plan, like 2026-W42")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document")]


@plan.command("forecast")
def forecast(unit: Unit, week: Week, as_json: Json = False) -> None:
    """Forecast the contacts and handle time of the week, with the error of past forecasts."""
    _run("forecast", {"unit": unit, "week": week}, as_json)


@plan.command("require")
def require(unit: Unit, week: Week, as_json: Json = False) -> None:
    """Work out how many people each quarter-hour needs for the service level of its queues."""
    _run("require", {"unit": unit, "week": week}, as_json)


@plan.command("solve")
def solve(
    unit: Unit,
    week: Week,
    time_limit: Annotated[float | None, typer.Option(min=0.5, help="Seconds")] = None,
    seed: Annotated[int, typer.Option(help="Same seed and passes, same schedule")] = 1,
    passes: Annotated[int | None, typer.Option(min=1, help="Passes over all agents")] = None,
    absence: Annotated[
        float, typer.Option(min=0.0, max=80.0, help="Percent expected to be away unplanned")
    ] = 0.0,
    label: Annotated[str, typer.Option(help="Name of the draft")] = "",
    keep: Annotated[
        bool, typer.Option("--keep", help="Start from the published week and change little")
    ] = False,
    freeze_until: Annotated[
        str, typer.Option(help="With --keep: days before this one stay as they are, 2026-10-14")
    ] = "",
    as_json: Json = False,
) -> None:
    """Build the agents' schedules for the week, with a bound on what is possible, as a draft."""
    if freeze_until and not keep:
        raise BadInput("--freeze-until holds the published week; it needs --keep.")
    parameters = {
        "unit": unit, "week": week, "time_limit_s": time_limit, "seed": seed, "passes": passes,
        "absence": absence / 100, "label": label, "keep": keep,
        "freeze_until": freeze_until or None,
    }  # fmt: skip
    _run("solve", parameters, as_json)


@plan.command("publish")
def publish(
    unit: Unit,
    week: Week,
    plan_id: Annotated[int | None, typer.Option("--plan", help="Else the newest")] = None,
    reason: Annotated[str, typer.Option(help="Why, for the record")] = "",
    overrule: Annotated[
        str, typer.Option(help="Why it is published although its simulation falls short or lacks")
    ] = "",
    as_json: Json = False,
) -> None:
    """Put a draft in force: agents see it, adherence is measured against it.

    It is simulated first when it was not. Where its service falls short the exceptions are told
    and nothing is published, unless --overrule says why; the audit log keeps that.
    """
    parameters = {
        "unit": unit,
        "week": week,
        "plan_id": plan_id,
        "reason": reason,
        "overrule": overrule,
        "author_role": AUTHOR_ROLE,
    }
    _run("publish", parameters, as_json)


@plan.command("simulate")
def simulate(
    unit: Unit,
    week: Week,
    plan_id: Annotated[int, typer.Option("--plan", help="Draft to simulate")],
    as_json: Json = False,
) -> None:
    """Simulate a draft, with the forecast's error and absence: the gate before publication."""
    _run("simulate", {"unit": unit, "week": week, "plan_id": plan_id}, as_json)


@plan.command("list")
def list_plans(
    unit: Annotated[str | None, typer.Option("--unit", help="Only this site")] = None,
    week: Annotated[str | None, typer.Option("--week", help="Only this week")] = None,
    as_json: Json = False,
) -> None:
    """Plans, newest first."""
    found = read_plans(open_context().store, ENTERPRISE, unit=unit, week=week)
    if as_json:
        typer.echo(json.dumps([asdict(p) for p in found]))
        return
    table = Table()
    for name in ("plan", "unit", "week", "state", "cost", "bound", "gap %"):
        table.add_column(name, no_wrap=True)
    for p in found:
        table.add_row(
            str(p.plan_id), p.unit, p.week, p.state, _figure(p.objective, 1), _figure(p.bound, 1),
            _figure(p.gap_pct, 3),
        )  # fmt: skip
    Console().print(table if found else "No plans yet.")


def _run(kind: str, parameters: dict[str, Any], as_json: bool) -> Mapping[str, Any]:
    """The result of the job run here and shown; exit 1 when it failed."""
    context = open_context()
    with Watch(kind.capitalize(), quiet=as_json) as watch:
        job = run_job_here(
            context.store,
            context.clock,
            kind,
            parameters,
            author=AUTHOR,
            scope_path=parameters["unit"],
            cancel=watch.cancel,
            watcher=watch.show,
        )
    if job.state == "cancelled":
        raise JobCancelled(job.message)
    if job.state != "done":
        raise WfmError(job.message)
    if as_json:
        typer.echo(json.dumps({"job_id": job.job_id, **(job.result or {})}, default=str))
    else:
        _show(Console(highlight=False), job)
    return job.result or {}


def _show(console: Console, job: Job) -> None:
    result = dict(job.result or {})
    console.print(result.pop("message", job.message), markup=False)
    for name in ("notes", "diagnoses"):
        for sentence in result.get(name, ()):
            console.print(f"- {sentence}", markup=False)
    if result.get("uncovered"):
        table = Table("day", "time", "group", "missing", "agent-hours", "why the others cannot")
        for item in result["uncovered"][:10]:
            why = ", ".join(f"{w['agents']} {w['text']}" for w in item["why"][:3])
            table.add_row(
                item["day"], f"{item['from']}-{item['to']}", item["group"],
                f"up to {item['most_missing']}", f"{item['agent_hours']:g}", why,
            )  # fmt: skip
        console.print(table)
        if result["uncovered_n"] > 10:
            console.print(f"... and {result['uncovered_n'] - 10} more; --json shows 20.")
    console.print(f"Job {job.job_id}; `wfm job show {job.job_id}` has every figure.")


def _figure(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


def register(app: typer.Typer) -> None:
    """The command `wfm plan` put on the app."""
    plan.command("all")(plan_all.plan_all)
    plan.command("capacity")(plan_capacity.capacity)
    plan.command("scenario")(plan_scenario.scenario)
    plan.command("compare")(plan_scenario.compare)
    plan.command("override")(plan_override.override)
    plan.command("start")(plan_override.start)
    plan.command("mute")(plan_override.mute)
    plan.command("records")(plan_override.records)
    plan.command("undo")(plan_override.undo)
    plan.command("edit")(plan_edit.edit)
    plan.command("history")(plan_edit.history)
    plan.command("place")(plan_day.place)
    plan.command("breaks")(plan_day.breaks)
    plan.command("offers")(plan_day.offers)
    plan.command("swap")(plan_day.swap)
    plan.command("design")(plan_design.design_command(_run))
    plan.command("pin")(plan_policy.pin)
    plan.command("policy")(plan_policy.policy)
    app.add_typer(plan, name="plan")
