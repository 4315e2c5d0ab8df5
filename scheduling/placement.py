"""Where training, coaching or a meeting hurts least, and where today's breaks do.

Net staffing is agents above (or below 0) what is required, by group and quarter. Whoever serves
several groups is missed only where none of them has anybody to spare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Span = tuple[int, int]  # quarters, the end not inside
EDGE = 0.01  # of equal places the one with more people to spare
MOST_PASSES = 6


@dataclass(frozen=True)
class Person:
    """Somebody at work: groups served, and the spans in which an activity may lie."""

    agent: str
    groups: tuple[str, ...]
    free: tuple[Span, ...]


@dataclass(frozen=True)
class Placed:
    """An activity placed: its first quarter, and the agent-quarters that it leaves short."""

    agent: str
    quarter: int
    harm: float


@dataclass(frozen=True)
class Pause:
    """A break of somebody's shift that may move: its window, and where it must not lie."""

    agent: str
    groups: tuple[str, ...]
    kind: str
    quarter: int
    length: int
    window: Span  # first quarters allowed, both inside
    shut: tuple[Span, ...]  # other breaks, activities, what is past


@dataclass(frozen=True)
class Moved:
    """A break moved: from one quarter to another, and the agent-quarters short it saves."""

    agent: str
    kind: str
    before: int
    after: int
    saved: float


class Net:
    """Net staffing that changes while people are taken away and given back."""

    def __init__(self, net: Mapping[str, Floats]) -> None:
        self.of = {group: values.astype(np.float64).copy() for group, values in net.items()}

    def spare(self, groups: Sequence[str]) -> Floats:
        """People to spare for somebody of these groups, quarter by quarter."""
        known = [self.of[group] for group in groups if group in self.of]
        if not known:
            return np.full(len(next(iter(self.of.values()), np.empty(0))), np.inf)
        spare: Floats = np.max(known, axis=0)
        return spare

    def harm(self, groups: Sequence[str]) -> Floats:
        """What one person less costs: 1 where nobody is to spare, a hair less where many are."""
        spare = self.spare(groups)
        harm: Floats = np.where(spare < 1, 1.0, 0.0) - EDGE * np.clip(spare, -20, 20) / 20
        return harm

    def take(self, groups: Sequence[str], first: int, length: int, sign: int = -1) -> None:
        """One person less (or more) from a quarter on, in the groups that had most to spare."""
        known = [group for group in groups if group in self.of]
        for at in range(first, first + length):
            if known and 0 <= at < len(self.of[known[0]]):
                best = max(known, key=lambda group: (self.of[group][at], group))
                self.of[best][at] += sign


def place_each(
    net: Mapping[str, Floats], people: Sequence[Person], length: int
) -> tuple[tuple[Placed, ...], tuple[str, ...]]:
    """One time for each person, those with fewest choices first; and who has no room at all.

    Two to spare at 10:00 and none at 11:00: both of two people have their hour at 10:00.
    """
    state, placed, without = Net(net), list[Placed](), list[str]()
    for person in sorted(people, key=lambda p: (len(_starts(p.free, length)), p.agent)):
        starts = _starts(person.free, length)
        if not starts:
            without.append(person.agent)
            continue
        costs = _sums(state.harm(person.groups), length)
        first = min(starts, key=lambda at: (round(float(costs[at]), 9), at))
        harm = _short(state, person.groups, first, length)
        state.take(person.groups, first, length)
        placed.append(Placed(person.agent, first, harm))
    return tuple(sorted(placed, key=lambda p: (p.quarter, p.agent))), tuple(without)


def place_together(
    net: Mapping[str, Floats], people: Sequence[Person], length: int
) -> tuple[Placed, ...]:
    """One time for all of them, where together they are missed least; () when none suits all."""
    shared = set.intersection(*(set(_starts(p.free, length)) for p in people)) if people else set()
    best: tuple[float, int, tuple[Placed, ...]] | None = None
    for first in sorted(shared):
        state, placed, cost = Net(net), list[Placed](), 0.0
        for person in people:
            cost += float(state.harm(person.groups)[first : first + length].sum())
            harm = _short(state, person.groups, first, length)
            state.take(person.groups, first, length)
            placed.append(Placed(person.agent, first, harm))
        if best is None or round(cost, 9) < best[0]:
            best = (round(cost, 9), first, tuple(placed))
    return () if best is None else best[2]


def move_breaks(
    net: Mapping[str, Floats], pauses: Sequence[Pause], *, price: float = 0.25
) -> tuple[Moved, ...]:
    """Breaks worth moving within their windows; each must save more than its price.

    One short at 11:00 and two to spare at 11:30: a break from 11:00 to 11:15 moves to 11:30.
    """
    state, at = Net(net), [pause.quarter for pause in pauses]
    for _ in range(MOST_PASSES):
        changed = False
        for number, pause in enumerate(pauses):
            state.take(pause.groups, at[number], pause.length, +1)
            costs = _sums(state.harm(pause.groups), pause.length)
            others = [(at[i], at[i] + p.length) for i, p in enumerate(pauses)
                      if p.agent == pause.agent and i != number]  # fmt: skip
            order = [i for i, p in enumerate(pauses) if p.agent == pause.agent]
            best, least = at[number], float("inf")
            for first in range(pause.window[0], pause.window[1] + 1):
                span = (first, first + pause.length)
                if not 0 <= first < len(costs) or any(_meet(span, o) for o in pause.shut):
                    continue
                if any(_meet(span, o) for o in others) or not _in_order(order, at, number, first):
                    continue
                cost = float(costs[first]) + (price if first != pause.quarter else 0.0)
                if cost < least - 1e-9:
                    best, least = first, cost
            changed |= best != at[number]
            at[number] = best
            state.take(pause.groups, best, pause.length)
        if not changed:
            break
    before = Net(net)
    return tuple(
        Moved(
            pause.agent, pause.kind, pause.quarter, at[number],
            _saved(before, pause, at[number]),
        )
        for number, pause in enumerate(pauses)
        if at[number] != pause.quarter
    )  # fmt: skip


def _saved(net: Net, pause: Pause, after: int) -> float:
    spare = net.spare(pause.groups)
    gained = sum(bool(spare[q] < 0) for q in range(pause.quarter, pause.quarter + pause.length))
    lost = sum(bool(spare[q] < 1) for q in range(after, after + pause.length) if q < len(spare))
    return float(gained - lost)


def _in_order(order: Sequence[int], at: Sequence[int], number: int, first: int) -> bool:
    place = order.index(number)
    before = all(at[i] < first for i in order[:place])
    return before and all(at[i] > first for i in order[place + 1 :])


def _starts(free: Sequence[Span], length: int) -> list[int]:
    return [at for first, end in free for at in range(first, end - length + 1)]


def _sums(values: Floats, length: int) -> Floats:
    total = np.concatenate([[0.0], np.cumsum(values)])
    sums = np.full(len(values), np.inf)
    if len(values) >= length:
        sums[: len(values) - length + 1] = total[length:] - total[:-length]
    return sums


def _short(state: Net, groups: Sequence[str], first: int, length: int) -> float:
    return float((state.spare(groups)[first : first + length] < 1).sum())


def _meet(one: Span, two: Span) -> bool:
    return one[0] < two[1] and two[0] < one[1]
