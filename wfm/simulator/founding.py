"""A centre founded from a seed: who works where, since when, and with which habits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from wfm.domain.errors import BadInput
from wfm.simulator.centre import (
    DESK,
    VOICE,
    Agent,
    Centre,
    CentreEvent,
    Group,
    Roles,
    Site,
    Team,
)
from wfm.simulator.chance import stream
from wfm.simulator.influence import Influence
from wfm.simulator.local_day import wall_at
from wfm.simulator.names import invent_names
from wfm.simulator.queue_specs import groups_of


@dataclass(frozen=True)
class Size:
    """How large a centre is: weeks of events, teams of eight at each site, and how safely it is
    staffed. Few people wait longer for contacts, so a small one is staffed tighter."""

    weeks: int
    teams: int
    safety: float


SIZES = {
    "small": Size(13, 3, 0.80), "medium": Size(13, 38, 1.15), "large": Size(13, 625, 1.15),
}  # fmt: skip
TEAM_SIZE = 8
SITES = (
    Site("new_york", "New York", "America/New_York", "Mon-Sun 00:00-24:00", 1.15, 360),
    Site("phoenix", "Phoenix", "America/Phoenix", "Mon-Sun 07:00-20:00", 1.15),
    Site("dublin", "Dublin", "Europe/Dublin", "Mon-Sun 07:00-20:00", 1.15),
    Site("kolkata", "Kolkata", "Asia/Kolkata", "Mon-Sun 09:00-22:00", 1.15),
)
# Agents are numbered from here on, Kolkata first; teams from 1, so that T-07 is in New York.
FIRST_NUMBER = 101
_TEAM_OF_NOTE = 7

# Share of agents by contract, of those hired lately, and of those who leave within the period.
_PART_TIME_SHARE = 0.16
_NEW_SHARE = 0.11
_LEAVING_SHARE = 0.02
# How far agents differ in the logarithm of their handle times, and in after-contact work beside it.
_PACE_SD, _ACW_SD = 0.085, 0.06
# Which weekday is always free, Monday first: mostly those with few contacts.
_DAY_OFF = np.array([0.03, 0.08, 0.10, 0.11, 0.08, 0.27, 0.33])


def found_centre(
    seed: int,
    size: str,
    base_on: date,
    influences: Sequence[Influence] = (),
    permute: bool = False,
) -> Centre:
    """The centre of a seed and size whose history ends on `base_on`.

    `found_centre(7, "medium", date(2026, 10, 12))` has 4 sites, 152 teams and 1,216 agents.
    Team T-07 is in New York and agent A-0117 in Kolkata; with `permute` the seed decides which
    site, team and agent play the planted parts (`Centre.roles`).
    """
    if size not in SIZES:
        raise BadInput(f"Size {size!r} is not known; choose one of {', '.join(SIZES)}.")
    plan = SIZES[size]
    sites = tuple(replace(site, safety=plan.safety) for site in SITES)
    groups = tuple(group for site in sites for group in groups_of(site))
    first_on = base_on - timedelta(days=base_on.weekday() + 7 * plan.weeks)
    teams, agents = _people(seed, plan, base_on, groups)
    centre = Centre(seed, size, base_on, first_on, sites, groups, teams, agents)
    centre = replace(centre, roles=_roles(centre, permute))
    centre = replace(centre, events=_events(centre))
    for influence in influences:
        centre = influence.cast(centre)
    return centre


def _people(
    seed: int, plan: Size, base_on: date, groups: tuple[Group, ...]
) -> tuple[tuple[Team, ...], tuple[Agent, ...]]:
    by_id = {group.group_id: group for group in groups}
    per_site = plan.teams * TEAM_SIZE
    names = invent_names(seed, len(SITES) * (per_site + plan.teams))
    first_agent = {s.site_id: FIRST_NUMBER + i * per_site for i, s in enumerate(_from_kolkata())}
    first_team = {s.site_id: 1 + i * plan.teams for i, s in enumerate(_by_team(plan.teams))}
    width = max(4, len(str(FIRST_NUMBER + len(SITES) * per_site)))
    teams: list[Team] = []
    agents: list[Agent] = []
    for place, site in enumerate(SITES):
        rng = stream(seed, "people", site.site_id)
        own = iter(names[place * (per_site + plan.teams) :])
        for n in range(plan.teams):
            kind = DESK if n % 7 == 1 else VOICE
            group = by_id[f"{site.site_id}-{kind}"]
            number = first_team[site.site_id] + n
            team = Team(
                f"T-{number:02d}", f"{site.name} {kind} {n + 1}", site.site_id, group.group_id,
                f"L-{number:02d}", next(own),
            )  # fmt: skip
            teams.append(team)
            nights = TEAM_SIZE if plan.teams > 8 else 2
            if site.day_from == 0 or kind != VOICE or n % 16 != 2:
                nights = 0
            for k in range(TEAM_SIZE):
                agent_number = first_agent[site.site_id] + n * TEAM_SIZE + k
                agents.append(
                    _agent(rng, f"A-{agent_number:0{width}d}", next(own), team, group, base_on,
                           k < nights, k, plan.teams > 8)
                )  # fmt: skip
    return tuple(teams), tuple(sorted(agents, key=lambda a: a.agent_id))


def _from_kolkata() -> tuple[Site, ...]:
    return (SITES[3], *SITES[:3])


def _by_team(teams: int) -> list[Site]:
    """Sites in the order of their team numbers: New York where team 7 falls."""
    order = [site for site in SITES if site.site_id != "new_york"]
    order.insert(min((_TEAM_OF_NOTE - 1) // teams, 3), SITES[0])
    return order


def _agent(
    rng: np.random.Generator,
    agent_id: str,
    name: str,
    team: Team,
    group: Group,
    base_on: date,
    night: bool,
    place: int,
    many: bool,
) -> Agent:
    new = rng.random() < _NEW_SHARE
    days = int(rng.integers(10, 90) if new else 120 + rng.gamma(1.6, 420))
    late = rng.random() < 0.08
    part = rng.random() < _PART_TIME_SHARE
    leaves = rng.random() < _LEAVING_SHARE
    left = int(rng.integers(1, 80))
    own = rng.normal(0.0, _PACE_SD)
    skills, usual = _skills(rng.random(), group) if many else _few_skills(place, group)
    return Agent(
        agent_id=agent_id,
        name=name,
        team_id=team.team_id,
        group_id=team.group_id,
        site_id=team.site_id,
        contract_id="night" if night else "part-time" if part else "full-time",
        hire_on=base_on - timedelta(days=days),
        pace=float(np.exp(own)),
        acw_pace=float(np.exp(own + rng.normal(0.0, _ACW_SD))),
        late_rate=0.24 if late else float(rng.uniform(0.03, 0.10)),
        back_late_rate=0.35 if late else float(rng.uniform(0.12, 0.22)),
        aux_per_shift=float(rng.gamma(4.0, 1.45)),
        skills=skills,
        queues=usual,
        leave_on=base_on - timedelta(days=left) if leaves and not new and not night else None,
        day_off=int(rng.choice(7, p=_DAY_OFF)),
        band=float(rng.random()),
    )


def _skills(chance: float, group: Group) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What an agent can work and usually works: all of the desk's; by voice some mixes."""
    ids = [queue.queue_id for queue in group.queues]
    if group.kind == DESK:
        return tuple(ids), (ids[0],) if chance < 0.60 else (ids[1],)
    billing, support, offer = ids
    if chance < 0.22:
        return (billing,), (billing,)
    if chance < 0.64:
        return (billing, support), (billing, support)
    if chance < 0.90:
        return (billing, support, offer), (billing, support, offer)
    return (billing, offer), (billing, offer)


