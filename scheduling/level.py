"""The service level that a number of agents on queue would give to a forecast, by quarter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.requirement import LIVE_CHANNELS, Bools, QueueDemand, group_load, group_target
from scheduling.staffing.erlang import Floats
from scheduling.staffing.requirement import achieved


@dataclass(frozen=True, eq=False)
class ForecastLevel:
    """Contacts of each quarter, and the share of them answered in time; nan without contacts."""

    contacts: Floats
    level: Floats
    target: float

    def weighted(self, cells: slice = slice(None)) -> float | None:
        """The level over several quarters, weighted by contacts: 100 at 90 % and 300 at 70 % are
        75 %; None without contacts."""
        known = np.isfinite(self.level[cells])
        contacts = self.contacts[cells][known]
        if contacts.sum() <= 0:
            return None
        return float((contacts * self.level[cells][known]).sum() / contacts.sum())


def forecast_level(
    demands: Sequence[QueueDemand],
    open_now: Bools,
    patience_s: float | None,
    agents: Floats,
    *,
    cell_s: int = 900,
) -> ForecastLevel | None:
    """What agents on queue would achieve for a group, by the very model its requirement is from.

    None for a group that also does work that may wait: it takes agents the model cannot tell.
    """
    if not demands or any(demand.channel not in LIVE_CHANNELS for demand in demands):
        return None
    target = group_target(demands)
    contacts, aht, load = group_load(demands, open_now, cell_s)
    level = np.full(contacts.shape, np.nan)
    seen = (contacts > 0) & (load > 0)
    if not seen.any():
        return ForecastLevel(contacts, level, target.target)
    found = achieved(
        load[seen] * 3600 / aht[seen],
        aht[seen],
        patience_s,
        agents[seen],
        sl_definition=target.sl_definition,
        target_s=target.threshold_s,
        short_s=target.short_s,
    )
    level[seen] = found.sl
    return ForecastLevel(contacts, level, target.target)
