"""How requests were decided: figures of the catalogue, from the requests themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wfm.domain.remedies import Remedy

REQUEST = "schedule_change"
DECIDED = ("approved", "denied")


@dataclass(frozen=True)
class RequestFigures:
    """Requests decided in a span, the seconds until then, those approved, and those that wait."""

    decided_n: int
    decided_s: int
    approved_n: int
    open_n: int
    oldest_at: int | None

    @property
    def hours(self) -> float | None:
        """Hours from asking to the decision: the sum over the count; None when none was decided."""
        return self.decided_s / 3600 / self.decided_n if self.decided_n else None

    @property
    def approved_pct(self) -> float | None:
        """Approved of all decided, in percent."""
        return 100 * self.approved_n / self.decided_n if self.decided_n else None


def request_figures(remedies: Iterable[Remedy], start_at: int, end_at: int) -> RequestFigures:
    """The figures of requests decided from one instant up to another, and of what waits now.

    Asked at 10:00 and approved at 12:00, asked at 10:00 and denied at 16:00: two decided, 4 hours,
    50 % approved. A request that was cancelled was not decided.
    """
    decided = approved = seconds = waiting = 0
    oldest: int | None = None
    for one in remedies:
        if one.kind != REQUEST:
            continue
        if one.is_open:
            waiting += 1
            oldest = one.at if oldest is None else min(oldest, one.at)
        step = next((s for s in one.steps if s.status in DECIDED), None)
        if step is not None and start_at <= step.at < end_at:
            decided, seconds = decided + 1, seconds + step.at - one.at
            approved += step.status == "approved"
    return RequestFigures(decided, seconds, approved, waiting, oldest)
