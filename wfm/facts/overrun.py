"""Contacts that run into a planned break, and the break taken late because of them."""

from __future__ import annotations

import numpy as np

from wfm.domain.activities import STATE_GROUPS
from wfm.facts.case import Case
from wfm.facts.flat import Flat
from wfm.facts.judged import Judged
from wfm.facts.pieces import SPAN, Ints, Layer, Mask, packed

OFF_QUEUE = ("break", "meal", "meeting", "training", "coaching", "project")
Span = tuple[Ints, Ints]  # packed starts and ends


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
    off, code = Flat(off.start[mine], off.end[mine], None), code[mine]
    over = runs.running_at(off.start)
    start, end = off.start[over.hit], off.end[over.hit]
    covered = over.covered_until(cap[start // SPAN])
    until = np.maximum(start, np.minimum(covered, end))
    late = _taken_late(case, judged, end, over.end, until - start, numbers[code[over.hit]])
    bounds = _shift_ends(case)
    bounds = bounds[allowed[bounds // SPAN]]
    past = runs.running_at(bounds)
    shift_end = bounds[past.hit]
    after = np.maximum(shift_end, past.covered_until(cap[shift_end // SPAN]))
    return (start, until), late, (shift_end, after)


def overrun_seconds(case: Case, judged: Judged, spans: Layer) -> Ints:
    """Seconds by which a contact begun before ran into each planned span, at most its length."""
    start = packed(spans.agent, spans.start, case.base)
    contacts = judged.contacts.running_at(start)
    hit = contacts.hit
    cap = _of_rules(case, "acw_overrun_cap_s")[spans.agent[hit]]
    allowed = _of_rules(case, "call_overrun")[spans.agent[hit]]
    over = contacts.covered_until(cap) - start[hit]
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
        taken, taken_kind = judged.seen.runs(kinds[judged.seen_group])
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
