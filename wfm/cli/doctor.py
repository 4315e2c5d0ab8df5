"""`wfm doctor`: every setting with its source of truth, and whether the store is whole."""

from __future__ import annotations

import json
import platform
import shutil
from dataclasses import asdict, dataclass, field
from importlib import metadata
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from wfm import __version__
from wfm.actions.audit import verify_audit
from wfm.cli.context import clock_of
from wfm.domain.clock import SystemClock, epoch_s, instant_at
from wfm.domain.errors import WfmError
from wfm.queries.condition import Condition, condition_of
from wfm.queries.health import feeds_of
from wfm.queries.users import count_users
from wfm.settings import Settings
from wfm.store.database import Database
from wfm.store.files import FileStore
from wfm.store.integrity import faulty_files
from wfm.store.leases import database_now
from wfm.store.migrate import HEAD, make_ready, schema_version
from wfm.store.store import Store
from wfm.web.config import RefusedStart, checked_config

LITTLE_SPACE = 1 << 30
CLOCKS_APART_S = 5
OLD_FEED_S = 24 * 3600
OLDEST_POSTGRESQL = 14
SHOWN = 5
# What the work rests on; psycopg only with PostgreSQL.
PACKAGES = ("sqlalchemy", "polars", "highspy", "statsmodels", "dash", "psycopg")


@dataclass
class Report:
    """What the doctor saw; `faults` make it exit 1, `notes` do not."""

    settings: dict[str, str]
    program: dict[str, str]
    database: str = ""
    database_version: str = ""
    schema: str | None = None
    now: str = ""
    disk_free_bytes: int = 0
    users: int = 0
    facts: dict[str, int] = field(default_factory=dict)
    last_events: dict[str, dict[str, Any]] = field(default_factory=dict)
    audit_lines: int = 0
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document")] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="Read every live file, not the newest only")
    ] = False,
) -> None:
    """Check the set-up and the data; 1 when something is wrong."""
    report = examine(Settings(), deep=deep)
    if as_json:
        typer.echo(json.dumps(asdict(report)))
    else:
        _print(report)
    if report.faults:
        raise typer.Exit(1)


def examine(settings: Settings, *, deep: bool = False) -> Report:
    """The state of the set-up and the store; nothing in it is changed, a new one is made."""
    report = Report(settings_shown(settings), _program())
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        report.disk_free_bytes = shutil.disk_usage(settings.data_dir).free
        if report.disk_free_bytes < LITTLE_SPACE:
            report.faults.append(
                f"Only {report.disk_free_bytes >> 20} MiB are free in {settings.data_dir}; "
                f"make room."
            )
        store = Store(Database(settings.url), FileStore(settings.data_dir.absolute()))
        _database(report, store)
        make_ready(store.db)  # an empty database gets its tables, an older one is told
        with store.db.read() as connection:
            report.schema = schema_version(connection)
        _data(report, settings, store, deep)
    except (WfmError, OSError) as error:
        report.faults.append(str(error))
    except OperationalError as error:
        said = str(error.orig or error).strip().splitlines()
        report.faults.append(f"The database does not answer: {said[0] if said else ''}.")
    return report


def settings_shown(settings: Settings) -> dict[str, str]:
    """Every setting by its environment name; the secret and a password in a URL stay hidden."""
    shown = {
        f"WFM_{name.upper()}": str(getattr(settings, name)) for name in type(settings).model_fields
    }
    if settings.secret_key:
        shown["WFM_SECRET_KEY"] = "(set)"
    shown["WFM_DATABASE_URL"] = make_url(settings.url).render_as_string(hide_password=True)
    return shown


def _program() -> dict[str, str]:
    found = {"muster": __version__, "python": platform.python_version(), "schema": HEAD}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "missing"
    return found


