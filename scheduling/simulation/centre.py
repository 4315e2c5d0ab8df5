"""What is simulated, as frozen values: queues with their contacts, agents with their duties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wfm.domain.service_level import SL_DEFINITIONS, SlDefinition

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Handling = Literal["exponential", "log-normal"]
ToAgent = Literal["specialist-first", "longest-idle", "best-skill"]
ToContact = Literal["longest-wait", "priority", "own-skill-first"]


@dataclass(frozen=True)
class Callback:
    """An offer after some seconds of waiting, which a share of the callers accepts."""

    after_s: float
    accept_share: float


@dataclass(frozen=True, eq=False)
class SimQueue:
    """Contacts of one queue: how many in each cell, how long, how patient, how well answered.

    `contacts` and `aht_s` have one value for each cell. `patience_s` None: nobody hangs up.
    `cv2` is variance / mean² of handle times, 1.0 for exponential ones. `priority` 0 goes first.
    `counted` False keeps work that may wait out of the service level. `group` names the skill.
    `below` and `above`: standard deviation of the forecast's error by cell, as a share of it, on
    either side.
    """

    name: str
    contacts: Floats
    aht_s: Floats
    patience_s: float | None
    sl_definition: SlDefinition
    target_s: float
    sl_target: float | None = None
    short_s: float = 5.0
    group: str = ""
    handling: Handling = "exponential"
    cv2: float = 1.0
    priority: int = 0
    callback: Callback | None = None
    counted: bool = True
    below: Floats | None = None
    above: Floats | None = None

    @property
    def skill(self) -> str:
        """The skill an agent needs for it: its group, else its own name."""
        return self.group or self.name


@dataclass(frozen=True)
class SimAgent:
    """One agent: skills with levels (100 the best), and when on duty, seconds from the start.

    Duties are exhaustive: a contact in hand at the end of one is finished, what follows is late.
    """

    name: str
    skills: tuple[tuple[str, int], ...]
    duties: tuple[tuple[float, float], ...]
    days: tuple[int, ...] = ()  # the day each duty belongs to, for absences of whole days


@dataclass(frozen=True)
class Routing:
    """Who gets a contact, and which contact a free agent gets.

    To an agent: `specialist-first` the one with fewest skills, `best-skill` the highest level,
    `longest-idle` whoever; ties by longest idle. To a contact: `longest-wait`, `priority` of the
    queue and then longest wait, `own-skill-first` the agent's best skill and then longest wait.
    """

    to_agent: ToAgent = "specialist-first"
    to_contact: ToContact = "longest-wait"


@dataclass(frozen=True, eq=False)
class Centre:
    """Queues and agents over cells of equal length, of which the first `warm_cells` are not told.

    `day_of_cell` says which cells share an error of the forecast; None: all are one day.
    """

    queues: tuple[SimQueue, ...]
    agents: tuple[SimAgent, ...]
    cells: int
    cell_s: float = 900.0
    warm_cells: int = 0
    routing: Routing = Routing()
    day_of_cell: Ints | None = None

    def __post_init__(self) -> None:
        if self.cells < 1 or not self.cell_s > 0 or not 0 <= self.warm_cells < self.cells:
            raise ValueError(
                f"cells is {self.cells} of {self.cell_s} s with {self.warm_cells} to warm up: "
                "give at least one cell to count, of more than 0 s."
            )
        for queue in self.queues:
            _check(queue, self.cells)
        if len({queue.name for queue in self.queues}) != len(self.queues):
            raise ValueError("Two queues have the same name: give each its own.")
        if self.routing.to_agent not in ("specialist-first", "longest-idle", "best-skill"):
            raise ValueError(
                f"to_agent is {self.routing.to_agent!r}: specialist-first, longest-idle or "
                "best-skill."
            )
        if self.routing.to_contact not in ("longest-wait", "priority", "own-skill-first"):
            raise ValueError(
                f"to_contact is {self.routing.to_contact!r}: longest-wait, priority or "
                "own-skill-first."
            )


def steady(value: ArrayLike, cells: int) -> Floats:
    """The same number in every cell: steady(50, 4) is four cells of 50."""
    return np.full(cells, value, dtype=np.float64)


def _check(queue: SimQueue, cells: int) -> None:
    for name, values in (("contacts", queue.contacts), ("aht_s", queue.aht_s)):
        if values.shape != (cells,):
            raise ValueError(f"{name} of {queue.name} has {values.shape} values for {cells} cells.")
    if not (np.isfinite(queue.contacts).all() and (queue.contacts >= 0).all()):
        raise ValueError(f"contacts of {queue.name} must be numbers of at least 0.")
    busy = queue.aht_s[queue.contacts > 0]
    if not (np.isfinite(busy).all() and (busy > 0).all()):
        raise ValueError(f"aht_s of {queue.name} must be above 0 wherever contacts arrive.")
    if queue.patience_s is not None and not queue.patience_s > 0:
        raise ValueError(f"patience_s of {queue.name} is {queue.patience_s}: it must be above 0.")
    if queue.sl_definition not in SL_DEFINITIONS:
        raise ValueError(
            f"sl_definition of {queue.name} is {queue.sl_definition!r}: one of "
            f"{', '.join(SL_DEFINITIONS)}."
        )
    if queue.cv2 < 0 or queue.target_s < 0 or queue.short_s < 0:
        raise ValueError(f"cv2, target_s and short_s of {queue.name} must be at least 0.")
    if queue.sl_target is not None and not 0 < queue.sl_target < 1:
        raise ValueError(f"sl_target of {queue.name} is {queue.sl_target}: between 0 and 1.")
    if queue.callback is not None and not (
        queue.callback.after_s > 0 and 0 <= queue.callback.accept_share <= 1
    ):
        raise ValueError(f"callback of {queue.name} needs after_s above 0 and a share of 0 to 1.")
