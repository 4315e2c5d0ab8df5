"""What a schedule covers, and what one more agent would change, for any mix of skills.

For a set R of queues, cut(R) is the need outside R plus the agents whose skills meet R. The most
agents that can be put to work in a slot is the least cut (max-flow min-cut), so both cost and
marginal value are exact. Queues that no agent links are priced apart.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scheduling.packed import Cover
from scheduling.problem import SLOTS, Problem
from scheduling.shifts import Floats, Ints
from wfm.domain.errors import BadInput

WEEK_SLOTS = 7 * SLOTS
MOST_LINKED = 12


class SkillGroup:
    """Queues that agents link to each other, with the cuts of every slot of the horizon."""

    def __init__(self, queues: Sequence[str], problem: Problem) -> None:
        if len(queues) > MOST_LINKED:
            raise BadInput(
                f"{len(queues)} queues are linked by agents with several skills; at most "
                f"{MOST_LINKED} can be priced together. Group queues with the same agents."
            )
        self.queues = tuple(queues)
        need = np.array(
            [np.array(problem.requirement[q]).ravel() for q in queues], dtype=np.float64
        )
        sets = np.arange(1 << len(queues))
        inside = (sets[:, None] >> np.arange(len(queues))) & 1
        self.need_cut: Floats = (1 - inside) @ need
        self.need: Floats = need.sum(axis=0)
        self.staff_cut: Floats = np.zeros_like(self.need_cut)
        self.on_queue: Floats = np.zeros_like(self.need)
        self.under = problem.understaffed_slot
        self.over = problem.overstaffed_slot

    def mask(self, queues: Sequence[str]) -> int:
        """The set of these queues as a number: bit k is the group's queue k."""
        return sum(1 << self.queues.index(q) for q in queues)

    def hits(self, queues: Sequence[str]) -> Ints:
        """Numbers of the sets that share a queue with these skills."""
        return np.flatnonzero(np.arange(len(self.need_cut)) & self.mask(queues))

    def misses(self, hits: Ints) -> Ints:
        """The sets that share none."""
        return np.setdiff1d(np.arange(len(self.need_cut)), hits)

    def put(self, hits: Ints, slots: Ints, sign: int) -> None:
        """One agent more (or less) on the queue in these slots of the horizon."""
        self.on_queue[slots] += sign
        self.staff_cut[hits[:, None], slots] += sign

    def slack(self, hits: Ints, misses: Ints, span: slice, share: float = 1.0) -> Floats:
        """Per slot: below 0 one more agent with the skills serves somebody; staffed - required.

        `share` scales the requirement, for a schedule that is only partly there.
        """
        cuts = self.need_cut[:, span] * share + self.staff_cut[:, span]
        excess: Floats = cuts[hits].min(axis=0) - cuts[misses].min(axis=0)
        return excess

    def served(self, span: slice = slice(None)) -> Floats:
        """Agents at work in each slot, of those on the queue."""
        least: Floats = (self.need_cut[:, span] + self.staff_cut[:, span]).min(axis=0)
        return least

    def cost(self, span: slice = slice(None)) -> float:
        """Understaffed slots times their price, plus overstaffed slots times theirs."""
        served = self.served(span).sum()
        return float(
            self.under * (self.need[span].sum() - served)
            + self.over * (self.on_queue[span].sum() - served)
        )


def stack_groups(groups: Sequence[SkillGroup], problem: Problem) -> Cover:
    """All groups in one set of arrays, of which each group's become views."""
    slots = problem.days * SLOTS
    sizes = [len(group.need_cut) for group in groups]
    rows = np.cumsum([0, *sizes])
    cover = Cover(
        need=np.zeros((int(rows[-1]), slots)),
        staff=np.zeros((int(rows[-1]), slots)),
        on_queue=np.zeros((max(1, len(groups)), slots)),
        mean=np.array([group.need.reshape(problem.weeks, -1).mean(axis=1) for group in groups])
        .reshape(-1, problem.weeks),
        idle=np.zeros(1, dtype=np.int64),
    )  # fmt: skip
    for i, group in enumerate(groups):
        span = slice(int(rows[i]), int(rows[i + 1]))
        cover.need[span], cover.staff[span] = group.need_cut, group.staff_cut
        cover.on_queue[i] = group.on_queue
        group.need_cut, group.staff_cut = cover.need[span], cover.staff[span]
        group.on_queue = cover.on_queue[i]
    return cover


def skill_groups(problem: Problem) -> tuple[SkillGroup, ...]:
    """Queues split into groups that share no agent; every queue lies in one.

    Agents on {a, b}, {b, c} and {d} make the groups (a, b, c) and (d).
    """
    parent = {q: q for q in problem.requirement}

    def root(queue: str) -> str:
        while parent[queue] != queue:
            queue = parent[queue]
        return queue

    for agent in problem.agents:
        known = [q for q in agent.queues if q in parent]
        for other in known[1:]:
            parent[root(other)] = root(known[0])
    members: dict[str, list[str]] = {}
    for queue in problem.requirement:
        members.setdefault(root(queue), []).append(queue)
    return tuple(SkillGroup(queues, problem) for queues in members.values())
