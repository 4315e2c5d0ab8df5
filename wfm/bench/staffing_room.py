"""Requirements of a million cells and of a year of 500 queues, full Erlang A, and simulation."""

from __future__ import annotations

import inspect
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scheduling.staffing import compiled
from scheduling.staffing.erlang import Floats
from scheduling.staffing.patience import erlang_a
from scheduling.staffing.requirement import Targets, fewest_agents, required_agents
from wfm.bench import staffing_peer
from wfm.bench.peer_python import STAFFING, make_peers, peer_python
from wfm.bench.report import Figure, Report, load_sentence
from wfm.bench.staffing_simulation import simulation_code, simulation_figures

CELLS, QUEUES, YEAR, ROUNDS = 1_000_000, 500, 35_040, 5
TIMES, YEAR_S, EVALUATIONS = 100.0, 10.0, 700_000.0
TARGETS = Targets("offered", sl=0.8, target_s=20.0)
MODEL_A = ((10, 200_000, EVALUATIONS), (100, 100_000, None), (1000, 20_000, None))


def prepare(folder: Path, tell: Callable[[str], None]) -> None:
    """The peers in a Python of their own below the folder, when they can be had."""
    tell(f"{', '.join(STAFFING.versions)} in a Python of their own ...")
    reason = make_peers(folder)
    if reason:
        tell(reason)


def measure(folder: Path, tell: Callable[[str], None]) -> Report:
    """Ours, pyworkforce's and an exhaustive search's agents of the same cells, and their times."""
    load, aht = made_cells()
    rate = load * 3600 / aht
    first = _seconds(lambda: fewest_agents(200, 180, None, TARGETS))
    tell(f"{CELLS:,} cells ...")
    ours = fewest_agents(rate, aht, None, TARGETS)
    taken = _median(lambda: fewest_agents(rate, aht, None, TARGETS))
    explained = _median(lambda: required_agents(rate, aht, None, TARGETS), rounds=1)
    wrong = int((ours != exhaustive(rate * aht / 3600, aht)).sum())
    figures = [
        Figure(f"requirement of {CELLS:,} cells", taken, "s", "", None, f"median of {ROUNDS}"),
        Figure("cells unlike an exhaustive search", wrong, "", "0", wrong == 0),
        *_beside_peer(folder, tell, load, aht, ours, taken),
        Figure("the same with reasons and figures", explained, "s", "", None, "level, ASA, why"),
    ]
    tell(f"a year of {QUEUES} queues ...")
    year = _year()
    figures.append(
        Figure(f"{QUEUES * YEAR / 1e6:.1f} M cells of a year", year, "s", f"< {YEAR_S:.0f}",
               year < YEAR_S, f"{QUEUES} queues of {YEAR:,} quarter-hours")
    )  # fmt: skip
    tell("Erlang A ...")
    figures += [_erlang_a(*one) for one in MODEL_A]
    figures += [
        _requirement_a(),
        Figure("loading the compiled loops", first, "s", "", None, "once a process; compiled once"),
        *simulation_figures(folder, tell),
    ]
    code = {
        "ours": inspect.getsource(compiled),
        "pyworkforce": inspect.getsource(staffing_peer),
        "exhaustive search": inspect.getsource(exhaustive),
        **simulation_code(),
    }
    conditions = f"{load_sentence()}; 1 thread, processor time, each peer in its own process"
    missing = make_peers(folder)
    if missing:
        conditions += f"\n{missing}"
    return Report("staffing", conditions, tuple(figures), tuple(code.items()))


def made_cells(cells: int = CELLS) -> tuple[Floats, Floats]:
    """Loads with median 5.5 and at most 119 erlangs, and handle times of 2 to 7 minutes."""
    draw = np.random.default_rng(20)
    return np.minimum(draw.lognormal(np.log(5.5), 1.0, cells), 119.0), draw.uniform(120, 420, cells)


