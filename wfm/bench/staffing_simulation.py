"""Contacts a second of both event loops, beside simpy and ciw on the same centres."""

from __future__ import annotations

import inspect
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from scheduling.simulation import kernel, single_kernel
from scheduling.simulation.centre import Centre, SimAgent, SimQueue, steady
from scheduling.simulation.engine import simulate
from scheduling.simulation.single import simulate_single
from scheduling.staffing.patience import erlang_a
from wfm.bench import simulation_peer
from wfm.bench.peer_python import STAFFING, peer_python
from wfm.bench.report import Figure
from wfm.bench.simulation_peer import ONE, TWO

ROUNDS = 5
CELLS, WARM = 56, 8
# What is simulated, how long by a peer, and how many times faster it has to be.
KINDS = {"single": ("one skill", 40, 100.0), "skills": ("several skills", 40, 25.0)}


def simulation_figures(folder: Path, tell: Callable[[str], None]) -> list[Figure]:
    """Speeds and their ratios; the peers run one after another, each in a process of its own."""
    tell("simulation ...")
    speeds = {"single": _single(), "skills": _skills()}
    figures = [
        Figure(f"simulation of {KINDS[what][0]}", speed / 1000, "k contacts/s", "", None,
               "draws included; the same load as the peers'")
        for what, speed in speeds.items()
    ]  # fmt: skip
    for peer in ("simpy", "ciw"):
        for what, speed in speeds.items():
            tell(f"the same by {peer}, {KINDS[what][0]} ...")
            figures += _beside(folder, peer, what, speed)
    return [*figures, _agreement()]


def simulation_code() -> dict[str, str]:
    """What was run, by name."""
    return {
        "simulation of one skill": inspect.getsource(single_kernel),
        "simulation of several skills": inspect.getsource(kernel),
        "simpy and ciw": inspect.getsource(simulation_peer),
    }


def _beside(folder: Path, peer: str, what: str, speed: float) -> list[Figure]:
    name, hours, times = KINDS[what]
    title = f"times {peer} {STAFFING.versions[peer]}, {name}"
    python = peer_python(folder, peer)
    if python is None:
        reason = f"skipped: none below {folder / 'peers'}; what to do stands below"
        return [Figure(title, float("nan"), "x", f">= {times:.0f}", None, reason)]
    script = str(Path(inspect.getfile(simulation_peer)))
    command = [str(python), script, peer, what, str(hours)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1]
        return [Figure(title, float("nan"), "x", f">= {times:.0f}", None, f"failed: {reason}")]
    contacts, seconds, gone = map(float, done.stdout.split())
    ratio = speed * seconds / contacts
    all_do = ", all agents do both: it has no skills" if (peer, what) == ("ciw", "skills") else ""
    return [
        Figure(title, ratio, "x", f">= {times:.0f}", ratio >= times,
               f"{contacts / seconds / 1000:,.0f} k contacts/s, {gone:.1%} hang up{all_do}")
    ]  # fmt: skip


def _single() -> float:
    rate, aht, patience, agents = ONE

    def run() -> int:
        return simulate_single(rate, aht, patience, agents, sl_definition="offered").contacts

    run()
    return _median(run)


def _skills() -> float:
    centre = two_skills()
    simulate(centre, 2)

    def run() -> float:
        told = float(simulate(centre, 100).counts[..., 0].sum())
        return told * CELLS / (CELLS - WARM)  # the cells that warm up are simulated as well

    return _median(run)


def two_skills() -> Centre:
    """The centre of two skills that the peers have: 27 specialists of either and 10 of both."""
    rate, aht, patience, alone, both = TWO
    queues = tuple(
        SimQueue(name, steady(rate / 4, CELLS), steady(aht, CELLS), patience, "offered", 20.0)
        for name in "xy"
    )
    skills = [("x",)] * alone + [("y",)] * alone + [("x", "y")] * both
    agents = tuple(
        SimAgent(f"a{i}", tuple((s, 100) for s in own), ((0.0, 1e6),))
        for i, own in enumerate(skills)
    )
    return Centre(queues, agents, CELLS, 900.0, WARM)


def _agreement() -> Figure:
    """Standard errors between the simulation of one skill and Erlang A, which is exact here."""
    rate, aht, patience, agents = ONE
    found = simulate_single(rate, aht, patience, agents, sl_definition="offered", replications=200)
    exact = float(erlang_a(rate, aht, patience, agents, 20.0).sl_offered)
    off = abs(float(found.sl.value) - exact) / float(found.sl.error)
    return Figure("simulation of one skill against Erlang A", off, "standard errors", "<= 5",
                  off <= 5, f"{float(found.sl.value):.5f} and {exact:.5f} within 20 s")  # fmt: skip


def _median(run: Callable[[], float]) -> float:
    """Contacts a second of processor time, the median of several runs."""
    speeds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        contacts = run()
        speeds.append(contacts / (time.process_time() - start))
    return statistics.median(speeds)
