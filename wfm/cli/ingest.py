"""`wfm import` and `wfm quarantine`: files in, and what became of the rows that did not fit."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from wfm.cli.context import Context, open_context
from wfm.domain.clock import Clock, SystemClock, instant_at
from wfm.domain.errors import BadInput, WfmError
from wfm.domain.scope import ENTERPRISE
from wfm.ingest.columns import reasons
from wfm.ingest.options import ReadOptions
from wfm.ingest.replay import replay_waiting
from wfm.queries.health import read_quarantine
from wfm.store.lookups import Quarantined
from wfm.worker.jobs import run_job_here

quarantine = typer.Typer(help="Rejected rows: list, show, replay.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="One JSON document")]


def import_files(
    format: Annotated[str, typer.Argument(help="csv, asterisk-queue-log")],
    paths: Annotated[list[Path], typer.Argument(help="Files, or a folder of generic files")],
    site: Annotated[str | None, typer.Option(help="Site whose zone times without offset are in")]
    = None,
    timezone: Annotated[str | None, typer.Option(help="Zone of times without offset")] = None,
    source: Annotated[str | None, typer.Option(help="Name of the sending system")] = None,
    encoding: Annotated[str, typer.Option(help="Encoding, like cp1252")] = "utf-8",
    delimiter: Annotated[str, typer.Option(help="Between fields")] = ",",
    decimal: Annotated[str, typer.Option(help="Decimal mark, . or ,")] = ".",
    time_format: Annotated[
        str | None, typer.Option(help="Like '%d/%m/%Y %H:%M', epoch_s or epoch_ms")
    ] = None,
    acw_reason: Annotated[
        list[str] | None, typer.Option(help="Pause reason that is after-contact work (queue log)")
    ] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Load files: generic CSV by name, or the log of a telephone system."""
    context = open_context()
    if len(delimiter) != 1 or decimal not in (".", ","):
        raise BadInput("--delimiter is one character, --decimal is . or ,")
    options = ReadOptions(
        source or format, timezone, encoding, delimiter, decimal, time_format,
        tuple(acw_reason or ()),
    )  # fmt: skip
    parameters = {
        "format": format, "paths": [str(path) for path in paths], "site": site,
        "timezone": timezone, "source_id": source or format, "options": options.text(),
    }  # fmt: skip
    result = _run(context, parameters, quiet=as_json)
    reports: list[dict[str, Any]] = result["reports"]
    if as_json:
        total = _total(reports)
        typer.echo(json.dumps({**total, "files": reports}))
    else:
        _show(reports)
    rejected = [report for report in reports if report["rejected"]]
    for report in rejected:
        error = Console(stderr=True, highlight=False, soft_wrap=True)
        error.print(f"wfm: {report['message']}", markup=False)
    if rejected:
        sys.exit(1)


