"""The centre living on: every few seconds, what has happened since is delivered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

from wfm.domain.clock import instant_at
from wfm.simulator.events import History
from wfm.simulator.events_csv import write_schedules, write_span
from wfm.simulator.memory import Memory, write_memory

# A gap since the last stop is filled in pieces of at most this length.
PIECE_S = 86_400

log = logging.getLogger(__name__)

Load = Callable[[Sequence[Path]], object]
Now = Callable[[], int]


class LiveFeed:
    """Deliveries of a centre from where its memory ends.

    The same span has the same events whenever it is drawn, so a delivery that was cut off is made
    again and what had arrived of it counts as duplicates.
    """

    def __init__(self, history: History, memory: Memory, folder: Path, load: Load) -> None:
        self._history, self._memory, self._folder, self._load = history, memory, folder, load

    @property
    def delivered_until(self) -> int:
        """UTC seconds up to which everything was delivered."""
        return self._memory.delivered_until

    def deliver_until(self, until: int) -> int:
        """How many files were delivered to bring the product up to an instant."""
        delivered = 0
        while self.delivered_until < until:
            end = min(until, self.delivered_until + PIECE_S)
            paths = self._write(self.delivered_until, end)
            if paths:
                self._load(paths)
            delivered += len(paths)
            self._memory = self._memory.delivered(end)
            write_memory(self._folder, self._memory)
            for path in paths:
                path.unlink()
        return delivered

    def run(self, now: Now, stop: Event, every_s: float) -> None:
        """Deliveries every few seconds until stopped; a refused one is tried again."""
        while not stop.is_set():
            try:
                self.deliver_until(now())
            except Exception:
                # The store was busy or away: the span stays undelivered and comes again whole.
                log.exception("delivery failed; trying again")
            stop.wait(every_s)

    def _write(self, first: int, end: int) -> list[Path]:
        drop, history = self._folder / "drop", self._history
        suffix = f"-{instant_at(end):%Y%m%dT%H%M%S}"
        span = history.span(first, end)
        return [
            *write_schedules(drop, history.centre, history.roster, first, end, suffix),
            *write_span(drop, span, suffix),
        ]
