"""Jobs: long work that is asked for, done by one worker at a time, and watched by a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

JOB_STATES = ("queued", "running", "done", "failed", "cancelled")
ENDED = ("done", "failed", "cancelled")


@dataclass(frozen=True)
class Job:
    """One job as it stands; `fence` counts how often a worker has taken it."""

    job_id: int
    kind: str
    parameters: Mapping[str, Any]
    state: str
    stage: str
    percent: float
    detail: Mapping[str, Any]
    message: str
    result: Mapping[str, Any] | None
    author: str
    scope_path: str
    created_at: int
    started_at: int | None
    ended_at: int | None
    cancel_asked: bool
    lease_owner: str | None
    lease_until: int | None
    fence: int

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ENDED


@dataclass(frozen=True)
class RunPoint:
    """A point of a solver run: seconds since its start, best cost and proven bound so far."""

    t_s: float
    event: str
    objective: float | None
    bound: float | None
    gap_pct: float | None
    pass_n: int
