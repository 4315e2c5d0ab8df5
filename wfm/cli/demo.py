"""`wfm demo`: a simulated centre up to this minute, living on, with worker and web server."""

from __future__ import annotations

import fcntl
import http.client
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.console import Console

from wfm.cli.children import Children
from wfm.cli.context import Context, open_context
from wfm.cli.demo_setup import (
    DemoCentre,
    ask_plans,
    found,
    load,
    plans_waiting,
    set_up,
    unbuilt_days,
)
from wfm.cli.serve import check_port
from wfm.domain.clock import SystemClock, epoch_s, instant_at
from wfm.domain.errors import BadInput
from wfm.domain.roles import LABEL
from wfm.queries.users import demo_users
from wfm.settings import Settings
from wfm.simulator.live import LiveFeed
from wfm.simulator.memory import Memory, read_memory, write_memory

FOLDER = Path("wfm-demo")
DELIVERY_S = 5.0
READY_WITHIN_S = 120.0
DEFAULT_SEED = 7


def register(app: typer.Typer) -> None:
    """The commands of this group put on the app."""
    app.command("demo")(demo)
    app.command("demo-feed", hidden=True)(feed)


def demo(
    size: Annotated[str | None, typer.Option(help="small, medium or large")] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed, another centre")] = None,
    now: Annotated[str | None, typer.Option(help="Instant to begin at, ISO 8601")] = None,
    speed: Annotated[float, typer.Option(min=0.01, help="How fast its time runs")] = 1.0,
    port: Annotated[int | None, typer.Option(help="Port, instead of WFM_PORT")] = None,
    data_dir: Annotated[Path, typer.Option(help="Folder of the demo, its own")] = FOLDER,
    every: Annotated[float, typer.Option(min=0.2, help="Seconds between deliveries")] = DELIVERY_S,
    parent: Annotated[int, typer.Option("--stop-with", hidden=True)] = 0,
) -> None:
    """Run a simulated contact centre up to this minute, and everything that watches it."""
    began = time.monotonic()
    console = Console(highlight=False, soft_wrap=True)
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
        try:
            _run(console, settings, memory, children, every, parent, began)
        except KeyboardInterrupt:
            console.print("Stopping ...")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            children.stop()
    console.print(f"Stopped. The centre is kept in {folder} and goes on from here next time.")


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
    live = LiveFeed(found(memory).history, memory, folder, lambda paths: load(context, paths))
    live.run(lambda: epoch_s(context.clock.now()), stop, every)


def _run(
    console: Console,
    settings: Settings,
    memory: Memory,
    children: Children,
    every: float,
    parent: int,
    began: float,
) -> None:
    centre = found(memory)
    spec = centre.history.centre
    console.print(
        f"[bold]Muster demo[/]: {len(spec.sites)} sites, {len(spec.agents)} agents, "
        f"seed {memory.seed}, in {settings.data_dir}"
    )
    with _step(console, "Database"):
        context = open_context(settings)

    def watch_newest() -> None:
        children.start("worker", ["worker"])
        children.start("serve", ["serve", "--port", str(settings.port)])

    if memory.complete:
        watch_newest()
    else:
        set_up(context, centre, memory, lambda text: _step(console, text), watch_newest)
        write_memory(settings.data_dir, replace(memory, complete=True))
    children.start("feed", ["demo-feed", "--every", str(every)])
    with _step(console, "Web server"):
        _wait_until_ready(settings, children)
    _build_newest(console, context, children)
    _announce(console, context, centre, time.monotonic() - began)
    _watch(console, context, centre, children, parent, began)


def _wait_until_ready(settings: Settings, children: Children) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        children.check()
        connection = http.client.HTTPConnection(settings.host, settings.port, timeout=5)
        try:
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.2)
    raise BadInput(
        f"The web server did not become ready within {READY_WITHIN_S:.0f} s; read "
        f"{settings.data_dir / 'logs' / 'serve.log'}."
    )


def _build_newest(console: Console, context: Context, children: Children) -> None:
    """Waits until the newest days can be looked at; older ones follow in the background."""
    with _step(console, "Facts of the newest days"):
        deadline = time.monotonic() + READY_WITHIN_S
        while unbuilt_days(context, newest=8) and time.monotonic() < deadline:
            children.check()
            time.sleep(0.3)


def _announce(console: Console, context: Context, centre: DemoCentre, seconds: float) -> None:
    settings = context.settings
    console.print(f"\n[bold green]Open http://{settings.host}:{settings.port}[/] "
                  f"(ready after {seconds:.0f} s). Sign in with one click as:")  # fmt: skip
    for user in demo_users(context.store):
        scope = user.scope.path or "all sites"
        console.print(f"  {LABEL[user.role]:<14} {user.display_name} ({scope})", markup=False)
    console.print(
        f"It is {context.clock.now():%a %d %b %Y %H:%M} UTC in the centre. Ctrl-C stops "
        "everything.\n"
    )


def _watch(
    console: Console,
    context: Context,
    centre: DemoCentre,
    children: Children,
    parent: int,
    began: float,
) -> None:
    """Keeps the children running until a signal, and tells how the older weeks come along."""
    work = ["facts", "plans"]
    while True:
        children.check()
        if parent and os.getppid() != parent:
            raise KeyboardInterrupt
        if work == ["facts", "plans"] and not unbuilt_days(context, newest=None):
            work = ["plans"]
            console.print(f"All history is built ({time.monotonic() - began:.0f} s).")
            # Forecasts learn from the whole history, so they come after it.
            ask_plans(context, centre, epoch_s(context.clock.now()))
        elif work == ["plans"] and not plans_waiting(context):
            work = []
            console.print(
                f"Forecasts and requirements are made ({time.monotonic() - began:.0f} s)."
            )
        time.sleep(1.0)


@contextmanager
def _step(console: Console, text: str) -> Iterator[None]:
    began = time.monotonic()
    with console.status(f"{text} ..."):
        yield
    console.print(f"  [green]✓[/] {text:<44} {time.monotonic() - began:5.1f} s")


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
        found(fresh)  # an unknown size is told before anything is written
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
