"""Contacts that run into a planned break, and the break taken late because of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wfm.domain.activities import STATE_GROUPS
from wfm.facts.flat import Flat
from wfm.facts.pieces import SPAN, Ints, Layer, Mask, packed

if TYPE_CHECKING:
    from wfm.facts.adherence import Case, Judged, States

OFF_QUEUE = ("break", "meal", "meeting", "training", "coaching", "project")
Span = tuple[Ints, Ints]  # packed starts and ends
_FAR = np.iinfo(np.int64).max


@dataclass(frozen=True)
class ContactRuns:
    """Unbroken runs of one contact (talk, hold, after-contact work) and where wrap-up begins.

    Packed instants; a run without wrap-up has one far away.
    """

    start: Ints
    end: Ints
    wrap_at: Ints

    def running_at(self, at: Ints) -> tuple[Ints, Ints]:
        """Indexes of the instants at which a contact begun before still runs, and the contact."""
        if not len(self.start):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        found = np.searchsorted(self.start, at, side="left") - 1
        hit = np.flatnonzero((found >= 0) & (self.end[found] > at))
        return hit, found[hit]

    def covered_until(self, contact: Ints, cap_s: Ints) -> Ints:
        """The end of each contact, or of as much of its wrap-up as the cap covers."""
        wrap = np.minimum(self.wrap_at[contact], _FAR - cap_s)
        return np.minimum(self.end[contact], wrap + cap_s)


def contact_runs(spells: Flat, states: States) -> ContactRuns:
    """The contacts of each agent as runs: talk 10:00-10:06 and wrap-up to 10:07 are one run."""
    busy = states.busy[spells.spell]
    if not busy.any():
        none = np.empty(0, np.int64)
        return ContactRuns(none, none, none)
    # Only busy spells matter: what is left out of them is time between, and so ends a run.
    mine = np.flatnonzero(busy)
    start, end = spells.start[mine], spells.end[mine]
    wrapping, contact = (values[spells.spell[mine]] for values in (states.wrapping, states.contact))
    joins = start[1:] == end[:-1]
    joins &= (contact[1:] == contact[:-1]) | (contact[1:] < 0) | (contact[:-1] < 0)
    joins &= wrapping[1:] | ~wrapping[:-1]
    first = np.flatnonzero(np.append(True, ~joins))
    last = np.append(first[1:], len(mine)) - 1
    # Wrap-up is the tail of a run: anything after it would have begun a run of its own.
    tail = np.add.reduceat(wrapping.astype(np.int64), first)
    wrap = start[np.minimum(last + 1 - tail, last)]
    return ContactRuns(start[first], end[last], np.where(tail > 0, wrap, _FAR))


def overrun_exceptions(case: Case, judged: Judged) -> tuple[Span, Span, Span]:
    """Excused spans: the contact into the break, the break afterwards, the contact past the shift.

    A call until 10:07 over a break of 10:00-10:15, then break until 10:22: 10:00-10:07 is excused,
    and so are the seven minutes of break owed, 10:15-10:22.
    """
    runs, allowed = judged.contacts, _of_rules(case, "call_overrun").astype(bool)
    cap = _of_rules(case, "acw_overrun_cap_s")
    kinds = [OFF_QUEUE.index(a.category) if a.category in OFF_QUEUE else -1
             for a in case.activities]  # fmt: skip
    numbers = np.array(kinds)
    codes = np.where(numbers >= 0, np.arange(len(kinds)), -1)
    off, code = judged.planned_runs(codes)
    mine = allowed[off.start // SPAN]
    off, code = Flat(off.start[mine], off.end[mine], off.spell[mine]), code[mine]
    hit, contact = runs.running_at(off.start)
    start, end = off.start[hit], off.end[hit]
    covered = runs.covered_until(contact, cap[start // SPAN])
    until = np.maximum(start, np.minimum(covered, end))
    late = _taken_late(case, judged, end, runs.end[contact], until - start, numbers[code[hit]])
    bounds = _shift_ends(case)
    bounds = bounds[allowed[bounds // SPAN]]
    past, contact = runs.running_at(bounds)
    shift_end = bounds[past]
    after = np.maximum(shift_end, runs.covered_until(contact, cap[shift_end // SPAN]))
    return (start, until), late, (shift_end, after)


def overrun_seconds(case: Case, judged: Judged, spans: Layer) -> Ints:
    """Seconds by which a contact begun before ran into each planned span, at most its length."""
    start = packed(spans.agent, spans.start, case.base)
    hit, contact = judged.contacts.running_at(start)
    cap = _of_rules(case, "acw_overrun_cap_s")[spans.agent[hit]]
    allowed = _of_rules(case, "call_overrun")[spans.agent[hit]]
    over = judged.contacts.covered_until(contact, cap) - start[hit]
    seconds = np.zeros(len(start), np.int64)
    seconds[hit] = allowed * np.clip(over, 0, spans.end[hit] - spans.start[hit])
    return seconds


def _taken_late(
    case: Case, judged: Judged, end: Ints, ended: Ints, owed: Ints, category: Ints
) -> Span:
    """Start and end of what was owed and taken after the planned end; empty when not taken."""
    start, stop = end.copy(), end.copy()
    exact = np.array([rules.equivalence == "none" for rules in case.rulesets])
    strict: Mask = exact[case.rule_of[end // SPAN]]
    soonest = _of_rules(case, "transition_s")[end // SPAN]
    for wants in np.unique(strict):
        kinds = np.array([_kind(group, bool(wants)) for group in STATE_GROUPS], np.int8)
        taken, taken_kind = judged.flat_states.runs(kinds[judged.flat_group])
        alike = np.array([_kind(name, bool(wants)) for name in OFF_QUEUE], np.int8)[category]
        rows = np.flatnonzero(strict == wants)
        run = np.searchsorted(taken.start, ended[rows])
        # The first run of the same kind that begins soon enough; most are the very next one.
        while len(rows):
            here = run < len(taken.start)
            rows, run = rows[here], run[here]
            here = taken.start[run] - ended[rows] <= soonest[rows]
            rows, run = rows[here], run[here]
            same = taken_kind[run] == alike[rows]
            hit, late = rows[same], run[same]
            start[hit] = np.maximum(end[hit], taken.start[late])
            stop[hit] = np.maximum(start[hit], np.minimum(taken.end[late], start[hit] + owed[hit]))
            rows, run = rows[~same], run[~same] + 1
    return start, stop


def _kind(name: str, exact: bool) -> int:
    """Number of an off-queue activity or state; break and meal share one unless exact."""
    name = "break" if name == "meal" and not exact else name
    return OFF_QUEUE.index(name) if name in OFF_QUEUE else -1


def _shift_ends(case: Case) -> Ints:
    """Packed end of every shift as known."""
    shift = case.plan.shift
    end = np.zeros(int(shift.max(initial=-1)) + 1, np.int64)
    keys = packed(case.plan.layer.agent, case.plan.layer.end, case.base)
    np.maximum.at(end, shift, keys)
    return end


def _of_rules(case: Case, name: str) -> Ints:
    """A number of the rules, for each agent."""
    values = np.array([int(getattr(rules, name)) for rules in case.rulesets])
    found: Ints = values[case.rule_of]
    return found
