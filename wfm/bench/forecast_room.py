"""A thousand queues forecast four weeks ahead on two processes, and some of them by Prophet."""

from __future__ import annotations

import csv
import inspect
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from forecasting.forecast import ForecastConfig, forecast_queue
from forecasting.naive import baseline
from forecasting.series import Floats, History
from forecasting.threads import use_one_thread
from forecasting.training import prepare as training_of
from wfm.bench import forecast_data, forecast_peer
from wfm.bench.forecast_data import AHEAD, FIRST, QUEUES, YEAR, made_queue
from wfm.bench.peer_python import FORECASTING, make_peers, peer_python
from wfm.bench.report import Figure, Report, load_sentence

PROCESSES, CHUNK, PEER_QUEUES = 2, 10, 12
MOST_S, TIMES = 180.0, 10.0
PEER = "Prophet 1.5.0"


@dataclass(frozen=True)
class Done:
    """Absolute errors and contacts of some queues by method, hits of the band, and seconds."""

    missed: dict[str, float]
    came: float
    cells: int
    inside: int
    cpu_s: float


def prepare(folder: Path, tell: Callable[[str], None]) -> None:
    """The peer in a Python of its own below the folder, when it can be had."""
    tell(f"{PEER} in a Python of its own ...")
    reason = make_peers(folder, FORECASTING)
    if reason:
        tell(reason)


def measure(folder: Path, tell: Callable[[str], None]) -> Report:
    """Seconds and errors of all queues, and of the first ones beside the peer's, in one run."""
    tell(f"{QUEUES:,} queues of {YEAR} days of half-hours on {PROCESSES} processes ...")
    chunks = [range(i, i + CHUNK) for i in range(0, QUEUES, CHUNK)]
    start = time.perf_counter()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        parts = list(pool.map(forecast_some, chunks))
    taken = time.perf_counter() - start
    whole = added(parts)
    wape = {name: 100 * missed / whole.came for name, missed in whole.missed.items()}
    cpu = whole.cpu_s / QUEUES
    busy = whole.cpu_s / PROCESSES
    figures = [
        Figure(f"{QUEUES:,} queues, {AHEAD} days ahead, by the clock", taken, "s",
               f"< {MOST_S:.0f}", taken < MOST_S, f"{PROCESSES} processes, making data included"),
        Figure("processor seconds over processes", busy, "s", f"< {MOST_S:.0f}", busy < MOST_S,
               "what two idle cores take"),
        Figure("processor time of a queue", 1000 * cpu, "ms", "", None, "models, weights, band"),
        Figure("error by half-hour", wape["ours"], "%", "", None, "WAPE of 28 days, all queues"),
        Figure("of six weeks' mean", wape["six_week_mean"], "%", "", None, "the same half-hours"),
        Figure("of last week again", wape["seasonal_naive"], "%", "", None, "the same half-hours"),
        Figure("half-hours inside the 80 % band", 100 * whole.inside / whole.cells, "%", "76 to 84",
               76 <= 100 * whole.inside / whole.cells <= 84),
        *_beside_peer(folder, tell),
    ]  # fmt: skip
    code = {
        "ours": inspect.getsource(forecast_some),
        "prophet": inspect.getsource(forecast_peer),
        "data": inspect.getsource(forecast_data),
    }
    conditions = f"{load_sentence()}; 1 thread a process, one configuration for all queues"
    missing = make_peers(folder, FORECASTING)
    if missing:
        conditions += f"\n{missing}"
    return Report("forecast", conditions, tuple(figures), tuple(code.items()))


def forecast_some(numbers: Sequence[int]) -> Done:
    """What some of the made queues' forecasts miss, beside the simple ones."""
    use_one_thread()
    return added([_one(*made_queue(number)) for number in numbers])


def _one(history: History, actual: Floats) -> Done:
    config = ForecastConfig()
    start = time.process_time()
    found = forecast_queue(history, AHEAD, config)
    cpu = time.process_time() - start
    training = training_of(history, config.calendar)
    said = {name: baseline(name, history, training, AHEAD)
            for name in ("six_week_mean", "seasonal_naive")}  # fmt: skip
    said["ours"] = found.mean
    known = np.isfinite(actual)
    inside = (actual >= found.p10) & (actual <= found.p90) & known
    missed = {name: float(np.abs(mean - actual)[known].sum()) for name, mean in said.items()}
    return Done(missed, float(actual[known].sum()), int(known.sum()), int(inside.sum()), cpu)


def added(parts: Sequence[Done]) -> Done:
    """Several as one: errors, contacts, hits and seconds summed."""
    return Done(
        {name: sum(part.missed[name] for part in parts) for name in parts[0].missed},
        sum(part.came for part in parts),
        sum(part.cells for part in parts),
        sum(part.inside for part in parts),
        sum(part.cpu_s for part in parts),
    )


def _beside_peer(folder: Path, tell: Callable[[str], None]) -> list[Figure]:
    """Its time and error on the first queues, each in its own process, ours in this one."""
    name = f"times {PEER}"
    python = peer_python(folder, "prophet", FORECASTING)
    if python is None:
        reason = f"skipped: none below {folder / FORECASTING.home}; what to do stands below"
        return [Figure(name, float("nan"), "x", f">= {TIMES:.0f}", None, reason)]
    tell(f"{PEER_QUEUES} of them by {PEER} ...")
    numbers = range(PEER_QUEUES)
    queues = {number: made_queue(number) for number in numbers}
    for number, (history, actual) in queues.items():
        _write(folder / f"queue-{number}.csv", history.offered, 0, values_too=True)
        _write(folder / f"ahead-{number}.csv", actual, YEAR, values_too=False)
    script = str(Path(inspect.getfile(forecast_peer)))
    done = subprocess.run(
        [str(python), script, str(folder), *map(str, numbers)], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1]
        return [Figure(name, float("nan"), "x", f">= {TIMES:.0f}", None, f"failed: {reason}")]
    missed = 0.0
    for number, (_, actual) in queues.items():
        text = (folder / f"said-{number}.csv").read_text().split()
        missed += float(np.abs(np.array(text, dtype=float) - actual[np.isfinite(actual)]).sum())
    forecast_some(numbers[:1])  # what is loaded once is not counted, here as there
    mine = forecast_some(numbers)
    theirs, times = float(done.stdout), float(done.stdout) / mine.cpu_s
    error, own = 100 * missed / mine.came, 100 * mine.missed["ours"] / mine.came
    return [
        Figure(f"{PEER}, {PEER_QUEUES} queues", theirs / PEER_QUEUES, "s a queue", "", None,
               "its defaults on half-hours, band drawn"),
        Figure(name, times, "x", f">= {TIMES:.0f}", times >= TIMES, "same queues, processor time"),
        Figure("its error by half-hour", error, "%", f"> {own:.1f}", error > own,
               f"ours on the same queues {own:.1f} %"),
    ]  # fmt: skip


def _write(path: Path, values: Floats, first: int, *, values_too: bool) -> None:
    """Known half-hours as ds,y or ds alone, in order of time."""
    midnight = datetime.combine(FIRST, datetime.min.time())
    with path.open("w", newline="") as handle:
        out = csv.writer(handle)
        out.writerow(("ds", "y") if values_too else ("ds",))
        for day, slot in zip(*np.nonzero(np.isfinite(values)), strict=True):
            at = midnight + timedelta(days=first + int(day), minutes=30 * int(slot))
            out.writerow((at, values[day, slot]) if values_too else (at,))
