"""What looks like a cause and is none: each is planted so that a careful eye passes it by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from wfm.simulator.centre import Agent, Centre, QueueSpec, Site
from wfm.simulator.chance import stream
from wfm.simulator.influence import Change, DayPlan, Demand, Influence, Work
from wfm.simulator.local_day import QUARTERS, local_day, wall_at
from wfm.simulator.shifts import Block, Pause, PlannedShift, Workday
from wfm.simulator.stories.people import drawn, queue_of, voice_of, with_agents, with_event
from wfm.simulator.stories.script import (
    BadMonth,
    FewContacts,
    NineDays,
    QueueChange,
    Spot,
)
from wfm.simulator.stories.when import floor_today, is_within

_COACHED = 4
_TOLD_BEFORE = 5


@dataclass(frozen=True)
class EightContacts(Influence):
    """X2: one agent of the late site who was there for one short shift in weeks."""

    few: FewContacts
    now: int
    away_days: int = 35

    def plan(self, centre: Centre, site: Site, day: date, plan: DayPlan) -> DayPlan:
        if site.site_id != centre.roles.late_site or not self._around(site, day):
            return plan
        number = centre.number[few_agent(centre).agent_id]
        others = tuple(s for s in plan.shifts if s.agent != number)
        own: tuple[PlannedShift, ...] = ()
        if (floor_today(site, self.now) - day).days == self.few.days_ago:
            own = (PlannedShift(number, day, 600, 840, (Block(705, 720, "break"),)),)
        return DayPlan(
            tuple(sorted((*others, *own), key=lambda s: s.agent)),
            tuple(c for c in plan.changes if c.shift.agent != number),
            plan.published,
        )

    def attendance(self, centre: Centre, agent: Agent, day: date, workday: Workday) -> Workday:
        if not self._concerns(centre, agent, day):
            return workday
        # 225 minutes on queue: the ninth contact would begin after the end of the shift.
        cycle = 225 * 60 / (self.few.contacts + 0.4)
        return replace(workday, idle_s=cycle - 260 - self.few.acw_s)

    def work(
        self, centre: Centre, agent: Agent, queue: QueueSpec, contact_type: str, day: date
    ) -> Work:
        if not self._concerns(centre, agent, day):
            return Work()
        factor = 240 / queue.talk_s
        return Work(factor, 1.0, self.few.acw_s / queue.acw_s, plain=True, steady="eight-contacts")

    def assignment(self, centre: Centre, agent: Agent, day: date) -> tuple[str, ...] | None:
        if not self._concerns(centre, agent, day):
            return None
        return (queue_of(centre, agent.site_id, "billing"),)

    def is_sick(self, centre: Centre, agent: Agent, day: date) -> bool | None:
        return False if self._concerns(centre, agent, day) else None

    def _around(self, site: Site, day: date) -> bool:
        return is_within(site, self.now, day, self.away_days, 0)

    def _concerns(self, centre: Centre, agent: Agent, day: date) -> bool:
        return (
            agent.site_id == centre.roles.late_site
            and agent.agent_id == few_agent(centre).agent_id
            and self._around(centre.site[agent.site_id], day)
        )


@dataclass(frozen=True)
class OneSpot(Influence):
    """X7: twenty minutes of many more contacts at the hire site, on one day, told as a one-off."""

    spot: Spot
    now: int

    def cast(self, centre: Centre) -> Centre:
        site = centre.site[centre.roles.hire_site]
        day = floor_today(site, self.now) - timedelta(days=self.spot.days_ago)
        known = wall_at(site.timezone, day, self.spot.at_hour * 60)
        return with_event(centre, site.site_id, "billing", "tv_spot", (day, day), known, True)

    def demand(self, centre: Centre, queue: QueueSpec, contact_type: str, day: date) -> Demand:
        site = centre.site[centre.roles.hire_site]
        if contact_type != "billing" or not queue.queue_id.startswith(f"{site.site_id}-"):
            return Demand()
        if (floor_today(site, self.now) - day).days != self.spot.days_ago:
            return Demand()
        factors = np.ones(QUARTERS)
        begin = self.spot.at_hour * 60
        for quarter in range(QUARTERS):
            inside = min(quarter * 15 + 15, begin + self.spot.minutes) - max(quarter * 15, begin)
            factors[quarter] += self.spot.extra_times * max(inside, 0) / 15
        return Demand(factors=factors)


@dataclass(frozen=True)
class OneBadMonth(Influence):
    """X8: agents of the late site who are slow for four weeks, without any reason."""

    month: BadMonth
    now: int

    def work(
        self, centre: Centre, agent: Agent, queue: QueueSpec, contact_type: str, day: date
    ) -> Work:
        first, last = self.month.days_ago
        site = centre.site[agent.site_id]
        if site.site_id != centre.roles.late_site or not is_within(
            site, self.now, day, first, last + 1
        ):
            return Work()
        if agent.agent_id not in bad_month_ids(centre, self.month.agents):
            return Work()
        times = self.month.handle_times
        return Work(times, times, times)


@dataclass(frozen=True)
class ChangeWithCoaching(Influence):
    """X9: billing gets quicker for all at the short site, on the day some of them are coached."""

    change: QueueChange
    now: int

    def cast(self, centre: Centre) -> Centre:
        site = centre.site[centre.roles.short_site]
        day = floor_today(site, self.now) - timedelta(days=self.change.days_ago)
        known = wall_at(site.timezone, day - timedelta(days=_TOLD_BEFORE), 720)
        return with_event(centre, site.site_id, "billing", "queue_change", (day, day), known)

    def work(
        self, centre: Centre, agent: Agent, queue: QueueSpec, contact_type: str, day: date
    ) -> Work:
        site = centre.site[agent.site_id]
        changed = (
            site.site_id == centre.roles.short_site
            and contact_type == "billing"
            and (floor_today(site, self.now) - day).days <= self.change.days_ago
        )
        times = self.change.handle_times if changed else 1.0
        return Work(times, times, times)

    def plan(self, centre: Centre, site: Site, day: date, plan: DayPlan) -> DayPlan:
        back = (floor_today(site, self.now) - day).days
        if site.site_id != centre.roles.short_site or back != self.change.days_ago:
            return plan
        left = _COACHED
        shifts: list[PlannedShift] = []
        touched: set[int] = set()
        for shift in plan.shifts:
            block = Block(shift.start + 60, shift.start + 90, "coaching")
            clear = all(b.end <= block.start or block.end <= b.start for b in shift.blocks)
            if left and not shift.absence and clear and shift.end - shift.start >= 480:
                left -= 1
                touched.add(shift.agent)
                ordered = tuple(sorted((*shift.blocks, block), key=lambda b: b.start))
                shifts.append(replace(shift, blocks=ordered))
            else:
                shifts.append(shift)
        kept: tuple[Change, ...] = tuple(c for c in plan.changes if c.shift.agent not in touched)
        return DayPlan(tuple(shifts), kept, plan.published)


@dataclass(frozen=True)
class LateOnNineDays(Influence):
    """X11: a new agent of the late site, late after the first break on each of nine days."""

    nine: NineDays
    now: int

    def cast(self, centre: Centre) -> Centre:
        agent = nine_days_agent(centre)
        first = self._days(centre.site[agent.site_id])[-1]
        return with_agents(
            centre,
            replace(agent, hire_on=first, leave_on=None, contract_id="full-time", day_off=6,
                    late_rate=0.0),
        )  # fmt: skip

    def plan(self, centre: Centre, site: Site, day: date, plan: DayPlan) -> DayPlan:
        if site.site_id != centre.roles.late_site or day > self._days(site)[0]:
            return plan
        number = centre.number[nine_days_agent(centre).agent_id]
        others = tuple(s for s in plan.shifts if s.agent != number)
        own: tuple[PlannedShift, ...] = ()
        if day in self._days(site):
            blocks = (Block(690, 705, "break"), Block(825, 855, "meal"), Block(975, 990, "break"))
            own = (PlannedShift(number, day, 570, 1080, blocks),)
        return DayPlan(
            tuple(sorted((*others, *own), key=lambda s: s.agent)),
            tuple(c for c in plan.changes if c.shift.agent != number),
            plan.published,
        )

    def is_sick(self, centre: Centre, agent: Agent, day: date) -> bool | None:
        return False if self._concerns(centre, agent, day) else None

    def attendance(self, centre: Centre, agent: Agent, day: date, workday: Workday) -> Workday:
        if not self._concerns(centre, agent, day) or workday.shift is None:
            return workday
        site = centre.site[agent.site_id]
        clock = local_day(site.timezone, day, site.day_from)
        rng = stream(centre.seed, "nine-days", day.toordinal())
        late = int(rng.integers(self.nine.late_from_s, self.nine.late_to_s + 1))
        pauses = [
            Pause(clock.second(b.start), clock.second(b.end) + (0 if n else late),
                  (b.end - b.start) * 60, b.activity, exact=True)
            for n, b in enumerate(workday.shift.blocks)
        ]  # fmt: skip
        return replace(workday, pauses=tuple(pauses))

    def _concerns(self, centre: Centre, agent: Agent, day: date) -> bool:
        site = centre.site[agent.site_id]
        return (
            site.site_id == centre.roles.late_site
            and agent.agent_id == nine_days_agent(centre).agent_id
            and day in self._days(site)
        )

    def _days(self, site: Site) -> tuple[date, ...]:
        """The last nine weekdays before today, newest first."""
        day = floor_today(site, self.now) - timedelta(days=1)
        found: list[date] = []
        while len(found) < self.nine.days:
            if day.weekday() < 5:
                found.append(day)
            day -= timedelta(days=1)
        return tuple(found)


def few_agent(centre: Centre) -> Agent:
    """The agent of X2."""
    return _bystanders(centre)[0]


def nine_days_agent(centre: Centre) -> Agent:
    """The agent of X11."""
    return _bystanders(centre)[1]


def bad_month_ids(centre: Centre, count: int) -> frozenset[str]:
    """The agents of X8."""
    return frozenset(agent.agent_id for agent in _bystanders(centre)[2 : count + 2])


@lru_cache(maxsize=64)
def _bystanders(centre: Centre) -> tuple[Agent, ...]:
    return drawn(centre, "bystanders", voice_of(centre, centre.roles.late_site))
