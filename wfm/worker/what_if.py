"""What-if questions of the planning page, answered by the mathematics of the requirement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scheduling.requirement import (
    LEAST_LOAD,
    LIVE_CHANNELS,
    Bools,
    QueueDemand,
    group_load,
    group_target,
)
from scheduling.staffing.requirement import Targets, required_agents
from scheduling.staffing.whatif import price_of_point, service_curve
from wfm.domain.language import say
from wfm.domain.what_if import GroupStaffing, StaffingCase, StaffingPoint, WhatIf

AROUND = 3
MOST_TARGET = 0.99


def what_if(case: StaffingCase, agents: int | None = None) -> WhatIf:
    """A case with so many agents, and up to three fewer and more; None takes the fewest needed.

    200 an hour of 180 s, 80 % offered in 20 s: 14 needed, 13 give 79.6 %, 15 give 94.1 %.
    """
    cell = (case.contacts_per_hour, case.aht_s, case.patience_s)
    targets = Targets(
        case.sl_definition, sl=case.target, target_s=case.target_s, short_s=case.short_s
    )
    required = int(required_agents(*cell, targets).agents)
    here = required if agents is None else agents
    counts = list(range(max(0, here - AROUND), here + AROUND + 1))
    found = service_curve(
        *cell, counts, sl_definition=case.sl_definition, target_s=case.target_s,
        short_s=case.short_s,
    )  # fmt: skip
    points = tuple(
        StaffingPoint(
            n, _known(found.sl[i]), float(found.p_abandon[i]), float(found.occupancy[i]),
            _known(found.asa_s[i]),
        )
        for i, n in enumerate(counts)
    )  # fmt: skip
    price = None
    if case.target <= MOST_TARGET - 1e-9:
        price = float(price_of_point(*cell, targets).agents)
    return WhatIf(case, here, required, points, price)


def week_staffing(
    members: Mapping[str, Sequence[QueueDemand]],
    summary: Mapping[str, Mapping[str, Any]],
    quarters: Sequence[int],
    is_open: Bools,
) -> tuple[GroupStaffing, ...]:
    """Each group's week from its forecasts: the busiest quarter-hour, hours, price of a point.

    `summary` is the requirement's own by group: the patience it was made with. A group without
    live contacts has nobody waiting and is left out.
    """
    found = []
    for group in sorted(members):
        live = [demand for demand in members[group] if demand.channel in LIVE_CHANNELS]
        if not live or group not in summary:
            continue
        target = group_target(live)
        _, aht, load = group_load(live, is_open)
        busy = np.flatnonzero(load >= LEAST_LOAD)
        if not busy.size:
            continue
        patience = summary[group].get("patience_s")
        rate = load[busy] * 3600 / aht[busy]
        targets = Targets(
            target.sl_definition, sl=target.target, target_s=target.threshold_s,
            short_s=target.short_s,
        )  # fmt: skip
        at = int(busy[load[busy].argmax()])
        case = StaffingCase(
            group, quarters[at], float(load[at] * 3600 / aht[at]), float(aht[at]), patience,
            target.sl_definition, target.target, target.threshold_s, target.short_s,
        )  # fmt: skip
        needed = required_agents(rate, aht[busy], patience, targets).required
        price = None
        if target.target <= MOST_TARGET - 1e-9:
            price = price_of_point(rate, aht[busy], patience, targets)
        also = [demand.queue_id for demand in members[group] if demand not in live]
        found.append(
            GroupStaffing(
                group,
                what_if(case),
                float(needed.sum()) / 4,
                None if price is None else price.hours,
                None if price is None else price.whole_hours,
                say("without {queues}, which may wait", queues=", ".join(also)) if also else "",
            )
        )
    return tuple(found)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
