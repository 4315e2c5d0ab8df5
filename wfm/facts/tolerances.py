"""Tolerances on raw out spells: grace and windows, whole or in excess, before any exception."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfm.facts.case import Case
from wfm.facts.laid import Laid, touching
from wfm.facts.matrix import OUT, window_sides
from wfm.facts.pieces import SPAN, Codes, Ints


@dataclass(frozen=True)
class OutSpells:
    """Raw out spells as packed spans, and the span of each that counts after tolerances.

    A spell of 7 minutes under a grace of 5 counts whole, or from its sixth minute on (`excess`);
    one of 5 minutes counts from its end to its end, that is not at all.
    """

    start: Ints
    end: Ints
    shift: Ints
    counts_from: Ints
    counts_to: Ints

    @property
    def seconds(self) -> Ints:
        """Length of each raw spell, before exceptions."""
        return self.end - self.start

    @property
    def counts(self) -> Ints:
        """Indexes of the spells that count at least in part."""
        return np.flatnonzero(self.counts_to > self.counts_from)


def out_spells(case: Case, pieces: Laid, verdict: Codes, activity: Ints, shift: Ints) -> OutSpells:
    """The raw out spells of a shift joined across activities and quarters, with what counts.

    `activity` and `shift` belong to the points of the pieces.
    """
    out = verdict == OUT
    first, last = out.copy(), out.copy()
    if len(out):
        joins = out[1:] & out[:-1]
        joins &= touching(pieces, shift)[1:]
        first[1:] &= ~joins
        last[:-1] &= ~joins
    begin, final = np.flatnonzero(first), np.flatnonzero(last)
    start, end = pieces.start[begin], pieces.end[final]
    owner = shift[pieces.point[begin]]
    rule = case.rule_of[start // SPAN]
    grace = np.array([r.grace_s for r in case.rulesets])[rule]
    head, tail = grace, np.zeros(len(start), np.int64)
    if any(r.windows for r in case.rulesets):
        late, early = _windows(case, pieces, activity, start, end, rule)
        head, tail = np.maximum(grace, late), early
    excess = np.array([r.count_mode == "excess" for r in case.rulesets])[rule]
    forgiven = end - start <= np.maximum(head, tail)
    counts_from = np.where(excess, np.minimum(start + head, end), start)
    counts_to = np.where(excess, np.maximum(end - tail, counts_from), end)
    return OutSpells(
        start, end, owner, np.where(forgiven, end, counts_from), np.where(forgiven, end, counts_to)
    )


def _windows(
    case: Case, pieces: Laid, activity: Ints, start: Ints, end: Ints, rule: Ints
) -> tuple[Ints, Ints]:
    """Seconds each spell may last as a late change (it begins at one) and as an early one.

    Where two activities meet, the wider window of the two favours the person.
    """
    sides = np.stack([window_sides(case.activities, rules) for rules in case.rulesets])
    before, after = _around(pieces, activity, start)
    changes = before != after
    late = np.maximum(sides[rule, after, 1], sides[rule, before, 3])
    before_end, after_end = _around(pieces, activity, end)
    early = np.maximum(sides[rule, after_end, 0], sides[rule, before_end, 2])
    return np.where(changes, late, 0), np.where(before_end != after_end, early, 0)


def _around(pieces: Laid, activity: Ints, at: Ints) -> tuple[Ints, Ints]:
    """Planned activity just before and from an instant on."""
    after = np.searchsorted(pieces.at, at, side="right") - 1
    before = np.maximum(np.searchsorted(pieces.at, at, side="left") - 1, 0)
    same_agent = pieces.at[before] // SPAN == at // SPAN
    return np.where(same_agent, activity[before], -1), activity[after]
