"""What people moved to other work do to the staffing of both groups: a week with and without it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from wfm.domain.skills import GroupEffect, Skills
from wfm.domain.what_if import WhatIf
from wfm.store.store import Store
from wfm.worker.net_staffing import Floats, net_week
from wfm.worker.what_if import what_if


def skill_effect(
    store: Store, unit: str, week: str, skills: Mapping[str, Skills], busiest: Mapping[str, WhatIf]
) -> tuple[GroupEffect, ...]:
    """Each skill group's missing agent-hours, and its level where it needs most, both ways.

    `skills` are those people would have; `busiest` the answer of each group's busiest quarter-hour.
    A group that one person leaves and that was just staffed lacks one agent each quarter-hour.
    """
    with store.db.read() as connection:
        before = net_week(connection, store.files, unit, week)
        after = net_week(connection, store.files, unit, week, skills)
    found = []
    for group in sorted(before.net):
        sides = (before.net[group], after.net[group])
        answer = busiest.get(group)
        levels = (None, None) if answer is None else (
            _level(answer, sides[0], before.first_q), _level(answer, sides[1], after.first_q)
        )  # fmt: skip
        found.append(
            GroupEffect(
                group, (_missing_h(sides[0]), _missing_h(sides[1])),
                None if answer is None else answer.case.q, levels,
            )
        )  # fmt: skip
    return tuple(found)


def _missing_h(net: Floats) -> float:
    return float(-np.minimum(net, 0).sum()) / 4


def _level(answer: WhatIf, net: Floats, first_q: int) -> float | None:
    """The level with those who would serve the group then: what it needs, and its net."""
    at = answer.case.q - first_q
    if not 0 <= at < len(net):
        return None
    agents = max(0, answer.required + round(float(net[at])))
    point = what_if(answer.case, agents).at(agents)
    return None if point is None else point.sl
