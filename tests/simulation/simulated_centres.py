"""Small centres for the tests of the simulation."""

from __future__ import annotations

import numpy as np

from scheduling.simulation.centre import Centre, Routing, SimAgent, SimQueue, steady
from scheduling.simulation.counted import OFFERED, Counted
from scheduling.simulation.outcome import (
    Estimate,
    abandonment,
    answer_wait,
    occupancy,
    service_level,
)

ALL = slice(None)


def steady_queue(
    name: str, per_hour: float, aht_s: float, patience_s: float | None, cells: int, cell_s: float,
    **more: object,
) -> SimQueue:  # fmt: skip
    """A queue with the same arrivals all the time."""
    given = {"sl_definition": "offered", "target_s": 20.0, **more}
    contacts = steady(per_hour * cell_s / 3600, cells)
    return SimQueue(name, contacts, steady(aht_s, cells), patience_s, **given)  # type: ignore[arg-type]  # names of fields


def always(names: list[tuple[str, ...]], until_s: float) -> tuple[SimAgent, ...]:
    """Agents on duty all the time and long after, one for each tuple of skills."""
    return tuple(
        SimAgent(f"a{i}", tuple((skill, 100) for skill in skills), ((0.0, 10 * until_s),))
        for i, skills in enumerate(names)
    )


def one_skill(
    per_hour: float, aht_s: float, patience_s: float | None, agents: int, target_s: float,
    contacts: int, replications: int,
) -> Centre:  # fmt: skip
    """A centre that sees about so many contacts in all replications, after a warm-up as long."""
    counted_s = contacts / replications / per_hour * 3600
    cell_s = max(counted_s / 4, 5 * aht_s)
    queue = steady_queue("q", per_hour, aht_s, patience_s, 5, cell_s, target_s=target_s)
    return Centre((queue,), always([("q",)] * agents, 5 * cell_s), 5, cell_s, 1)


def two_skills(
    load: tuple[float, float], alone: tuple[int, int], both: int, hours: int = 12,
    routing: Routing | None = None,
) -> Centre:  # fmt: skip
    """Two queues of 300 s and 180 s patience, with specialists and generalists."""
    cells = hours * 4 + 8
    queues = tuple(
        steady_queue(name, erl * 12, 300, 180, cells, 900)
        for name, erl in zip("xy", load, strict=True)
    )
    names = [("x",)] * alone[0] + [("y",)] * alone[1] + [("x", "y")] * both
    return Centre(
        queues, always(names, cells * 900), cells, 900.0, 8, routing=routing or Routing()
    )  # fmt: skip


def figures(counted: Counted, queue: int = 0) -> dict[str, Estimate]:
    """The figures of a queue over all cells."""
    return {
        "sl": service_level(counted, queue, ALL),
        "p_abandon": abandonment(counted, queue, ALL),
        "asa_s": answer_wait(counted, queue, ALL),
        "occupancy": occupancy(counted, ALL),
    }


def pooled_level(counted: Counted) -> float:
    """Service level (offered) of all queues together."""
    total = counted.counts.astype(np.float64).sum(axis=(0, 1, 2))
    return float(total[2] / total[OFFERED])
