"""What replications count, and the columns in which they count it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.simulation.centre import Centre

# Columns of what is counted for a queue and cell, by the cell of arrival.
OFFERED, ANSWERED, IN_T, ABANDONED, ABANDONED_IN_T, ABANDONED_SHORT = 0, 1, 2, 3, 4, 5
CALLBACKS, LEFT, WAIT_ANSWERED, WAIT_ABANDONED = 6, 7, 8, 9
COUNTS = 10
BUSY, STAFFED = 0, 1  # seconds of a skill set and cell, by the clock

Singles = NDArray[np.float32]
Skills = tuple[tuple[str, int], ...]


@dataclass(frozen=True, eq=False)
class Counted:
    """What the replications counted, without the cells that warm up.

    `counts` is replication × queue × cell × column, by the cell of arrival; `times` is
    replication × skill set × cell × (busy, staffed) seconds by the clock.
    """

    centre: Centre
    skill_sets: tuple[Skills, ...]
    counts: Singles
    times: Singles
    replications: int
    seed: int
