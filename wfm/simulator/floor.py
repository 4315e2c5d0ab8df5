"""What a floor is given and what happened on it: the intentions of its agents, the log of a day."""

from __future__ import annotations

from dataclasses import dataclass, field

from wfm.simulator.shifts import Workday

# Order of things that happen in the same second.
LOGIN, WISH, ARRIVE, FREE, MISSED, READY = range(6)
NEVER = 1 << 40


@dataclass(frozen=True)
class Pace:
    """How an agent works one queue: factors on talk, hold and after-contact work."""

    talk: float = 1.0
    hold: float = 1.0
    acw: float = 1.0
    steady: str = ""  # name of the even sequence to draw from, "" for the contact's own work
    share: float | None = None  # of the queue's contacts, for all with that name together


@dataclass(frozen=True)
class Worker:
    """An agent on the floor: what they intend, which queues they work, and how fast."""

    workday: Workday
    queues: tuple[int, ...]  # places in the group's queues
    paces: tuple[Pace, ...]  # by place in the group's queues


@dataclass(frozen=True)
class Spell:
    """Time of an agent outside contacts and waiting: `aux` with a reason, or `offline`."""

    agent: int
    start: int
    end: int  # equal to start for the sign-out, which has no end
    state: str
    reason: str


@dataclass
class DayLog:
    """What happened: per leg the agent (-1 when nobody answered) and its moments.

    `offered_at` is when it rang at the agent; `ended_at` is when talk ended or the caller gave up.
    Seconds since the local midnight.
    """

    agent: list[int]
    enqueued_at: list[int]
    offered_at: list[int]
    connected_at: list[int]
    talk_s: list[int]
    hold_s: list[int]
    ended_at: list[int]
    wrap_ended_at: list[int]
    present: list[bool]  # False for second legs of transfers that never came about
    missed_n: list[int]
    left_over: list[int] = field(default_factory=list)  # legs that nobody got to that day
    spells: list[Spell] = field(default_factory=list)
    sessions: list[tuple[int, int]] = field(default_factory=list)  # (agent, signed in at)
    rung: list[tuple[int, int, int, int]] = field(default_factory=list)  # agent, from, to, leg


def empty_log(enqueued_at: list[int], fresh_n: int) -> DayLog:
    """A log of legs of which nothing is known but when they came."""
    total = len(enqueued_at)
    return DayLog(
        [-1] * total, list(enqueued_at), [0] * total, [0] * total, [0] * total, [0] * total,
        [0] * total, [0] * total, [i < fresh_n for i in range(total)], [0] * total,
    )  # fmt: skip
