"""Shifts: what one agent is planned to do from the day the shift starts, in versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from wfm.domain.activities import Segment


@dataclass(frozen=True)
class NewShift:
    """A whole shift as it shall be from now on; no segments mean that the shift is removed.

    `published_at` (UTC seconds) and `reason_code` where a delivery tells them shift by shift.
    """

    agent_id: str
    shift_on: date
    segments: tuple[Segment, ...]
    published_at: int | None = None
    reason_code: str | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """One version of a shift: seq 1 is the baseline of the first publication."""

    agent_id: str
    shift_on: date
    seq: int
    recorded_at: int
    published_at: int
    author: str
    reason_code: str
    segments: tuple[Segment, ...]
    plan_id: int | None = None
    note: str = ""

    @property
    def start_at(self) -> int:
        """The instant the shift begins."""
        return self.segments[0].start_at

    @property
    def end_at(self) -> int:
        """The instant the shift ends."""
        return self.segments[-1].end_at

    def activity_at(self, at: int) -> Segment | None:
        """The segment planned at an instant, None outside the shift."""
        return next((s for s in self.segments if s.start_at <= at < s.end_at), None)
