"""S2 solved on simulated events: after-contact work that brings each agent, and the team, to what
is stated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from wfm.simulator.centre import Centre, Group
from wfm.simulator.chance import stream
from wfm.simulator.contacts import Contacts
from wfm.simulator.day import play_day
from wfm.simulator.even import EvenWork
from wfm.simulator.floor import DayLog
from wfm.simulator.local_day import local_day
from wfm.simulator.stories.arithmetic import per_hour, planned_idle_s, veteran_s
from wfm.simulator.stories.hires import SlowWrapUp
from wfm.simulator.stories.people import queue_of, team_of
from wfm.simulator.stories.when import floor_today
from wfm.simulator.workday import draw_workers

_ROUNDS = 4
_EVERY_S, _PATIENCE_S = 12, 30
_RINGS_S = (2, 6)
# By so much a contact takes longer on the whole floor, where at times nobody waits: measured.
_FLOOR_S = 0.27


@dataclass
class Tally:
    """What an agent did in the rehearsed days."""

    contacts_n: int = 0
    queue_s: int = 0

    @property
    def cycle_s(self) -> float:
        """Seconds on queue for each contact."""
        return self.queue_s / max(self.contacts_n, 1)

    def on_the_floor(self) -> Tally:
        """The same contacts with the seconds that they take among everybody else."""
        return Tally(self.contacts_n, self.queue_s + round(_FLOOR_S * self.contacts_n))


def rehearsed(centre: Centre, story: SlowWrapUp) -> SlowWrapUp:
    """The story with the after-contact work that each of the team needs to come out as stated.

    The team's days are played with nobody else on the floor and always somebody calling; each
    agent's seconds on queue for a contact are corrected by what they were off, and the hires share
    what is left of the team's gap.
    """
    hires, members = story.hires, team_of(centre, centre.roles.hire_team)
    idle = planned_idle_s(hires)
    wanted = hires.plan_s + idle
    acw = {a.agent_id: story.nominal_acw_s(centre, a) for a in members}
    new = [a.agent_id for a in members if story.is_new(centre, a)]
    for _ in range(_ROUNDS):
        alone = rehearse(centre, replace(story, acw_s=tuple(acw.items())))
        told = {agent: tally.on_the_floor() for agent, tally in alone.items()}
        old = [a for a in acw if a not in new]
        for agent in old:
            acw[agent] += 3600 / per_hour(veteran_s(hires), idle) - told[agent].cycle_s
        if not story.is_dose:
            all_s = sum(tally.queue_s for tally in told.values())
            rest = (1 + hires.team_gap) * all_s / wanted
            rest -= sum(told[a].queue_s for a in old) / (veteran_s(hires) + idle)
            cycle = sum(told[a].queue_s for a in new) / rest
            for agent in new:
                acw[agent] += cycle - told[agent].cycle_s
    return replace(story, acw_s=tuple((a, round(s, 2)) for a, s in acw.items()))


def rehearse(centre: Centre, story: SlowWrapUp) -> Mapping[str, Tally]:
    """Contacts and seconds on queue of each of the team over the days of the story."""
    site = centre.site[centre.roles.hire_site]
    members = team_of(centre, centre.roles.hire_team)
    group = centre.group[members[0].group_id]
    found = {agent.agent_id: Tally() for agent in members}
    for back in range(story.hires.days, 0, -1):
        day = floor_today(site, story.now) - timedelta(days=back)
        workers = draw_workers(centre, (story,), group, story.shifts(centre, day), day)
        clock = local_day(site.timezone, day, site.day_from)
        even = {
            (pace.steady, place): EvenWork(
                centre.seed, pace.steady, day.toordinal(), group.queues[place]
            )
            for worker in workers
            for place, pace in enumerate(worker.paces)
            if pace.steady
        }
        contacts = _always_somebody(centre, group, day.toordinal(), clock.second(1440))
        log = play_day(contacts, workers, len(group.queues), clock.second(1440), even)
        _count(centre, log, found)
    return found


def _count(centre: Centre, log: DayLog, found: dict[str, Tally]) -> None:
    ids = [agent.agent_id for agent in centre.agents]
    for number in log.agent:
        if number >= 0:
            found[ids[number]].contacts_n += 1
    for number, at in log.sessions:
        found[ids[number]].queue_s -= at
    for spell in log.spells:
        gone = spell.state == "offline"
        found[ids[spell.agent]].queue_s += spell.start if gone else spell.start - spell.end


def _always_somebody(centre: Centre, group: Group, day: int, end_s: int) -> Contacts:
    """A billing contact every few seconds until midnight, who soon gives up."""
    billing = queue_of(centre, group.site_id, "billing")
    place = next(i for i, queue in enumerate(group.queues) if queue.queue_id == billing)
    at = np.arange(0, end_s, _EVERY_S)
    total = len(at)
    rng = stream(centre.seed, "rehearsal", day)
    zero = np.zeros(total, dtype=np.int64)
    return Contacts(
        fresh_n=total,
        number=np.arange(total),
        came_on=zero,
        enqueued_at=at.tolist(),
        queue=[place] * total,
        talk_s=[0.0] * total,
        hold_s=[0] * total,
        acw_s=[0.0] * total,
        patience_s=[_PATIENCE_S] * total,
        ring_s=rng.integers(*_RINGS_S, total).tolist(),
        missed=[False] * total,
        child=[-1] * total,
        hold_from=np.full(total, 0.5),
        ended_by_agent=np.zeros(total, dtype=np.bool_),
        customer=zero,
    )
