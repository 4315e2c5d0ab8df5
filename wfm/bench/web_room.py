"""`wfm bench web`: a living demo read by 300 signed-in people, and each page by one of them."""

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

USERS = 300
SECONDS = 600.0
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
        tell(f"{USERS} people for {SECONDS / 60:.0f} minutes")
        figures += _crowd(port, people, _server_of(demo.pid))
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


def _crowd(port: int, people: list[tuple[str, str]], server: int) -> list[Figure]:
    spawn = multiprocessing.get_context("spawn")
    before, cpu = _resident_mb(server), _cpu_s(server)
    began = time.monotonic()
    with spawn.Pool(1) as pool:
        answers = pool.apply(_read_all, (port, people, SECONDS))
    cores = (_cpu_s(server) - cpu) / (time.monotonic() - began)
    after = _resident_mb(server)
    times = [a.ms for a in answers if a.kind != "first"]
    p50, p95, p99 = (percentile(times, p) for p in (50, 95, 99))
    errors = sum(a.code not in (200, 204) for a in answers)
    asked = len(times) / SECONDS
    wanted = USERS * (web_users.CALLBACKS / web_users.WINDOW_S + 1 / web_users.DRILL_S)
    return [
        Figure("people at once", float(USERS), "", "", None, f"{asked:.0f} callbacks/s answered, "
               f"{wanted:.0f} meant, {cores:.2f} cores used by the server"),
        Figure("callback p50", p50, "ms"),
        Figure("callback p95", p95, "ms", f"< {P95_MS:.0f}", p95 < P95_MS),
        Figure("callback p99", p99, "ms", f"< {P99_MS:.0f}", p99 < P99_MS),
        Figure("errors", float(errors), "", "0", errors == 0, f"of {len(answers):,}"),
        Figure("memory of the server", after, "MB", "flat", after <= 1.1 * before,
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
            found.append((login, page))
    return found


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


def _server_of(root: int) -> int:
    """The process that serves: the descendant of the demo whose command says so."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    family, size = {root}, 0
    while len(family) > size:
        size = len(family)
        family |= {int(pid) for pid, parent, _ in rows if int(parent) in family}
    return next(int(pid) for pid, _, args in rows if int(pid) in family and " serve" in args)


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _cpu_s(pid: int) -> float:
    parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
