"""What no schedule can beat: the linear programme over counts of shifts instead of people.

Agents with the same contract, skills and window are one group; the programme chooses how many of
them start when, and where breaks fall. Every schedule is a point of it, so its optimum is a bound.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pulp

from scheduling.lp_solver import StoppableHighs
from scheduling.problem import SLOTS, Agent, Break, ContractRules, Problem

# Above so many columns the last polishing step of the solver costs more than it tells.
CROSSOVER_COLUMNS = 30_000

Terms = list[tuple[Any, float]]


@dataclass(frozen=True)
class Bound:
    """A proven lower bound, and per queue, day and slot the value of one more agent there."""

    value: float
    kind: str  # lp or hours
    prices: Mapping[str, tuple[tuple[float, ...], ...]] | None = None


def hours_bound(problem: Problem, relaxed: Mapping[tuple[str, int], ContractRules]) -> Bound:
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
            low, high = _queue_slots(rules)
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


def _queue_slots(rules: ContractRules) -> tuple[int, int]:
    """Least and most slots on the queue in a week, whatever the days."""
    plans = [*(rules.breaks[n] for n in rules.shift_lengths), *(s.breaks for s in rules.own)]
    rests = [sum(b.slots for b in plan if b.paid) for plan in plans]
    low_days, high_days = rules.days_per_week
    least, most = rules.paid_slots_per_week
    return (
        max(0, least - high_days * max(rests, default=0)),
        max(0, most - low_days * min(rests, default=0)),
    )


def lp_bound(
    problem: Problem,
    relaxed: Mapping[tuple[str, int], ContractRules],
    stop: threading.Event | None = None,
    time_limit_s: float | None = None,
) -> Bound | None:
    """The bound of the linear programme with its prices; None when it was stopped without one."""
    model = _Model(problem, relaxed)
    columns = len(model.upper)
    solver = StoppableHighs(
        stop,
        solver="ipm",
        run_crossover="on" if columns <= CROSSOVER_COLUMNS else "off",
        **({} if time_limit_s is None else {"timeLimit": max(0.1, time_limit_s)}),
    )
    lp = model.lp
    solver.createAndConfigureSolver(lp)
    solver.buildSolverModel(lp)
    solver.callSolver(lp)
    upper = np.array([model.upper[v.name] for v in lp.variables()])
    value = solver.safe_bound(lp, upper)
    if value is None or value <= 0.0:
        return None
    duals = np.array(lp.solverModel.getSolution().row_dual)
    prices = {
        queue: tuple(
            tuple(
                round(float(duals[rows[d, t].index]), 4) if (d, t) in rows else 0.0
                for t in range(SLOTS)
            )
            for d in range(problem.days)
        )
        for queue, rows in model.cover.items()
    }
    return Bound(value, "lp", prices)


@dataclass(frozen=True)
class Shape:
    """A shift of the programme: start, length, and the breaks owed in it."""

    start: int
    length: int
    breaks: tuple[Break, ...]

    @property
    def paid(self) -> int:
        """Its paid slots."""
        return self.length - sum(b.slots for b in self.breaks if not b.paid)


class _Model:
    """The programme under construction."""

    def __init__(self, problem: Problem, relaxed: Mapping[tuple[str, int], ContractRules]) -> None:
        self.problem = problem
        self.relaxed = relaxed
        self.lp = pulp.LpProblem("cover", pulp.LpMinimize)
        self.upper: dict[str, float] = {}
        self.costs: Terms = []
        self.cover: dict[str, dict[tuple[int, int], Any]] = {q: {} for q in problem.requirement}
        # Agents at work for each queue and slot, to be filled by every skill set.
        self.serving: dict[tuple[str, int, int], Terms] = defaultdict(list)
        skills: dict[tuple[str, ...], list[Agent]] = defaultdict(list)
        for agent in problem.agents:
            skills[tuple(q for q in agent.queues if q in problem.requirement)].append(agent)
        for number, (queues, agents) in enumerate(sorted(skills.items())):
            self._skill_set(number, queues, agents)
        self._cover_rows()
        self.lp.setObjective(pulp.LpAffineExpression(self.costs))

    def variable(self, name: str, upper: float, cost: float = 0.0) -> Any:
        made = self.lp.add_variable(name, 0)
        self.upper[name] = upper
        if cost:
            self.costs.append((made, cost))
        return made

    def row(self, terms: Terms, sense: int, right: float) -> Any:
        made = pulp.LpConstraint(pulp.LpAffineExpression(terms), sense, None, right)
        self.lp.addConstraint(made, f"r{self.lp.numConstraints()}")
        return made

    def _skill_set(self, number: int, queues: tuple[str, ...], agents: list[Agent]) -> None:
        starts: dict[int, list[tuple[Shape, Any]]] = defaultdict(list)
        groups: dict[tuple[str, tuple[int, int]], list[Agent]] = defaultdict(list)
        for agent in agents:
            groups[agent.contract, agent.widest].append(agent)
        for part, ((contract, window), members) in enumerate(sorted(groups.items())):
            rules = self.problem.contracts[contract]
            by_day = self._group(f"{number}_{part}", rules, window, members)
            for day, found in by_day.items():
                starts[day].extend(found)
        # By slot of the horizon: who is on the queue, as terms and as a number that is known.
        present: dict[int, Terms] = defaultdict(list)
        for day in range(self.problem.days):
            if starts[day]:
                self._day(number, day, starts[day], len(agents), present)
        known: dict[int, int] = defaultdict(int)
        for agent in agents:
            for at in agent.busy:
                known[at] -= 1
            for first, end in agent.neighbours.on_queue:
                for at in range(first, end):
                    known[at] += 1
        for at in sorted(present.keys() | known.keys()):
            if at < self.problem.days * SLOTS:
                self._work(number, queues, at, present[at], known[at], len(agents))

    def _group(
        self, name: str, rules: ContractRules, window: tuple[int, int], members: list[Agent]
    ) -> dict[int, list[tuple[Shape, Any]]]:
        """Starts of one group by day, under the rules of its contract."""
        problem, n = self.problem, len(members)
        by_day: dict[int, list[tuple[Shape, Any]]] = {}
        for day, span in enumerate(problem.opening):
            here = sum(day not in a.unavailable_days for a in members)
            by_day[day] = []
            if span is None or here == 0:
                continue
            first, end = max(span[0], window[0]), min(span[1], window[1])
            first += (problem.grid_from - first) % rules.start_every_slots
            for length in sorted(set(rules.shift_lengths)):
                latest = min(end - length, SLOTS - 1)
                for start in range(first, latest + 1, rules.start_every_slots):
                    x = self.variable(f"x{name}_{day}_{start}_{length}", here)
                    by_day[day].append((Shape(start, length, rules.breaks[length]), x))
        for day in range(problem.days):
            for at, own in enumerate(rules.own):
                # A shift that only a pin can ask for; that it may be any day is a relaxation.
                x = self.variable(f"x{name}_{day}_own{at}", n)
                by_day[day].append((Shape(own.start, own.length, own.breaks), x))
            if by_day[day]:
                here = n if rules.own else sum(day not in a.unavailable_days for a in members)
                self.row([(x, 1.0) for _, x in by_day[day]], pulp.LpConstraintLE, here)
        self._weeks(rules, members, by_day)
        for day in range(problem.days - 1):
            self._rest(rules, by_day[day], by_day[day + 1], n)
        stretch = rules.max_consecutive_days + 1
        if rules.max_consecutive_days < max(problem.days, rules.days_per_week[1]):
            for day in range(problem.days - stretch + 1):
                terms = [(x, 1.0) for d in range(day, day + stretch) for _, x in by_day[d]]
                self.row(terms, pulp.LpConstraintLE, rules.max_consecutive_days * n)
        return by_day

    def _weeks(self, rules: ContractRules, members: list[Agent], by_day: dict[int, Any]) -> None:
        for week in range(self.problem.weeks):
            inside = [item for d in range(7 * week, 7 * week + 7) for item in by_day[d]]
            own = [self.relaxed.get((a.id, week), rules) for a in members]
            days: Terms = [(x, 1.0) for _, x in inside]
            paid: Terms = [(x, float(shape.paid)) for shape, x in inside]
            self.row(days, pulp.LpConstraintGE, sum(r.days_per_week[0] for r in own))
            self.row(days, pulp.LpConstraintLE, sum(r.days_per_week[1] for r in own))
            self.row(paid, pulp.LpConstraintGE, sum(r.paid_slots_per_week[0] for r in own))
            self.row(paid, pulp.LpConstraintLE, sum(r.paid_slots_per_week[1] for r in own))

    def _rest(self, rules: ContractRules, today: list[Any], tomorrow: list[Any], n: int) -> None:
        late = [(s.start + s.length + rules.min_rest_slots - SLOTS, x) for s, x in today]
        for limit in sorted({s.start for s, _ in tomorrow}):
            tired: Terms = [(x, 1.0) for earliest, x in late if earliest > limit]
            if tired:
                early: Terms = [(x, 1.0) for s, x in tomorrow if s.start <= limit]
                self.row(tired + early, pulp.LpConstraintLE, n)

    def _day(
        self,
        number: int,
        day: int,
        starts: list[tuple[Shape, Any]],
        n: int,
        present: dict[int, Terms],
    ) -> None:
        """On duty and on breaks of one skill set, in the shifts that start on one day."""
        change: dict[int, Terms] = defaultdict(list)
        opened: dict[tuple[int, int], dict[int, Terms]] = defaultdict(lambda: defaultdict(list))
        closed: dict[tuple[int, int], dict[int, Terms]] = defaultdict(lambda: defaultdict(list))
        for shape, x in starts:
            change[shape.start].append((x, -1.0))
            change[shape.start + shape.length].append((x, 1.0))
            for position, b in enumerate(shape.breaks):
                opened[position, b.slots][shape.start + b.earliest].append((x, -1.0))
                closed[position, b.slots][shape.start + b.latest].append((x, -1.0))
        slots = range(
            min(shape.start for shape, _ in starts),
            max(shape.start + shape.length for shape, _ in starts),
        )
        on = self._running(f"on{number}_{day}", slots, change, n)
        away: dict[int, Terms] = defaultdict(list)
        for kind in sorted(opened):
            name = f"{number}_{day}_{kind[0]}_{kind[1]}"
            seen = self._running(f"o{name}", slots, opened[kind], n)
            due = self._running(f"f{name}", slots, closed[kind], n)
            begun = {t: self.variable(f"b{name}_{t}", n) for t in slots}
            total = self._running(f"t{name}", slots, {t: [(begun[t], -1.0)] for t in slots}, n)
            for t in slots:
                self.row([(due[t], 1.0), (total[t], -1.0)], pulp.LpConstraintLE, 0)
                self.row([(total[t], 1.0), (seen[t], -1.0)], pulp.LpConstraintLE, 0)
                for later in range(t, min(t + kind[1], slots.stop)):
                    away[later].append((begun[t], -1.0))
        for t in slots:
            present[day * SLOTS + t] += [(on[t], 1.0), *away[t]]

    def _work(
        self, number: int, queues: tuple[str, ...], at: int, present: Terms, known: int, n: int
    ) -> None:
        """Who of a skill set is there in a slot of the horizon serves a queue or is idle."""
        day, t = divmod(at, SLOTS)
        idle = self.variable(f"v{number}_{day}_{t}", n, self.problem.overstaffed_slot)
        terms: Terms = [*present, (idle, -1.0)]
        for queue in queues:
            need = self.problem.requirement[queue][day][t]
            if need:
                y = self.variable(f"y{number}_{queue}_{day}_{t}", min(n, need))
                terms.append((y, -1.0))
                self.serving[queue, day, t].append((y, 1.0))
        self.row(terms, pulp.LpConstraintEQ, -known)

    def _running(
        self, name: str, slots: range, change: Mapping[int, Terms], n: int
    ) -> dict[int, Any]:
        """A running total over the slots of a day: each is the one before plus the change."""
        totals: dict[int, Any] = {}
        for t in slots:
            totals[t] = self.variable(f"{name}_{t}", n)
            terms: Terms = [(totals[t], 1.0), *change.get(t, ())]
            if t - 1 in totals:
                terms.append((totals[t - 1], -1.0))
            self.row(terms, pulp.LpConstraintEQ, 0)
        return totals

    def _cover_rows(self) -> None:
        for queue, rows in self.problem.requirement.items():
            for day, row in enumerate(rows):
                for t, need in enumerate(row):
                    if not need:
                        continue
                    missing = self.variable(
                        f"u{queue}_{day}_{t}", need, self.problem.understaffed_slot
                    )
                    terms = [(missing, 1.0), *self.serving[queue, day, t]]
                    self.cover[queue][day, t] = self.row(terms, pulp.LpConstraintEQ, need)
