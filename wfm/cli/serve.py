"""`wfm serve` and `wfm worker`: the two kinds of process, any number of each."""

from __future__ import annotations

import errno
import signal
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from wfm.actions.audit import keep_noting
from wfm.cli.context import open_context
from wfm.domain.clock import SystemClock
from wfm.domain.errors import BadInput
from wfm.settings import Settings
from wfm.web.config import RefusedStart

if TYPE_CHECKING:
    from flask import Flask

THREADS = 8


def register(app: typer.Typer) -> None:
    """The commands of this group put on the app."""
    app.command("serve")(serve)
    app.command("worker")(worker)


def serve(
    port: Annotated[int | None, typer.Option(help="Port, instead of WFM_PORT")] = None,
    host: Annotated[str | None, typer.Option(help="Address, instead of WFM_HOST")] = None,
    processes: Annotated[int, typer.Option(min=1, help="Processes that serve")] = 1,
    threads: Annotated[int, typer.Option(min=1, help="Threads of each")] = THREADS,
) -> None:
    """Serve the dashboards until stopped."""
    given = {name: value for name, value in (("port", port), ("host", host)) if value is not None}
    settings = Settings().model_copy(update=given)
    try:
        serve_until_stopped(settings, processes=processes, threads=threads)
    except RefusedStart as refused:
        typer.echo(f"wfm: {refused}", err=True)
        raise typer.Exit(refused.exit_code) from refused


def worker() -> None:
    """Run jobs and rebuild facts until stopped."""
    from wfm.worker.loop import run_worker

    context = open_context()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    noting = threading.Thread(
        target=keep_noting, args=(context.store, SystemClock(), stop), daemon=True
    )
    noting.start()
    typer.echo(f"Worker on {context.settings.data_dir.absolute()}; stop with Ctrl-C.")
    run_worker(context.store, context.clock, stop)


def serve_until_stopped(
    settings: Settings,
    *,
    processes: int = 1,
    threads: int = THREADS,
    when_ready: Callable[[], None] | None = None,
    make: Callable[[Settings], Flask] | None = None,
) -> None:
    """Nothing, once the server is stopped: the dashboards are served until SIGTERM or Ctrl-C.

    A taken port and unsafe settings are told before anything starts. `when_ready` is called once
    the port listens.
    """
    check_port(settings.host, settings.port)
    if make is None:
        from app import create_server

        make = create_server
    server = make(settings)
    # Imported here, so that no other command waits for it. It ends the process itself.
    from wfm.cli.gunicorn_server import GunicornServer

    GunicornServer(server, settings, processes, threads, when_ready).run()


def check_port(host: str, port: int) -> None:
    """Nothing when the port is free; else `BadInput` with the way out."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise BadInput(
                    f"Port {port} on {host} is taken by another program. Stop that one, or choose "
                    f"another port: --port {port + 1 if port < 65535 else 8050} (or WFM_PORT)."
                ) from error
            raise BadInput(
                f"The server cannot listen on {host}:{port}: {error.strerror}. Check WFM_HOST "
                "and WFM_PORT."
            ) from error
