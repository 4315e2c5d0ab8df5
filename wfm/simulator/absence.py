"""Who is away: leave known when the schedule is made, sickness known in the morning."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from wfm.simulator.centre import Centre
from wfm.simulator.chance import stream

_LEAVE_WEEK = 0.055  # of agent-weeks
_LEAVE_DAY = 0.03  # of agent-days in other weeks
_SICK_START = 0.022  # of agent-days; spells of 1 to 5 days
_SICK_DAYS = (0.45, 0.25, 0.15, 0.10, 0.05)


@lru_cache(maxsize=64)
def leave_of_week(centre: Centre, monday: date) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which agents are on leave the whole week, and for the others which single days."""
    rng = stream(centre.seed, "leave", monday.toordinal())
    count = len(centre.agents)
    return rng.random(count) < _LEAVE_WEEK, rng.random((count, 7)) < _LEAVE_DAY


@lru_cache(maxsize=64)
def sick_on(centre: Centre, day: date) -> tuple[frozenset[int], NDArray[np.int64]]:
    """Numbers of the agents who are sick on a day, and how many minutes before their shift
    each agent would report it."""
    sick: set[int] = set()
    for back in range(len(_SICK_DAYS)):
        starts, lengths = _spells(centre, day - timedelta(days=back))
        sick.update(np.flatnonzero(starts & (lengths > back)).tolist())
    rng = stream(centre.seed, "sick-notice", day.toordinal())
    return frozenset(sick), rng.integers(20, 90, len(centre.agents))


@lru_cache(maxsize=64)
def _spells(centre: Centre, day: date) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    rng = stream(centre.seed, "sick", day.toordinal())
    count = len(centre.agents)
    rate = _SICK_START * (1.3 if day.weekday() == 0 else 0.95)
    return rng.random(count) < rate, rng.choice(
        np.arange(1, len(_SICK_DAYS) + 1), count, p=_SICK_DAYS
    )
