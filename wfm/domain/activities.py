"""What agents are planned to do (activity) and what they do (state), and how the two compare."""

from __future__ import annotations

from dataclasses import dataclass

CATEGORIES = (
    "on_queue", "break", "meal", "meeting", "training", "coaching", "project",
    "leave", "sick", "no_show", "system", "unavailable",
)  # fmt: skip

# Raw states as every source is brought to them; wall-clock second of each is booked to one measure.
STATES = ("offline", "available", "alerting", "talk", "hold", "acw", "dialing", "aux")
# Overlap precedence: the first wins the second (a contact beats any status).
PRECEDENCE = ("talk", "hold", "acw", "dialing", "alerting", "aux", "available", "offline")
ON_QUEUE_STATES = ("available", "alerting", "talk", "hold", "acw", "dialing")
BUSY_STATES = ("talk", "hold", "acw", "dialing")

# What a state and its reason mean for adherence.
STATE_GROUPS = (
    "on_queue", "break", "meal", "meeting", "coaching", "training", "project",
    "other_aux", "logged_out", "unknown",
)  # fmt: skip


@dataclass(frozen=True)
class Activity:
    """A kind of planned time: `break` is paid, counts for adherence, is planned shrinkage."""

    code: str
    category: str
    paid: bool
    adherence: str  # count, neutral or ignore
    interruptible: bool
    planned: bool


DEFAULT_ACTIVITIES = (
    Activity("on_queue", "on_queue", True, "count", False, True),
    Activity("break", "break", True, "count", True, True),
    Activity("meal", "meal", False, "count", True, True),
    Activity("meeting", "meeting", True, "count", True, True),
    Activity("training", "training", True, "count", True, True),
    Activity("coaching", "coaching", True, "count", True, True),
    Activity("project", "project", True, "count", True, True),
    Activity("leave", "leave", True, "ignore", False, True),
    Activity("sick", "sick", True, "ignore", False, False),
    Activity("unavailable", "unavailable", False, "ignore", False, True),
)


@dataclass(frozen=True, slots=True)
class Segment:
    """One planned piece of a shift, half-open UTC seconds."""

    start_at: int
    end_at: int
    activity: str
    queue: str | None = None
    paid: bool = True

    @property
    def seconds(self) -> int:
        return self.end_at - self.start_at
