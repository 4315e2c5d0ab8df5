"""What cross-training brings: service at the same heads, and heads at the same service.

Each queue's team learns the queue after it, the last team the first queue: a ring of two skills
each brings most of what training everybody for everything would (STF-14).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scheduling.simulation.centre import Centre, Routing, SimAgent, SimQueue
from scheduling.simulation.counted import Counted
from scheduling.simulation.draws import name_order
from scheduling.simulation.fewest import alone_agents
from scheduling.simulation.outcome import Estimate, mean_of, service_parts
from scheduling.simulation.skills import SkillSet, SkillsService, Span, skills_service

OWN, LEARNT = 100, 50


@dataclass(frozen=True, eq=False)
class Trained:
    """A share of each team trained for a second queue: service at the same heads, fewest heads."""

    share: float
    trained: int
    service: SkillsService
    fewest: SkillsService | None


def cross_training(
    queues: Sequence[SimQueue],
    teams: Mapping[str, int] | None = None,
    shares: Sequence[float] = (0.0, 0.1, 0.2, 0.5, 1.0),
    span: Span | None = None,
    *,
    fewest: bool = False,
    tell: Callable[[int], None] | None = None,
) -> tuple[Trained, ...]:
    """The effect of training shares of every team for the next queue, callers shared by all runs.

    `teams` are agents by queue; None: as many as each needs alone. Two queues of 30 erlangs, 32
    agents each: 79 % without, 83 % with a tenth trained, 87 % with everybody trained. `fewest`
    also looks for the fewest agents that keep every target.
    """
    if len(queues) < 2:
        raise ValueError("queues: cross-training needs at least two.")
    span = span or Span()
    heads = tuple(
        alone_agents(queue) if teams is None else int(teams[queue.name]) for queue in queues
    )
    runs = [0]

    def at(counts: tuple[int, ...], share: float) -> SkillsService:
        runs[0] += 1
        if tell is not None:
            tell(runs[0])
        return skills_service(queues, ring(queues, counts, share), span, Routing())

    found = []
    for share in shares:
        if not 0 <= share <= 1:
            raise ValueError(f"shares has {share!r}: each must be from 0 to 1.")
        service = at(heads, share)
        trained = sum(round(share * n) for n in heads)
        least = _fewest(queues, heads, share, service, at) if fewest else None
        found.append(Trained(share, trained, service, least))
    return tuple(found)


def ring(queues: Sequence[SimQueue], heads: Sequence[int], share: float) -> tuple[SkillSet, ...]:
    """Teams of which a share also serves the next queue's skill, the last one the first's."""
    sets = []
    for i, (queue, agents) in enumerate(zip(queues, heads, strict=True)):
        learns = queues[(i + 1) % len(queues)].skill
        both = round(share * agents)
        sets.append(SkillSet(((queue.skill, OWN),), agents - both))
        if both:
            sets.append(SkillSet(((queue.skill, OWN), (learns, LEARNT)), both))
    return tuple(sets)


def _fewest(
    queues: Sequence[SimQueue],
    heads: tuple[int, ...],
    share: float,
    service: SkillsService,
    at: Callable[[tuple[int, ...], float], SkillsService],
) -> SkillsService | None:
    """One agent after another added where most is missing, then taken where most is over."""
    counts, best = heads, service
    while not best.met:
        place = max(range(len(queues)), key=lambda i: best.queues[i].missing)
        counts = (*counts[:place], counts[place] + 1, *counts[place + 1 :])
        best = at(counts, share)
    while True:
        spare = sorted(range(len(queues)), key=lambda i: -_over(best, i))
        for place in spare:
            tried = (*counts[:place], counts[place] - 1, *counts[place + 1 :])
            if tried[place] < 0:
                continue
            less = at(tried, share)
            if less.met:
                counts, best = tried, less
                break
        else:
            return best


def _over(service: SkillsService, queue: int) -> float:
    own = service.queues[queue]
    return float(own.sl.value) - (own.queue.sl_target or 0.0)


def with_training(centre: Centre, team: str, learns: str, share: float) -> Centre:
    """The centre with a share of those who have one skill, but not the other, taught the other.

    Who is taught goes by name, so that a larger share holds the smaller one. The level learnt is
    half of the best, so that own contacts go to their own team first.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share is {share!r}: it must be from 0 to 1.")
    known = {queue.skill for queue in centre.queues}
    for skill in (team, learns):
        if skill not in known:
            raise ValueError(f"skill {skill!r} is none of {', '.join(sorted(known))}.")
    could = [
        agent
        for agent in centre.agents
        if dict(agent.skills).get(team, 0) > 0 and not dict(agent.skills).get(learns, 0) > 0
    ]
    could.sort(key=lambda agent: name_order(agent.name))
    chosen = {agent.name for agent in could[: round(share * len(could))]}
    agents = tuple(
        SimAgent(
            agent.name, tuple(sorted((*agent.skills, (learns, LEARNT)))), agent.duties, agent.days
        )
        if agent.name in chosen
        else agent
        for agent in centre.agents
    )
    return replace(centre, agents=agents)


def level_change(before: Counted, after: Counted, queue: int | None = None) -> Estimate:
    """Points of service level won, run by run with the same callers: a mean with its interval.

    `queue` None takes all queues together, each by its own definition.
    """
    if (before.replications, before.seed) != (after.replications, after.seed):
        raise ValueError("The two simulations have other runs or seeds: they share no callers.")
    return mean_of(_levels(after, queue) - _levels(before, queue))


def _levels(counted: Counted, queue: int | None) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    chosen = range(len(counted.centre.queues)) if queue is None else (queue,)
    top, bottom = np.zeros(counted.replications), np.zeros(counted.replications)
    for i in chosen:
        own = counted.centre.queues[i]
        if own.counted:
            parts = service_parts(own, counted.counts[:, i].astype(np.float64).sum(axis=1))
            top, bottom = top + parts[0], bottom + parts[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)
