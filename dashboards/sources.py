"""What pages read from: the store, handed on to `wfm.queries` and never opened here; the clock.

What only scheduler or forecaster can tell comes as an object of the composition root: this room
does not import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wfm.domain.clock import Clock, epoch_s


@dataclass(frozen=True)
class Sources:
    """The store and the product's clock, as the composition root hands them in."""

    store: Any  # a wfm Store; this room may not look inside
    clock: Clock
    planner: Any = None  # the scheduler's answers for pages (wfm.worker.planner.Planner)
    forecaster: Any = None  # the forecaster's answers (wfm.worker.forecaster.Forecaster)
    settings: tuple[tuple[str, str, str], ...] = ()  # (name, value in force, meaning), no secrets

    def now(self) -> int:
        """The product's now in UTC seconds."""
        return epoch_s(self.clock.now())
