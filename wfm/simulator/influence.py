"""The points at which a story bends the world; whoever bends nothing leaves it as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from wfm.simulator.centre import Agent, Centre, QueueSpec, Site
from wfm.simulator.shifts import PlannedShift, Workday

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Demand:
    """What a story does to the contacts of one queue and type on one local day.

    `factors` multiplies the mean of each quarter-hour of the local clock (96 of them; a day of 92
    or 100 quarters takes them by what its clock shows). `count`, when given, is exactly how many
    contacts come that day: only their quarter-hours are left to chance, by the bent shape.
    `patience` multiplies how long the callers wait before they give up; with `settled` they are
    dealt with at the first agent, none is transferred.
    """

    factors: Floats | float = 1.0
    count: int | None = None
    patience: float = 1.0
    settled: bool = False


@dataclass(frozen=True)
class Work:
    """How much longer an agent's talk, hold and after-contact work take: 1.2 is a fifth longer.

    They stand on top of the agent's own pace and tenure. `plain` leaves pace and tenure out, so
    that the mean is the queue's own mean for the type, times these. All contacts of a day that
    share the name `steady` draw from one even sequence, in the order in which they are answered:
    as widely scattered as by chance, but their means come out as stated. With `share` all who
    have that name take this part of the queue's contacts of the day between them.
    """

    talk: float = 1.0
    hold: float = 1.0
    acw: float = 1.0
    plain: bool = False
    steady: str = ""
    share: float | None = None


@dataclass(frozen=True)
class Change:
    """A shift told anew after publication: whole, as it stands from `recorded_at` on.

    `reason` is a code like training, sick, swap, vto. A sick agent's shift has `absence="sick"`;
    a shift given away has no length (start equals end) and leaves an empty version.
    """

    recorded_at: int  # UTC seconds
    reason: str
    shift: PlannedShift


@dataclass(frozen=True)
class DayPlan:
    """What was published for the shifts that begin on a day at a site, and what changed since."""

    shifts: tuple[PlannedShift, ...]
    changes: tuple[Change, ...] = ()
    published: bool = True  # False: people worked these shifts, but nobody published them


class Influence:
    """One story's hold on the world: every method is neutral until a story overrides it.

    Subclasses are frozen dataclasses; what they answer depends on their arguments and fields
    alone, never on what was asked before, so that any span can be drawn again. Days are days of
    the site's floor (`Site.day_from` on). Influences are applied in the order in which the
    centre holds them; each gets what those before it left.
    """

    def cast(self, centre: Centre) -> Centre:
        """Who exists: hire dates, teams, skills, paces. Applied once, at founding."""
        return centre

    def demand(self, centre: Centre, queue: QueueSpec, contact_type: str, day: date) -> Demand:
        """The contacts of a queue and type on a day. Of several influences factors multiply and
        the last count holds."""
        return Demand()

    def foreseen(self, centre: Centre, queue: QueueSpec, contact_type: str, day: date) -> Demand:
        """What of `demand` planners saw coming when they published the week; else nothing."""
        return Demand()

    def work(
        self, centre: Centre, agent: Agent, queue: QueueSpec, contact_type: str, day: date
    ) -> Work:
        """How long this agent takes for this type on this day. Factors multiply. Asked once an
        agent, queue, type and day."""
        return Work()

    def plan(self, centre: Centre, site: Site, day: date, plan: DayPlan) -> DayPlan:
        """The published shifts that begin that day at the site, and their later changes."""
        return plan

    def attendance(self, centre: Centre, agent: Agent, day: date, workday: Workday) -> Workday:
        """What an agent who comes to work intends: lateness, overstays, unplanned pauses.

        A pause with `exact=True` begins at its `wish_at` to the second: no contact that would
        overrun it is offered to the agent (likewise `Workday.exact_end` for going home).
        """
        return workday

    def is_sick(self, centre: Centre, agent: Agent, day: date) -> bool | None:
        """True or False in place of chance; None leaves it to chance."""
        return None

    def assignment(self, centre: Centre, agent: Agent, day: date) -> tuple[str, ...] | None:
        """Ids of the queues that the agent works that day; None leaves the centre's choice."""
        return None

    def required(self, centre: Centre, site: Site, day: date) -> Floats | None:
        """Agents required on queue at the site in each of the 96 quarter-hours of the local
        clock, NaN where it stays as reckoned; None leaves the whole day."""
        return None


Influences = Sequence[Influence]
