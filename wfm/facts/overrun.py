"""Contacts that run into a planned break, and the break taken late because of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wfm.domain.activities import STATE_GROUPS
from wfm.facts.pieces import Ints, Layer, Pieces, joined_runs, packed, run_bounds

if TYPE_CHECKING:
    from wfm.facts.adherence import Case, Judged, States

OFF_QUEUE = ("break", "meal", "meeting", "training", "coaching", "project")
_FAR = np.iinfo(np.int64).max


@dataclass(frozen=True)
class ContactRuns:
    """Unbroken runs of one contact (talk, hold, after-contact work) and where wrap-up begins."""

    layer: Layer
    wrap_at: Ints


def contact_runs(pieces: Pieces, states: States) -> ContactRuns:
    """The contacts of each agent as runs: talk 10:00-10:06 and wrap-up to 10:07 are one run."""
    state = pieces.top[2]
    if not len(states.group):
        return ContactRuns(Layer(*(np.empty(0, np.int64),) * 3), np.empty(0, np.int64))
    busy = (state >= 0) & states.busy[state]
    wrapping, contact = states.wrapping[state], states.contact[state]
    fresh = np.zeros(len(state), np.int64)
    other = (contact[1:] != contact[:-1]) & (contact[1:] >= 0) & (contact[:-1] >= 0)
    fresh[1:] = other | (wrapping[:-1] & ~wrapping[1:])
    run = joined_runs(pieces, busy, np.cumsum(fresh))
    layer = run_bounds(pieces, run)
    wrap_at = np.full(len(layer.agent), _FAR)
    wrap = (run >= 0) & wrapping
    np.minimum.at(wrap_at, run[wrap], pieces.start[wrap])
    return ContactRuns(layer, wrap_at)


def overrun_exceptions(case: Case, judged: Judged) -> tuple[Layer, Layer, Layer]:
    """Excused spans: the contact into the break, the break afterwards, the contact past the shift.

    A call until 10:07 over a break of 10:00-10:15, then break until 10:22: 10:00-10:07 is excused,
    and so are the seven minutes of break owed, 10:15-10:22.
    """
    runs = judged.contacts
    off, category = _off_runs(case, judged)
    hit, contact = _running_at(runs, off.agent, off.start, case.base)
    agent, start, end = off.agent[hit], off.start[hit], off.end[hit]
    ended = runs.layer.end[contact]
    covered = _covered_until(runs, contact, case.rules.acw_overrun_cap_s)
    until = np.maximum(start, np.minimum(covered, end))
    late_start, late_end = _taken_late(case, judged, agent, end, ended, until - start,
                                       category[hit])  # fmt: skip
    bounds = _shift_ends(case)
    past, contact = _running_at(runs, bounds.agent, bounds.end, case.base)
    after = np.maximum(
        bounds.end[past], _covered_until(runs, contact, case.rules.acw_overrun_cap_s)
    )
    return (
        Layer(agent, start, until),
        Layer(agent, late_start, late_end),
        Layer(bounds.agent[past], bounds.end[past], after),
    )


def overrun_seconds(case: Case, judged: Judged, spans: Layer) -> Ints:
    """Seconds by which a contact begun before ran into each planned span, at most its length."""
    hit, contact = _running_at(judged.contacts, spans.agent, spans.start, case.base)
    covered = _covered_until(judged.contacts, contact, case.rules.acw_overrun_cap_s)
    seconds = np.zeros(len(spans.agent), np.int64)
    seconds[hit] = np.clip(covered - spans.start[hit], 0, spans.end[hit] - spans.start[hit])
    return seconds


def _covered_until(runs: ContactRuns, contact: Ints, cap_s: int) -> Ints:
    wrap = np.minimum(runs.wrap_at[contact], _FAR - cap_s)
    covered: Ints = np.minimum(runs.layer.end[contact], wrap + cap_s)
    return covered


def _off_runs(case: Case, judged: Judged) -> tuple[Layer, Ints]:
    """Planned off-queue spells as known, each with its category's number in `OFF_QUEUE`."""
    numbers = np.array(
        [OFF_QUEUE.index(a.category) if a.category in OFF_QUEUE else -1 for a in case.activities]
        + [-1]
    )
    kind = numbers[judged.activity]
    run = joined_runs(judged.pieces, kind >= 0, judged.activity)
    layer = run_bounds(judged.pieces, run)
    category = np.zeros(len(layer.agent), np.int64)
    category[run[run >= 0]] = kind[run >= 0]
    return layer, category


def _running_at(runs: ContactRuns, agent: Ints, at: Ints, base: int) -> tuple[Ints, Ints]:
    """Indexes of the instants at which a contact begun before is still running, and the contact."""
    if not len(runs.wrap_at):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    starts = packed(runs.layer.agent, runs.layer.start, base)
    found = np.searchsorted(starts, packed(agent, at, base), side="left") - 1
    running = (found >= 0) & (runs.layer.agent[found] == agent) & (runs.layer.end[found] > at)
    hit = np.flatnonzero(running)
    return hit, found[hit]


def _taken_late(
    case: Case, judged: Judged, agent: Ints, end: Ints, ended: Ints, owed: Ints, category: Ints
) -> tuple[Ints, Ints]:
    """Start and end of what was owed and taken after the planned end; empty when not taken."""
    start, stop = end.copy(), end.copy()
    for number in np.unique(category):
        name = OFF_QUEUE[number]
        alike = ("break", "meal") if name in ("break", "meal") else (name,)
        if case.rules.equivalence == "none":
            alike = (name,)
        codes = [STATE_GROUPS.index(group) for group in alike]
        chosen = np.isin(judged.group, codes) & (judged.pieces.top[2] >= 0)
        taken = run_bounds(judged.pieces, joined_runs(judged.pieces, chosen))
        if not len(taken.agent):
            continue
        mine = np.flatnonzero(category == number)
        starts = packed(taken.agent, taken.start, case.base)
        found = np.searchsorted(starts, packed(agent[mine], ended[mine], case.base))
        found = np.minimum(found, len(starts) - 1)
        soon = (
            (taken.agent[found] == agent[mine])
            & (taken.start[found] >= ended[mine])
            & (taken.start[found] <= ended[mine] + case.rules.transition_s)
        )
        rows, late = mine[soon], found[soon]
        start[rows] = np.maximum(end[rows], taken.start[late])
        stop[rows] = np.maximum(start[rows], np.minimum(taken.end[late], start[rows] + owed[rows]))
    return start, stop


def _shift_ends(case: Case) -> Layer:
    """Agent, start and end of every shift as known."""
    shift = case.plan.shift
    n = int(shift.max(initial=-1)) + 1
    start, end = np.full(n, _FAR), np.zeros(n, np.int64)
    agent = np.zeros(n, np.int64)
    np.minimum.at(start, shift, case.plan.layer.start)
    np.maximum.at(end, shift, case.plan.layer.end)
    agent[shift] = case.plan.layer.agent
    return Layer(agent, start, end)
