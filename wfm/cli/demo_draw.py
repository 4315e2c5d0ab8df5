"""Files of the simulated past, drawn ahead by a process of their own while others are loaded."""

from __future__ import annotations

import os
import shutil
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

from wfm.cli.demo_backlog import Backlog, Kind, Piece, backlog_of
from wfm.simulator.centre import Centre
from wfm.simulator.events import History
from wfm.simulator.events_csv import write_day_schedules, write_span
from wfm.simulator.memory import Memory
from wfm.simulator.past_csv import past_mondays, write_past_week
from wfm.simulator.stories.told import told_centre, told_history

# Pieces that lie ready on disk before they are loaded.
AHEAD = 3
NICENESS = 10


@dataclass(frozen=True)
class DrawnPiece:
    """A piece as files, and how many contacts and states they hold."""

    piece: Piece
    folder: Path
    files: tuple[Path, ...]
    rows: int


@lru_cache(maxsize=1)
def centre_of(memory: Memory) -> Centre:
    """The centre that a memory tells of, the same every time."""
    return told_centre(memory.seed, memory.size, memory.base_at)


@lru_cache(maxsize=1)
def history_of(memory: Memory) -> History:
    """That centre with all that chance and its stories hold for it."""
    return told_history(memory.seed, memory.size, memory.base_at)


def whole_backlog(memory: Memory) -> Backlog:
    """Everything of that centre's past that is to be delivered."""
    centre = centre_of(memory)
    return backlog_of(centre.first_on, memory.base_at, past_mondays(centre))


def draw_piece(memory: Memory, piece: Piece, drop: Path) -> DrawnPiece:
    """The piece drawn and written to a folder of its own; the same bytes every time."""
    history, folder = history_of(memory), drop / piece.name
    shutil.rmtree(folder, ignore_errors=True)
    centre, roster = history.centre, history.roster
    if piece.kind is Kind.COUNTS:
        week = write_past_week(folder, roster, piece.days[0])
        return DrawnPiece(piece, folder, (week,), 0)
    files = write_day_schedules(folder, centre, roster, piece.days, memory.base_at)
    rows = 0
    if piece.kind is Kind.EVENTS:
        span = history.day(piece.days[0], memory.base_at)
        rows = span.contacts.height + span.states.height
        files += write_span(folder, span)
    return DrawnPiece(piece, folder, tuple(files), rows)


class Drawer:
    """Pieces drawn ahead in order, by one process; never more than a few lie ready."""

    def __init__(self, memory: Memory, drop: Path) -> None:
        self._memory, self._drop = memory, drop
        # The drawing process starts anew: a fork would inherit locks of running threads.
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))

    def drawn(self, pieces: Sequence[Piece]) -> Iterator[DrawnPiece]:
        """Each piece as soon as its files are there."""
        waiting: deque[Future[DrawnPiece]] = deque()
        for piece in pieces:
            waiting.append(self._pool.submit(draw_piece, self._memory, piece, self._drop))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def step_back(self) -> None:
        """Nothing, once the drawing gives way to whoever wants the processor."""
        self._pool.submit(os.nice, NICENESS).result()

    def close(self) -> None:
        """Nothing, once the process has ended; what it drew ahead is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def drawer_of(memory: Memory, drop: Path) -> Iterator[Drawer]:
    """A drawer that ends with the block, and its files with it."""
    drawer = Drawer(memory, drop)
    try:
        yield drawer
    finally:
        drawer.close()
        shutil.rmtree(drop, ignore_errors=True)
