"""A demo while it runs: its processes started in order, and told on the screen how far it is."""

from __future__ import annotations

import http.client
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from rich.console import Console

from wfm.cli.children import Children
from wfm.cli.context import Context, open_context
from wfm.cli.demo_backlog import Progress, read_progress
from wfm.cli.demo_draw import centre_of, whole_backlog
from wfm.cli.demo_setup import ask_plans, plans_waiting, unbuilt_days
from wfm.domain.errors import BadInput
from wfm.domain.roles import LABEL
from wfm.queries.users import demo_users
from wfm.settings import Settings
from wfm.simulator.memory import Memory

READY_WITHIN_S = 120.0
STAGES = ("usable", "loaded", "planned")
# On a screen that keeps what it was told, progress is told this often.
TELL_EVERY_S = 15.0


@dataclass
class Times:
    """How long a start took: seconds until each stage, and the events that were delivered."""

    size: str
    sites: int = 0
    agents: int = 0
    days: int = 0
    events: int = 0
    load_s: float = 0.0
    reached: dict[str, float] = field(default_factory=dict)

    def report(self) -> dict[str, object]:
        """The same with rounded seconds and events a second of loading."""
        rate = round(self.events / self.load_s) if self.load_s else None
        return {**asdict(self), "load_s": round(self.load_s, 1), "events_per_s": rate}


class DemoRun:
    """One start of a demo: from its folder to a centre that lives on."""

    def __init__(
        self, console: Console, settings: Settings, memory: Memory, children: Children, every: float
    ) -> None:
        self._console, self._settings, self._memory = console, settings, memory
        self._children, self._every = children, every
        self._began = time.monotonic()
        self._folder = settings.data_dir
        self._centre = centre_of(memory)
        self._backlog = whole_backlog(memory)
        self.times = Times(memory.size, len(self._centre.sites), len(self._centre.agents))

    def run(self, parent: int, until: str) -> None:
        """Nothing, once it is stopped, or has reached the stage `until`."""
        self._console.print(
            f"[bold]Muster demo[/]: {self.times.sites} sites, {self.times.agents} agents, "
            f"seed {self._memory.seed}, in {self._folder}"
        )
        with self._step("Database"):
            context = open_context(self._settings)
        self._start(context)
        self._reach("usable")
        self._announce(context)
        if until != "usable":
            self._watch(context, parent, until)

    def _start(self, context: Context) -> None:
        """Every process started, the newest weeks there, and their pages ready."""
        children, fresh = self._children, not self._newest_there()
        if fresh:
            children.start("history", ["demo-history"], once=True)
        if not self._progress().standing:
            with self._step("Organisation, people, rules, accounts"):
                while not self._progress().standing:
                    self._wait()
        children.start("worker", ["worker"])
        children.start("serve", ["serve", "--port", str(self._settings.port)])
        if fresh:
            self._await_newest()
        children.start("feed", ["demo-feed", "--every", str(self._every)])
        with self._step("Web server"):
            self._wait_until_ready()
        self._await_facts(context)
        if not fresh and not self._progress().over:
            # What is there can be used; the rest goes on without anybody waiting for it.
            children.start("history", ["demo-history"], once=True)

    def _await_newest(self) -> None:
        first = self._backlog.newest_on
        text = f"Contacts, states and plans since {first:%a %d %b}"
        with self._step(text) as say:
            while not self._newest_there():
                say(f"{self._progress().pieces} of {self._backlog.newest} deliveries")
                self._wait()

    def _await_facts(self, context: Context) -> None:
        """Waits until the newest weeks can be looked at; older days follow in the background."""
        with self._step("Facts of these days") as say:
            while left := unbuilt_days(context, self._backlog.newest_on):
                say(f"{left} days to build")
                self._wait()

    def _announce(self, context: Context) -> None:
        settings, console = self._settings, self._console
        console.print(
            f"\n[bold green]Open http://{settings.host}:{settings.port}[/] "
            f"(ready after {self.times.reached['usable']:.0f} s). Sign in with one click as:"
        )
        for user in demo_users(context.store):
            scope = user.scope.path or "all sites"
            console.print(f"  {LABEL[user.role]:<14} {user.display_name} ({scope})", markup=False)
        console.print(
            f"It is {context.clock.now():%a %d %b %Y %H:%M} UTC in the centre. Ctrl-C stops "
            "everything.\n"
        )

    def _watch(self, context: Context, parent: int, until: str) -> None:
        """Keeps the children running until a signal, and tells how the older weeks come along."""
        told = time.monotonic()
        with self._console.status("") as status:
            while until not in self.times.reached:
                if parent and os.getppid() != parent:
                    return
                self._wait(1.0)
                if "loaded" not in self.times.reached:
                    words = self._loading_words(context)
                    status.update(words)
                    if not self._console.is_terminal and time.monotonic() - told >= TELL_EVERY_S:
                        told = time.monotonic()
                        self._console.print(words)
                    self._check_loaded(context)
                elif "planned" not in self.times.reached and not plans_waiting(context):
                    self._reach("planned")
                    self._console.print(
                        "Forecasts and requirements are made "
                        f"({self.times.reached['planned']:.0f} s)."
                    )
                    status.update("The centre lives on.")

    def _loading_words(self, context: Context) -> str:
        done, all_days = self._progress().pieces, len(self._backlog.pieces)
        return (
            f"History is loading: {done} of {all_days} deliveries, "
            f"{unbuilt_days(context)} days to build"
        )

    def _check_loaded(self, context: Context) -> None:
        progress = self._progress()
        if not progress.over or unbuilt_days(context):
            return
        self._reach("loaded")
        days = (self._backlog.end_on - self._backlog.first_on).days
        complete = progress.pieces == len(self._backlog.pieces)
        self.times.days, self.times.events = days, progress.rows
        self.times.load_s = progress.seconds
        rate = f", {progress.rows / progress.seconds:,.0f} a second" if progress.seconds else ""
        self._console.print(
            f"History is {'complete' if complete else 'not complete, its job was cancelled'}: "
            f"{days} days, {progress.rows:,} events{rate} ({self.times.reached['loaded']:.0f} s "
            "since the start)."
        )
        # Forecasts learn from the whole history, so they come after it.
        ask_plans(context, self._centre)

    def _progress(self) -> Progress:
        return read_progress(self._folder)

    def _newest_there(self) -> bool:
        return self._progress().pieces >= self._backlog.newest

    def _reach(self, stage: str) -> None:
        self.times.reached[stage] = round(time.monotonic() - self._began, 1)

    def _wait(self, seconds: float = 0.2) -> None:
        self._children.check()
        time.sleep(seconds)

    def _wait_until_ready(self) -> None:
        settings = self._settings
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            connection = http.client.HTTPConnection(settings.host, settings.port, timeout=5)
            try:
                connection.request("GET", "/health/ready")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            finally:
                connection.close()
            self._wait()
        raise BadInput(
            f"The web server did not become ready within {READY_WITHIN_S:.0f} s; read "
            f"{self._folder / 'logs' / 'serve.log'}."
        )

    @contextmanager
    def _step(self, text: str) -> Iterator[Callable[[str], None]]:
        began = time.monotonic()
        with self._console.status(f"{text} ...") as status:
            yield lambda more: status.update(f"{text}: {more}")
        self._console.print(f"  [green]✓[/] {text:<44} {time.monotonic() - began:5.1f} s")
