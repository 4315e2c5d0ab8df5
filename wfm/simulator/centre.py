"""The centre that is simulated: sites, groups with their queues, teams and agents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from wfm.domain.contracts import Contract, parse_breaks
from wfm.domain.opening import OpeningHours, parse_opening

ENTERPRISE = "muster-demo"
SOURCE = "demo-acd"

FULL_BREAKS = "break:15:yes:90-180;meal:30:no:210-300;break:15:yes:360-450"
PART_BREAKS = "break:15:yes:90-150"
FULL_TIME = Contract("full-time", (2400, 2400), (5, 5), (510,), breaks=parse_breaks(FULL_BREAKS))
PART_TIME = Contract("part-time", (1200, 1200), (5, 5), (240,), breaks=parse_breaks(PART_BREAKS))
CONTRACTS = {FULL_TIME.contract_id: FULL_TIME, PART_TIME.contract_id: PART_TIME}


@dataclass(frozen=True)
class ContactType:
    """A reason to call: its share of the queue, and its talk time against the queue's mean."""

    name: str
    share: float
    talk_factor: float


@dataclass(frozen=True)
class QueueSpec:
    """A queue as its callers and its work behave; mean seconds."""

    queue_id: str
    name: str
    share: float  # of its group's contacts
    talk_s: float
    hold_share: float
    hold_s: float
    acw_s: float
    patience_s: float
    types: tuple[ContactType, ...]
    transfer_share: float = 0.0  # of its contacts, to the group's next queue

    @property
    def handle_s(self) -> float:
        """Mean handle time of an agent of average pace."""
        return self.talk_s + self.hold_share * self.hold_s + self.acw_s


@dataclass(frozen=True)
class Site:
    """A site: its zone, its hours, and how safely it is staffed (0.9 is about 80 % in 20 s)."""

    site_id: str
    name: str
    timezone: str
    opening_text: str
    safety: float
    day_from: int = 0  # minute of the local clock at which one floor day ends and the next begins

    @cached_property
    def opening(self) -> OpeningHours:
        return parse_opening(self.opening_text)


@dataclass(frozen=True)
class Group:
    """A staffing group: agents who share the queues of one kind of work at one site."""

    group_id: str
    site_id: str
    kind: str
    queues: tuple[QueueSpec, ...]


@dataclass(frozen=True)
class Team:
    """A team of one group and the name of its lead."""

    team_id: str
    name: str
    site_id: str
    group_id: str
    lead_id: str
    lead_name: str


@dataclass(frozen=True)
class Agent:
    """An agent and the habits that the simulation gives them."""

    agent_id: str
    name: str
    team_id: str
    group_id: str
    site_id: str
    contract_id: str
    hire_on: date
    pace: float  # talk time against the mean
    acw_pace: float  # after-contact work against the mean
    late_rate: float  # share of shifts begun late
    back_late_rate: float  # share of breaks overstayed
    aux_per_shift: float  # unplanned pauses
    skills: tuple[str, ...] = ()  # ids of the queues that they can work
    queues: tuple[str, ...] = ()  # of these, the ones they usually work
    night: bool = False  # works from the evening into the next morning


@dataclass(frozen=True)
class Roles:
    """Which site, team and agent take which part in what is planted; ids."""

    late_agent: str = ""  # an agent of the late site, in a voice team
    late_site: str = ""
    hire_team: str = ""  # a voice team of the hire site
    hire_site: str = ""
    campaign_site: str = ""
    short_site: str = ""
    outage_site: str = ""
    unpublished_site: str = ""


@dataclass(frozen=True)
class Centre:
    """Everything that does not change while the centre lives."""

    seed: int
    size: str
    base_on: date
    first_on: date
    sites: tuple[Site, ...]
    groups: tuple[Group, ...]
    teams: tuple[Team, ...]
    agents: tuple[Agent, ...]
    roles: Roles = Roles()

    @cached_property
    def site(self) -> dict[str, Site]:
        return {site.site_id: site for site in self.sites}

    @cached_property
    def group(self) -> dict[str, Group]:
        return {group.group_id: group for group in self.groups}

    @cached_property
    def members(self) -> dict[str, tuple[Agent, ...]]:
        """Agents of each group, in order of id."""
        return {
            g.group_id: tuple(a for a in self.agents if a.group_id == g.group_id)
            for g in self.groups
        }

    @property
    def first_monday(self) -> date:
        """The Monday of the first simulated week."""
        return self.first_on - timedelta(days=self.first_on.weekday())