def exhaustive(load: Floats, aht: Floats) -> NDArray[np.int64]:
    """The least number of agents, every one tried from 1 up: 80 % in 20 s by Erlang C."""
    found, left = np.zeros(load.size, dtype=np.int64), np.arange(load.size)
    a, h, inverse, n = load, aht, np.ones_like(load), 0
    while left.size:
        n += 1
        inverse = 1 + inverse * n / a
        blocking = 1 / inverse
        with np.errstate(divide="ignore", over="ignore"):
            wait = n * blocking / (n - a * (1 - blocking))
            level = np.where(n > a, 1 - wait * np.exp(-(n - a) * 20 / h), 0.0)
        met = level >= 0.8
        found[left[met]] = n
        left, a, h, inverse = left[~met], a[~met], h[~met], inverse[~met]
    return found


def _beside_peer(
    folder: Path,
    tell: Callable[[str], None],
    load: Floats,
    aht: Floats,
    ours: NDArray[np.int64],
    taken: float,
) -> list[Figure]:
    """Its time in a process of its own on the same cells, and how many of its answers differ."""
    name = "times pyworkforce 0.5.4"
    python = peer_python(folder, "pyworkforce")
    if python is None:
        reason = f"skipped: none below {folder / 'peers'}; what to do stands below"
        return [Figure(name, float("nan"), "x", f">= {TIMES:.0f}", None, reason)]
    tell("the same by pyworkforce ...")
    source, out = folder / "staffing-cells.bin", folder / "staffing-peer.bin"
    source.write_bytes(np.concatenate([load, aht]).tobytes())
    script = str(Path(inspect.getfile(staffing_peer)))
    done = subprocess.run(
        [str(python), script, str(source), str(out)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1]
        return [Figure(name, float("nan"), "x", f">= {TIMES:.0f}", None, f"failed: {reason}")]
    theirs, times = float(done.stdout), float(done.stdout) / taken
    other = int((np.frombuffer(out.read_bytes(), dtype=np.int64) != ours).sum())
    return [
        Figure("pyworkforce 0.5.4, the same cells", theirs, "s", "", None, "a call a cell"),
        Figure(name, times, "x", f">= {TIMES:.0f}", times >= TIMES, "same cells, same run"),
        Figure("its answers that differ", other, "", "", None, "not the least that meet it"),
    ]


def _year() -> float:
    """Seconds for every quarter-hour of a year of many queues, their contacts not counted."""
    draw, total = np.random.default_rng(21), 0.0
    hour = np.arange(YEAR) % 96 / 4
    shape = np.clip(np.sin((hour - 7) / 13 * np.pi), 0, None)
    for _ in range(QUEUES):
        peak, aht = draw.lognormal(np.log(12.0), 0.8), float(draw.uniform(120, 420))
        rate = peak * shape * draw.uniform(0.8, 1.2, YEAR) * 3600 / aht
        total += _seconds(lambda r=rate, h=aht: fewest_agents(r, h, None, TARGETS))  # type: ignore[misc]
    return total


def _erlang_a(mean: int, cells: int, goal: float | None) -> Figure:
    draw = np.random.default_rng(mean)
    load, aht = draw.uniform(0.5, 1.5, cells) * mean, draw.uniform(120, 420, cells)
    agents = np.maximum(1, np.rint(load * draw.uniform(0.9, 1.3, cells)))
    rate = load * 3600 / aht
    speed = cells / _median(lambda: erlang_a(rate, aht, 180.0, agents, 20.0))
    return Figure(
        f"full Erlang A at {mean} erlangs", speed / 1000, "k/s",
        f">= {goal / 1000:.0f}" if goal else "", speed >= goal if goal else None,
        "five service levels, waits, losses",
    )  # fmt: skip


def _requirement_a() -> Figure:
    load, aht = made_cells(100_000)
    rate = load * 3600 / aht
    taken = _median(lambda: fewest_agents(rate, aht, 180.0, TARGETS), rounds=3)
    return Figure("requirement by Erlang A", load.size / taken / 1000, "k cells/s", "", None)


def _median(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    return statistics.median(_seconds(work) for _ in range(rounds))


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
