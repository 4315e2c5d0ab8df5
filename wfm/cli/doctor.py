"""`wfm doctor`: every setting with its source of truth, and whether the store is whole."""

from __future__ import annotations

import json
import shutil
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.engine import make_url

from wfm.actions.audit import verify_audit
from wfm.cli.context import Context, open_context
from wfm.domain.clock import instant_at
from wfm.queries.condition import Condition, condition_of
from wfm.queries.users import count_users
from wfm.settings import Settings
from wfm.web.config import RefusedStart, checked_config

LITTLE_SPACE = 1 << 30


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document")] = False,
) -> None:
    """Check the set-up and the data; 1 when something is wrong."""
    context = open_context()
    condition = condition_of(context.store)
    free = shutil.disk_usage(context.settings.data_dir).free
    users = count_users(context.store)
    faults = _faults(context, condition, free, users)
    report: dict[str, Any] = {
        "settings": settings_shown(context.settings),
        "database": context.store.db.engine.dialect.name,
        "now": context.clock.now().isoformat(),
        "disk_free_bytes": free,
        "users": sum(users),
        "facts": {
            "generation": condition.generation,
            "days": condition.days,
            "dirty_days": condition.dirty_days,
            "quarantined": condition.quarantined,
            "jobs_waiting": condition.jobs_waiting,
            "jobs_failed": condition.jobs_failed,
        },
        "last_events": {
            feed.table: {"rows": feed.rows, "last": instant_at(feed.last_at).isoformat()}
            for feed in condition.feeds
        },
        "faults": faults,
    }
    if as_json:
        typer.echo(json.dumps(report))
    else:
        _print(report, context.settings)
    if faults:
        raise typer.Exit(1)


def settings_shown(settings: Settings) -> dict[str, str]:
    """Every setting by its environment name; the secret and a password in a URL stay hidden."""
    shown = {
        f"WFM_{name.upper()}": str(getattr(settings, name)) for name in type(settings).model_fields
    }
    if settings.secret_key:
        shown["WFM_SECRET_KEY"] = "(set)"
    shown["WFM_DATABASE_URL"] = make_url(settings.url).render_as_string(hide_password=True)
    return shown


def _faults(context: Context, condition: Condition, free: int, users: tuple[int, int]) -> list[str]:
    settings = context.settings
    faults = [f"Table {name} is missing; run `wfm upgrade`." for name in condition.missing_tables]
    faults += [
        f"File {name} is named by the manifest and gone; restore it from a backup."
        for name in condition.missing_files
    ]
    if free < LITTLE_SPACE:
        faults.append(f"Only {free >> 20} MiB are free in {settings.data_dir}; make room.")
    check = verify_audit(context.store)
    if check.bad_seq is not None:
        faults.append(f"The audit log does not hold: {check.fault}; see `wfm audit verify`.")
    try:
        checked_config(
            host=settings.host, port=settings.port, public_origin=settings.public_origin,
            secret=settings.secret_key, demo=settings.demo, data_dir=settings.data_dir, users=users,
        )  # fmt: skip
    except RefusedStart as refused:
        faults.append(f"`wfm serve` would not start: {refused}")
    return faults


def _print(report: dict[str, Any], settings: Settings) -> None:
    console = Console()
    table = Table("setting", "value", "meaning", title="Settings", title_justify="left")
    for (name, value), field in zip(
        report["settings"].items(), type(settings).model_fields.values(), strict=True
    ):
        table.add_row(name, value or "–", field.description or "")
    console.print(table)
    facts = report["facts"]
    typer.echo(
        f"Store: {report['database']}, generation {facts['generation']}, {facts['days']} days, "
        f"{facts['dirty_days']} of them to rebuild, {facts['quarantined']} rows in quarantine, "
        f"{facts['jobs_waiting']} jobs waiting, {facts['jobs_failed']} failed, "
        f"{report['users']} accounts. Disk: {report['disk_free_bytes'] >> 30} GiB free. "
        f"Now: {report['now']}."
    )
    for name, feed in report["last_events"].items():
        typer.echo(f"Feed {name}: {feed['rows']} rows, latest {feed['last']}.")
    if not report["last_events"]:
        typer.echo("No data has been loaded yet: `wfm import csv FOLDER`.")
    for fault in report["faults"]:
        typer.echo(f"FAULT {fault}")
    if not report["faults"]:
        typer.echo("Nothing is wrong.")
