"""Gunicorn as a program of ours: threads, a short grace, no command line of its own."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import typer
from flask import Flask
from gunicorn.app.base import BaseApplication

from wfm.settings import Settings

GRACE_S = 5
YOUNG_OBJECTS = 50_000  # made and not gone again between two small looks of the collector


class GunicornServer(BaseApplication):  # type: ignore[misc]
    """The server until SIGTERM or Ctrl-C; workers end with their parent."""

    def __init__(
        self, server: Flask, settings: Settings, processes: int, threads: int,
        when_ready: Callable[[], None] | None,
    ) -> None:  # fmt: skip
        self.server = server
        self.options: dict[str, Any] = {
            "bind": f"{_bracketed(settings.host)}:{settings.port}",
            "worker_class": "gthread",
            "workers": processes,
            "threads": threads,
            "timeout": 120,
            "graceful_timeout": GRACE_S,
            "keepalive": 15,
            "loglevel": "warning",
            "proc_name": "muster",
            "control_socket_disable": True,
        }
        shown = settings.public_origin or f"http://{_bracketed(settings.host)}:{settings.port}"

        def ready(_arbiter: Any) -> None:
            typer.echo(f"Muster is at {shown}; stop with Ctrl-C.")
            if when_ready is not None:
                when_ready()

        self.options["when_ready"] = ready
        self.options["post_worker_init"] = _settled
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.server


def _settled(_worker: Any) -> None:
    """Nothing; from here on the collector passes by what the program itself is made of.

    A look through everything that is kept stops all threads, for 0.3 to 0.4 s where 25 people
    read, some eight times a minute. What a page leaves behind in circles is young and found by the
    small looks, so the large ones may be rare.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
