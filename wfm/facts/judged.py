"""What the adherence engine finds: pieces of time, each with its verdict and its cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from wfm.domain.activities import Activity
from wfm.facts.case import Case
from wfm.facts.contact_runs import ContactRuns, contact_runs
from wfm.facts.flat import Flat, Kinds
from wfm.facts.laid import Laid, inside_of
from wfm.facts.matrix import OUT
from wfm.facts.pieces import SPAN, Codes, Ints, Mask, Pieces, ranges, split_on_grid
from wfm.facts.tolerances import OutSpells

CAUSES = ("", "exception", "call_overrun", "displaced_break", "schedule_correction", "pending")
NO_CAUSE, EXCEPTION, CALL_OVERRUN, DISPLACED_BREAK, CORRECTION, PENDING = range(6)


@dataclass(frozen=True)
class Judged:
    """Pieces of time with their verdict, what was planned and done in each, and out spells."""

    case: Case
    laid: Laid
    flat_states: Flat
    seen: Flat  # the flat states the pieces tell of: all, or joined where the group goes on
    seen_group: Codes
    flat_plan: Flat
    flat_baseline: Flat
    group: Codes
    verdict: Codes
    cause: Codes
    spells: OutSpells
    point_activity: Ints  # of each point; the number of activities: nothing scheduled
    point_bin: Ints

    @cached_property
    def agent(self) -> Ints:
        """Agent of each piece."""
        return (self.laid.at // SPAN)[self.laid.point]

    @cached_property
    def pieces(self) -> Pieces:
        """The pieces as spans, with the planned segment and the state on top (-1: none)."""
        shift = self.case.base - self.agent * SPAN
        segment = _top(self.flat_plan, self.laid.tops[0])[self.laid.point]
        state = _top(self.seen, self.laid.state)
        return Pieces(self.agent, self.laid.start + shift, self.laid.end + shift, (segment, state))

    @cached_property
    def on_grid(self) -> tuple[Ints, Ints, Ints]:
        """The pieces split on the quarter-hour grid: index of the piece, quarter, seconds in it."""
        return split_on_grid(self.pieces.start, self.pieces.end)

    @cached_property
    def activity(self) -> Ints:
        """Planned activity of each piece; -1: nothing scheduled."""
        nothing = len(self.case.activities)
        found = self.point_activity[self.laid.point]
        return np.where(found == nothing, -1, found)

    @cached_property
    def shift(self) -> Ints:
        """Shift of each piece; -1: outside every shift."""
        return of_top(self.case.plan.shift, self.flat_plan, self.laid)[self.laid.point]

    @cached_property
    def day_bin(self) -> Ints:
        """0 the day before, 1 the day, 2 the day after, of each piece."""
        return self.point_bin[self.laid.point]

    @cached_property
    def healthy(self) -> Mask:
        """Whether the agent's state feed was alive on the day of each piece."""
        return self.case.healthy[self.agent, self.day_bin]

    @cached_property
    def planned_open(self) -> Mask:
        """Whether each piece is scheduled on queue."""
        return _on_queue(self.case.activities)[self.point_activity][self.laid.point]

    @cached_property
    def contacts(self) -> ContactRuns:
        """The contacts as unbroken runs."""
        return contact_runs(self.flat_states, self.case)

    @cached_property
    def spell(self) -> Ints:
        """Number of the raw out spell of each piece that counts beyond the tolerance, else -1."""
        number = np.full(len(self.verdict), -1)
        counts = self.spells.counts
        lo, n = inside_of(self.laid, self.spells.counts_from[counts], self.spells.counts_to[counts])
        number[ranges(lo, n)] = np.repeat(counts, n)
        return number

    def as_first_published(self, values: Mask) -> Mask:
        """A yes or no of the baseline's segments for each piece; no where it planned nothing."""
        return np.append(self.flat_baseline.of(values), False)[self.laid.tops[2]][self.laid.point]

    @property
    def spells_left(self) -> Ints:
        """Numbers of the spells that count and that no exception excuses wholly."""
        counts = self.spells.counts
        lo, n = inside_of(self.laid, self.spells.counts_from[counts], self.spells.counts_to[counts])
        out = np.append(0, np.cumsum(self.verdict == OUT))
        left: Ints = counts[out[lo + n] > out[lo]]
        return left

    @property
    def spell_seconds(self) -> Ints:
        """Length of each raw spell, before tolerances and exceptions."""
        return self.spells.seconds

    def planned_runs(self, kind: Ints) -> tuple[Flat, Kinds]:
        """Planned time of one kind joined, and the kind; `kind` of each activity, below 0 none."""
        return self.flat_plan.runs(kind[self.flat_plan.of(self.case.plan.activity)])


def of_top(values: Ints, plan: Flat, pieces: Laid, nothing: int = -1, top: int = 0) -> Ints:
    """A value of the planned segment at each point, `nothing` where none is planned."""
    return np.append(plan.of(values), nothing)[pieces.tops[top]]


def _top(spells: Flat, index: Ints) -> Ints:
    return np.append(spells.spell, -1)[index]


def _on_queue(activities: Sequence[Activity]) -> Mask:
    return np.array([a.category == "on_queue" for a in activities] + [False])
