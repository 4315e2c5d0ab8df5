"""What planners ask of staffing: a quarter-hour of a group, and what other numbers would give."""

from __future__ import annotations

from dataclasses import dataclass

from wfm.domain.service_level import SlDefinition


@dataclass(frozen=True)
class StaffingCase:
    """A skill group in a quarter-hour: its contacts, its target by name, the patience known.

    `contacts_per_hour` are those in hand, which follow arrivals by about a handle time;
    `patience_s` None: nobody hangs up. `target` is a share, 0.8 for 80 %.
    """

    group: str
    q: int
    contacts_per_hour: float
    aht_s: float
    patience_s: float | None
    sl_definition: SlDefinition
    target: float
    target_s: float
    short_s: float


@dataclass(frozen=True)
class StaffingPoint:
    """What so many agents on queue give: shares of 0 to 1, seconds; None where nobody answers."""

    agents: int
    sl: float | None
    p_abandon: float
    occupancy: float
    asa_s: float | None


@dataclass(frozen=True)
class WhatIf:
    """The answer for a case: points around the agents asked for, the fewest, a point's price.

    `point_agents` is the fraction of an agent that one more point of service level costs; None
    where the target would reach 100 %.
    """

    case: StaffingCase
    agents: int
    required: int
    points: tuple[StaffingPoint, ...]
    point_agents: float | None

    def at(self, agents: int) -> StaffingPoint | None:
        """The point of a number of agents, None outside those worked out."""
        return next((point for point in self.points if point.agents == agents), None)


@dataclass(frozen=True)
class GroupStaffing:
    """A group's week: its busiest quarter-hour, agent-hours required, the price of a point.

    `point_hours` are agent-hours of the week for one more point of service level, fractional, and
    `point_whole_hours` with whole agents in every quarter-hour.
    """

    group: str
    answer: WhatIf
    hours: float
    point_hours: float | None
    point_whole_hours: float | None
    note: str
