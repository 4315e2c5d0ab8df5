"""Whether a schedule may be published without a signature, by what its simulation says (STF-17).

It passes when the lower 95 % bound of each day's service level reaches the target and no cell with
five expected contacts lies more than 15 points below it. Else somebody signs the exceptions, or
they go back to the solver as extra requirement.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from scheduling.simulation.report import ALL_QUEUES, Row, SimReport

LEAST_CONTACTS = 5.0
POINTS_BELOW = 0.15
MOST_ROUNDS = 5

When = Callable[[int, int | None], str]


@dataclass(frozen=True)
class GateMiss:
    """A day or a cell that falls short, with the sentence that somebody signs."""

    kind: Literal["day", "cell"]
    queue: str
    day: int
    slot: int | None
    contacts: float
    sl: float
    bound: float  # what was held against the limit: lower bound of a day, figure of a cell
    limit: float
    sentence: str


@dataclass(frozen=True)
class Gate:
    """The verdict: `passed`, and every miss, days first, the worst first."""

    passed: bool
    misses: tuple[GateMiss, ...]
    untold: tuple[str, ...]  # queues without a target, about which it says nothing


@dataclass(frozen=True)
class GateRound:
    """One round of simulation and feedback: its verdict and the agent-cells it asked for more."""

    verdict: Gate
    extra: int


def check_gate(found: SimReport, when: When | None = None) -> Gate:
    """The verdict on a simulated schedule, queue by queue, each against its own target.

    `when` names a day, or a slot of it, in the sentences; without it "day 2, 07:15".
    """
    said = when or _plain_when(found.cell_s)
    days = [miss for row in found.days if (miss := _day_miss(row, said)) is not None]
    cells = [miss for row in found.cells if (miss := _cell_miss(row, said)) is not None]
    misses = sorted(days, key=_depth) + sorted(cells, key=_depth)
    untold = sorted(
        {row.queue for row in found.days if row.target is None and row.queue != ALL_QUEUES}
    )
    return Gate(not misses, tuple(misses), tuple(untold))


def extra_requirement(
    found: SimReport, verdict: Gate, group_of: Mapping[str, str]
) -> dict[tuple[str, int, int], int]:
    """One agent more, by skill group, day and slot, in each missed cell and the one before.

    A day that misses without such a cell gets it in the cells that lie under their target.
    """
    cells = {(m.queue, m.day, m.slot) for m in verdict.misses if m.kind == "cell"}
    told = {(queue, day) for queue, day, _ in cells}
    for miss in verdict.misses:
        if miss.kind == "day" and (miss.queue, miss.day) not in told:
            cells |= {
                (row.queue, row.day, row.slot)
                for row in found.cells
                if (row.queue, row.day) == (miss.queue, miss.day)
                and row.sl is not None
                and row.target is not None
                and row.sl.value < row.target
            }
    extra: dict[tuple[str, int, int], int] = {}
    for queue, day, slot in sorted(cells, key=str):
        if slot is not None:
            for at in {slot, max(slot - 1, 0)}:
                extra[group_of[queue], day, at] = 1
    return extra


def with_extra(
    problem: Mapping[str, Any], extra: Mapping[tuple[str, int, int], int]
) -> dict[str, Any]:
    """The problem document with the extra agents in its requirement; cells not needed stay so."""
    raised = copy.deepcopy(dict(problem))
    for (group, day, slot), agents in extra.items():
        row = raised["requirement"][group][day]
        if row[slot] > 0:
            row[slot] += agents
    return raised


def solve_until_passed(
    problem: Mapping[str, Any],
    solve: Callable[[Mapping[str, Any]], Any],
    judge: Callable[[Mapping[str, Any], Any], SimReport],
    group_of: Mapping[str, str],
    rounds: int = MOST_ROUNDS,
) -> tuple[Any, tuple[GateRound, ...]]:
    """The first schedule that passes, or the last, with what each round said.

    `solve` makes a schedule for a problem, `judge` simulates it against the problem first given.
    """
    asked = dict(problem)
    told: list[GateRound] = []
    while True:
        schedule = solve(asked)
        found = judge(problem, schedule)
        verdict = check_gate(found)
        last = verdict.passed or len(told) + 1 >= rounds
        extra = {} if last else extra_requirement(found, verdict, group_of)
        told.append(GateRound(verdict, sum(extra.values())))
        if last or not extra:
            return schedule, tuple(told)
        asked = with_extra(asked, extra)


def _plain_when(cell_s: float) -> When:
    def said(day: int, slot: int | None) -> str:
        if slot is None:
            return f"day {day + 1}"
        minute = int(slot * cell_s) // 60
        return f"day {day + 1}, {minute // 60:02d}:{minute % 60:02d}"

    return said


def _day_miss(row: Row, when: When) -> GateMiss | None:
    if row.sl is None or row.target is None or row.queue == ALL_QUEUES or row.sl.low >= row.target:
        return None
    sentence = (
        f"{row.queue}, {when(row.day, None)}: service level {row.sl.value:.1%}, perhaps only "
        f"{row.sl.low:.1%}, for a target of {row.target:.1%} with {row.contacts:,.0f} contacts"
    )
    return GateMiss(
        "day", row.queue, row.day, None, row.contacts, row.sl.value, row.sl.low, row.target,
        sentence,
    )  # fmt: skip


def _cell_miss(row: Row, when: When) -> GateMiss | None:
    if row.sl is None or row.target is None or row.slot is None or row.queue == ALL_QUEUES:
        return None
    if row.contacts < LEAST_CONTACTS:
        return None
    limit = row.target - POINTS_BELOW
    if row.sl.value >= limit:
        return None
    sentence = (
        f"{row.queue}, {when(row.day, row.slot)}: service level "
        f"{row.sl.value:.1%}, more than 15 points under {row.target:.1%}, with "
        f"{row.contacts:,.1f} contacts"
    )
    return GateMiss(
        "cell", row.queue, row.day, row.slot, row.contacts, row.sl.value, row.sl.value, limit,
        sentence,
    )  # fmt: skip


def _depth(miss: GateMiss) -> tuple[float, str, int, int]:
    return (miss.bound - miss.limit, miss.queue, miss.day, miss.slot or 0)
