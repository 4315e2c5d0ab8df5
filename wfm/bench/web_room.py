"""`wfm bench web`: a living demo read by more and more signed-in people, up to 300 on one core."""

from __future__ import annotations

import inspect
import multiprocessing
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from wfm.actions.users import NewUser, add_user
from wfm.bench import web_users
from wfm.bench.report import Figure, Report, load_sentence, percentile
from wfm.bench.web_users import Answer, Reader, crowd
from wfm.domain.clock import SystemClock
from wfm.domain.errors import BadInput
from wfm.domain.roles import Role
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.queries.organisation import read_organisation
from wfm.store.store import Store, open_store

USERS = 300  # on one core: the goal
STEPS = (25, 50, 75, 100, 150, 200, USERS)  # people at once, until a step misses a goal
STEP_S = 60.0
SECONDS = 600.0  # for which the largest number that held is read on, for the memory
# Of the users, by role: most of a centre's people are agents.
PARTS = ((Role.AGENT, "/me", 0.6), (Role.SUPERVISOR, "/team", 0.25), (Role.MANAGER, "/centre", 0.1),
         (Role.CONTROL_DESK, "/desk", 0.05))  # fmt: skip
P95_MS, P99_MS = 300.0, 1000.0
PAYLOAD_KB = 50.0
DRILL_MS = 250.0
ROUNDS = 9


