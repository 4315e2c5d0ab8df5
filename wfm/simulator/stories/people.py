"""Who takes part in a story, chosen from the centre's people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache

from wfm.simulator.centre import VOICE, Agent, Centre, CentreEvent
from wfm.simulator.chance import stream


def with_agents(centre: Centre, *agents: Agent) -> Centre:
    """The centre with these agents in place of those of the same ids."""
    changed = {agent.agent_id: agent for agent in agents}
    return replace(centre, agents=tuple(changed.get(a.agent_id, a) for a in centre.agents))


def with_event(
    centre: Centre,
    site_id: str,
    contact_type: str,
    kind: str,
    days: tuple[date, date],
    known_at: int,
    one_off: bool = False,
) -> Centre:
    """The centre with one more entry in its calendar: of a site's queue, from a day to another."""
    queue = queue_of(centre, site_id, contact_type)
    event = CentreEvent(f"{kind}-{queue}", queue, *days, kind, one_off, known_at)
    return replace(centre, events=(*centre.events, event))


@lru_cache(maxsize=64)
def team_of(centre: Centre, team_id: str) -> tuple[Agent, ...]:
    """A team's agents, in order of id."""
    return tuple(agent for agent in centre.agents if agent.team_id == team_id)


@lru_cache(maxsize=64)
def voice_of(centre: Centre, site_id: str) -> tuple[Agent, ...]:
    """A site's agents by telephone who take no part by name."""
    return tuple(
        agent
        for agent in centre.agents
        if agent.site_id == site_id
        and centre.group[agent.group_id].kind == VOICE
        and not agent.night
        and agent.agent_id != centre.roles.late_agent
        and agent.team_id != centre.roles.hire_team
    )


def drawn(centre: Centre, purpose: str, agents: Iterable[Agent]) -> tuple[Agent, ...]:
    """Agents in an order of chance, the same for the same seed and purpose."""
    listed = list(agents)
    order = stream(centre.seed, "story-people", purpose).permutation(len(listed))
    return tuple(listed[place] for place in order.tolist())


@lru_cache(maxsize=256)
def queue_of(centre: Centre, site_id: str, kind: str) -> str:
    """The id of a site's queue of a contact type."""
    return next(
        queue.queue_id
        for group in centre.groups
        if group.site_id == site_id
        for queue in group.queues
        if queue.kind == kind
    )


@lru_cache(maxsize=64)
def voice_ids(centre: Centre, site_id: str) -> frozenset[str]:
    """Ids of a site's agents by telephone who take no part by name."""
    return frozenset(agent.agent_id for agent in voice_of(centre, site_id))
