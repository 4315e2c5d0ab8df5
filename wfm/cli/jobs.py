"""`wfm job`: what long work is waiting, running or done, and the wish to stop it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from wfm.cli.context import open_context
from wfm.domain.clock import epoch_s, instant_at
from wfm.domain.jobs import Job
from wfm.domain.scope import ENTERPRISE
from wfm.queries.jobs import read_job, read_jobs
from wfm.store.writers.jobs import ask_cancel

jobs = typer.Typer(help="Long work: list, show, cancel.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="One JSON document")]


@jobs.command("list")
def list_jobs(
    kind: Annotated[str | None, typer.Option(help="Only this kind")] = None,
    state: Annotated[str | None, typer.Option(help="queued, running, done, failed ...")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many")] = 20,
    as_json: Json = False,
) -> None:
    """Jobs, newest first."""
    context = open_context()
    found = read_jobs(context.store, ENTERPRISE, kind=kind, state=state, limit=limit)
    if as_json:
        typer.echo(json.dumps([job_json(job) for job in found]))
        return
    table = Table()
    for name in ("job", "kind", "state", "%", "asked at (UTC)", "by"):
        table.add_column(name, no_wrap=True)
    table.add_column("message")
    for job in found:
        table.add_row(
            str(job.job_id), job.kind, job.state, f"{job.percent:.0f}",
            instant_at(job.created_at).strftime("%Y-%m-%d %H:%M"), job.author,
            job.message or job.stage,
        )  # fmt: skip
    Console().print(table if found else "No jobs yet.")


@jobs.command("show")
def show_job(
    job_id: Annotated[int, typer.Argument(help="Number of the job")], as_json: Json = False
) -> None:
    """One job with its parameters, progress and result."""
    job = read_job(open_context().store, ENTERPRISE, job_id)
    document = job_json(job)
    if as_json:
        typer.echo(json.dumps(document))
        return
    console = Console(highlight=False)
    for name, value in document.items():
        console.print(f"[bold]{name}[/bold]  ", end="")
        console.print(json.dumps(value, default=str) if isinstance(value, dict) else str(value),
                      markup=False)  # fmt: skip


@jobs.command("cancel")
def cancel_job(
    job_id: Annotated[int, typer.Argument(help="Number of the job")], as_json: Json = False
) -> None:
    """Ask a job to stop; it keeps what was complete."""
    context = open_context()
    at = epoch_s(context.clock.now())
    state = context.store.db.retry(lambda c: ask_cancel(c, job_id, at=at))
    if as_json:
        typer.echo(json.dumps({"job_id": job_id, "state": state}))
    elif state == "running":
        typer.echo(f"Job {job_id} was asked to stop.")
    else:
        typer.echo(f"Job {job_id} is {state}.")


def job_json(job: Job) -> dict[str, Any]:
    """A job as a JSON object."""
    return asdict(job)


def register(app: typer.Typer) -> None:
    """The command `wfm job` put on the app."""
    app.add_typer(jobs, name="job")
