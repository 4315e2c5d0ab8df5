"""Contacts as unbroken runs of talk, hold and after-contact work, followed from an instant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfm.facts.case import Case
from wfm.facts.flat import Flat
from wfm.facts.pieces import SPAN, Ints, Mask, packed

FAR = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Contacts:
    """Contacts that run at some instants: which instants, and each one's packed span.

    Wrap-up begins at `wrap_at`, far away in a contact without any.
    """

    hit: Ints
    end: Ints
    wrap_at: Ints

    def covered_until(self, cap_s: Ints) -> Ints:
        """The end of each contact, or of as much of its wrap-up as the cap covers."""
        return np.minimum(self.end, np.minimum(self.wrap_at, FAR - cap_s) + cap_s)


@dataclass(frozen=True)
class ContactRuns:
    """Unbroken runs of one contact: talk, hold and after-contact work.

    Talk 10:00-10:06 and wrap-up to 10:07 are one run; what follows wrap-up is the next contact.
    Few instants ask for their contact, so runs are followed from there and not built for all.
    Of several held at once each runs whole beside the others, whichever is on top; the one that
    ends last holds its agent.
    """

    spells: Flat
    busy: Mask
    wrapping: Mask
    contact: Ints
    at_once: WholeRuns | None = None

    def running_at(self, at: Ints) -> Contacts:
        """The contacts begun before, and still running at, some instants."""
        end, wrap_at = np.full(len(at), -1), np.full(len(at), FAR)
        if len(self.spells.start):
            found = np.searchsorted(self.spells.start, at, side="left") - 1
            reaches = self.spells.end[found] - at
            runs = (found >= 0) & self.busy[found] & (reaches >= 0)
            edge = np.flatnonzero(runs & (reaches == 0))
            runs[edge] = self._joins(found[edge] + 1)
            last = self._walk(found[runs], 1)
            end[runs] = self.spells.end[last]
            wrap_at[runs] = np.where(
                self.wrapping[last], self.spells.start[self._walk(last, -1)], FAR
            )
        if self.at_once is not None:
            self.at_once.outlast(at, end, wrap_at)
        hit = np.flatnonzero(end >= 0)
        return Contacts(hit, end[hit], wrap_at[hit])

    def _walk(self, at: Ints, step: int) -> Ints:
        """The last spell of the run of each spell (step 1), or the first of its wrap-up (-1)."""
        at = at.copy()
        rows = np.arange(len(at))
        while len(rows):
            later = at[rows] + (step > 0)
            goes = self._joins(later)
            if step < 0:
                goes &= self.wrapping[later - 1]
            rows = rows[goes]
            at[rows] += step
        return at

    def _joins(self, later: Ints) -> Mask:
        """Whether each spell goes on with the contact of the spell before it."""
        here = (later > 0) & (later < len(self.spells.start))
        b, a = np.where(here, later, 0), np.where(here, later - 1, 0)
        joins = here & self.busy[a] & self.busy[b] & (self.spells.start[b] == self.spells.end[a])
        one, other = self.contact[a], self.contact[b]
        joins &= (one == other) | (one < 0) | (other < 0)
        found: Mask = joins & (self.wrapping[b] | ~self.wrapping[a])
        return found


@dataclass(frozen=True)
class WholeRuns:
    """Contacts of agents who hold several at once, each whole, in order of their start."""

    start: Ints
    end: Ints
    wrap_at: Ints

    def outlast(self, at: Ints, end: Ints, wrap_at: Ints) -> None:
        """Nothing; where a contact begun before an instant ends later than `end`, it is put in."""
        # Starts are packed with their agent, so what ended latest before another agent's is over.
        latest = np.maximum.accumulate(self.end)
        rises = np.append(True, latest[1:] > latest[:-1])
        holds = np.maximum.accumulate(np.where(rises, np.arange(len(latest)), 0))
        begun = np.searchsorted(self.start, at, side="left") - 1
        run = holds[np.maximum(begun, 0)]
        later = (begun >= 0) & (self.end[run] > np.maximum(at, end))
        end[later], wrap_at[later] = self.end[run[later]], self.wrap_at[run[later]]


def contact_runs(spells: Flat, case: Case) -> ContactRuns:
    """The contacts in the flat states of a case."""
    states = case.states
    return ContactRuns(
        spells, spells.of(states.busy), spells.of(states.wrapping), spells.of(states.contact),
        _held_at_once(spells, case),
    )  # fmt: skip


def _held_at_once(spells: Flat, case: Case) -> WholeRuns | None:
    """The contacts of agents of whom a spell covers a part of another; None where nobody's does."""
    if spells.index is None:
        return None
    states, layer = case.states, case.states.layer
    end = packed(layer.agent, np.minimum(layer.end, case.as_of_at), case.base)
    agents = np.unique(spells.start[end[spells.index] > spells.end] // SPAN)
    mine = np.flatnonzero(states.busy & (states.contact >= 0) & np.isin(layer.agent, agents))
    if not len(mine):
        return None
    start = packed(layer.agent, layer.start, case.base)
    mine = mine[np.lexsort((start[mine], states.contact[mine]))]
    agent, contact, wrapping = (
        values[mine] for values in (layer.agent, states.contact, states.wrapping)
    )
    start, end = start[mine], end[mine]
    fresh = np.ones(len(mine), bool)
    fresh[1:] = (contact[1:] != contact[:-1]) | (agent[1:] != agent[:-1])
    fresh[1:] |= (start[1:] > end[:-1]) | (wrapping[:-1] & ~wrapping[1:])
    first = np.flatnonzero(fresh)
    until = np.maximum.reduceat(end, first)
    wrap_at = np.minimum.reduceat(np.where(wrapping, start, FAR), first)
    order = np.argsort(start[first], kind="stable")
    return WholeRuns(start[first][order], until[order], wrap_at[order])
