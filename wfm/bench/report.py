"""What a benchmark found: figures with their goals, and the conditions they were measured in."""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """One measured figure; `met` None where there is no goal."""

    name: str
    value: float
    unit: str
    goal: str = ""
    met: bool | None = None
    note: str = ""


@dataclass(frozen=True)
class Report:
    """The figures of one room, and what they were measured on."""

    room: str
    conditions: str
    figures: tuple[Figure, ...]
    code: tuple[tuple[str, str], ...] = ()  # what was run, by name: ours and the reference's


@dataclass(frozen=True)
class Timing:
    """Milliseconds of repeated runs of the same work."""

    first: float
    p50: float
    p95: float
    least: float


def timed(work: Callable[[], T], runs: int, warm: int = 3) -> tuple[Timing, T]:
    """The times of some work after a warm-up, and its last result; `first` is the cold run."""
    result, first = once(work)
    for _ in range(warm - 1):
        work()
    times = []
    for _ in range(runs):
        result, taken = once(work)
        times.append(taken)
    return Timing(first, statistics.median(times), percentile(times, 95), min(times)), result


def once(work: Callable[[], T]) -> tuple[T, float]:
    """The result of some work and the milliseconds it took."""
    start = time.perf_counter()
    result = work()
    return result, (time.perf_counter() - start) * 1000


def percentile(values: Sequence[float], percent: float) -> float:
    """A percentile of the values by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(percent / 100 * len(ordered)))]


def peak_mb() -> float:
    """The most memory this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def load_sentence() -> str:
    """Cores and load of the machine: `2 cores, load 1.4`."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
