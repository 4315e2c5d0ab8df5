"""Shifts as they are planned and as agents mean to live them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

UNPLANNED = ("personal", "system", "task")  # reasons of pauses that nobody planned


@dataclass(frozen=True)
class Block:
    """Planned time off the queue inside a shift; minutes of the local clock after the shift's
    midnight (past 1440 on the next day)."""

    start: int
    end: int
    activity: str


@dataclass(frozen=True)
class PlannedShift:
    """An agent's shift of a day: minutes of the local clock after midnight of `on`.

    `absence` is "" for work, else the activity that covers it whole: leave or sick. `late` has by
    minute how many seconds late a begin of the shift or of a block, or a return, is lived; at any
    other minute the agent is away for so long.
    """

    agent: int  # number in the centre's list of agents
    on: date
    start: int
    end: int
    blocks: tuple[Block, ...] = ()
    absence: str = ""
    late: tuple[tuple[int, int], ...] = ()

    @property
    def leave(self) -> bool:
        return self.absence == "leave"


@dataclass(frozen=True)
class Pause:
    """A wish to leave the queue: from when on, until when at least, how soon to be back.

    The agent goes at the first free moment from `wish_at` on, stays at least `shortest_s`, and is
    back at `back_at` unless that is too soon. An `exact` one begins at `wish_at` to the second;
    with `overrun_s` a contact is under way then, which ends so many seconds later.
    """

    wish_at: int
    back_at: int
    shortest_s: int
    reason: str
    exact: bool = False
    overrun_s: int = 0


@dataclass(frozen=True)
class Workday:
    """An agent's intentions for one shift; seconds since the local day began.

    With `idle_s` the agent waits that long for a contact in the mean, whatever the load: the next
    one goes to whoever's wait is over, and a longer or shorter wait is made up for by later ones.
    """

    agent: int
    login_at: int
    logout_at: int
    pauses: tuple[Pause, ...]
    exact_end: bool = False
    idle_s: float = 0.0  # 0: as the load makes it
    shift: PlannedShift | None = None  # as it stands when it is worked
