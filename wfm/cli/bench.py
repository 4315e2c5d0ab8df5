"""`wfm bench ROOM...`: what the product promises about speed, measured on this machine."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from wfm.bench.report import Report
from wfm.domain.errors import BadInput

# Each room has a module with `measure(folder, tell) -> Report`, run in a process of its own.
ROOMS = {
    "adherence": "wfm.bench.adherence_room",
    "forecast": "wfm.bench.forecast_room",
    "kpis": "wfm.bench.kpis_room",
    "ingest": "wfm.bench.ingest_room",
    "schedule": "wfm.bench.schedule_room",
    "staffing": "wfm.bench.staffing_room",
    "web": "wfm.bench.web_room",
}
DEFAULT_DATA = Path("wfm-bench")


def register(app: typer.Typer) -> None:
    """The command put on the app."""
    app.command("bench")(bench)


def bench(
    rooms: Annotated[list[str], typer.Argument(help=f"Rooms to measure: {', '.join(ROOMS)}")],
    data: Annotated[
        Path, typer.Option("--data", help="Folder for generated data, kept for the next run")
    ] = DEFAULT_DATA,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document, with the code that was run")
    ] = False,
) -> None:
    """Measure rooms on generated data and hold the figures against their goals."""
    unknown = [room for room in rooms if room not in ROOMS]
    if unknown:
        raise BadInput(f"Room {unknown[0]!r} has no benchmark; there are {', '.join(ROOMS)}.")
    data.mkdir(parents=True, exist_ok=True)
    reports = [measured(room, data.absolute()) for room in rooms]
    if as_json:
        typer.echo(json.dumps([asdict(report) for report in reports], indent=1))
        return
    for report in reports:
        _show(report)


def measured(room: str, folder: Path) -> Report:
    """The report of a room, measured in a new process, so that memory and threads are its own."""
    spawn = multiprocessing.get_context("spawn")
    # Processes that may have children of their own, for rooms that work on several.
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        # Data are made in one process, measured in the next: the peak of memory is the second's.
        prepare = getattr(import_module(ROOMS[room]), "prepare", None)
        if prepare is not None:
            pool.submit(_prepare, room, str(folder)).result()
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(_measure, room, str(folder)).result()


def _prepare(room: str, folder: str) -> None:
    import_module(ROOMS[room]).prepare(Path(folder), _teller())


def _measure(room: str, folder: str) -> Report:
    report: Report = import_module(ROOMS[room]).measure(Path(folder), _teller())
    return report


def _teller() -> Callable[[str], None]:
    console = Console(stderr=True, highlight=False)
    return lambda text: console.print(text, markup=False)


def _show(report: Report) -> None:
    table = Table("figure", "value", "goal", "met", "beside it", title=f"bench {report.room}")
    for figure in report.figures:
        met = {None: "", True: "yes", False: "NO"}[figure.met]
        table.add_row(figure.name, f"{figure.value:,.1f} {figure.unit}", figure.goal, met,
                      figure.note)  # fmt: skip
    console = Console(width=170)
    console.print(table)
    console.print(report.conditions)
