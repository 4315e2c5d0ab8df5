"""Contacts as unbroken runs of talk, hold and after-contact work, followed from an instant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfm.facts.case import States
from wfm.facts.flat import Flat
from wfm.facts.pieces import Ints, Mask

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
    """

    spells: Flat
    busy: Mask
    wrapping: Mask
    contact: Ints

    def running_at(self, at: Ints) -> Contacts:
        """The contacts begun before, and still running at, some instants."""
        none = np.empty(0, np.int64)
        if not len(self.spells.start):
            return Contacts(none, none, none)
        found = np.searchsorted(self.spells.start, at, side="left") - 1
        reaches = self.spells.end[found] - at
        runs = (found >= 0) & self.busy[found] & (reaches >= 0)
        edge = np.flatnonzero(runs & (reaches == 0))
        runs[edge] = self._joins(found[edge] + 1)
        hit = np.flatnonzero(runs)
        last = self._walk(found[hit], 1)
        wrap = np.where(self.wrapping[last], self.spells.start[self._walk(last, -1)], FAR)
        return Contacts(hit, self.spells.end[last], wrap)

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


def contact_runs(spells: Flat, states: States) -> ContactRuns:
    """The contacts in the flat states."""
    return ContactRuns(
        spells, spells.of(states.busy), spells.of(states.wrapping), spells.of(states.contact)
    )
