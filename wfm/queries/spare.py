"""Agents to spare at the queue that somebody is missed at: on hand against required, now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from wfm.domain.activities import Segment
from wfm.domain.grid import QUARTER_S
from wfm.domain.organisation import Organisation, Person
from wfm.domain.scope import Scope
from wfm.facts.reader import FactReader
from wfm.queries.intraday import Quarter, read_staffing

STALE_Q = 4  # quarters after which what was on hand says nothing of now


@dataclass(frozen=True)
class Covers:
    """Agents of a skill group: on hand in the last whole quarter-hour, required in the running one.

    `end_at` is where that last quarter ends, in UTC seconds.
    """

    group: str
    on_hand: float
    required: float
    end_at: int


@dataclass(frozen=True)
class Spare:
    """What one agent who is missed takes from a skill group, up to when they are due there.

    `share` of the agent counts there (one who serves two groups is half an agent in each), `spare`
    are the agents over the requirement if they were back: 2.4; −1.2 is a group that is short even
    then. `group` is the one of the agent's groups with the least to spare.
    """

    group: str
    share: float
    spare: float
    until_at: int

    @property
    def short(self) -> float:
        """Agents that the group is short without the agent; 0 when it is not."""
        return max(0.0, self.share - self.spare)


def read_covers(
    facts: FactReader, site: Scope, today: date, now_at: int, data_at: int | None
) -> Mapping[str, Covers]:
    """Skill groups of a site with agents on hand and required; none where either is not known.

    On hand is the mean over the last whole quarter-hour that facts know, an hour old at most.
    """
    last = min(now_at, data_at or 0) // QUARTER_S - 1
    running = now_at // QUARTER_S
    if running - last > STALE_Q:
        return {}
    found = read_staffing(
        facts, site, today - timedelta(days=1), today + timedelta(days=2),
        q_from=last, q_to=running + 1, by=("group",),
    )  # fmt: skip
    told = {}
    for (group,), rows in found.items():
        there, needed = _at(rows, last), _at(rows, running)
        if group and there and needed and there.actual is not None and needed.required is not None:
            told[group] = Covers(group, there.actual, needed.required, (last + 1) * QUARTER_S)
    return told


def spare_of(
    covers: Mapping[str, Covers], organisation: Organisation, person: Person,
    planned: Sequence[Segment], out_since_at: int, now_at: int,
) -> Spare | None:  # fmt: skip
    """What an agent who is out takes from the tightest of their groups; None when nothing tells it.

    The group is that of the planned piece where it names a queue, else all that the agent's skills
    serve, in equal parts, as the facts count them. What they still worked of the last quarter is
    not added twice: out for 5 min of it with 3.0 on hand for 2 required is 3.0 + 1/3 − 2.
    """
    piece = next((s for s in planned if s.start_at <= now_at < s.end_at), None)
    if piece is None:
        return None
    queues = {q.queue_id: q.skill_group for q in organisation.queues}
    names = [piece.queue] if piece.queue else [name for name, _ in person.skills]
    groups = sorted({queues.get(name, name) for name in names})
    share = 1 / len(groups) if groups else 0.0
    found = []
    for group in groups:
        cover = covers.get(group)
        if cover is None:
            continue
        gone = min(1.0, max(0.0, (cover.end_at - out_since_at) / QUARTER_S))
        spare = cover.on_hand + share * gone - cover.required
        found.append(Spare(group, share, spare, piece.end_at))
    return min(found, key=lambda one: (one.spare, one.group), default=None)


def _at(rows: Sequence[Quarter], q: int) -> Quarter | None:
    return next((row for row in rows if row.q == q), None)
