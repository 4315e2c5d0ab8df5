"""The linear programme over counts of shifts instead of people, of which every schedule is a point.

People with the same contract, skills and window are one group; the programme chooses how many of
them start when, and where breaks fall. Skill sets in one pool share a model of shifts and breaks
and divide what it yields within their own hours: smaller, and still true of every schedule. Where
the prices of their queues are alike, nothing is lost by it.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulp

from scheduling.problem import SLOTS, Agent, Break, ContractRules, Problem

Terms = list[tuple[Any, float]]
# Skill sets that share a model of shifts, with their people.
Pool = Mapping[tuple[str, ...], list[Agent]]


def queue_slots(rules: ContractRules) -> tuple[int, int]:
    """Least and most slots on the queue in a week, whatever the days.

    160 paid slots in five days with two paid breaks of one slot: 150 and 150.
    """
    plans = [*(rules.breaks[n] for n in rules.shift_lengths), *(s.breaks for s in rules.own)]
    rests = [sum(b.slots for b in plan if b.paid) for plan in plans]
    low_days, high_days = rules.days_per_week
    least, most = rules.paid_slots_per_week
    return (
        max(0, least - high_days * max(rests, default=0)),
        max(0, most - low_days * min(rests, default=0)),
    )


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


class Programme:
    """The programme: variables with their greatest values, cover rows, objective."""

    def __init__(
        self,
        problem: Problem,
        relaxed: Mapping[tuple[str, int], ContractRules],
        pools: Sequence[Pool],
    ) -> None:
        self.problem = problem
        self.relaxed = relaxed
        self.lp = pulp.LpProblem("cover", pulp.LpMinimize)
        self.upper: dict[str, float] = {}
        self.costs: Terms = []
        self.cover: dict[str, dict[tuple[int, int], Any]] = {q: {} for q in problem.requirement}
        # Agents at work for each queue and slot, to be filled by every skill set.
        self.serving: dict[tuple[str, int, int], Terms] = defaultdict(list)
        # What each skill set does in a slot: terms whose sum is its people on the queue.
        self.net: dict[tuple[str, ...], dict[int, list[Any]]] = {}
        # A day's shifts stay within the day, so that hours of a day and week can be counted.
        self.within_days = all(s is None or s[1] <= SLOTS for s in problem.opening)
        self._numbers = itertools.count()
        self._queue_at = {queue: i for i, queue in enumerate(problem.requirement)}
        for number, pool in enumerate(pools):
            self._pool(number, pool)
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

    def _pool(self, number: int, pool: Pool) -> None:
        """Skill sets that share one model of shifts and breaks."""
        agents = [agent for members in pool.values() for agent in members]
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
        if len(pool) == 1:
            ((queues, members),) = pool.items()
            self._skill_set(queues, members, present)
            return
        shared: dict[int, Terms] = defaultdict(list)
        for queues, members in sorted(pool.items()):
            self._skill_set(queues, members, self._part(members, present, shared))
        for at, terms in present.items():
            self.row([*terms, *shared[at]], pulp.LpConstraintEQ, 0)

    def _part(
        self, members: list[Agent], present: Mapping[int, Terms], shared: dict[int, Terms]
    ) -> dict[int, Terms]:
        """The part that one skill set has of its pool in each slot, within its people's hours."""
        number, part = next(self._numbers), dict[int, Terms]()
        days: dict[int, Terms] = defaultdict(list)
        for at in sorted(present):
            here = sum(_may_be_there(self.problem, agent, at) for agent in members)
            made = self.variable(f"n{number}_{at}", here)
            self.row([(made, 1.0)], pulp.LpConstraintLE, here)
            part[at] = [(made, 1.0)]
            shared[at].append((made, -1.0))
            days[at // SLOTS].append((made, 1.0))
        sums: dict[int, Terms] = defaultdict(list)
        for day, terms in days.items():
            most = sum(self._most_of_day(agent, day) for agent in members)
            made = self.variable(f"d{number}_{day}", len(terms) * len(members))
            self.row([*terms, (made, -1.0)], pulp.LpConstraintEQ, 0)
            if self.within_days:
                self.row([(made, 1.0)], pulp.LpConstraintLE, most)
            sums[day // 7 if self.within_days else 0].append((made, 1.0))
        late = max((span[1] for span in self.problem.opening if span), default=0)
        for which, terms in sums.items():
            weeks = [which] if self.within_days else range(self.problem.weeks)
            least = most = 0
            for agent in members:
                hours = [queue_slots(self._rules(agent, week)) for week in weeks]
                # What runs on after the last day is not seen here.
                least += max(0, sum(low for low, _ in hours) - max(0, late - SLOTS))
                most += sum(high for _, high in hours)
            self.row(terms, pulp.LpConstraintGE, least)
            self.row(terms, pulp.LpConstraintLE, most)
        return part

    def _rules(self, agent: Agent, week: int) -> ContractRules:
        return self.relaxed.get((agent.id, week), self.problem.contracts[agent.contract])

    def _most_of_day(self, agent: Agent, day: int) -> int:
        """Most slots on the queue that a day of somebody can hold."""
        rules = self.problem.contracts[agent.contract]
        own = [s.length - sum(b.slots for b in s.breaks) for s in rules.own]
        if day in agent.unavailable_days:
            return max(own, default=0)
        usual = [n - sum(b.slots for b in rules.breaks[n]) for n in rules.shift_lengths]
        return max([*own, *usual], default=0)

    def _skill_set(
        self, queues: tuple[str, ...], agents: list[Agent], present: Mapping[int, Terms]
    ) -> None:
        known: dict[int, int] = defaultdict(int)
        for agent in agents:
            for at in agent.busy:
                known[at] -= 1
            for first, end in agent.neighbours.on_queue:
                for at in range(first, end):
                    known[at] += 1
        number, self.net[queues] = next(self._numbers), {}
        for at in sorted(present.keys() | known.keys()):
            if at < self.problem.days * SLOTS:
                terms = present.get(at, [])
                self.net[queues][at] = self._work(number, queues, at, terms, known[at], len(agents))

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
            own = [self._rules(agent, week) for agent in members]
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
    ) -> list[Any]:
        """Who of a skill set is there in a slot serves a queue or is idle: the variables."""
        day, t = divmod(at, SLOTS)
        idle = self.variable(f"v{number}_{day}_{t}", n, self.problem.overstaffed_slot)
        terms: Terms = [*present, (idle, -1.0)]
        found = [idle]
        for queue in queues:
            need = self.problem.requirement[queue][day][t]
            if need:
                y = self.variable(f"y{number}_{self._queue_at[queue]}_{day}_{t}", min(n, need))
                terms.append((y, -1.0))
                self.serving[queue, day, t].append((y, 1.0))
                found.append(y)
        self.row(terms, pulp.LpConstraintEQ, -known)
        return found

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
                        f"u{self._queue_at[queue]}_{day}_{t}", need, self.problem.understaffed_slot
                    )
                    terms = [(missing, 1.0), *self.serving[queue, day, t]]
                    self.cover[queue][day, t] = self.row(terms, pulp.LpConstraintEQ, need)


def _may_be_there(problem: Problem, agent: Agent, at: int) -> bool:
    """Whether a shift of today, or of the day before, may hold a slot of the horizon."""
    if problem.contracts[agent.contract].own:
        return True
    for day in (at // SLOTS, at // SLOTS - 1):
        if day < 0 or day in agent.unavailable_days:
            continue
        first, end = agent.window_on(day)
        if first <= at - day * SLOTS < end:
            return True
    return False
