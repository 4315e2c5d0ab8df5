"""`wfm init`, `upgrade`, `backup`, `restore`, `restore-drill`: a store's life from end to end."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.engine import make_url

from kpis.catalogue.load import CATALOGUE
from kpis.query import kpi_values
from wfm import __version__
from wfm.actions.audit import verify_audit
from wfm.cli.context import open_context
from wfm.cli.watch import Watch
from wfm.domain.clock import SystemClock, epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.scope import ENTERPRISE
from wfm.queries.facts import open_facts
from wfm.queries.targets import read_targets
from wfm.queries.users import count_users
from wfm.settings import Settings
from wfm.store.backup import Manifest, Watcher, make_backup
from wfm.store.database import Database
from wfm.store.drill import Drill, drill
from wfm.store.files import FileStore
from wfm.store.migrate import HEAD, make_ready, refuse_while_worked_on, schema_version
from wfm.store.migrate import upgrade as upgrade_schema
from wfm.store.restore import restore_backup
from wfm.store.store import Store

Json = Annotated[bool, typer.Option("--json", help="One JSON document")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the backup")]
KPIS_COMPARED = 20


def register(app: typer.Typer) -> None:
    """The commands of this group put on the app."""
    app.command("init")(init)
    app.command("upgrade")(upgrade)
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("restore-drill")(restore_drill)


def init(as_json: Json = False) -> None:
    """Create the database and the folder of facts, or find them in place."""
    context = open_context()
    demo, real = count_users(context.store)
    folder = str(context.settings.data_dir.absolute())
    if as_json:
        typer.echo(json.dumps({"data_dir": folder, "users": demo + real}))
        return
    typer.echo(f"The store is ready in {folder}, with {demo + real} accounts.")
    if not demo + real:
        typer.echo("Next: `wfm user add LOGIN --role admin`, then `wfm import csv FOLDER`.")


def upgrade(
    backup_to: Annotated[
        Path | None,
        typer.Option("--backup", metavar="DIR", help="Where; default: in DATA_DIR/backups"),
    ] = None,
    without: Annotated[bool, typer.Option("--no-backup", help="Make no backup first")] = False,
    as_json: Json = False,
) -> None:
    """Bring the database to this program's schema, after a backup of it.

    Refused while workers hold jobs or days: stop them first.
    """
    settings = Settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = Store(Database(settings.url), FileStore(settings.data_dir.absolute()))
    with store.db.read() as connection:
        before = schema_version(connection)
        if before not in (None, HEAD):
            refuse_while_worked_on(connection)
    saved: Path | None = None
    if before is None:
        make_ready(store.db)
    elif before != HEAD:
        if not without:
            stamp = SystemClock().now().strftime("%Y%m%dT%H%M%SZ")
            saved = backup_to or settings.data_dir / "backups" / f"before-{HEAD}-{stamp}"
            with _watched("Backup", as_json) as watch:
                _back_up(store, saved, watch)
        upgrade_schema(store.db)
    if as_json:
        typer.echo(
            json.dumps({"from": before, "schema": HEAD, "backup": str(saved) if saved else None})
        )
        return
    if before == HEAD:
        typer.echo(f"The schema of {store.db.shown_url} is current: {HEAD}.")
        return
    typer.echo(f"Upgraded {store.db.shown_url} from schema {before or 'none'} to {HEAD}.")
    if saved:
        typer.echo(
            f"To go back: with the program version from before, `wfm restore {saved}` into an "
            f"empty data folder and an empty database."
        )


def backup(folder: Folder, as_json: Json = False) -> None:
    """Save the store into an empty or new folder, while the product runs.

    The folder holds personal data and the store's keys: it is readable by its owner only.
    """
    context = open_context()
    began = time.monotonic()
    with _watched("Backup", as_json) as watch:
        manifest = _back_up(context.store, folder, watch)
    told = {**_told(manifest), "seconds": round(time.monotonic() - began, 2), "dir": str(folder)}
    if as_json:
        typer.echo(json.dumps(told))
        return
    keys = [file.goes_to for file in manifest.files if file.file.startswith("keys/")]
    typer.echo(
        f"Saved {told['rows']:,} rows of {told['tables']} tables and {told['files']:,} files "
        f"({manifest.bytes / 1e6:,.1f} MB) of generation {manifest.generation} to {folder} in "
        f"{told['seconds']} s."
    )
    if keys:
        typer.echo(f"It holds the store's keys ({', '.join(keys)}): keep it as safe as the store.")


def restore(folder: Folder, as_json: Json = False) -> None:
    """Put a backup back into an empty data folder and database, of either kind.

    All of it is checked first, and nothing is ever written over.
    """
    settings = Settings()
    began = time.monotonic()
    with _watched("Restore", as_json) as watch:
        manifest, store = restore_backup(folder, settings.url, settings.data_dir, watch)
    check = verify_audit(store)
    told = {
        **_told(manifest), "seconds": round(time.monotonic() - began, 2),
        "database": store.db.shown_url, "data_dir": str(settings.data_dir),
        "audit_lines": check.lines, "audit_fault": check.fault,
    }  # fmt: skip
    typer.echo(
        json.dumps(told)
        if as_json
        else f"Restored {told['rows']:,} rows and {told['files']:,} files into {settings.data_dir} "
        f"and {store.db.shown_url} in {told['seconds']} s. Everybody signs in again."
    )
    if check.bad_seq is not None:
        raise BadInput(
            f"The audit log of this backup does not hold from line {check.bad_seq}: {check.fault}."
        )


def restore_drill(
    database_url: Annotated[
        str, typer.Option(help="An empty database to restore into; default: SQLite, thrown away")
    ] = "",
    keep_in: Annotated[
        Path | None, typer.Option("--dir", help="Where to work; default: a temporary folder")
    ] = None,
    as_json: Json = False,
) -> None:
    """Back up, restore elsewhere, and compare: rows, files, the audit log, key figures."""
    context = open_context()
    with tempfile.TemporaryDirectory(dir=keep_in, prefix="wfm-drill-") as name:
        url = database_url or f"sqlite:///{Path(name) / 'drill.sqlite'}"
        with _watched("Drill", as_json) as watch:
            done = drill(
                context.store, Path(name), url, made_at=epoch_s(SystemClock().now()),
                program=__version__, watch=watch,
            )  # fmt: skip
        check = verify_audit(done.restored)
        figures = _differing_figures(context.store, done)
        done.restored.db.close()
    faults = [f"table {table} differs" for table in done.differing]
    faults += [f"{kpi} differs" for kpi in figures or ()]
    faults += [f"audit log: {check.fault}"] if check.bad_seq is not None else []
    told = {
        **_told(done.manifest), "backup_s": round(done.backup_s, 2),
        "restore_s": round(done.restore_s, 2), "audit_lines": check.lines,
        "figures_compared": None if figures is None else KPIS_COMPARED, "faults": faults,
        "restored_to": make_url(url).get_backend_name(),
    }  # fmt: skip
    if as_json:
        typer.echo(json.dumps(told))
    else:
        typer.echo(
            f"Backup {told['backup_s']} s, restore {told['restore_s']} s into "
            f"{told['restored_to']}: {told['rows']:,} rows of {told['tables']} tables, "
            f"{told['files']:,} files, {check.lines} audit lines"
            + (
                f" and {KPIS_COMPARED} key figures compared."
                if figures is not None
                else " compared; key figures not, as facts were rebuilt meanwhile."
            )
        )
    if faults:
        raise BadInput(f"The restored store is not the same: {'; '.join(faults[:5])}.")
    if not as_json:
        typer.echo("All equal.")


def _back_up(store: Store, folder: Path, watch: Watcher) -> Manifest:
    now = epoch_s(SystemClock().now())
    return make_backup(store, folder, made_at=now, program=__version__, watch=watch)


def _differing_figures(store: Store, done: Drill) -> list[str] | None:
    """Key figures of the whole centre's last week that differ; None when facts moved on."""
    live, again = open_facts(store), open_facts(done.restored)
    if live.snapshot.generation != done.manifest.generation:
        return None
    days = [file.day for file in again.snapshot.files]
    if not days:
        return []
    first, end = max(days) - timedelta(days=6), max(days) + timedelta(days=1)
    ids = sorted(CATALOGUE)[:: max(1, len(CATALOGUE) // KPIS_COMPARED)][:KPIS_COMPARED]
    values = [
        kpi_values(facts, ENTERPRISE, ids, first, end, targets=read_targets(of, ENTERPRISE))
        for facts, of in ((live, store), (again, done.restored))
    ]
    return [
        one.kpi_id for one, other in zip(*values, strict=True)
        if (one.value, one.numerator, one.denominator)
        != (other.value, other.numerator, other.denominator)
    ]  # fmt: skip


def _told(manifest: Manifest) -> dict[str, object]:
    return {
        "schema": manifest.schema, "generation": manifest.generation, "rows": manifest.rows,
        "tables": len(manifest.tables), "files": len(manifest.files), "bytes": manifest.bytes,
    }  # fmt: skip


@contextmanager
def _watched(title: str, quiet: bool) -> Iterator[Watcher]:
    with Watch(title, quiet=quiet) as bar:
        yield lambda stage, percent: bar.progress(stage, percent)
