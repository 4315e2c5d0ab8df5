"""Several skills at a steady load: what agents of given skills achieve, by simulation (STF-14).

No formula is exact when some agents serve several queues; Erlang for each queue alone is only a
bracket. All runs share their callers, so that two staffings differ by the staffing alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scheduling.simulation import counted as k
from scheduling.simulation.centre import Centre, Routing, SimAgent, SimQueue, steady
from scheduling.simulation.counted import Counted
from scheduling.simulation.engine import simulate
from scheduling.simulation.outcome import (
    Estimate,
    abandonment,
    answer_wait,
    occupancy,
    ratio,
    service_level,
    service_parts,
)

CELL_S = 900.0
ALL = slice(None)


@dataclass(frozen=True)
class SkillSet:
    """Agents alike: their skills with levels (100 the best), how many, and what one costs."""

    skills: tuple[tuple[str, int], ...]
    agents: int = 0
    cost: float = 1.0

    @property
    def name(self) -> str:
        """The skills joined: `sales+support`."""
        return "+".join(skill for skill, _ in self.skills)

    def can(self, skill: str) -> bool:
        """Whether these agents serve the skill."""
        return any(own == skill and level > 0 for own, level in self.skills)


@dataclass(frozen=True)
class Span:
    """How long is simulated and how often: hours that count after those that warm up, and runs."""

    hours: float = 12.0
    warm_hours: float = 2.0
    replications: int = 60
    seed: int = 1

    @property
    def cells(self) -> int:
        """Quarter-hours of a run, those that warm up included."""
        return self.warm_cells + max(1, round(self.hours * 3600 / CELL_S))

    @property
    def warm_cells(self) -> int:
        """Quarter-hours that warm up."""
        return round(self.warm_hours * 3600 / CELL_S)


@dataclass(frozen=True, eq=False)
class QueueService:
    """What a queue gets: service level by its own definition and target, losses, wait."""

    queue: SimQueue
    sl: Estimate
    p_abandon: Estimate
    asa_s: Estimate

    @property
    def met(self) -> bool:
        """Whether the target is reached; a queue without one cannot miss it."""
        target = self.queue.sl_target
        return target is None or not float(self.sl.value) < target

    @property
    def missing(self) -> float:
        """How far the service level lies below the target, 0 when it is reached."""
        return 0.0 if self.met else float((self.queue.sl_target or 0.0) - self.sl.value)


@dataclass(frozen=True, eq=False)
class SkillsService:
    """What agents of several skills give: queue by queue, all contacts together, occupancy."""

    sets: tuple[SkillSet, ...]
    queues: tuple[QueueService, ...]
    together: Estimate
    occupancy: Estimate
    span: Span

    @property
    def agents(self) -> int:
        """All agents."""
        return sum(one.agents for one in self.sets)

    @property
    def cost(self) -> float:
        """What they cost, in units of an agent of cost 1."""
        return sum(one.agents * one.cost for one in self.sets)

    @property
    def met(self) -> bool:
        """Whether every queue reaches its target."""
        return all(one.met for one in self.queues)


def steady_queue(name: str, calls_per_hour: float, aht_s: float, **more: object) -> SimQueue:
    """A queue with the same arrivals all the time: `steady_queue("sales", 360, 300, ...)`.

    Other fields as in `SimQueue`; `patience_s`, `sl_definition` and `target_s` are needed. Its
    columns hold one cell: `skills_service` makes them as long as it simulates.
    """
    return SimQueue(name, steady(calls_per_hour / 4, 1), steady(aht_s, 1), **more)  # type: ignore[arg-type]  # names of fields


def skills_service(
    queues: Sequence[SimQueue],
    sets: Sequence[SkillSet],
    span: Span | None = None,
    routing: Routing | None = None,
) -> SkillsService:
    """What these agents give at a steady load, with 95 % intervals over the replications.

    Two queues of 30 erlangs, 32 specialists each: 79 % answered in 20 s; with 64 agents who can
    do both: 87 %.
    """
    span = span or Span()
    counted = simulate(
        steady_centre(queues, sets, span, routing or Routing()), span.replications, span.seed
    )
    return read_service(counted, tuple(sets), span)


def steady_centre(
    queues: Sequence[SimQueue], sets: Sequence[SkillSet], span: Span, routing: Routing
) -> Centre:
    """The centre with everybody on duty all the time; the first value of each column holds."""
    known = {queue.skill for queue in queues}
    for one in sets:
        for skill, _ in one.skills:
            if skill not in known:
                raise ValueError(
                    f"skills has {skill!r}, which no queue asks for: one of "
                    f"{', '.join(sorted(known))}."
                )
        if one.agents < 0:
            raise ValueError(f"agents of {one.name} is {one.agents}: it must be at least 0.")
    cells = span.cells
    made = tuple(
        replace(
            queue,
            contacts=steady(float(queue.contacts[0]), cells),
            aht_s=steady(float(queue.aht_s[0]), cells),
        )
        for queue in queues
    )
    agents = tuple(
        SimAgent(f"{one.name}/{i}", one.skills, ((0.0, 2 * cells * CELL_S),))
        for one in sets
        for i in range(one.agents)
    )
    return Centre(made, agents, cells, CELL_S, span.warm_cells, routing)


def read_service(counted: Counted, sets: tuple[SkillSet, ...], span: Span) -> SkillsService:
    """The figures of what was counted."""
    queues = tuple(
        QueueService(
            queue,
            service_level(counted, i, ALL),
            abandonment(counted, i, ALL),
            answer_wait(counted, i, ALL),
        )
        for i, queue in enumerate(counted.centre.queues)
    )
    parts = [
        service_parts(queue, counted.counts[:, i].astype(np.float64).sum(axis=1))
        for i, queue in enumerate(counted.centre.queues)
        if queue.counted
    ]
    top = np.sum([part[0] for part in parts], axis=0)
    bottom = np.sum([part[1] for part in parts], axis=0)
    busy = occupancy(counted, ALL)
    if not counted.times[..., k.STAFFED].any():
        busy = ratio(np.zeros(counted.replications), np.zeros(counted.replications))
    return SkillsService(sets, queues, ratio(top, bottom), busy, span)
