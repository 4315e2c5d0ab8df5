"""The schedules of a centre in their layers: as published, as changed since, as worked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from wfm.simulator.absence import Sickness
from wfm.simulator.centre import Centre, Site
from wfm.simulator.changes import draw_changes
from wfm.simulator.demand import Volume
from wfm.simulator.influence import Change, DayPlan, Influence
from wfm.simulator.local_day import local_day
from wfm.simulator.roster import plan_week
from wfm.simulator.shifts import PlannedShift

_KEPT_WEEKS = 400


class Roster:
    """All schedules of a centre; each site's week is made when it is asked for, and kept."""

    def __init__(
        self, centre: Centre, volume: Volume | None = None, influences: Sequence[Influence] = ()
    ) -> None:
        self.centre = centre
        self.volume = volume or Volume(centre)
        self.influences = tuple(influences)
        self._sickness = Sickness(centre)
        self._weeks: dict[tuple[str, date], dict[date, list[PlannedShift]]] = {}
        self._plans: dict[tuple[str, date], DayPlan] = {}

    def plan_on(self, site_id: str, day: date) -> DayPlan:
        """Shifts that begin at a site on a local day as published, and all changes in order of
        their recording, sick calls among them; none before the first day."""
        key = (site_id, day)
        if key not in self._plans:
            if len(self._plans) > _KEPT_WEEKS:
                self._plans.clear()
            self._plans[key] = self._plan(self.centre.site[site_id], day)
        return self._plans[key]

    def shifts_on(self, day: date) -> tuple[PlannedShift, ...]:
        """The shifts that begin on a local day at any site as first planned, by agent."""
        shifts = [s for site in self.centre.sites for s in self.plan_on(site.site_id, day).shifts]
        return tuple(sorted(shifts, key=lambda s: s.agent))

    def worked_on(self, site_id: str, day: date) -> tuple[PlannedShift, ...]:
        """The shifts as they stand after all changes; the sick have `absence="sick"`."""
        plan = self.plan_on(site_id, day)
        return standing_shifts(plan)

    def _plan(self, site: Site, day: date) -> DayPlan:
        if day < self.centre.first_on:
            return DayPlan(())
        monday = day - timedelta(days=day.weekday())
        shifts = tuple(sorted(self._week(site, monday).get(day, ()), key=lambda s: s.agent))
        plan = DayPlan(shifts, draw_changes(self.centre, site, day, shifts))
        if (
            site.site_id == self.centre.roles.unpublished_site
            and monday == self.centre.unpublished_monday
        ):
            plan = replace(plan, published=False)
        for influence in self.influences:
            plan = influence.plan(self.centre, site, day, plan)
        sick = self._sick_calls(site, day, standing_shifts(plan))
        gone = {change.shift.agent: change.recorded_at for change in sick}
        kept = [c for c in plan.changes if c.recorded_at < gone.get(c.shift.agent, 1 << 40)]
        changes = sorted((*kept, *sick), key=lambda c: c.recorded_at)
        return replace(plan, changes=tuple(changes))

    def _week(self, site: Site, monday: date) -> dict[date, list[PlannedShift]]:
        key = (site.site_id, monday)
        if key not in self._weeks:
            if len(self._weeks) > _KEPT_WEEKS:
                self._weeks.clear()
            found: dict[date, list[PlannedShift]] = {}
            for group in self.centre.groups:
                if group.site_id == site.site_id:
                    for day, shifts in plan_week(self.centre, self.volume, group, monday).items():
                        found.setdefault(day, []).extend(shifts)
            self._weeks[key] = found
        return self._weeks[key]

    def _sick_calls(self, site: Site, day: date, shifts: tuple[PlannedShift, ...]) -> list[Change]:
        centre, clock = self.centre, local_day(site.timezone, day, site.day_from)
        sick, notice = self._sickness.on(day), self._sickness.notice_minutes(day)
        found = []
        for shift in shifts:
            agent, ill = centre.agents[shift.agent], bool(sick[shift.agent])
            for influence in self.influences:
                stated = influence.is_sick(centre, agent, day)
                ill = ill if stated is None else stated
            if ill and not shift.absence:
                begins = clock.zero_at + clock.second(shift.start)
                known = begins - int(notice[shift.agent]) * 60
                gone = replace(shift, blocks=(), absence="sick")
                found.append(Change(known, "sick", gone))
        return found


def standing_shifts(plan: DayPlan, known_at: int | None = None) -> tuple[PlannedShift, ...]:
    """The shifts of a plan after its changes, those recorded up to `known_at` alone if given."""
    standing = {shift.agent: shift for shift in plan.shifts}
    for change in plan.changes:
        if known_at is None or change.recorded_at <= known_at:
            standing[change.shift.agent] = change.shift
    return tuple(s for _, s in sorted(standing.items()) if s.end > s.start)
