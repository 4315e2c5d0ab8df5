"""What beside cover an agent's days cost, and which options they have: prices and masks.

Everything here is added to the cost of cover before the cheapest week is looked for: wishes,
wages, changes of what is published; pins and activities leave a day the options they allow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scheduling.labour import class_mask
from scheduling.problem import Agent, Pin, PinnedBreak, Problem, PublishedShift
from scheduling.shifts import Floats, ShiftMenu

FORBIDDEN = 1e9  # in a `resting_table`: no break here
HOPELESS = FORBIDDEN / 2


@dataclass(frozen=True)
class Terms:
    """Fees of shifts (days x entries) and of days off, gains of breaks, slots spent elsewhere."""

    fees: Floats
    off: Floats | None
    resting: Floats | None


def is_plain(problem: Problem, agent: Agent) -> bool:
    """Whether an agent's days cost nothing beside cover and have no options of their own."""
    rules = problem.contracts[agent.contract]
    return not (
        agent.activities or agent.pins or agent.wishes or rules.own or rules.wage_slot
        or rules.premiums or problem.published
    )  # fmt: skip


def agent_terms(
    problem: Problem, agent: Agent, menu: ShiftMenu, allowed: Floats,
    published: Mapping[int, PublishedShift],
) -> Terms:  # fmt: skip
    """The terms of an agent over a menu; `allowed` is days x entries, infinite where impossible."""
    made = _Making(problem, agent, menu, allowed.copy())
    made.own_shifts()
    made.wages()
    made.wishes()
    if problem.published:
        made.changes(published)
    made.activities()
    for pin in agent.pins:
        made.pin(pin)
    return Terms(made.fees, made.off if made.off.any() else None, made.resting)


class _Making:
    """Terms under construction."""

    def __init__(self, problem: Problem, agent: Agent, menu: ShiftMenu, fees: Floats) -> None:
        self.problem, self.agent, self.menu = problem, agent, menu
        self.rules = problem.contracts[agent.contract]
        self.fees = fees
        self.off: Floats = np.zeros(problem.days)
        self.resting: Floats | None = None

    def own_shifts(self) -> None:
        first = len(self.menu.start) - len(self.rules.own)
        for at, own in enumerate(self.rules.own):
            for day in own.days:
                self.fees[day, first + at] = 0.0

    def wages(self) -> None:
        if self.rules.wage_slot:
            self.fees += self.rules.wage_slot * self.menu.paid
        for name, price in self.rules.premiums:
            kind = self.problem.classes[name]
            for day in range(self.problem.days):
                mask = class_mask(self.menu, kind, self.problem.weekday(day))
                self.fees[day, mask] += price * self.menu.length[mask]

    def wishes(self) -> None:
        for wish in self.agent.wishes:
            for day in range(self.problem.days):
                weekday = self.problem.weekday(day)
                if not wish.holds(day, weekday):
                    continue
                if wish.want == "work":
                    self.off[day] += wish.cost
                elif wish.want == "off":
                    self.fees[day] += wish.cost
                else:
                    kind = self.problem.classes[wish.avoid or wish.want]
                    mask = class_mask(self.menu, kind, weekday)
                    self.fees[day, mask if wish.avoid else ~mask] += wish.cost

    def changes(self, published: Mapping[int, PublishedShift]) -> None:
        change = self.problem.change
        ends = self.menu.start + self.menu.length
        for day in range(self.problem.days):
            shift = published.get(day)
            if shift is None:
                self.fees[day] += change.shift
                continue
            self.off[day] += change.shift
            moved = np.maximum(
                np.abs(self.menu.start - shift.start),
                np.abs(ends - shift.start - shift.length),
            )
            # Every break is charged as moved; the place that it had gives its charge back.
            self.fees[day] += change.slot * moved + change.rest * len(shift.breaks)
            for _, start, slots in shift.breaks:
                self._gain(day, start, slots, change.rest)

    def activities(self) -> None:
        ends = self.menu.start + self.menu.length
        for item in self.agent.activities:
            holds = (self.menu.start <= item.start) & (ends >= item.start + item.slots)
            self.fees[item.day, ~holds] = np.inf
            self.off[item.day] = np.inf
            for size in self.menu.sizes:
                for at in range(max(0, item.start - size + 1), item.start + item.slots):
                    self._gain(item.day, at, size, -FORBIDDEN)

    def pin(self, pin: Pin) -> None:
        if pin.off:
            self.fees[pin.day] = np.inf
            return
        same = (self.menu.start == pin.start) & (self.menu.length == pin.length)
        same &= np.isfinite(self.fees[pin.day])
        if pin.breaks is not None:
            # A shift of one's own has its breaks in place; of the contract's they are put there.
            first = len(self.menu.start) - len(self.rules.own)
            places = tuple((b.start, b.slots) for b in pin.breaks)
            for at, own in enumerate(self.rules.own):
                theirs = tuple((own.start + b.earliest, b.slots) for b in own.breaks)
                same[first + at] &= theirs == tuple(sorted(places))
            if not same[first:].any():
                table = self._table()
                kept = [self.menu.column(b.slots, b.start) for b in pin.breaks
                        if b.slots in self.menu.sizes]  # fmt: skip
                gained = table[pin.day, kept].copy()
                table[pin.day, :-1] -= FORBIDDEN
                table[pin.day, kept] = gained
        self.fees[pin.day, ~same] = np.inf
        self.off[pin.day] = np.inf

    def _gain(self, day: int, start: int, slots: int, gain: float) -> None:
        if slots in self.menu.sizes and 0 <= start <= self.menu.width - slots:
            self._table()[day, self.menu.column(slots, start)] += gain

    def _table(self) -> Floats:
        if self.resting is None:
            self.resting = self.menu.resting_table(self.problem.days)
        return self.resting


