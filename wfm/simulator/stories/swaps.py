"""Small lapses of a day whose presence is told: nobody more or fewer is on queue at any second."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from wfm.simulator.shifts import Block, PlannedShift
from wfm.simulator.stories.cover import on_queue

RESTS = ("break", "meal")
_SHARE = 0.85  # of the breaks and meals, so many begin late
_RETURNS = 0.4  # of those who make up for them, so many come or come back late; the others go away
_LATE_S, _LEAST_S, _MOST_S = 150.0, 20, 600  # a quarter-hour holds the whole of a lapse
_LONGEST = 0.4  # of a break or meal, by which it may be shortened


@dataclass
class _Edges:
    """Who of a group starts a rest at a minute, who comes back or begins, and who just works."""

    starts: list[tuple[int, Block]] = field(default_factory=list)
    returns: list[int] = field(default_factory=list)
    works: list[int] = field(default_factory=list)


def with_swaps(
    shifts: Iterable[PlannedShift], group_of: Mapping[int, str], kept: frozenset[int],
    rng: np.random.Generator,
) -> tuple[PlannedShift, ...]:  # fmt: skip
    """The shifts with `late` set: each rest begun late is made up for by a lapse of a colleague.

    Who works 150 s into the break covers for somebody of the same group who comes, or comes back,
    150 s late in that quarter-hour, or who leaves the queue for so long: two people are out of
    adherence, and as many as planned are there. Agents in `kept` keep to their plan.
    """
    planned = {shift.agent: shift for shift in shifts}
    late: dict[int, dict[int, int]] = {}
    groups: dict[str, list[PlannedShift]] = {}
    for agent in sorted(planned):
        if agent not in kept and not planned[agent].absence:
            groups.setdefault(group_of[agent], []).append(planned[agent])
    for _, own in sorted(groups.items()):
        for minute, edges in sorted(_edges(own).items()):
            _swap(minute, edges, late, rng)
    bent = {
        agent: replace(planned[agent], late=tuple(sorted(times.items())))
        for agent, times in late.items()
    }
    return tuple(bent.get(shift.agent, shift) for shift in planned.values())


def _edges(shifts: Iterable[PlannedShift]) -> dict[int, _Edges]:
    found: dict[int, _Edges] = {}
    for shift in shifts:
        there = on_queue(shift)
        begun = {block.start: block for block in shift.blocks}
        ended = {shift.start, *(block.end for block in shift.blocks)}
        for quarter in range(shift.start // 15, -(-shift.end // 15)):
            edges, block = found.setdefault(quarter * 15, _Edges()), begun.get(quarter * 15)
            if block is not None and block.activity in RESTS and there[quarter - 1]:
                edges.starts.append((shift.agent, block))
            elif there[quarter]:
                kind = edges.returns if quarter * 15 in ended else edges.works
                kind.append(shift.agent)
    return found


def _swap(
    minute: int, edges: _Edges, late: dict[int, dict[int, int]], rng: np.random.Generator
) -> None:
    free = _drawer(edges, rng)
    for place in rng.permutation(len(edges.starts))[: round(_SHARE * len(edges.starts))].tolist():
        agent, block = edges.starts[place]
        most = min(_MOST_S, int(_LONGEST * 60 * (block.end - block.start)))
        seconds = min(max(int(rng.lognormal(0, 0.5) * _LATE_S), _LEAST_S), most)
        partner = free(rng.random() < _RETURNS)
        if partner is None:
            return
        late.setdefault(agent, {})[minute] = seconds
        late.setdefault(partner, {})[minute] = seconds


def _drawer(edges: _Edges, rng: np.random.Generator) -> Callable[[bool], int | None]:
    """A function that gives a partner, one who returns if wanted and there is any; each once."""
    kinds: list[list[int]] = [
        [pool[at] for at in rng.permutation(len(pool)).tolist()]
        for pool in (edges.works, edges.returns)
    ]

    def draw(returns: bool) -> int | None:
        for pool in (kinds[returns], kinds[not returns]):
            if pool:
                return pool.pop()
        return None

    return draw
