"""One queue, agents alike, first come first served: the shortest event loop there is."""

from __future__ import annotations

import numpy as np

from scheduling.machine_code import compiled
from scheduling.simulation.centre import Floats
from scheduling.simulation.counted import (
    ABANDONED,
    ABANDONED_IN_T,
    ABANDONED_SHORT,
    ANSWERED,
    IN_T,
    OFFERED,
    WAIT_ABANDONED,
    WAIT_ANSWERED,
)


@compiled
def run_single(
    gap: Floats, handle: Floats, patience: Floats, agents: int, warm: int, target_s: float,
    short_s: float, counts: Floats,
) -> float:  # fmt: skip
    """Fills `counts` by one run, the first `warm` contacts untold; the seconds it handled.

    `free` is a heap of the instants at which agents become free: the earliest takes the next
    contact, if its caller is still there.
    """
    free = np.zeros(agents)
    now, handled = 0.0, 0.0
    answered, in_time, gone, gone_in_time, gone_short = 0, 0, 0, 0, 0
    waited_answered, waited_gone = 0.0, 0.0
    for i in range(gap.shape[0]):
        now += gap[i]
        told = i >= warm
        wait = free[0] - now
        if wait < 0.0:
            wait = 0.0
        if wait <= patience[i]:
            until = now + wait + handle[i]
            at = 0
            while True:
                child = 2 * at + 1
                if child >= agents:
                    break
                if child + 1 < agents and free[child + 1] < free[child]:
                    child += 1
                if until <= free[child]:
                    break
                free[at] = free[child]
                at = child
            free[at] = until
            if told:
                answered += 1
                handled += handle[i]
                waited_answered += wait
                if wait <= target_s:
                    in_time += 1
        elif told:
            gone += 1
            waited_gone += patience[i]
            if patience[i] <= target_s:
                gone_in_time += 1
            if patience[i] <= short_s:
                gone_short += 1
    counts[OFFERED] = max(gap.shape[0] - warm, 0)
    counts[ANSWERED], counts[IN_T] = answered, in_time
    counts[ABANDONED], counts[ABANDONED_IN_T], counts[ABANDONED_SHORT] = (
        gone, gone_in_time, gone_short,
    )  # fmt: skip
    counts[WAIT_ANSWERED], counts[WAIT_ABANDONED] = waited_answered, waited_gone
    return handled
