"""What a live board says of an agent at this moment."""

from __future__ import annotations

LIVE = {
    "in": "in", "out": "out", "neutral": "explained", "ignored": "ignored",
    "outside": "unscheduled", "unknown": "unknown",
}  # fmt: skip


def live_state(verdict: str, cause: str) -> str:
    """in, out, explained, unscheduled, ignored or unknown.

    Time that somebody has explained and nobody decided on yet is explained too: the alarm rests,
    and no number changes.
    """
    return "explained" if verdict == "out" and cause == "pending" else LIVE[verdict]


def impact_of(verdict: str, category: str | None, state_group: str) -> str:
    """What it does to the queue: negative, positive, neutral or unknown; None: nothing planned.

    Should be on queue and is not: negative. Should be off queue and is on: positive. Both off
    queue, in another activity: neutral.
    """
    if verdict == "unknown":
        return "unknown"
    is_open = state_group == "on_queue"
    planned_open = category == "on_queue"
    if planned_open == is_open:
        return "neutral"
    return "positive" if is_open else "neutral" if category is None else "negative"