@quarantine.command("list")
def list_rows(
    code: Annotated[list[str] | None, typer.Option(help="Only this reason")] = None,
    all_rows: Annotated[bool, typer.Option("--all", help="Also rows replayed since")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many")] = 50,
    as_json: Json = False,
) -> None:
    """Rejected rows, oldest first, with source, line, byte offset, reason and raw text."""
    rows = read_quarantine(
        open_context().store, ENTERPRISE, codes=tuple(code or ()), waiting=not all_rows, limit=limit
    )
    if as_json:
        typer.echo(json.dumps([_row_json(row) for row in rows]))
        return
    if not rows:
        Console().print("No rows wait in quarantine.")
        return
    table = Table("row", "file", "line", "byte", "reason", "about", "raw")
    for row in rows:
        table.add_row(
            str(row.row_id), row.file_name, str(row.line), str(row.byte_offset), row.code,
            row.detail, _plain(row.raw)[:60],
        )  # fmt: skip
    Console().print(table, markup=False)


@quarantine.command("show")
def show_row(
    row_id: Annotated[int, typer.Argument(help="Number of the row")], as_json: Json = False
) -> None:
    """One rejected row in full."""
    rows = read_quarantine(open_context().store, ENTERPRISE, row_ids=(row_id,), waiting=False)
    if not rows:
        raise BadInput(f"No quarantined row {row_id}; see `wfm quarantine list`.")
    document = _row_json(rows[0])
    if as_json:
        typer.echo(json.dumps(document))
        return
    console = Console(highlight=False, soft_wrap=True)
    for name, value in document.items():
        console.print(f"{name}: {value}", markup=False)


@quarantine.command("replay")
def replay_rows(
    row_ids: Annotated[list[int] | None, typer.Argument(help="Rows; none means all")] = None,
    code: Annotated[list[str] | None, typer.Option(help="Only this reason")] = None,
    as_json: Json = False,
) -> None:
    """Load rejected rows again, after what they lacked has come; twice changes nothing."""
    context = open_context()
    reports = [
        asdict(report)
        for report in replay_waiting(
            context.store, _clock(context), tuple(code or ()), tuple(row_ids or ())
        )
    ]
    if as_json:
        typer.echo(json.dumps({**_total(reports), "files": reports}))
    elif reports:
        _show(reports)
    else:
        Console().print("No row could be loaded; what they lack is still missing.")


def register(app: typer.Typer) -> None:
    """The commands of this group put on the app."""
    app.command("import")(import_files)
    app.add_typer(quarantine, name="quarantine")


def _run(context: Context, parameters: Mapping[str, Any], quiet: bool) -> Mapping[str, Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(),
               TimeElapsedColumn())  # fmt: skip
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task("importing", total=100.0)

        def watch(stage: str, percent: float, detail: Mapping[str, Any]) -> None:
            bar.update(task, description=stage, completed=percent)

        job = run_job_here(
            context.store, _clock(context), "import", parameters, author="command line",
            watcher=watch,
        )  # fmt: skip
    if job.state != "done" or job.result is None:
        raise WfmError(job.message)
    return job.result


def _clock(context: Context) -> Clock:
    """The clock that bounds new events: with WFM_NOW=data the data's end is no bound."""
    return SystemClock() if context.settings.now == "data" else context.clock


def _total(reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    counts = ("lines_in", "loaded", "duplicates", "quarantined", "ignored")
    total: dict[str, Any] = {"source": reports[0]["source"] if reports else ""}
    total.update({name: sum(report[name] for report in reports) for name in counts})
    by_reason: dict[str, int] = {}
    for report in reports:
        for code, count in report["by_reason"].items():
            by_reason[code] = by_reason.get(code, 0) + count
    total["by_reason"] = dict(sorted(by_reason.items()))
    return total


def _show(reports: Sequence[Mapping[str, Any]]) -> None:
    console = Console(highlight=False)
    table = Table("file", "lines", "loaded", "duplicates", "quarantined", "ignored")
    for name in ("lines", "loaded", "duplicates", "quarantined", "ignored"):
        next(c for c in table.columns if c.header == name).justify = "right"
    for report in reports:
        table.add_row(
            report["file"],
            *(f"{report[n]:,}" for n in
              ("lines_in", "loaded", "duplicates", "quarantined", "ignored")),
        )  # fmt: skip
    console.print(table)
    total = _total(reports)
    for code, count in total["by_reason"].items():
        console.print(
            f"  {count:,} {code}: {reasons()[code].meaning}", markup=False, soft_wrap=True
        )
    if total["quarantined"]:
        console.print("See the rows with `wfm quarantine list`.", markup=False)


def _row_json(row: Quarantined) -> dict[str, Any]:
    return {
        "row_id": row.row_id, "source": row.source_id, "format": row.format,
        "file": row.file_name, "file_hash": row.file_hash, "line": row.line,
        "byte_offset": row.byte_offset, "reason": row.code, "about": row.detail,
        "raw": _plain(row.raw), "received_at": instant_at(row.received_at).isoformat(),
        "replayed_at": None if row.replayed_at is None
        else instant_at(row.replayed_at).isoformat(),
    }  # fmt: skip


def _plain(raw: bytes) -> str:
    """The bytes as text in which nothing can move a terminal's cursor."""
    text = raw.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
