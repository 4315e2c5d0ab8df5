"""Gunicorn as a program of ours: threads, a short grace, no command line of its own."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from threading import Timer
from typing import Any

import typer
from flask import Flask
from gunicorn.app.base import BaseApplication

from scheduling.staffing.requirement import Targets, required_agents
from wfm.settings import Settings

GRACE_S = 5
WARM_AFTER_S = 10.0
YOUNG_OBJECTS = 50_000  # made and not gone again between two small looks of the collector
# What the C library's allocator is told: its own names, their numbers in malloc.h, and values.
LARGE_BYTES = 128 * 1024
MALLOPT = {
    "M_ARENA_MAX": (-8, 1),  # one heap for all threads, not one for each: they work by turns anyway
    "M_MMAP_THRESHOLD": (-3, LARGE_BYTES),  # what is larger is given back as soon as it is free
    "M_TRIM_THRESHOLD": (-1, LARGE_BYTES),
}


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
        self.options["post_worker_init"] = lambda _worker: settled()
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.server


def settled(warm_after_s: float = WARM_AFTER_S) -> None:
    """Nothing; a process of the server is made ready for its readers.

    From here on the collector passes by what the program itself is made of.

    A look through everything that is kept stops all threads, for 0.3 to 0.4 s where 25 people
    read, some eight times a minute. What a page leaves behind in circles is young and found by the
    small looks, so the large ones may be rare.
    """
    _set_allocator()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)
    later = Timer(warm_after_s, _warm)
    later.daemon = True
    later.start()


def _set_allocator() -> None:
    """Nothing; the C library's allocator is told to keep little of what is free.

    Left alone it raises by itself the size from which memory is given back at once, and holds a
    heap for each thread: texts of pages and columns of numbers that are long gone. There is no such
    setting outside glibc, and none is needed.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for number, value in MALLOPT.values():
            mallopt(number, value)


def _warm() -> None:
    """Nothing; the compiled loops of staffing are there before the first page of plans asks.

    Loading them takes a second or two, which who comes first would wait for; the pages that people
    land on do without.
    """
    required_agents(20.0, 180.0, 120.0, Targets("short_excluded", sl=0.8))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
