"""The centre that is simulated: sites, groups with their queues, teams and agents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from wfm.domain.contracts import Contract, parse_breaks
from wfm.domain.opening import OpeningHours, parse_opening

ENTERPRISE = "muster-demo"
SOURCE = "demo-acd"

VOICE, DESK = "voice", "desk"
FULL_BREAKS = "break:15:yes:90-180;meal:30:no:210-300;break:15:yes:360-450"
PART_BREAKS = "break:15:yes:90-150"
NIGHT_BREAKS = "break:15:yes:90-165;meal:30:no:210-285;break:15:yes:345-420"
FULL_TIME = Contract("full-time", (2400, 2400), (5, 5), (510,), breaks=parse_breaks(FULL_BREAKS))
PART_TIME = Contract("part-time", (1200, 1200), (5, 5), (240,), breaks=parse_breaks(PART_BREAKS))
NIGHT = Contract("night", (2250, 2250), (5, 5), (480,), breaks=parse_breaks(NIGHT_BREAKS))
EIGHT_HOURS = Contract(
    "eight-hours", (2250, 2700), (5, 6), (480,), breaks=parse_breaks(FULL_BREAKS)
)
BREAKS = {
    "full-time": FULL_BREAKS, "part-time": PART_BREAKS, "night": NIGHT_BREAKS,
    "eight-hours": FULL_BREAKS,
}  # fmt: skip
CONTRACTS = {c.contract_id: c for c in (FULL_TIME, PART_TIME, NIGHT, EIGHT_HOURS)}


@dataclass(frozen=True)
class QueueSpec:
    """A queue of one site as its customers and its work behave; mean seconds.

    Its contacts are all of one contact type, `kind`: billing, support, tv_offer, chat or email.
    """

    queue_id: str
    name: str
    kind: str
    channel: str
    share: float  # of its group's contacts
    talk_s: float
    hold_share: float
    hold_s: float  # of a contact that is held
    acw_s: float
    patience_s: float
    threshold_s: int = 20
    transfer_share: float = 0.0  # of its contacts, to the group's next queue
    deferred_s: int | None = None  # within which a reply is due

    @property
    def handle_s(self) -> float:
        """Mean handle time of an agent of average pace."""
        return self.talk_s + self.hold_share * self.hold_s + self.acw_s


@dataclass(frozen=True)
class Site:
    """A site: its zone and hours, and by how much its people exceed the bare load.

    Its floor day runs from `day_from` (minutes of the local clock) to the same time of the next
    day: a site open all night changes days when the night shift goes home.
    """

    site_id: str
    name: str
    timezone: str
    opening_text: str
    safety: float
    day_from: int = 0

    @cached_property
    def opening(self) -> OpeningHours:
        return parse_opening(self.opening_text)


@dataclass(frozen=True)
class Group:
    """A staffing group: agents who share the queues of one kind of work at one site."""

    group_id: str
    site_id: str
    kind: str  # voice or desk
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
    plan_s: tuple[float, float, float] | None = None  # planned talk, hold, after-contact seconds
    plan_per_hour: float | None = None  # planned contacts an hour of an agent
    bonus_line: float | None = None  # adherence of its agents on which their bonus hangs, per cent


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
    pace: float  # talk and hold time against the mean
    acw_pace: float  # after-contact work against the mean
    late_rate: float  # share of shifts begun late
    back_late_rate: float  # share of breaks overstayed
    aux_per_shift: float  # unplanned pauses
    skills: tuple[str, ...] = ()  # ids of the queues that they can work
    queues: tuple[str, ...] = ()  # of these, the ones that they usually work
    leave_on: date | None = None  # last day employed
    day_off: int = 6  # the weekday that is always free
    band: float = 0.5  # how early or late in the day their shifts lie, 0 to 1

    @property
    def night(self) -> bool:
        return self.contract_id == NIGHT.contract_id

    def is_employed(self, on: date) -> bool:
        return self.hire_on <= on and (self.leave_on is None or on <= self.leave_on)


@dataclass(frozen=True)
class CentreEvent:
    """Something that the calendar of the centre holds: a campaign, an outage, a spot."""

    event_id: str
    queue_id: str  # "" for all
    start_on: date
    end_on: date
    kind: str
    one_off: bool
    known_at: int  # UTC seconds
    size: float | None = None


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


@dataclass(frozen=True, eq=False)
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
    events: tuple[CentreEvent, ...] = ()

    @cached_property
    def site(self) -> dict[str, Site]:
        return {site.site_id: site for site in self.sites}

    @cached_property
    def group(self) -> dict[str, Group]:
        return {group.group_id: group for group in self.groups}

    @cached_property
    def queue(self) -> dict[str, QueueSpec]:
        return {queue.queue_id: queue for group in self.groups for queue in group.queues}

    @cached_property
    def number(self) -> dict[str, int]:
        """Place of each agent id in `agents`."""
        return {agent.agent_id: place for place, agent in enumerate(self.agents)}

    @cached_property
    def members(self) -> dict[str, tuple[Agent, ...]]:
        """Agents of each group, in order of id."""
        found: dict[str, list[Agent]] = {group.group_id: [] for group in self.groups}
        for agent in self.agents:
            found[agent.group_id].append(agent)
        return {group_id: tuple(agents) for group_id, agents in found.items()}

    @property
    def first_monday(self) -> date:
        """The Monday of the first simulated week."""
        return self.first_on - timedelta(days=self.first_on.weekday())

    @property
    def outage_on(self) -> date:
        """The Thursday two weeks back on which the outage site's telephones fail."""
        return self.base_on - timedelta(days=self.base_on.weekday() + 11)

    @property
    def unpublished_monday(self) -> date:
        """The week for which the unpublished site has no schedule on record."""
        return self.base_on - timedelta(days=self.base_on.weekday() + 49)

    @property
    def unmapped_on(self) -> date:
        """The day on which some agents use an aux code that nobody has mapped."""
        return self.base_on - timedelta(days=6)