def _few_skills(place: int, group: Group) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Where a team or two must serve all queues, everybody can do nearly everything."""
    if group.kind == DESK:
        return _skills(place / TEAM_SIZE, group)
    return _skills(0.5 if place % 4 == 0 else 0.7, group)


def _roles(centre: Centre, permute: bool) -> Roles:
    sites = ["kolkata", "new_york", "phoenix", "dublin"]
    rng = stream(centre.seed, "roles")
    if permute:
        sites = [str(name) for name in rng.permutation(sites)]
    late, hire, campaign, short = sites
    voice = [t.team_id for t in centre.teams
             if t.site_id == hire and t.group_id.endswith(VOICE)]  # fmt: skip
    steady = [
        a.agent_id
        for a in centre.agents
        if a.site_id == late and a.contract_id == "full-time" and a.group_id.endswith(VOICE)
        and a.leave_on is None and (centre.first_on - a.hire_on).days > 60
    ]  # fmt: skip
    known = f"A-{117:0{len(centre.agents[0].agent_id) - 2}d}"
    agent = str(rng.choice(steady)) if permute else known
    team = str(rng.choice(voice)) if permute else f"T-{_TEAM_OF_NOTE:02d}"
    return Roles(agent, late, team, hire, campaign, short, short, hire)


def _events(centre: Centre) -> tuple[CentreEvent, ...]:
    """The telephones' outage, for each queue of its site."""
    site = centre.site[centre.roles.outage_site]
    day, known = centre.outage_on, wall_at(site.timezone, centre.outage_on, 640)
    return tuple(
        CentreEvent(f"outage-{queue.queue_id}", queue.queue_id, day, day, "outage", True, known)
        for group in centre.groups
        if group.site_id == site.site_id and group.kind == VOICE
        for queue in group.queues
    )


def tenure_factors(agent: Agent, on: date, share_of_acw: float) -> tuple[float, float]:
    """How much longer an agent talks and wraps up because they are new: (1.0, 1.0) for old hands.

    Handle time is 1 + .5 exp(-days / 45) of an old hand's, three quarters of it in after-contact
    work. At 30 days and with 13 % of the time in it: talk 1.07, after-contact work 2.48.
    """
    extra = 0.5 * float(np.exp(-max((on - agent.hire_on).days, 0) / 45))
    return 1.0 + 0.25 * extra / (1 - share_of_acw), 1.0 + 0.75 * extra / share_of_acw
