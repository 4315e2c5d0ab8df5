"""Shift design: lengths, starts and how many of which contract serve some weeks at least cost.

A programme over all weeks at once: whole people, the same in every week, while their shifts differ.
A shift covers a slot in the share in which its breaks, equally likely anywhere in their windows,
leave it; numbers of shifts are averages and need not be whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import numpy as np
import pulp

from scheduling.lp_solver import StoppableHighs
from scheduling.orphans import silence
from scheduling.problem import SLOTS, Break
from scheduling.shifts import Floats

DAYS, HOUR_SLOTS = 7, 4
LIMIT_S, GAP = 60.0, 1e-4


@dataclass(frozen=True)
class ContractOption:
    """A contract that people may have: what it allows in slots, its wage, people least and most."""

    name: str
    days_per_week: tuple[int, int]
    paid_slots_per_week: tuple[int, int]
    lengths: tuple[int, ...]
    breaks: Mapping[int, tuple[Break, ...]]
    wage_hour: float
    heads: tuple[int, int]
    window: tuple[int, int] = (0, 2 * SLOTS)

    def paid(self, length: int) -> int:
        """Paid slots of a shift."""
        return length - sum(b.slots for b in self.breaks.get(length, ()) if not b.paid)


@dataclass(frozen=True)
class ShiftUse:
    """A kind of shift and how many of it a week has on average."""

    contract: str
    start: int
    length: int
    per_week: float


@dataclass(frozen=True)
class Design:
    """A mix of people and shifts with its cost a week; hours are agent-hours a week on average."""

    heads: Mapping[str, int]
    uses: tuple[ShiftUse, ...]  # most used first
    paid_hours: float
    missing_hours: float
    idle_hours: float
    wages: float
    missing_cost: float
    kinds: int  # different (start, length)

    @property
    def cost(self) -> float:
        """Wages and what missing people cost, a week."""
        return self.wages + self.missing_cost


@dataclass(frozen=True)
class Question:
    """What a design is asked: requirement by week (days x 96), openings, options and prices."""

    weeks: tuple[tuple[tuple[int, ...], ...], ...]
    opening: tuple[tuple[int, int] | None, ...]
    options: tuple[ContractOption, ...]
    missing_hour: float
    start_every: int = 4
    kinds: int | None = None  # at most so many different shifts


def design_shifts(question: Question) -> Design | None:
    """The cheapest mix; None when no number of people keeps every contract's minimum.

    Two hours of need a day and one contract of 8 h: one person, who is idle most of the time.
    """
    found = _solve(question, None)
    if found is None or question.kinds is None or found.kinds <= question.kinds:
        return found
    used: dict[tuple[int, int], float] = defaultdict(float)
    for use in found.uses:
        used[use.start, use.length] += use.per_week * use.length
    allowed = frozenset(sorted(used, key=lambda kind: (-used[kind], kind))[: question.kinds])
    return _solve(question, allowed) or found


def design_apart(questions: Sequence[Question]) -> list[Design | None]:
    """The designs of several questions, in a process of their own."""
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=silence) as pool:
        return list(pool.map(design_shifts, questions))


def coverage(length: int, breaks: Sequence[Break]) -> Floats:
    """The share of each slot of a shift that is spent on the queue.

    A break of 1 slot in a window of 4 first slots takes a quarter of each of them.
    """
    there = np.ones(length)
    for rule in breaks:
        places = rule.latest - rule.earliest + 1
        for first in range(rule.earliest, rule.latest + 1):
            there[first : first + rule.slots] -= 1.0 / places
    return np.maximum(there, 0.0)


def _solve(question: Question, allowed: frozenset[tuple[int, int]] | None) -> Design | None:
    lp, costs = pulp.LpProblem("design", pulp.LpMinimize), list[tuple[Any, float]]()
    count = 0

    def row(terms: list[tuple[Any, float]], sense: int, right: float) -> None:
        nonlocal count
        count += 1
        made = pulp.LpConstraint(pulp.LpAffineExpression(terms), sense, None, right)
        lp.addConstraint(made, f"r{count}")

    people = {}
    for number, option in enumerate(question.options):
        low, high = option.heads
        people[option.name] = lp.add_variable(f"n{number}", low, high, "Integer")
    shifts: list[tuple[str, int, int, Any]] = []
    missing: list[Any] = []
    present_of: list[tuple[int, list[tuple[Any, float]]]] = []
    for week, need in enumerate(question.weeks):
        cover: dict[int, list[tuple[Any, float]]] = defaultdict(list)
        for number, option in enumerate(question.options):
            n = people[option.name]
            days: list[tuple[Any, float]] = []
            paid: list[tuple[Any, float]] = []
            for day, span in enumerate(question.opening):
                today: list[tuple[Any, float]] = []
                for start, length in _kinds(question, option, span, allowed):
                    x = lp.add_variable(f"x{week}_{number}_{day}_{start}_{length}", 0)
                    shifts.append((option.name, start, length, x))
                    today.append((x, 1.0))
                    days.append((x, 1.0))
                    paid.append((x, float(option.paid(length))))
                    costs.append((x, option.wage_hour * option.paid(length) / HOUR_SLOTS))
                    share = coverage(length, option.breaks.get(length, ()))
                    for i, part in enumerate(share):
                        cover[(day * SLOTS + start + i) % (DAYS * SLOTS)].append((x, float(part)))
                row([*today, (n, -1.0)], pulp.LpConstraintLE, 0)
            for terms, (low, high) in (
                (days, option.days_per_week), (paid, option.paid_slots_per_week)
            ):  # fmt: skip
                row([*terms, (n, -float(high))], pulp.LpConstraintLE, 0)
                row([*terms, (n, -float(low))], pulp.LpConstraintGE, 0)
        for day, wanted in enumerate(need):
            for slot, agents in enumerate(wanted):
                if agents:
                    u = lp.add_variable(f"u{week}_{day}_{slot}", 0, agents)
                    costs.append((u, question.missing_hour / HOUR_SLOTS))
                    missing.append(u)
                    terms = cover[day * SLOTS + slot]
                    row([*terms, (u, 1.0)], pulp.LpConstraintGE, agents)
                    present_of.append((agents, terms))
    lp.setObjective(pulp.LpAffineExpression(costs))
    lp.solve(StoppableHighs(None, timeLimit=LIMIT_S, mip_rel_gap=GAP))
    if pulp.LpStatus[lp.status] != "Optimal":
        return None
    return _read(question, people, shifts, missing)


def _kinds(
    question: Question,
    option: ContractOption,
    span: tuple[int, int] | None,
    allowed: frozenset[tuple[int, int]] | None,
) -> list[tuple[int, int]]:
    if span is None:
        return []
    first, end = max(span[0], option.window[0]), min(span[1], option.window[1])
    first += -first % question.start_every
    return [
        (start, length)
        for length in option.lengths
        for start in range(first, min(end - length + 1, SLOTS), question.start_every)
        if allowed is None or (start, length) in allowed
    ]


def _read(
    question: Question,
    people: Mapping[str, Any],
    shifts: Sequence[tuple[str, int, int, Any]],
    missing: Sequence[Any],
) -> Design:
    weeks = len(question.weeks)
    options = {option.name: option for option in question.options}
    used: dict[tuple[str, int, int], float] = defaultdict(float)
    on_queue = paid = wages = 0.0
    for name, start, length, x in shifts:
        n = float(x.value() or 0.0) / weeks
        option = options[name]
        used[name, start, length] += n
        hours = n * option.paid(length) / HOUR_SLOTS
        paid, wages = paid + hours, wages + hours * option.wage_hour
        on_queue += n * float(coverage(length, option.breaks.get(length, ())).sum()) / HOUR_SLOTS
    lacking = sum(float(u.value() or 0.0) for u in missing) / HOUR_SLOTS / weeks
    needed = sum(sum(map(sum, need)) for need in question.weeks) / HOUR_SLOTS / weeks
    uses = tuple(
        ShiftUse(*kind, round(n, 2))
        for kind, n in sorted(used.items(), key=lambda item: (-item[1], item[0]))
        if n >= 0.05
    )
    return Design(
        heads={name: round(float(n.value() or 0.0)) for name, n in people.items()},
        uses=uses,
        paid_hours=round(paid, 1),
        missing_hours=round(lacking, 1),
        idle_hours=round(max(0.0, on_queue - (needed - lacking)), 1),
        wages=round(wages, 2),
        missing_cost=round(lacking * question.missing_hour, 2),
        kinds=len({(use.start, use.length) for use in uses}),
    )
