"""S3: a television campaign whose offers are left to novices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from wfm.simulator.centre import Agent, Centre, QueueSpec, Site
from wfm.simulator.demand import WEEKDAY, day_noise, season
from wfm.simulator.influence import DayPlan, Demand, Influence, Work
from wfm.simulator.local_day import wall_at
from wfm.simulator.shifts import Block, PlannedShift
from wfm.simulator.stories.arithmetic import offers
from wfm.simulator.stories.mixes import PATIENCE, Week, before_closing
from wfm.simulator.stories.people import (
    drawn,
    queue_of,
    voice_ids,
    voice_of,
    with_agents,
    with_event,
)
from wfm.simulator.stories.script import Campaign
from wfm.simulator.stories.split import scaled
from wfm.simulator.stories.when import calendar_today

_NOVICE, _EXPERIENCED = "novice", "experienced"
# Of the site's people by telephone.
_NOVICE_PART = 0.34
_NEW_DAYS, _OLD_DAYS = (45, 85), 150
_ON_QUEUE_MIN = 120
_ANNOUNCED_DAYS = 14


@dataclass(frozen=True)
class OffersToNovices(Influence):
    """The site of the role, in the week of the campaign, the one before, and those ahead."""

    campaign: Campaign
    now: int

    def cast(self, centre: Centre) -> Centre:
        site_id = centre.roles.campaign_site
        queues = tuple(queue_of(centre, site_id, kind) for kind in self.campaign.base_n)
        people = drawn(centre, "campaign", voice_of(centre, site_id))
        new = round(_NOVICE_PART * len(people))
        span = _NEW_DAYS[1] - _NEW_DAYS[0]
        novices = [
            replace(
                agent,
                hire_on=centre.base_on - timedelta(days=_NEW_DAYS[0] + place * 7 % (span + 1)),
                leave_on=None,
                skills=queues,
                queues=queues[:2],
            )
            for place, agent in enumerate(people[:new])
        ]
        offering = round(self.campaign.offer_part * (len(people) - new))
        old = [
            replace(
                agent,
                hire_on=min(agent.hire_on, centre.base_on - timedelta(days=_OLD_DAYS + place)),
                skills=queues if place % 3 or place < offering else queues[:2],
                queues=queues if place < offering else queues[:2],
            )
            for place, agent in enumerate(people[new:])
        ]
        return with_agents(self._with_campaign(centre), *novices, *old)

    def _with_campaign(self, centre: Centre) -> Centre:
        """The centre whose calendar tells of the campaign, as marketing announced it."""
        site = centre.site[centre.roles.campaign_site]
        today = calendar_today(site, self.now)
        first = today - timedelta(days=self.campaign.days)
        last = today + timedelta(days=self.campaign.lives_on_days - 1)
        known = wall_at(site.timezone, first - timedelta(days=_ANNOUNCED_DAYS), 720)
        (offer,) = offers(self.campaign)
        return with_event(centre, site.site_id, offer, "campaign", (first, last), known)

    def demand(self, centre: Centre, queue: QueueSpec, contact_type: str, day: date) -> Demand:
        if contact_type not in self.campaign.base_n or not self._at_site(centre, queue):
            return Demand()
        site = centre.site[centre.roles.campaign_site]
        today = calendar_today(site, self.now)
        back = (today - day).days
        if back <= -self.campaign.lives_on_days:
            return Demand()
        if back > 2 * self.campaign.days:
            return Demand(before_closing(site, day), self._usual(centre, queue, contact_type, day))
        in_campaign = back <= self.campaign.days
        n = scaled(
            self.campaign.campaign_n if in_campaign else self.campaign.base_n, self.campaign.scale
        )
        # The days from now on repeat the campaign's week.
        first = self.campaign.days * (1 if in_campaign else 2)
        week = Week(first, n, {})
        told = day if back > 0 else day - timedelta(days=7 * (1 + (-back) // 7))
        return Demand(
            before_closing(site, day), week.count_on(today, told, contact_type), PATIENCE,
            settled=True,
        )  # fmt: skip

    def foreseen(self, centre: Centre, queue: QueueSpec, contact_type: str, day: date) -> Demand:
        """The weeks before, as if there were no campaign: its offers come as a surprise."""
        if contact_type not in self.campaign.base_n or not self._at_site(centre, queue):
            return Demand()
        site = centre.site[centre.roles.campaign_site]
        count = round(self._mean(contact_type, day))
        return Demand(before_closing(site, day), count, PATIENCE, settled=True)

    def work(
        self, centre: Centre, agent: Agent, queue: QueueSpec, contact_type: str, day: date
    ) -> Work:
        if contact_type not in self.campaign.base_n or not self._at_site(centre, queue):
            return Work()
        phase = self._phase(centre, day)
        if phase is None:
            return Work()
        (offer,) = offers(self.campaign)
        novice = self._is_novice(centre, agent)
        seconds = self.campaign.base_aht_s[contact_type]
        if contact_type == offer and novice:
            seconds = self.campaign.novice_aht_s
        factor = seconds / queue.handle_s
        name = _NOVICE if novice else _EXPERIENCED
        share = None
        if contact_type == offer and phase:
            part = self.campaign.novice_share[1]
            share = part if novice else 1 - part
        return Work(factor, factor, factor, plain=True, steady=f"{name}-{contact_type}",
                    share=share)  # fmt: skip

    def assignment(self, centre: Centre, agent: Agent, day: date) -> tuple[str, ...] | None:
        """Novices take the offers of the campaign alone, and billing and support before it; most
        of the experienced who could take offers stay with billing and support."""
        site_id = centre.roles.campaign_site
        if agent.site_id != site_id or agent.agent_id not in voice_ids(centre, site_id):
            return None
        phase = self._phase(centre, day)
        if phase is None:
            return None
        billing, support, offer = (queue_of(centre, site_id, k) for k in self.campaign.base_n)
        if self._is_novice(centre, agent):
            return (offer,) if phase else (billing, support)
        if offer in agent.queues:
            return (offer, billing, support)
        return (billing, support)

    def plan(self, centre: Centre, site: Site, day: date, plan: DayPlan) -> DayPlan:
        """Until the campaign the novices are on queue in the first hours of their shifts alone,
        and in training for the rest of them."""
        back, is_small = (calendar_today(site, self.now) - day).days, centre.size == "small"
        if site.site_id != centre.roles.campaign_site:
            return plan
        if back <= self.campaign.days:
            few = is_small and -self.campaign.lives_on_days < back
            return self._with_few(centre, site, day, plan) if few else plan
        if is_small:
            return plan
        shifts = tuple(
            _in_training(shift) if self._learns(centre, shift) else shift for shift in plan.shifts
        )
        changes = tuple(c for c in plan.changes if not self._learns(centre, c.shift))
        return DayPlan(shifts, changes, plan.published)

    def _with_few(self, centre: Centre, site: Site, day: date, plan: DayPlan) -> DayPlan:
        """In a small centre the novices share the opening hours, so that one is always there."""
        novices = [
            centre.number[agent.agent_id]
            for agent in voice_of(centre, site.site_id)
            if self._is_novice(centre, agent)
        ]
        opens, closes = site.opening.minutes(day.weekday()) or (0, 1440)
        own = [
            _full_shift(number, day, closes - 510 if place % 2 else opens)
            for place, number in enumerate(novices)
            if day.weekday() not in (2 * (place // 2) % 7, (2 * (place // 2) + 1) % 7)
        ]
        others = [s for s in plan.shifts if s.agent not in novices]
        return DayPlan(
            tuple(sorted((*others, *own), key=lambda s: s.agent)),
            tuple(c for c in plan.changes if c.shift.agent not in novices),
            plan.published,
        )

    def is_sick(self, centre: Centre, agent: Agent, day: date) -> bool | None:
        """The few novices of a small centre are not sick in the campaign."""
        told = centre.size == "small" and agent.agent_id in voice_ids(
            centre, centre.roles.campaign_site
        )
        return (
            False if told and self._phase(centre, day) and self._is_novice(centre, agent) else None
        )

    def _learns(self, centre: Centre, shift: PlannedShift) -> bool:
        agent = centre.agents[shift.agent]
        return (
            not shift.absence
            and agent.agent_id in voice_ids(centre, agent.site_id)
            and self._is_novice(centre, agent)
        )

    def _usual(self, centre: Centre, queue: QueueSpec, kind: str, day: date) -> int:
        """Contacts of a day in the weeks before: the base week's level, with a day's noise."""
        return round(self._mean(kind, day) * day_noise(centre, queue, day))

    def _mean(self, kind: str, day: date) -> float:
        share = float(WEEKDAY[day.weekday()] / WEEKDAY.sum())
        return self.campaign.base_n[kind] * self.campaign.scale * share * season(day)

    def _at_site(self, centre: Centre, queue: QueueSpec) -> bool:
        return queue.queue_id.startswith(f"{centre.roles.campaign_site}-")

    def _phase(self, centre: Centre, day: date) -> bool | None:
        """True in the campaign, False in the week before it, None at other times."""
        back = (calendar_today(centre.site[centre.roles.campaign_site], self.now) - day).days
        if -self.campaign.lives_on_days < back <= self.campaign.days:
            return True
        return False if self.campaign.days < back <= 2 * self.campaign.days else None

    def _is_novice(self, centre: Centre, agent: Agent) -> bool:
        return (centre.base_on - agent.hire_on).days <= _NEW_DAYS[1]


def _full_shift(number: int, day: date, start: int) -> PlannedShift:
    blocks = (
        Block(start + 120, start + 135, "break"),
        Block(start + 240, start + 270, "meal"),
        Block(start + 390, start + 405, "break"),
    )
    return PlannedShift(number, day, start, start + 510, blocks)


def _in_training(shift: PlannedShift) -> PlannedShift:
    """The shift with all its time on queue after the first two hours given to training."""
    at, blocks = shift.start + _ON_QUEUE_MIN, list(shift.blocks)
    for block in shift.blocks:
        if block.start > at:
            blocks.append(Block(at, block.start, "training"))
        at = max(at, block.end)
    if at < shift.end:
        blocks.append(Block(at, shift.end, "training"))
    return replace(shift, blocks=tuple(sorted(blocks, key=lambda b: b.start)))
