"""A day's shifts brought to exactly so many people scheduled on queue in some quarter-hours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from wfm.simulator.shifts import Block, PlannedShift

Bools = NDArray[np.bool_]
_SPAN = 160  # quarter-hours from midnight on that a shift may reach
_FULL, _PART = 510, 240
# Off-queue time that fills what is scheduled too much.
FILLER = "meeting"


@dataclass(frozen=True)
class Window:
    """Quarter-hours of the local clock, and the people wanted on queue in each."""

    quarters: tuple[int, ...]
    target: int


@dataclass(frozen=True)
class Spare:
    """Somebody without a shift that day who can be called in."""

    number: int
    full_time: bool


def on_queue(shift: PlannedShift) -> Bools:
    """By quarter-hour whether the shift is scheduled on queue throughout it."""
    found = np.zeros(_SPAN, dtype=bool)
    if not shift.absence:
        found[-(-shift.start // 15) : shift.end // 15] = True
        for block in shift.blocks:
            found[block.start // 15 : -(-block.end // 15)] = False
    return found


def standing_shift(number: int, day: date, start: int, ends: tuple[int, int]) -> PlannedShift:
    """A full shift without a break inside two blocks of hours: from the first one's begin on, with
    break and meal after `ends[0]` and a break after `ends[1]`."""
    first, second = ends
    blocks = (
        Block(first, first + 15, "break"),
        Block(first + 30, first + 60, "meal"),
        Block(second, second + 15, "break"),
    )
    return PlannedShift(number, day, start, start + _FULL, blocks)


def cover_exactly(
    shifts: Iterable[PlannedShift],
    window: Window,
    kept: frozenset[int],
    spare: Sequence[Spare],
    day: date,
    opening: tuple[int, int],
) -> tuple[PlannedShift, ...]:
    """The shifts with as many on queue as the window wants: people of `spare`, who have none,
    are called in where too few are planned, where that is not enough shifts are laid anew, and
    meetings are put in where too many are.

    Shifts of agents in `kept` stay as they are. Where people run out it is one fewer throughout,
    or as many fewer as it takes.
    """
    planned = {shift.agent: shift for shift in shifts}
    cover = _cover(planned.values())
    for one in spare:
        short = _short(cover, window)
        if not short.any():
            break
        planned[one.number] = _best_shift(one, day, short, opening)
        cover += on_queue(planned[one.number])
    for number in [n for n, s in planned.items() if n not in kept and not s.absence]:
        short = _short(cover, window)
        if not short.any():
            break
        others = cover - on_queue(planned[number])
        moved = _moved(planned[number], _short(others, window), opening)
        if _short(others + on_queue(moved), window).sum() < short.sum():
            planned[number], cover = moved, others + on_queue(moved)
    lacking = int(_short(cover, window).max())
    window = Window(window.quarters, window.target - lacking)
    for agent, blocks in _fillers(planned, window, kept).items():
        whole = tuple(sorted((*planned[agent].blocks, *blocks), key=lambda b: b.start))
        planned[agent] = replace(planned[agent], blocks=whole)
    return tuple(shift for _, shift in sorted(planned.items()))


def _cover(shifts: Iterable[PlannedShift]) -> NDArray[np.int64]:
    total = np.zeros(_SPAN, dtype=np.int64)
    for shift in shifts:
        total += on_queue(shift)
    return total


def _short(cover: NDArray[np.int64], window: Window) -> NDArray[np.int64]:
    """How many people are missing, by quarter-hour; 0 outside the window."""
    short = np.zeros(_SPAN, dtype=np.int64)
    places = list(window.quarters)
    short[places] = np.maximum(window.target - cover[places], 0)
    return short


def _best_shift(
    one: Spare, day: date, short: NDArray[np.int64], opening: tuple[int, int]
) -> PlannedShift:
    """The shift, with its breaks where rules allow them, that meets most of what is short."""
    laid, there = _laid(one.full_time, opening)
    best = laid[int((there @ short).argmax())]
    return replace(best, agent=one.number, on=day)


@lru_cache(maxsize=16)
def _laid(
    full_time: bool, opening: tuple[int, int]
) -> tuple[tuple[PlannedShift, ...], NDArray[np.int64]]:
    """Every shift that fits into the hours, and by quarter-hour 1 where it is on queue."""
    length = _FULL if full_time else _PART
    laid = tuple(
        PlannedShift(0, date.min, start, start + length, blocks)
        for start in range(opening[0], opening[1] - length + 1, 30)
        for blocks in _layouts(start, full_time)
    )
    if not laid:
        raise ValueError(f"no shift of {length} minutes fits between the minutes {opening}")
    return laid, np.array([on_queue(shift) for shift in laid], dtype=np.int64)


def _moved(shift: PlannedShift, short: NDArray[np.int64], opening: tuple[int, int]) -> PlannedShift:
    """Somebody's shift laid where it helps most against what is short without it."""
    spare = Spare(shift.agent, shift.end - shift.start >= _FULL)
    return _best_shift(spare, shift.on, short, opening)


def _layouts(start: int, full_time: bool) -> Iterator[tuple[Block, ...]]:
    """Breaks and meals of a shift, half-hour by half-hour of where they may lie."""
    for first in range(start + 90, start + 151, 30):
        early = Block(first, first + 15, "break")
        if not full_time:
            yield (early,)
            continue
        for meal in range(start + 210, start + 301, 30):
            for last in (start + 360, start + 405, start + 450):
                yield early, Block(meal, meal + 30, "meal"), Block(last, last + 15, "break")


def _fillers(
    planned: dict[int, PlannedShift], window: Window, kept: frozenset[int]
) -> dict[int, list[Block]]:
    """Meetings of those who are too many, by agent; whoever is in one stays while it is needed."""
    free = {a: on_queue(s) for a, s in planned.items() if a not in kept and not s.absence}
    cover = _cover(planned.values())
    found: dict[int, list[Block]] = {}
    inside: list[int] = []
    last = -2
    for quarter in sorted(window.quarters):
        surplus = int(cover[quarter]) - window.target
        still = [a for a in inside if quarter == last + 1 and free[a][quarter]][:surplus]
        fresh = [a for a in free if free[a][quarter] and a not in still]
        fresh.sort(key=lambda a: (-_run(free[a], quarter), len(found.get(a, ())), a))
        added = fresh[: surplus - len(still)]
        if len(still) + len(added) < surplus:
            raise ValueError(f"{surplus} too many at minute {quarter * 15}, all of them kept")
        for agent in still:
            block = found[agent].pop()
            found[agent].append(Block(block.start, block.end + 15, FILLER))
        for agent in added:
            found.setdefault(agent, []).append(Block(quarter * 15, quarter * 15 + 15, FILLER))
        inside, last = [*still, *added], quarter
    return found


def _run(free: Bools, quarter: int) -> int:
    """For how many quarter-hours from one on somebody is on queue, up to four."""
    run = 0
    while run < 4 and free[quarter + run]:
        run += 1
    return run
