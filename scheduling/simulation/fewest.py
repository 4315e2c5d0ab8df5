"""Fewest agents of several skills, by simulation: the requirement of queues served together.

A search that ends where no agent can be spared and no agent can be exchanged for a cheaper one;
a better mix far away is not excluded. The answer holds for the callers drawn, and says how well
each service level is known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, floor, sqrt

from scheduling.simulation.centre import Routing, SimQueue
from scheduling.simulation.skills import SkillSet, SkillsService, Span, skills_service
from scheduling.staffing.requirement import Targets, required_agents

MOST_RUNS = 400
Counts = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class SkillsRequirement:
    """The fewest agents found, what they give, and what each queue would need alone."""

    service: SkillsService
    alone: tuple[int, ...]  # by queue: agents who serve nothing else
    simulations: int

    @property
    def saved(self) -> int:
        """Agents fewer than with a team for each queue."""
        return sum(self.alone) - self.service.agents


def fewest_skilled(
    queues: Sequence[SimQueue],
    sets: Sequence[SkillSet],
    span: Span | None = None,
    routing: Routing | None = None,
    tell: Callable[[int], None] | None = None,
) -> SkillsRequirement:
    """The cheapest numbers of agents of each skill set found that meet every queue's target.

    `agents` of the sets are not looked at. Two queues of 30 erlangs, 80 % in 20 s, patience
    180 s: 32 and 33 alone, 63 when ten of them can do both.
    """
    for queue in queues:
        if not any(one.can(queue.skill) for one in sets):
            raise ValueError(f"skills: nobody serves {queue.name}; give agents who can.")
        if queue.sl_target is None and queue.counted:
            raise ValueError(f"target_sl of {queue.name} is not given: nothing says how many.")
    search = _Search(tuple(queues), tuple(sets), span or Span(), routing or Routing(), tell)
    alone = tuple(alone_agents(queue) for queue in queues)
    # From teams of specialists, and from fewer of them with agents who serve most beside them.
    starts = (
        search.enough(_start(queues, sets, 1.0)),
        search.enough(_start(queues, sets, 0.85), True),
    )
    ends = [search.least(start) for start in dict.fromkeys(starts)]
    best = min(ends, key=lambda counts: search.at(counts).cost)
    return SkillsRequirement(search.at(best), alone, len(search.known))


def alone_agents(queue: SimQueue) -> int:
    """Agents a steady queue needs when they serve nothing else, by Erlang A or C."""
    rate = float(queue.contacts[0]) * 4
    targets = Targets(
        queue.sl_definition, sl=queue.sl_target, target_s=queue.target_s, short_s=queue.short_s
    )
    return int(required_agents(rate, float(queue.aht_s[0]), queue.patience_s, targets).agents)


def _start(queues: Sequence[SimQueue], sets: Sequence[SkillSet], part: float) -> Counts:
    """Part of each queue's load given to a set that serves it: fewest skills, then cheapest."""
    counts = [0] * len(sets)
    for queue in queues:
        load = float(queue.contacts[0]) * 4 * float(queue.aht_s[0]) / 3600
        place = min(
            (i for i, one in enumerate(sets) if one.can(queue.skill)),
            key=lambda i: (len(sets[i].skills), sets[i].cost, i),
        )
        counts[place] += floor(load * part)
    return tuple(counts)


@dataclass(frozen=True, eq=False)
class _Search:
    """The simulations done so far, by numbers of agents, and the moves from one to the next."""

    queues: tuple[SimQueue, ...]
    sets: tuple[SkillSet, ...]
    span: Span
    routing: Routing
    tell: Callable[[int], None] | None
    known: dict[Counts, SkillsService] = field(default_factory=dict)

    def at(self, counts: Counts) -> SkillsService:
        """What so many agents of each set give, simulated once."""
        if counts not in self.known:
            if len(self.known) >= MOST_RUNS:
                raise ValueError(
                    f"No answer after {MOST_RUNS} simulations: fewer skill sets, or higher costs "
                    "that differ more, make the search shorter."
                )
            sets = tuple(replace(s, agents=n) for s, n in zip(self.sets, counts, strict=True))
            self.known[counts] = skills_service(self.queues, sets, self.span, self.routing)
            if self.tell is not None:
                self.tell(len(self.known))
        return self.known[counts]

    def enough(self, counts: Counts, widest: bool = False) -> Counts:
        """More agents, each time where they help most for their cost, until all targets hold.

        `widest`: only of those sets that serve most of the queues that fall short.
        """
        step = max(1, ceil(sqrt(sum(counts)) / 4))
        while not self.at(counts).met:
            short = {q.queue.skill for q in self.at(counts).queues if not q.met}
            serves = [sum(one.can(skill) for skill in short) for one in self.sets]
            least = max(serves) if widest else 1
            tried = [self._more(counts, i, step) for i, n in enumerate(serves) if n >= least]
            counts = min(tried, key=lambda one: self._worth(counts, one))
        return counts

    def least(self, counts: Counts) -> Counts:
        """As few as can be: sets of agents taken away, then exchanged for cheaper ones."""
        while True:
            fewer = self._fewer(counts)
            cheaper = self._exchanged(fewer)
            if cheaper == fewer:
                return fewer
            counts = cheaper

    def _fewer(self, counts: Counts) -> Counts:
        order = sorted(range(len(counts)), key=lambda i: (-self.sets[i].cost, i))
        changed = True
        while changed:
            changed = False
            for i in order:
                step = max(1, counts[i] // 16)
                while step:
                    tried = self._more(counts, i, -step)
                    if tried[i] >= 0 and self.at(tried).met:
                        counts, changed = tried, True
                    else:
                        step //= 2
        return counts

    def _exchanged(self, counts: Counts) -> Counts:
        for i, dear in enumerate(self.sets):
            for j, cheap in enumerate(self.sets):
                if counts[i] and cheap.cost < dear.cost:
                    tried = self._more(self._more(counts, i, -1), j, 1)
                    if self.at(tried).met:
                        return tried
        return counts

    def _worth(self, before: Counts, after: Counts) -> tuple[float, float]:
        """Least first: how much is still missing for what was spent."""
        spent = self.at(after).cost - self.at(before).cost
        gained = self._missing(before) - self._missing(after)
        return (-gained / spent if spent > 0 else -gained, spent)

    def _missing(self, counts: Counts) -> float:
        return sum(one.missing for one in self.at(counts).queues)

    @staticmethod
    def _more(counts: Counts, place: int, agents: int) -> Counts:
        return (*counts[:place], counts[place] + agents, *counts[place + 1 :])