def prepare(folder: Path, tell: Callable[[str], None]) -> None:
    """A demo of medium size with its past in it, kept for the next run."""
    home = folder / "web"
    tell(f"Demo of medium size in {home}")
    subprocess.run(
        [sys.executable, "-m", "wfm", "demo", "--data-dir", str(home), "--port", str(_port()),
         "--until", "loaded"], check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def measure(folder: Path, tell: Callable[[str], None]) -> Report:
    """One reader at a time on an idle server, then the crowd, on a demo that goes on living."""
    home, port = folder / "web", _port()
    with (home / "bench-log").open("w") as log:
        demo = subprocess.Popen(
            [sys.executable, "-m", "wfm", "demo", "--data-dir", str(home), "--port", str(port)],
            stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        _wait(demo, home / "bench-log")
        people = _people(open_store(f"sqlite:///{home / 'muster.sqlite'}", home))
        figures = _alone(port, people)
        figures += _crowds(port, people, _servers_of(demo.pid), tell)
    finally:
        demo.terminate()
        demo.wait(60)
    conditions = (
        f"{load_sentence()}; one server process, demo of 1,216 agents with its worker and feed, "
        "readers in a process of their own on the same machine"
    )
    return Report("web", conditions, tuple(figures), (("readers", inspect.getsource(web_users)),))


def _alone(port: int, people: list[tuple[str, str]]) -> list[Figure]:
    """Milliseconds of a first view and of a drill of each page, and its bytes on the wire."""
    figures = []
    for page in dict.fromkeys(page for _, page in people):
        login = next(login for login, own in people if own == page)
        reader = Reader(port, login, page, 1)
        reader.sign_in()
        reader.look("first")
        firsts = [reader.look("first") for _ in range(ROUNDS)]
        drills = [reader.look("drill") for _ in range(ROUNDS)]
        views, clicks = (sorted(a.ms for a in found)[ROUNDS // 2] for found in (firsts, drills))
        size = max(a.size for a in (*firsts, *drills)) / 1000
        bad = [a.code for a in (*firsts, *drills) if a.code != 200]
        figures += [
            Figure(f"{page}: view again", views, "ms", "", None, f"codes {bad}" if bad else ""),
            Figure(f"{page}: drill", clicks, "ms", f"<= {DRILL_MS:.0f}", clicks <= DRILL_MS),
            Figure(f"{page}: largest answer", size, "kB", f"<= {PAYLOAD_KB:.0f}",
                   size <= PAYLOAD_KB, "compressed"),
        ]  # fmt: skip
    return figures


def _crowds(
    port: int, people: list[tuple[str, str]], servers: list[int], tell: Callable[[str], None]
) -> list[Figure]:
    """More people at each step until one misses a goal; then the largest that held, for long."""
    held, figures = 0, list[Figure]()
    for users in STEPS:
        tell(f"{users} people for {STEP_S:.0f} s")
        step = _crowd(port, people[:users], servers, STEP_S)
        figures += step[:-1]
        if not all(one.met in (None, True) for one in step[:-1]):
            break
        held = users
    found = Figure("people at once who are answered in time", float(held), "", f"{USERS}",
                   held >= USERS, "on one core of the server")  # fmt: skip
    if not held:
        return [found, *figures]
    tell(f"{held} people for {SECONDS / 60:.0f} minutes")
    long = _crowd(port, people[:held], servers, SECONDS)
    return [found, *figures, *long]


def _crowd(
    port: int, people: list[tuple[str, str]], servers: list[int], seconds: float
) -> list[Figure]:
    """How soon so many people are answered, the cores that took, and the memory at last."""
    users, spawn = len(people), multiprocessing.get_context("spawn")
    with spawn.Pool(1) as pool:
        asked = pool.apply_async(_read_all, (port, people, seconds))
        before, cpu = _resident_mb(servers), _cpu_s(servers)
        began = time.monotonic()
        answers = asked.get()
    spent = _cpu_s(servers) - cpu
    cores = spent / (time.monotonic() - began)
    after = _resident_mb(servers)
    times = [a.ms for a in answers if a.kind != "first"]
    p50, p95, p99 = (percentile(times, p) for p in (50, 95, 99))
    errors = sum(a.code not in (200, 204) for a in answers)
    wanted = users * (web_users.CALLBACKS / web_users.WINDOW_S + 1 / web_users.DRILL_S)
    name = f"{users} people, {seconds:.0f} s"
    return [
        Figure(f"{name}: p50", p50, "ms", "", None, f"{len(times) / seconds:.0f} callbacks/s "
               f"answered, {wanted:.0f} meant, {cores:.2f} cores used by the server, "
               f"{1000 * spent / len(answers):.0f} ms of them for each"),
        Figure(f"{name}: p95", p95, "ms", f"< {P95_MS:.0f}", p95 < P95_MS),
        Figure(f"{name}: p99", p99, "ms", f"< {P99_MS:.0f}", p99 < P99_MS),
        Figure(f"{name}: errors", float(errors), "", "0", errors == 0, f"of {len(answers):,}"),
        Figure(f"{name}: memory of the server", after, "MB", "flat", after <= 1.05 * before,
               f"{before:.0f} MB before"),
    ]  # fmt: skip


def _read_all(port: int, people: list[tuple[str, str]], seconds: float) -> list[Answer]:
    readers = [Reader(port, login, page, seed) for seed, (login, page) in enumerate(people)]
    crowd(readers, seconds)
    return [answer for reader in readers for answer in reader.answers]


def _people(store: Store) -> list[tuple[str, str]]:
    """Logins with their pages: accounts of different agents, teams and sites, made when missing."""
    organisation = read_organisation(store, ENTERPRISE)
    now = int(time.time())
    agents = [organisation.scope_of(one) for one in organisation.agents(now, ENTERPRISE)]
    teams = list(dict.fromkeys(Scope(s.site, s.team) for s in agents))
    sites = list(dict.fromkeys(Scope(s.site) for s in agents))
    places = {Role.AGENT: agents, Role.SUPERVISOR: teams, Role.MANAGER: sites,
              Role.CONTROL_DESK: [ENTERPRISE]}  # fmt: skip
    found = []
    for role, page, part in PARTS:
        for number in range(round(part * USERS)):
            login = f"bench-{role.value}-{number}"
            scope = places[role][number % len(places[role])]
            try:
                add_user(store, SystemClock(), NewUser(login, login, role, scope, demo=True),
                         actor="bench", actor_role="admin")  # fmt: skip
            except BadInput as error:
                if "taken" not in str(error):
                    raise
            found.append(((number + 1) / (part * USERS), login, page))
    # The first so many of them have every role in its part.
    return [(login, page) for _, login, page in sorted(found)]


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(demo: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 300
    while "Open http" not in log.read_text():
        if demo.poll() is not None or time.monotonic() > deadline:
            raise BadInput(f"The demo did not come up: {log.read_text()[-500:]}")
        time.sleep(0.5)


def _servers_of(root: int) -> list[int]:
    """The processes that serve: descendants of the demo whose command says so."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    family, size = {root}, 0
    while len(family) > size:
        size = len(family)
        family |= {int(pid) for pid, parent, _ in rows if int(parent) in family}
    return [int(pid) for pid, _, args in rows if int(pid) in family and " serve" in args]


def _resident_mb(pids: list[int]) -> float:
    """Memory of the processes; what is shared with others counts by its part."""
    told = (Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() for pid in pids)
    parts = [int(line.split()[1]) for lines in told for line in lines if line.startswith("Pss:")]
    return sum(parts) * 1024 / 1e6


def _cpu_s(pids: list[int]) -> float:
    ticks = 0
    for pid in pids:
        parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(parts[11]) + int(parts[12])
    return ticks / os.sysconf("SC_CLK_TCK")
