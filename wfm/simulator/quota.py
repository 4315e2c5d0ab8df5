"""Parts of a queue's contacts that are to fall to certain agents, as closely as counting allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wfm.simulator.floor import Worker

# How far the count may run ahead of the part, so that nobody waits for an exact one.
_SLACK = 2.0


@dataclass
class _Part:
    share: float
    members: frozenset[int]
    taken_n: int = 0
    total_n: int = 0


class Quotas:
    """The parts stated for a day: by queue, who belongs to each and how far it is used up."""

    def __init__(self, parts: dict[int, _Part]) -> None:
        self._parts = parts

    def allow(self, place: int, queue: int) -> bool:
        """Whether the next contact of a queue may go to an agent without passing the part."""
        part = self._parts.get(queue)
        if part is None:
            return True
        inside = place in part.members
        share = part.share if inside else 1 - part.share
        taken = part.taken_n if inside else part.total_n - part.taken_n
        return taken + 1 <= share * (part.total_n + 1) + _SLACK

    def count(self, place: int, queue: int) -> None:
        """One more contact of a queue answered by an agent."""
        part = self._parts.get(queue)
        if part is not None:
            part.total_n += 1
            part.taken_n += place in part.members


def quotas_of(workers: Sequence[Worker]) -> Quotas | None:
    """The parts that the day's agents are to take; None when none is stated, as on most days.

    A queue has one part: that of the name stated last.
    """
    found: dict[int, tuple[str, float]] = {}
    for worker in workers:
        for queue, pace in enumerate(worker.paces):
            if pace.share is not None and queue in worker.queues:
                found[queue] = (pace.steady, pace.share)
    if not found:
        return None
    return Quotas(
        {
            queue: _Part(
                share,
                frozenset(
                    place
                    for place, worker in enumerate(workers)
                    if queue in worker.queues and worker.paces[queue].steady == name
                ),
            )
            for queue, (name, share) in found.items()
        }
    )
