"""`wfm demo`: a simulated centre up to this minute, living on, with worker and web server."""

from __future__ import annotations

import fcntl
import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.console import Console

from wfm.cli.children import Children
from wfm.cli.context import open_context
from wfm.cli.demo_draw import centre_of, history_of
from wfm.cli.demo_history import history
from wfm.cli.demo_run import STAGES, DemoRun
from wfm.cli.demo_setup import load
from wfm.cli.serve import check_port
from wfm.domain.clock import SystemClock, epoch_s, instant_at
from wfm.domain.errors import BadInput
from wfm.settings import Settings
from wfm.simulator.live import LiveFeed
from wfm.simulator.memory import Memory, read_memory, write_memory

FOLDER = Path("wfm-demo")
DELIVERY_S = 5.0
DEFAULT_SEED = 7


def register(app: typer.Typer) -> None:
    """The commands of this group put on the app."""
    app.command("demo")(demo)
    app.command("demo-feed", hidden=True)(feed)
    app.command("demo-history", hidden=True)(history)


def demo(
    size: Annotated[str | None, typer.Option(help="small, medium or large")] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed, another centre")] = None,
    now: Annotated[str | None, typer.Option(help="Instant to begin at, ISO 8601")] = None,
    speed: Annotated[float, typer.Option(min=0.01, help="How fast its time runs")] = 1.0,
    port: Annotated[int | None, typer.Option(help="Port, instead of WFM_PORT")] = None,
    data_dir: Annotated[Path, typer.Option(help="Folder of the demo, its own")] = FOLDER,
    every: Annotated[float, typer.Option(min=0.2, help="Seconds between deliveries")] = DELIVERY_S,
    until: Annotated[str, typer.Option(help="Stop by itself when usable, loaded or planned")] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document of the times at the end")
    ] = False,
    parent: Annotated[int, typer.Option("--stop-with", hidden=True)] = 0,
) -> None:
    """Run a simulated contact centre up to this minute, and everything that watches it."""
    if until and until not in STAGES:
        raise BadInput(f"--until {until!r} is not known; choose one of {', '.join(STAGES)}.")
    console = Console(highlight=False, soft_wrap=True, stderr=as_json)
    settings = Settings()
    port = settings.port if port is None else port
    check_port(settings.host, port)
    folder = data_dir.absolute()
    with _own_folder(folder), _stops_by_signal():
        memory = _remember(folder, size, seed, now, speed)
        settings = settings.model_copy(
            update={
                "data_dir": folder, "database_url": "", "demo": True, "port": port,
                "now": _clock_text(memory, now, speed),
            }
        )  # fmt: skip
        children = Children(folder / "logs", _environment(settings))
        running = DemoRun(console, settings, memory, children, every)
        try:
            running.run(parent, until)
        except KeyboardInterrupt:
            console.print("Stopping ...")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            children.stop()
    console.print(f"Stopped. The centre is kept in {folder} and goes on from here next time.")
    if as_json:
        typer.echo(json.dumps(running.times.report()))


def feed(
    every: Annotated[float, typer.Option(min=0.2)] = DELIVERY_S,
) -> None:
    """Deliver what happens in the demo's centre until stopped."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    context = open_context()
    folder = context.settings.data_dir
    memory = read_memory(folder)
    if memory is None:
        raise BadInput(f"There is no demo in {folder}; start one with `wfm demo`.")
    live = LiveFeed(history_of(memory), memory, folder, lambda paths: load(context, paths))
    live.run(lambda: epoch_s(context.clock.now()), stop, every)


@contextmanager
def _own_folder(folder: Path) -> Iterator[None]:
    """The folder as this demo's alone; refused when it is a real centre's or another demo's."""
    if (folder / "muster.sqlite").exists() and read_memory(folder) is None:
        raise BadInput(
            f"{folder} holds a store that is not a demo's. Name another folder with --data-dir."
        )
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "demo.lock").open("w") as lock:
        _take(lock, folder)
        yield


def _take(lock: IO[str], folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise BadInput(
            f"Another demo runs in {folder}. Stop it, or name another folder with --data-dir."
        ) from error


@contextmanager
def _stops_by_signal() -> Iterator[None]:
    """SIGTERM and a closed terminal end the demo as Ctrl-C does."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    yield


def _remember(
    folder: Path, size: str | None, seed: int | None, now: str | None, speed: float
) -> Memory:
    """The memory of the centre in the folder, or of a new one that begins now."""
    at = epoch_s(_instant(now) if now else SystemClock().now())
    memory = read_memory(folder)
    if memory is None:
        fresh = Memory(
            DEFAULT_SEED if seed is None else seed, size or "medium", at,
            now is not None or speed != 1.0, at,
        )  # fmt: skip
        # An unknown size is told before anything is written.
        centre_of(fresh)
        write_memory(folder, fresh)
        return fresh
    for name, asked, known in (("seed", seed, memory.seed), ("size", size, memory.size)):
        if asked is not None and asked != known:
            raise BadInput(
                f"The demo in {folder} was begun with --{name} {known}, not {asked}. Delete the "
                "folder, or name another one with --data-dir."
            )
    return memory


def _clock_text(memory: Memory, now: str | None, speed: float) -> str:
    """WFM_NOW for the demo's processes: the system's clock, or one that goes on where it stood."""
    if not memory.shown_clock and now is None and speed == 1.0:
        return "system"
    asked = epoch_s(_instant(now)) if now else 0
    shown = instant_at(max(asked, memory.delivered_until))
    return f"{shown.isoformat()}@{SystemClock().now().isoformat()}*{speed}"


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"--now {text!r} is no instant; write it like 2026-10-12T10:00:00+00:00."
        ) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _environment(settings: Settings) -> dict[str, str]:
    return {
        "WFM_DATA_DIR": str(settings.data_dir),
        "WFM_DATABASE_URL": "",
        "WFM_NOW": settings.now,
        "WFM_DEMO": "true",
        "WFM_HOST": settings.host,
        "WFM_PORT": str(settings.port),
    }
