"""S2: a team of eight whose two newest need five times the after-contact work of the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from wfm.simulator.centre import FULL_TIME, Agent, Centre, QueueSpec, Site
from wfm.simulator.influence import DayPlan, Demand, Influence, Work
from wfm.simulator.local_day import QUARTERS
from wfm.simulator.shifts import Block, PlannedShift, Workday
from wfm.simulator.stories.arithmetic import per_hour, planned_idle_s, veteran_s
from wfm.simulator.stories.people import queue_of, team_of, with_agents
from wfm.simulator.stories.script import Hires
from wfm.simulator.stories.when import is_within

# The team keeps these hours from so many days before now on; each has two fixed days off.
_FROM_DAYS = 28
_STARTS = (450, 540, 630, 810)
_EVER = -100_000
_ENOUGH, _PATIENCE = 6.0, 15.0
# Seconds between contacts that are no waiting: ringing, and what pauses cut off.
RING_S = 4.7


@dataclass(frozen=True)
class SlowWrapUp(Influence):
    """The team of the role; `acw_s` holds what a rehearsal found for each agent id, before it the
    plan stands for veterans and `hire_acw_s` for the new ones."""

    hires: Hires
    now: int
    hire_acw_s: float
    is_dose: bool = False  # the hires' seconds are stated, not to be solved for
    acw_s: tuple[tuple[str, float], ...] = ()

    def cast(self, centre: Centre) -> Centre:
        members = team_of(centre, centre.roles.hire_team)
        new = len(self.hires.tenure_days)
        billing = queue_of(centre, centre.roles.hire_site, "billing")
        changed = []
        for place, agent in enumerate(members):
            old = place < len(members) - new
            tenure = (
                max((centre.base_on - agent.hire_on).days, 400 + 37 * place)
                if old
                else self.hires.tenure_days[place - len(members) + new]
            )
            changed.append(
                replace(
                    agent,
                    contract_id=FULL_TIME.contract_id,
                    hire_on=centre.base_on - timedelta(days=tenure),
                    leave_on=None,
                    skills=tuple(dict.fromkeys((billing, *agent.skills))),
                    late_rate=0.03,
                    back_late_rate=0.1,
                    aux_per_shift=1.5,
                )
            )
        teams = tuple(
            replace(
                team,
                plan_per_hour=round(per_hour(self.hires.plan_s, planned_idle_s(self.hires)), 3),
                plan_s=(self.hires.plan_talk_s, self.hires.plan_hold_s, self.hires.plan_acw_s),
            )
            if team.team_id == centre.roles.hire_team
            else team
            for team in centre.teams
        )
        return replace(with_agents(centre, *changed), teams=teams)

    def demand(self, centre: Centre, queue: QueueSpec, contact_type: str, day: date) -> Demand:
        """In a small centre the team is the site's whole day: it takes one kind of contact, and
        enough of it."""
        site_id = centre.roles.hire_site
        if centre.size != "small" or not queue.queue_id.startswith(f"{site_id}-"):
            return Demand()
        if not self._in_force(centre.site[site_id], day):
            return Demand()
        if contact_type == "billing":
            factors = np.ones(QUARTERS)
            factors[_STARTS[0] // 15 : (_STARTS[-1] + 510) // 15] = _ENOUGH
            return Demand(factors=factors, patience=_PATIENCE)
        return Demand(factors=0.0) if contact_type in ("support", "tv_offer") else Demand()

    def foreseen(self, centre: Centre, queue: QueueSpec, contact_type: str, day: date) -> Demand:
        return self.demand(centre, queue, contact_type, day)

    def work(
        self, centre: Centre, agent: Agent, queue: QueueSpec, contact_type: str, day: date
    ) -> Work:
        if not self._concerns(centre, agent, day):
            return Work()
        plan = self.hires
        acw = dict(self.acw_s).get(agent.agent_id, self.nominal_acw_s(centre, agent))
        return Work(
            plan.plan_talk_s / queue.talk_s,
            plan.plan_hold_s / (queue.hold_share * queue.hold_s),
            acw / queue.acw_s,
            plain=True,
            steady=agent.agent_id,
        )

    def plan(self, centre: Centre, site: Site, day: date, plan: DayPlan) -> DayPlan:
        if site.site_id != centre.roles.hire_site or not self._in_force(site, day):
            return plan
        members = team_of(centre, centre.roles.hire_team)
        numbers = {centre.number[agent.agent_id] for agent in members}
        own = self.shifts(centre, day)
        others = [s for s in plan.shifts if s.agent not in numbers]
        return DayPlan(
            tuple(sorted((*others, *own), key=lambda s: s.agent)),
            tuple(c for c in plan.changes if c.shift.agent not in numbers),
            plan.published,
        )

    def attendance(self, centre: Centre, agent: Agent, day: date, workday: Workday) -> Workday:
        if not self._concerns(centre, agent, day):
            return workday
        return replace(workday, idle_s=planned_idle_s(self.hires) - RING_S)

    def is_sick(self, centre: Centre, agent: Agent, day: date) -> bool | None:
        return False if self._concerns(centre, agent, day) else None

    def assignment(self, centre: Centre, agent: Agent, day: date) -> tuple[str, ...] | None:
        if not self._concerns(centre, agent, day):
            return None
        return (queue_of(centre, agent.site_id, "billing"),)

    def shifts(self, centre: Centre, day: date) -> tuple[PlannedShift, ...]:
        """The team's shifts of a day."""
        return tuple(
            self._shift(centre, agent, place, day)
            for place, agent in enumerate(team_of(centre, centre.roles.hire_team))
            if agent.is_employed(day) and day.weekday() not in _days_off(place)
        )

    def nominal_acw_s(self, centre: Centre, agent: Agent) -> float:
        """After-contact seconds before any rehearsal: 35.57 of a veteran."""
        if self.is_new(centre, agent):
            return self.hire_acw_s
        return self.hires.plan_acw_s - (self.hires.plan_s - veteran_s(self.hires))

    def is_new(self, centre: Centre, agent: Agent) -> bool:
        """Whether an agent is one of the team's hires."""
        members = team_of(centre, centre.roles.hire_team)
        return agent.agent_id in {a.agent_id for a in members[-len(self.hires.tenure_days) :]}

    def _concerns(self, centre: Centre, agent: Agent, day: date) -> bool:
        return agent.team_id == centre.roles.hire_team and self._in_force(
            centre.site[agent.site_id], day
        )

    def _in_force(self, site: Site, day: date) -> bool:
        return is_within(site, self.now, day, _FROM_DAYS, _EVER)

    def _shift(self, centre: Centre, agent: Agent, place: int, day: date) -> PlannedShift:
        start = _STARTS[place % len(_STARTS)]
        step = 15 * (place // len(_STARTS))
        blocks = (
            Block(start + 120 + step, start + 135 + step, "break"),
            Block(start + 240 + 2 * step, start + 270 + 2 * step, "meal"),
            Block(start + 390 + step, start + 405 + step, "break"),
        )
        return PlannedShift(centre.number[agent.agent_id], day, start, start + 510, blocks)


def _days_off(place: int) -> tuple[int, int]:
    """Two weekdays in a row, spread over the week: every 21 days have 15 shifts."""
    return place % 7, (place + 1) % 7
