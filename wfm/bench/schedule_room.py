"""How near schedules come to what is provably possible within a time, and beside plain models."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scheduling.verify import verify
from wfm.bench import schedule_plain
from wfm.bench.peer_python import ran
from wfm.bench.report import Figure, Report, load_sentence
from wfm.bench.schedule_problems import made_problem

# Name, how it is made, and (seconds, goal in millionths of the requirement).
PROBLEMS: tuple[tuple[str, dict[str, Any], tuple[tuple[int, int], ...]], ...] = (
    ("base-500", {"agents": 500}, ((5, 400), (30, 120))),
    ("peaky-500", {"agents": 500, "shape": "peaky"}, ((5, 1600), (30, 1000))),
    ("peaky-2000", {"agents": 2000, "shape": "peaky"}, ((60, 800),)),
    ("small-50", {"agents": 50}, ((20, 2500),)),
    ("peaky-50", {"agents": 50, "seed": 2, "shape": "peaky"}, ((20, 6000),)),
    ("skills-300", {"agents": 300, "seed": 3, "shape": "peaky", "queues": 4}, ((60, 2000),)),
    ("month-200", {"agents": 200, "seed": 4, "level": 0.97, "days": 28}, ((60, 1000),)),
)
ORTOOLS = "9.15.6755"
PEERS = ("small-50", "base-500")
PEER_S = 60
# A plain model is written down before its limit counts, and may not look at the clock in between.
PATIENCE_S = 10 * PEER_S


def prepare(folder: Path, tell: Callable[[str], None]) -> None:
    """The problems as files, and OR-tools in a Python of its own when it can be had."""
    for name, how, _ in PROBLEMS:
        (folder / f"{name}.json").write_text(json.dumps(made_problem(**how)))
    tell(f"ortools {ORTOOLS} in a Python of its own ...")
    reason = _make_peer(folder)
    if reason:
        tell(f"OR-tools is left out: {reason}")


def measure(folder: Path, tell: Callable[[str], None]) -> Report:
    """Gaps within each time, then ours, CP-SAT and a plain HiGHS on the same problem and time."""
    # The loops are compiled once for an installation; that is not measured here.
    _ours(folder, "small-50", ["--passes", "2"])
    figures: list[Figure] = []
    for name, _, goals in PROBLEMS:
        for seconds, goal in goals:
            tell(f"{name} in {seconds} s ...")
            found, checked = _ours(folder, name, ["--time-limit", str(seconds)])
            gap = 1e4 * found["gap_of_requirement_pct"]
            met = gap <= goal and not checked["violations"]
            figures.append(
                Figure(f"{name} in {seconds} s: gap", gap, "millionths", f"<= {goal}", met,
                       f"cost {found['objective']:,.1f}, bound {found['bound']:,.1f}, "
                       f"{found['passes']:,} passes, {checked['violations']} rules broken")
            )  # fmt: skip
    for name in PEERS:
        figures += _beside_peers(folder, tell, name)
    code = (("plain models", inspect.getsource(schedule_plain)),)
    conditions = f"{load_sentence()}; whole commands, clock time; gap = (cost - own bound) / need"
    return Report("schedule", conditions, tuple(figures), code)


def _beside_peers(folder: Path, tell: Callable[[str], None], name: str) -> list[Figure]:
    """Costs that three solvers reach in the same time on the same problem."""
    tell(f"{name} in {PEER_S} s beside plain models ...")
    found, _ = _ours(folder, name, ["--time-limit", str(PEER_S)])
    figures = [
        Figure(f"{name} in {PEER_S} s: cost", found["objective"], "", "", None,
               f"ours; bound {found['bound']:,.1f}")
    ]  # fmt: skip
    absent = "" if _has_peer(folder) else "OR-tools is absent"
    for label, solver, python in (
        ("CP-SAT", "cpsat", str(_program(folder))), ("PuLP + HiGHS", "highs", sys.executable)
    ):  # fmt: skip
        title = f"{name} in {PEER_S} s: cost by {label}"
        if solver == "cpsat" and absent:
            figures.append(Figure(title, float("nan"), "", "", None, f"skipped: {absent}"))
            continue
        script = str(Path(inspect.getfile(schedule_plain)))
        command = [python, script, solver, str(folder / f"{name}.json"), str(PEER_S)]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=PATIENCE_S
            )
        except subprocess.TimeoutExpired:
            note = f"no answer within {PATIENCE_S} s, stopped"
            figures.append(Figure(title, float("nan"), "", "", None, note))
            continue
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
            figures.append(Figure(title, float("nan"), "", "", None, f"failed: {reason}"))
            continue
        answer = json.loads(done.stdout.strip().splitlines()[-1])
        cost = float("nan") if answer["cost"] is None else answer["cost"]
        note = "no schedule found; " if answer["cost"] is None else ""
        figures.append(
            Figure(title, cost, "", "", None, f"{note}bound {answer['bound']:,.1f}, one model")
        )
    return figures


def _ours(folder: Path, name: str, limits: list[str]) -> tuple[dict[str, Any], dict[str, int]]:
    """What the command reports, and what the checker says of the schedule."""
    problem, out = folder / f"{name}.json", folder / f"{name}.solution.json"
    call = "from wfm.cli.main import run; run()"
    command = [
        sys.executable, "-c", call, "schedule", "solve", str(problem), "--out", str(out), "--json",
        *limits,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    checked = verify(json.loads(problem.read_text()), json.loads(out.read_text()))
    return json.loads(done.stdout), {"violations": len(checked.broken)}


def _make_peer(folder: Path) -> str:
    if _has_peer(folder):
        return ""
    home = folder / "ortools"
    return ran([sys.executable, "-m", "venv", str(home)]) or ran(
        [str(_program(folder)), "-m", "pip", "install", "--quiet", f"ortools=={ORTOOLS}"]
    )


def _has_peer(folder: Path) -> bool:
    check = f"import ortools, sys; sys.exit(ortools.__version__ != {ORTOOLS!r})"
    return ran([str(_program(folder)), "-c", check]) == ""


def _program(folder: Path) -> Path:
    return folder / "ortools" / "bin" / "python"
