"""What if: other numbers of agents, one more or one fewer, and the price of a point of service.

Pure functions for pages and the API; every service level has its definition by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from scheduling.staffing.cells import Achieved, Targets
from scheduling.staffing.erlang import Floats, numbers
from scheduling.staffing.requirement import achieved, required_agents
from wfm.domain.service_level import SlDefinition


@dataclass(frozen=True, eq=False)
class Neighbours:
    """What the agents on queue give, and what one fewer and one more would."""

    fewer: Achieved
    here: Achieved
    more: Achieved


@dataclass(frozen=True, eq=False)
class PointPrice:
    """Agents for a better service level, fractional before rounding, by cell and in hours."""

    agents: Floats
    whole_agents: Floats
    hours: float
    whole_hours: float


def one_more_or_fewer(
    calls_per_hour: ArrayLike,
    aht_s: ArrayLike,
    patience_s: ArrayLike | None,
    agents: ArrayLike,
    *,
    sl_definition: SlDefinition,
    target_s: ArrayLike = 20.0,
    short_s: ArrayLike = 5.0,
    chat_s: Sequence[float] | None = None,
) -> Neighbours:
    """One agent fewer, as it is, one more: 200/h of 180 s on 14 agents: 79.6, 88.8, 94.1 %.

    Nobody can be fewer than nobody. Arguments as in `achieved`.
    """
    heads = numbers("agents", agents, least=0)

    def of(count: Floats) -> Achieved:
        return achieved(
            *(calls_per_hour, aht_s, patience_s, count),
            sl_definition=sl_definition, target_s=target_s, short_s=short_s, chat_s=chat_s,
        )  # fmt: skip

    return Neighbours(of(np.maximum(heads - 1, 0)), of(heads), of(heads + 1))


def service_curve(
    calls_per_hour: float,
    aht_s: float,
    patience_s: float | None,
    agents: Sequence[float],
    *,
    sl_definition: SlDefinition,
    target_s: float = 20.0,
    short_s: float = 5.0,
    chat_s: Sequence[float] | None = None,
) -> Achieved:
    """What each of several numbers of agents gives in one cell, for a chart or a table."""
    return achieved(
        *(calls_per_hour, aht_s, patience_s, np.asarray(agents, dtype=np.float64)),
        sl_definition=sl_definition, target_s=target_s, short_s=short_s, chat_s=chat_s,
    )  # fmt: skip


def price_of_point(
    calls_per_hour: ArrayLike,
    aht_s: ArrayLike,
    patience_s: ArrayLike | None,
    targets: Targets,
    *,
    points: float = 1.0,
    cell_s: int = 900,
    chat_s: Sequence[float] | None = None,
) -> PointPrice:
    """Agents and agent-hours that so many more points of service level cost, other targets kept.

    From 80 to 81 % of 200/h of 180 s in 20 s: 0.108 of an agent, and no whole one. Where another
    target already asks for more, the point is free.
    """
    if targets.sl is None:
        raise ValueError("sl is not given: a point has a price only beside a service-level target.")
    better = np.asarray(targets.sl, dtype=np.float64) + points / 100
    if not ((better > 0) & (better < 1)).all():
        raise ValueError(
            f"points is {points!r}: the service level with them must lie between 0 and 1."
        )
    cell = (calls_per_hour, aht_s, patience_s)
    now = required_agents(*cell, targets, chat_s)
    then = required_agents(*cell, replace(targets, sl=better), chat_s)
    agents = then.required - now.required
    whole = (then.agents - now.agents).astype(np.float64)
    hours = cell_s / 3600
    return PointPrice(agents, whole, float(agents.sum()) * hours, float(whole.sum()) * hours)
