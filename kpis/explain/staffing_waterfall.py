"""Why so many are on queue and not as many as needed: planning, changes of the plan, losses.

actual - required = (first publication - required) by planning + (current plan - first publication)
by the activity put in or taken out + (actual - current plan) by the reason of each lost second.
All in on-queue agent-seconds, or in agents when divided by the seconds of the window.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kpis.explain.contract import is_exact, residual_of

# Of a lost second the first that fits takes it whole; a changed activity carries its own name.
PRIORITY = (
    "approved_exception", "time_off", "sick", "schedule_activity", "system", "no_show", "late",
    "break_overrun", "aux", "other",
)  # fmt: skip
ON_QUEUE = "on_queue"


@dataclass(frozen=True)
class Staffing:
    """Required, published and on queue, with what lies between by reason (negative: away)."""

    required: float
    baseline: float
    edits: Mapping[str, float]
    losses: Mapping[str, float]

    @property
    def planned_gap(self) -> float:
        return self.baseline - self.required

    @property
    def current(self) -> float:
        """As the plan stands now."""
        return self.baseline + math.fsum(self.edits.values())

    @property
    def actual(self) -> float:
        return self.current + math.fsum(self.losses.values())

    @property
    def vs_required(self) -> float:
        return self.actual - self.required

    @property
    def vs_scheduled(self) -> float:
        """Against the first publication, which edits do not move."""
        return self.actual - self.baseline

    @property
    def vs_current(self) -> float:
        return self.actual - self.current

    @property
    def reasons(self) -> Mapping[str, float]:
        """Edits and losses of one reason together, the largest loss first."""
        sums: dict[str, float] = {}
        for name, size in (*self.edits.items(), *self.losses.items()):
            sums[name] = sums.get(name, 0.0) + size
        return dict(sorted(sums.items(), key=lambda item: item[1]))

    @property
    def shares(self) -> Mapping[str, float]:
        """Each reason's share of what is missing against the first publication."""
        if not self.vs_scheduled:
            return {}
        return {name: size / self.vs_scheduled for name, size in self.reasons.items()}

    def agrees_with(self, actual: float) -> bool:
        """Whether the steps end at what was counted on queue."""
        return is_exact(actual - self.required, residual_of(actual, [self.actual]))


def reason_of(reasons: Iterable[str]) -> str:
    """The one reason that takes a lost second; on queue without any.

    A second in training that would also be late is training: `schedule_activity:training` gives
    its own name.
    """
    found = sorted(reasons, key=_rank)
    if not found:
        return ON_QUEUE
    kind, _, name = found[0].partition(":")
    return name or kind


def seconds_by_reason(pieces: Sequence[tuple[float, Sequence[str]]]) -> Mapping[str, float]:
    """Seconds by their one reason: 300 s excused and in aux are 300 s of the exception alone."""
    found: dict[str, float] = {}
    for seconds, reasons in pieces:
        name = reason_of(reasons)
        found[name] = found.get(name, 0.0) + seconds
    return found


def _rank(reason: str) -> int:
    kind = reason.partition(":")[0]
    return PRIORITY.index(kind) if kind in PRIORITY else len(PRIORITY)
