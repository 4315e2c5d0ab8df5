"""What no schedule can beat, from a first number at once to the best that can be proven.

A linear programme yields prices of slots; what every person's cheapest week is worth at any prices
is a bound by itself (Lagrange), so prices only have to be good, never exact.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from scheduling.cover import SkillGroup, skill_groups
from scheduling.lp_solver import StoppableHighs
from scheduling.problem import SLOTS, Agent, ContractRules, Problem
from scheduling.programme import Pool, Programme, queue_slots
from scheduling.shifts import Floats
from scheduling.tour_bound import TourBound, costs_of

# Above so many columns the last polishing step of the solver costs more than it tells.
CROSSOVER_COLUMNS = 30_000
# Skill sets whose prices are alike share a model of shifts; more models than these take too long.
MOST_POOLS = 4
WORTH_MORE = 1e-3  # a next round must have gained this share
ROUNDS = 3

Relaxed = Mapping[tuple[str, int], ContractRules]
Skills = tuple[str, ...]


@dataclass(frozen=True)
class Bound:
    """A proven lower bound, and what it knows of queues and skill sets in each slot.

    `prices`: per queue, day and slot the value of one more agent. `costs`: per skill set what one
    more agent adds to the cost of each slot of the horizon; `levels`: the slack to expect.
    """

    value: float
    kind: str  # lp, tours or hours
    prices: Mapping[str, tuple[tuple[float, ...], ...]] | None = None
    costs: Mapping[Skills, Floats] = field(default_factory=dict)
    levels: Mapping[Skills, Floats] = field(default_factory=dict)
    exact: Mapping[str, Floats] = field(default_factory=dict)  # prices by queue, not rounded


def hours_bound(problem: Problem, relaxed: Relaxed) -> Bound:
    """A bound from hours alone, at once: need above the most, or below the least, work possible.

    100 slots needed, contracts worth 80 at most: at least 20 understaffed.
    """
    most = least = 0
    end = problem.days * SLOTS
    overhang = max((span[1] for span in problem.opening if span), default=0) - SLOTS
    for agent in problem.agents:
        own = 0
        for week in range(problem.weeks):
            rules = relaxed.get((agent.id, week), problem.contracts[agent.contract])
            low, high = queue_slots(rules)
            own, most = own + low, most + high
        # Neither activities nor what runs on after the last day is time on the queue here.
        least += max(0, own - len(agent.busy) - max(0, overhang))
        most += sum(min(b, end) - a for a, b in agent.neighbours.on_queue)
    need = problem.required_slots
    value = max(
        problem.understaffed_slot * max(0, need - most),
        problem.overstaffed_slot * max(0, least - need),
    )
    return Bound(float(value), "hours")


def find_bounds(
    problem: Problem,
    relaxed: Relaxed,
    stop: threading.Event | None = None,
    time_limit_s: float | None = None,
) -> Iterator[Bound]:
    """Better and better bounds with their prices; the first of one queue and a week in a second.

    Linked queues are first taken as one, then each skill set has its hours, then those with prices
    alike share a model of shifts, anew while it gains. Given the same limit of None, the same.
    """
    search = _Search(problem, relaxed, stop, time_limit_s)
    linked = any(len(group.queues) > 1 for group in search.groups)
    pools: list[dict[Skills, list[Agent]]] = []
    found: Bound | None = None
    for number in range(2 + ROUNDS if linked else 1):
        if linked and number == 0:
            found = search.solve(_taken_as_one(problem, search.groups))
        else:
            earlier, pools = (
                pools,
                search.alike(found) if found and number > 1 else search.by_group(),
            )
            if [pool.keys() for pool in pools] == [pool.keys() for pool in earlier]:
                return
            found = search.solve(problem, pools)
        if found is None:
            return
        # What the programme says is told at once; people's weeks take longer to be read in.
        before, value = search.best, found.value
        search.best = max(before, value)
        yield replace(found, value=search.best)
        tours = search.value_of_tours(found)
        if tours > search.best:
            search.best, kind = tours, "tours"
            yield replace(found, value=tours, kind=kind)
        if number > 1 and search.best < before * (1 + WORTH_MORE):
            return


class _Search:
    """One search for bounds: the problem, its skill sets, and how far it has come."""

    def __init__(
        self,
        problem: Problem,
        relaxed: Relaxed,
        stop: threading.Event | None,
        time_limit_s: float | None,
    ) -> None:
        self.problem, self.relaxed, self.stop = problem, relaxed, stop
        self.end = None if time_limit_s is None else time.monotonic() + time_limit_s
        self.groups = skill_groups(problem)
        self.tours: TourBound | None = None
        self.skills: dict[Skills, list[Agent]] = defaultdict(list)
        for agent in problem.agents:
            self.skills[_skills_of(problem, agent)].append(agent)
        self.best = 0.0

    def by_group(self) -> list[dict[Skills, list[Agent]]]:
        """The skill sets of linked queues together; those whom no queue needs, apart."""
        pools = [self.of_group(group) for group in self.groups]
        pools.append({(): self.skills[()]} if () in self.skills else {})
        return [pool for pool in pools if pool]

    def value_of_tours(self, bound: Bound) -> float:
        """What people's own weeks prove at a bound's prices."""
        if self.tours is None:
            self.tours = TourBound(self.problem, self.relaxed)
        return self.tours.value(bound.exact)

    def of_group(self, group: SkillGroup) -> dict[Skills, list[Agent]]:
        """The skill sets of linked queues, with their people."""
        return {s: a for s, a in self.skills.items() if s and s[0] in group.queues}

    def solve(self, problem: Problem, pools: Sequence[Pool] | None = None) -> Bound | None:
        """The bound of a programme; without pools, of the problem whose linked queues are one."""
        whole = pools is None
        if pools is None:
            sets: dict[Skills, list[Agent]] = defaultdict(list)
            for agent in problem.agents:
                sets[_skills_of(problem, agent)].append(agent)
            pools = [{skills: members} for skills, members in sorted(sets.items())]
        model = Programme(problem, self.relaxed, pools)
        solved = self._run(model)
        if solved is None:
            return None
        value, duals, x = solved
        need = {q: np.array(rows, dtype=float).ravel() for q, rows in problem.requirement.items()}
        price = {q: np.full(len(n), -problem.overstaffed_slot) for q, n in need.items()}
        for queue, rows in model.cover.items():
            for (day, t), row in rows.items():
                price[queue][day * SLOTS + t] = duals[row.index]
            low, high = -problem.overstaffed_slot, problem.understaffed_slot
            price[queue] = np.clip(price[queue], low, high)
        net = {
            skills: np.array([
                sum(x[v.index] for v in slots.get(at, ())) for at in range(problem.days * SLOTS)
            ])
            for skills, slots in model.net.items()
        }  # fmt: skip
        if whole:
            # What is true of all linked queues together is true of each of them.
            price = {q: price[_name(g)] for g in self.groups for q in g.queues}
            slack = {_name(g): net[_name(g),] - need[_name(g)] for g in self.groups
                     if (_name(g),) in net}  # fmt: skip
            levels = {
                skills: slack[_name(g)]
                for g in self.groups if _name(g) in slack for skills in self.of_group(g)
            }  # fmt: skip
        else:
            levels = self._levels(net)
        costs = costs_of(self.problem, self.skills, price)
        return Bound(value, "lp", self._table(price), costs, levels, price)

    def alike(self, bound: Bound) -> list[dict[Skills, list[Agent]]]:
        """Pools of skill sets whose prices are alike, within linked queues; few of them."""
        pools: list[dict[Skills, list[Agent]]] = []
        for group in self.groups:
            sets = self.of_group(group)
            for names in merge_alike({s: (bound.costs[s], len(a)) for s, a in sets.items()}):
                pools.append({s: sets[s] for s in names})
        if () in self.skills:
            pools.append({(): self.skills[()]})
        return pools

    def _run(self, model: Programme) -> tuple[float, Floats, Floats] | None:
        left = None if self.end is None else self.end - time.monotonic()
        if left is not None and left < 0.1:
            return None
        solver = StoppableHighs(
            self.stop,
            solver="ipm",
            run_crossover="on" if len(model.upper) <= CROSSOVER_COLUMNS else "off",
            **({} if left is None else {"timeLimit": left}),
        )
        lp = model.lp
        solver.createAndConfigureSolver(lp)
        solver.buildSolverModel(lp)
        solver.callSolver(lp)
        upper = np.array([model.upper[v.name] for v in lp.variables()])
        value = solver.safe_bound(lp, upper)
        solution = lp.solverModel.getSolution()
        x = np.array(solution.col_value)
        if value is None or not x.any():
            return None
        return value, np.array(solution.row_dual), x

    def _levels(self, net: Mapping[Skills, Floats]) -> dict[Skills, Floats]:
        """The slack of each skill set when people are on the queue as the programme has them."""
        levels = {}
        for group in skill_groups(self.problem):
            own = {s: n for s, n in net.items() if s and s[0] in group.queues}
            for skills, there in own.items():
                group.staff_cut[group.hits(skills)] += there
            for skills in own:
                hits = group.hits(skills)
                levels[skills] = group.slack(hits, group.misses(hits), slice(None))
        return levels

    def _table(self, price: Mapping[str, Floats]) -> dict[str, tuple[tuple[float, ...], ...]]:
        table = {}
        for queue, rows in self.problem.requirement.items():
            worth = np.where(np.array(rows) > 0, price[queue].reshape(-1, SLOTS), 0.0)
            table[queue] = tuple(tuple(round(float(v), 4) for v in row) for row in worth)
        return table


def merge_alike(sets: Mapping[Skills, tuple[Floats, int]]) -> list[list[Skills]]:
    """Skill sets in groups of like costs by slot; `sets` gives costs and people of each.

    The two groups that differ least are merged, until few are left.
    """
    names = [[skills] for skills in sorted(sets)]
    centre = [sets[skills][0].copy() for skills in sorted(sets)]
    people = [sets[skills][1] for skills in sorted(sets)]
    while len(names) > MOST_POOLS:
        pairs = [
            (float(np.abs(centre[i] - centre[j]).mean()) * min(people[i], people[j]), i, j)
            for i in range(len(names))
            for j in range(i)
        ]
        _, i, j = min(pairs)
        both = people[i] + people[j]
        centre[j] = (centre[i] * people[i] + centre[j] * people[j]) / both
        names[j], people[j] = names[j] + names[i], both
        del names[i], centre[i], people[i]
    return names


def _name(group: SkillGroup) -> str:
    return "+".join(group.queues)


def _skills_of(problem: Problem, agent: Agent) -> Skills:
    return tuple(q for q in agent.queues if q in problem.requirement)


def _taken_as_one(problem: Problem, groups: Sequence[SkillGroup]) -> Problem:
    """The problem with linked queues as one that all of their people can serve: no harder."""
    of = {queue: _name(group) for group in groups for queue in group.queues}
    requirement = {}
    for group in groups:
        need = group.need.reshape(problem.days, SLOTS).astype(int)
        requirement[_name(group)] = tuple(tuple(int(n) for n in row) for row in need)
    agents = tuple(
        replace(agent, queues=tuple(sorted({of[q] for q in agent.queues if q in of})))
        for agent in problem.agents
    )
    return replace(problem, requirement=requirement, agents=agents)
