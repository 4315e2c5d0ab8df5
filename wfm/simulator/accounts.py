"""Accounts of the demo: one a role, each of somebody who has something to see now."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from wfm.actions.users import NewUser
from wfm.domain.clock import instant_at
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.simulator.centre import Agent, Centre
from wfm.simulator.local_day import local_day
from wfm.simulator.names import invent_names
from wfm.simulator.plans import Roster

_SETTLED_DAYS = 60


def demo_accounts(centre: Centre, roster: Roster, now: int) -> tuple[NewUser, ...]:
    """One account a role; in a centre with stories, those of the people whom they concern.

    There the agent and the team are planted ones, and the manager leads the campaign's site. In a
    centre without stories: an agent on shift, and the lead and manager above them.
    """
    if roster.influences:
        roles = centre.roles
        agent = next(a for a in centre.agents if a.agent_id == roles.late_agent)
        team = next(team for team in centre.teams if team.team_id == roles.hire_team)
        site_id = roles.campaign_site
    else:
        agent = _agent_on_shift(centre, roster, now)
        team = next(team for team in centre.teams if team.team_id == agent.team_id)
        site_id = agent.site_id
    manager, desk, admin = invent_names(centre.seed + 1, 3)
    return (
        NewUser(
            "agent", agent.name, Role.AGENT, Scope(agent.site_id, agent.team_id, agent.agent_id),
            demo=True,
        ),
        NewUser(
            "lead", team.lead_name, Role.SUPERVISOR, Scope(team.site_id, team.team_id), demo=True
        ),
        NewUser("manager", manager, Role.MANAGER, Scope(site_id), demo=True),
        NewUser("desk", desk, Role.CONTROL_DESK, Scope(), demo=True),
        NewUser("admin", admin, Role.ADMIN, Scope(), demo=True),
    )  # fmt: skip


def _agent_on_shift(centre: Centre, roster: Roster, now: int) -> Agent:
    """Who is best watched now: on shift, in the middle of it rather than at an end."""
    best, best_score = centre.agents[0], -(10**9)
    for site in centre.sites:
        today = datetime.fromtimestamp(now, ZoneInfo(site.timezone)).date()
        for day in (today - timedelta(days=1), today):
            clock = local_day(site.timezone, day, site.day_from)
            for shift in roster.worked_on(site.site_id, day):
                agent = centre.agents[shift.agent]
                if shift.absence:
                    continue
                if (instant_at(now).date() - agent.hire_on).days < _SETTLED_DAYS:
                    continue
                into = now - clock.zero_at - clock.second(shift.start)
                left = clock.zero_at + clock.second(shift.end) - now
                score = min(into - 1800, left)
                if score > best_score:
                    best, best_score = agent, score
    return best