def published_pin(day: int, shift: PublishedShift | None) -> Pin:
    """A day held as it is published, with its breaks."""
    if shift is None:
        return Pin(day, off=True)
    breaks = tuple(PinnedBreak(kind, start, slots) for kind, start, slots in shift.breaks)
    return Pin(day, start=shift.start, length=shift.length, breaks=breaks)


class Fairness:
    """How often each person has had each class of shifts, and what evening it out is worth.

    Cost: weight x (count - share x mean)^2 over people; the mean is of counts by share.
    """

    def __init__(self, problem: Problem) -> None:
        self.kinds = [problem.classes[name] for name, _ in problem.fairness]
        self.weights = np.array([weight for _, weight in problem.fairness])
        self.shares = np.array([agent.share for agent in problem.agents])
        self.counts = np.array(
            [[a.ledger.get(kind.name, 0.0) for a in problem.agents] for kind in self.kinds]
        ).reshape(len(self.kinds), len(problem.agents))
        self.problem = problem
        self.last = np.zeros_like(self.counts)  # in the week last taken out, of each agent
        self._masks: dict[str, list[Floats]] = {}

    def count(self, agent: int, shifts: tuple[tuple[int, int, int], ...], sign: int) -> None:
        """Shifts (day, start, length) of an agent added or taken away."""
        for at, kind in enumerate(self.kinds):
            n = sum(kind.has(self.problem.weekday(d), s, length) for d, s, length in shifts)
            self.counts[at, agent] += sign * n
            if sign < 0:
                self.last[at, agent] = n

    def fees(self, agent: int, menu: ShiftMenu) -> Floats:
        """7 x entries: what one more shift of each class adds to, or takes from, the cost."""
        found = np.zeros((7, len(menu.start)))
        fair = self.counts.sum(axis=1) / self.shares.sum() * self.shares[agent]
        marginal = 2 * (self.counts[:, agent] - fair) + np.maximum(1.0, self.last[:, agent])
        for price, mask in zip(self.weights * marginal, self._mask(menu), strict=True):
            found += price * mask
        return found

    def cost(self) -> float:
        """The cost of how unevenly the counts lie now."""
        if not len(self.kinds) or not len(self.shares):
            return 0.0
        mean = self.counts.sum(axis=1) / self.shares.sum()
        off = self.counts - mean[:, None] * self.shares
        return float((self.weights * (off**2).sum(axis=1)).sum())

    def _mask(self, menu: ShiftMenu) -> list[Floats]:
        if menu.rules.name not in self._masks:
            self._masks[menu.rules.name] = [
                np.stack(
                    [class_mask(menu, kind, self.problem.weekday(d)) for d in range(7)]
                ).astype(np.float64)
                for kind in self.kinds
            ]
        return self._masks[menu.rules.name]


def shift_keys(shifts: object) -> tuple[tuple[int, int, int], ...]:
    """Day, start and length of planned shifts."""
    return tuple((s.day, s.start, s.length) for s in shifts)  # type: ignore[attr-defined]