def _database(report: Report, store: Store) -> None:
    """Kind, version and clock of the database server."""
    report.database = store.db.engine.dialect.name
    with store.db.read() as connection:
        version = connection.dialect.server_version_info or ()
        report.schema = schema_version(connection)
        apart = database_now(connection) - epoch_s(SystemClock().now())
    report.database_version = ".".join(map(str, version))
    if report.database == "postgresql" and version and int(version[0]) < OLDEST_POSTGRESQL:
        report.faults.append(
            f"PostgreSQL {report.database_version} is too old; {OLDEST_POSTGRESQL} or newer works."
        )
    if abs(apart) > CLOCKS_APART_S:
        report.faults.append(
            f"The database's clock and this machine's are {abs(apart)} s apart; leases run on the "
            f"first and times of events on the second. Set both by NTP."
        )


def _data(report: Report, settings: Settings, store: Store, deep: bool) -> None:
    condition = condition_of(store)
    report.faults += [
        f"Table {name} is missing; restore a backup." for name in condition.missing_tables
    ]
    if condition.missing_tables:
        return
    clock = clock_of(settings, store)
    report.now = clock.now().isoformat()
    users = count_users(store)
    report.users = sum(users)
    report.facts = _facts(condition)
    report.last_events = {
        feed.table: {"rows": feed.rows, "last": instant_at(feed.last_at).isoformat()}
        for feed in condition.feeds
    }
    now = epoch_s(clock.now())
    for feed in feeds_of(store):
        lag = feed.lag_s(now)
        lags = report.last_events[feed.table].setdefault("lag_s", {})
        lags[feed.source_id] = lag
        if lag > OLD_FEED_S:
            report.notes.append(
                f"The feed of {feed.name} from {feed.source_id} ended {lag // 3600} hours ago."
            )
    faulty = faulty_files(store, all_of_them=deep)
    report.faults += [
        f"{name} {what}; bring it back from a backup." for name, what in faulty[:SHOWN]
    ]
    if len(faulty) > SHOWN:
        report.faults.append(f"{len(faulty) - SHOWN} more files are missing or damaged.")
    check = verify_audit(store)
    report.audit_lines = check.lines
    if check.bad_seq is not None:
        report.faults.append(f"The audit log does not hold: {check.fault}; see `wfm audit verify`.")
    try:
        checked_config(
            host=settings.host, port=settings.port, public_origin=settings.public_origin,
            secret=settings.secret_key, demo=settings.demo, data_dir=settings.data_dir, users=users,
        )  # fmt: skip
    except RefusedStart as refused:
        report.faults.append(f"`wfm serve` would not start: {refused}")


def _facts(condition: Condition) -> dict[str, int]:
    return {
        "generation": condition.generation,
        "days": condition.days,
        "dirty_days": condition.dirty_days,
        "quarantined": condition.quarantined,
        "jobs_waiting": condition.jobs_waiting,
        "jobs_failed": condition.jobs_failed,
    }


def _print(report: Report) -> None:
    console = Console()
    table = Table("setting", "value", "meaning", title="Settings", title_justify="left")
    for (name, value), known in zip(
        report.settings.items(), Settings.model_fields.values(), strict=True
    ):
        table.add_row(name, value or "–", known.description or "")
    console.print(table)
    program = report.program
    typer.echo(
        f"Muster {program['muster']} on Python {program['python']}: "
        + ", ".join(f"{name} {program[name]}" for name in PACKAGES)
        + f". {report.database or 'no database'} {report.database_version}, schema "
        f"{report.schema or 'none'} of {program['schema']}. "
        f"Disk: {report.disk_free_bytes >> 30} GiB free."
    )
    if report.facts:
        facts = report.facts
        typer.echo(
            f"Store: generation {facts['generation']}, {facts['days']} days, "
            f"{facts['dirty_days']} of them to rebuild, {facts['quarantined']} rows in quarantine, "
            f"{facts['jobs_waiting']} jobs waiting, {facts['jobs_failed']} failed, "
            f"{report.users} accounts, {report.audit_lines} audit lines. Now: {report.now}."
        )
        for name, feed in report.last_events.items():
            typer.echo(f"Feed {name}: {feed['rows']} rows, latest {feed['last']}.")
        if not report.last_events:
            typer.echo("No data has been loaded yet: `wfm import csv FOLDER`.")
    for note in report.notes:
        typer.echo(f"NOTE {note}")
    for fault in report.faults:
        typer.echo(f"FAULT {fault}")
    if not report.faults:
        typer.echo("Nothing is wrong.")
