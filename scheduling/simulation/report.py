"""The answer of a simulation as rows: each queue by day and by quarter, with both intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.simulation import counted as k
from scheduling.simulation.centre import Floats
from scheduling.simulation.counted import Counted
from scheduling.simulation.outcome import Estimate, occupancy, ratio, service_parts

ALL_QUEUES = ""


@dataclass(frozen=True)
class Value:
    """A figure: `low` to `high` is how well it is known, `least` to `most` what one day brings."""

    value: float
    low: float
    high: float
    least: float
    most: float


@dataclass(frozen=True)
class Row:
    """A queue on a day, or in the cell `slot` of the day; queue "" is all counted queues together.

    `contacts` is the mean over replications; shares are 0 to 1, None where nothing happened.
    `slot` counts cells from the start of the day; `left` waited still when everything was over.
    """

    queue: str
    day: int
    slot: int | None
    contacts: float
    sl: Value | None
    target: float | None
    p_target: float | None
    abandonment: Value | None
    asa_s: float | None
    callbacks: float
    left: float


@dataclass(frozen=True)
class Busy:
    """How busy agents were on a day, or in a cell of it, and the agents on duty."""

    day: int
    slot: int | None
    agents: float
    occupancy: Value | None


@dataclass(frozen=True)
class SimReport:
    """What a schedule gives: rows by day and by cell, with the runs they rest on."""

    replications: int
    seed: int
    cell_s: float
    days: tuple[Row, ...]
    cells: tuple[Row, ...]
    busy_days: tuple[Busy, ...]
    busy_cells: tuple[Busy, ...]

    def day(self, queue: str, day: int) -> Row:
        """The row of a queue and day; `KeyError` when it is not there."""
        for row in self.days:
            if row.queue == queue and row.day == day:
                return row
        raise KeyError((queue, day))


def report(counted: Counted, day_of_cell: Sequence[int]) -> SimReport:
    """The rows of what was counted; `day_of_cell` says which day each told cell belongs to."""
    days = np.asarray(day_of_cell, dtype=np.int64)
    number = int(days.max()) + 1 if days.size else 0
    first = [int(np.flatnonzero(days == day)[0]) if (days == day).any() else 0
             for day in range(number)]  # fmt: skip
    cells = [(int(day), i - first[int(day)]) for i, day in enumerate(days)]
    sums = np.zeros((days.size, number))
    sums[np.arange(days.size), days] = 1.0
    queues = counted.centre.queues
    by_day: list[Row] = []
    by_cell: list[Row] = []
    parts = []
    for q, queue in enumerate(queues):
        counts = counted.counts[:, q].astype(np.float64)
        top, bottom = service_parts(queue, counted.counts[:, q])
        if not queue.counted:
            top, bottom = np.zeros_like(top), np.zeros_like(bottom)
        else:
            parts.append((queue.sl_target, top, bottom, counts))
        by_cell += _rows(queue.name, queue.sl_target, cells, top, bottom, counts)
        by_day += _rows(
            queue.name, queue.sl_target, [(day, None) for day in range(number)], top @ sums,
            bottom @ sums, np.einsum("rcm,cd->rdm", counts, sums),
        )  # fmt: skip
    if len(parts) > 1:
        targets = {part[0] for part in parts}
        target = targets.pop() if len(targets) == 1 else None
        top = np.sum([part[1] for part in parts], axis=0)
        bottom = np.sum([part[2] for part in parts], axis=0)
        counts = np.sum([part[3] for part in parts], axis=0)
        by_cell += _rows(ALL_QUEUES, target, cells, top, bottom, counts)
        by_day += _rows(
            ALL_QUEUES, target, [(day, None) for day in range(number)], top @ sums, bottom @ sums,
            np.einsum("rcm,cd->rdm", counts, sums),
        )  # fmt: skip
    return SimReport(
        counted.replications, counted.seed, counted.centre.cell_s, tuple(by_day), tuple(by_cell),
        *_busy(counted, cells, sums),
    )  # fmt: skip


def _rows(
    name: str, target: float | None, keys: Sequence[tuple[int, int | None]], top: Floats,
    bottom: Floats, counts: Floats,
) -> list[Row]:  # fmt: skip
    level = ratio(top, bottom, target)
    gone = ratio(counts[..., k.ABANDONED], counts[..., k.OFFERED])
    wait = ratio(counts[..., k.WAIT_ANSWERED], counts[..., k.ANSWERED])
    mean = counts.mean(axis=0)
    return [
        Row(
            name, day, slot, float(mean[i, k.OFFERED]), _value(level, i), target,
            None if level.p_target is None else _number(level.p_target[i]), _value(gone, i),
            _number(wait.value[i]), float(mean[i, k.CALLBACKS]), float(mean[i, k.LEFT]),
        )
        for i, (day, slot) in enumerate(keys)
        if mean[i, k.OFFERED] > 0
    ]  # fmt: skip


def _busy(
    counted: Counted, cells: Sequence[tuple[int, int]], sums: Floats
) -> tuple[tuple[Busy, ...], tuple[Busy, ...]]:
    time = counted.times.astype(np.float64).sum(axis=1)
    staffed = time[..., k.STAFFED].mean(axis=0)
    found = occupancy(counted)
    by_cell = tuple(
        Busy(day, slot, float(staffed[i] / counted.centre.cell_s), _value(found, i))
        for i, (day, slot) in enumerate(cells)
        if staffed[i] > 0
    )
    together = ratio(time[..., k.BUSY] @ sums, time[..., k.STAFFED] @ sums)
    open_s = (staffed > 0) @ sums * counted.centre.cell_s
    day_staffed = staffed @ sums
    by_day = tuple(
        Busy(day, None, float(day_staffed[day] / open_s[day]), _value(together, day))
        for day in range(sums.shape[1])
        if open_s[day] > 0
    )
    return by_day, by_cell


def _value(found: Estimate, i: int) -> Value | None:
    if np.isnan(found.value[i]):
        return None
    low, high = (float(np.clip(v[i], 0, 1)) for v in (found.low, found.high))
    return Value(float(found.value[i]), low, high, float(found.least[i]), float(found.most[i]))


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
