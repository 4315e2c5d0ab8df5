"""The plan laid over the states: one sorted merge, states long, points of change short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from wfm.facts.flat import Flat
from wfm.facts.pieces import SPAN, Ints, Mask


@dataclass(frozen=True)
class Laid:
    """Elementary pieces in order of agent and time, and the points at which the plan may change.

    A piece is covered by a state (`state`, -1: none) or by the plan, and belongs to the last
    point at or before it, which tells agent, plan and day. `breaks` are the pieces before which
    time is missing or the plan's owner changes. Keys are packed agents and instants.
    """

    start: Ints
    end: Ints
    state: Ints  # index of the flat state
    point: Ints
    at: Ints  # key of each point
    tops: tuple[Ints, ...]  # of each point: index of the flat spell of each plan, -1 none

    @property
    def seconds(self) -> Ints:
        """Length of each piece."""
        return self.end - self.start


def laid(states: Flat, plans: Sequence[Flat], points: Ints) -> Laid:
    """Pieces of time where a state or a plan is, cut at every edge of either and at the points.

    A schedule 09:00-12:00 over states 08:50-10:00 and 10:00-12:05 gives four pieces: 08:50-09:00
    (no schedule), 09:00-10:00, 10:00-12:00 and 12:00-12:05 (no schedule). States are many and
    plans are few, so the few are put into the many instead of sorting all.
    """
    begin, ends = states.start, states.end
    gaps = ends[:-1][begin[1:] != ends[:-1]] if len(ends) else ends
    different = {id(plan): plan for plan in plans}.values()
    edges = [edge for plan in different for edge in (plan.start, plan.end)]
    keys = np.concatenate([points, gaps, ends[-1:], *edges])
    # The start of every agent is a point of its own: no point ever tells of two agents.
    at = _sorted_once(np.concatenate([keys, np.flatnonzero(np.bincount(keys // SPAN)) * SPAN]))
    tops = _tops(plans, at)
    before = np.searchsorted(begin, at, side="right")
    holder = np.maximum(before - 1, 0)
    inside = (before > 0) & (ends[holder] > at) if len(ends) else np.zeros(len(at), bool)
    is_start = inside & (begin[holder] == at) if len(ends) else inside
    covered = inside.copy()
    for top in tops:
        covered |= top >= 0
    added = covered & ~is_start
    place = before + np.cumsum(added) - added - is_start
    n = len(begin) + int(added.sum())
    own = np.ones(n, bool)
    own[place[added]] = False
    start = np.empty(n, np.int64)
    start[own] = begin
    start[place[added]] = at[added]
    end = np.empty(n, np.int64)
    end[:-1] = start[1:]
    over = ~covered & (place > 0)
    # Where nothing begins, the piece before ends; of several such points the first one counts.
    end[place[over][::-1] - 1] = at[over][::-1]
    state = np.cumsum(own) - 1
    state[place[added & ~inside]] = -1
    point = np.repeat(np.arange(len(at)), np.diff(place, append=n))
    return Laid(start, end, state, point, at, tops)


def cut(pieces: Laid, keys: Ints) -> tuple[Laid, Ints | None]:
    """The pieces cut at instants that lie inside one, and which old piece each new one is of."""
    if not (len(keys) and len(pieces.start)):
        return pieces, None
    keys = _sorted_once(keys)
    holder = np.searchsorted(pieces.start, keys, side="right") - 1
    inside = (holder >= 0) & (keys > pieces.start[holder]) & (keys < pieces.end[holder])
    if not inside.any():
        return pieces, None
    keys, holder = keys[inside], holder[inside]
    place = holder + 1 + np.arange(len(keys))
    owner = np.zeros(len(pieces.start) + len(keys), np.int64)
    owner[place] = 1
    owner = np.arange(len(owner)) - np.cumsum(owner)
    start, end = pieces.start[owner], pieces.end[owner]
    start[place] = keys
    end[place - 1] = keys
    return (
        replace(pieces, start=start, end=end, state=pieces.state[owner], point=pieces.point[owner]),
        owner,
    )


def inside_of(pieces: Laid, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """First piece and number of pieces inside each span; pieces are cut at its edges."""
    lo = np.searchsorted(pieces.start, start)
    return lo, np.maximum(np.searchsorted(pieces.start, end) - lo, 0)


def touching(pieces: Laid, same: Ints) -> Mask:
    """Whether each piece goes on from the one before: no time between, and points that agree.

    `same` numbers what must not change from point to point, as the shift.
    """
    goes_on = np.ones(len(pieces.start), bool)
    goes_on[:1] = False
    # Time is missing, or a point begins, only at a point: look there and nowhere else.
    first = np.flatnonzero(pieces.point[1:] != pieces.point[:-1]) + 1
    changed = same[pieces.point[first]] != same[pieces.point[first - 1]]
    goes_on[first] = ~changed & (pieces.start[first] == pieces.end[first - 1])
    return goes_on


def _tops(plans: Sequence[Flat], at: Ints) -> tuple[Ints, ...]:
    found: dict[int, Ints] = {}
    for plan in plans:
        if id(plan) not in found:
            found[id(plan)] = plan.at(at)
    return tuple(found[id(plan)] for plan in plans)


def _sorted_once(keys: Ints) -> Ints:
    ordered = np.sort(keys)
    fresh = np.ones(len(ordered), bool)
    fresh[1:] = ordered[1:] != ordered[:-1]
    return ordered[fresh]
