"""S4: a site short of people for two blocks of hours, by a training put in after publication."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from wfm.simulator.centre import PART_TIME, Agent, Centre, Site
from wfm.simulator.chance import stream
from wfm.simulator.influence import Change, DayPlan, Influence
from wfm.simulator.local_day import QUARTERS, local_day
from wfm.simulator.shifts import UNPLANNED, Block, Pause, PlannedShift, Workday
from wfm.simulator.stories.cover import (
    Bools,
    Spare,
    Window,
    cover_exactly,
    on_queue,
    standing_shift,
)
from wfm.simulator.stories.people import drawn
from wfm.simulator.stories.script import Missing
from wfm.simulator.stories.swaps import with_swaps
from wfm.simulator.stories.when import floor_today, short_blocks

Floats = NDArray[np.float64]
_SESSION = 60


@dataclass(frozen=True)
class MissingTen(Influence):
    """Today's plan and presence at all sites, exact in the two blocks of each site's clock.

    With `effect` 0 nobody is trained or sick at the site: it stands as the other sites do.
    """

    missing: Missing
    now: int
    effect: float = 1.0

    def plan(self, centre: Centre, site: Site, day: date, plan: DayPlan) -> DayPlan:
        if not self._concerns(site, day):
            return plan
        told = self._is_told(centre, site)
        blocks = self._blocks(centre, site)
        absent = self._absent(centre, site)
        away = self.missing.sick if told else self.missing.elsewhere_missing
        stand_ins = [_to_be_missed(n, day, blocks, away) for n in absent]
        others = [s for s in plan.shifts if s.agent not in absent]
        taken = {s.agent for s in (*others, *stand_ins)}
        spare = [
            Spare(number, agent.contract_id != PART_TIME.contract_id)
            for agent in drawn(centre, "called-in", _to_call(centre, site))
            if (number := centre.number[agent.agent_id]) not in taken and agent.is_employed(day)
        ]
        spare.sort(key=lambda one: not one.full_time)
        opening = site.opening.minutes(day.weekday()) or (0, 1440)
        opening = (max(opening[0], site.day_from), min(opening[1], 1320))
        shifts = cover_exactly(
            (*others, *stand_ins), Window(_quarters(blocks), self.missing.baseline),
            self._kept(centre, site, absent), spare, day, opening,
        )  # fmt: skip
        changes = self._training(centre, site, day, shifts, blocks) if told else ()
        group_of = {n: agent.group_id for n, agent in enumerate(centre.agents)}
        bound = self._kept(centre, site, absent) | {change.shift.agent for change in changes}
        rng = stream(centre.seed, "swaps", site.site_id, day.toordinal())
        return DayPlan(with_swaps(shifts, group_of, bound, rng), changes, plan.published)

    def attendance(self, centre: Centre, agent: Agent, day: date, workday: Workday) -> Workday:
        """Everybody keeps the plan but for lapses that another makes up for at the same second, so
        that who is missing is missing by plan."""
        site = centre.site[agent.site_id]
        shift = workday.shift
        if not self._concerns(site, day) or shift is None:
            return workday
        if agent.agent_id == centre.roles.late_agent:
            return workday
        clock = local_day(site.timezone, day, site.day_from)
        late = dict(shift.late)
        login_at = clock.second(shift.start) + late.pop(shift.start, 0)
        pauses = []
        for b in shift.blocks:
            begins, back = (clock.second(at) + late.pop(at, 0) for at in (b.start, b.end))
            pauses.append(Pause(begins, back, back - begins, b.activity, exact=True))
        rng = stream(centre.seed, "away", agent.agent_id, day.toordinal())
        for at, seconds in late.items():
            begins, reason = clock.second(at), UNPLANNED[int(rng.integers(len(UNPLANNED)))]
            pauses.append(Pause(begins, begins + seconds, seconds, reason, exact=True))
        return replace(
            workday,
            login_at=login_at,
            logout_at=clock.second(shift.end),
            pauses=tuple(sorted(pauses, key=lambda pause: pause.wish_at)),
            exact_end=True,
        )

    def is_sick(self, centre: Centre, agent: Agent, day: date) -> bool | None:
        site = centre.site[agent.site_id]
        if not self._concerns(site, day):
            return None
        return centre.number[agent.agent_id] in self._absent(centre, site)

    def required(self, centre: Centre, site: Site, day: date) -> Floats | None:
        if not self._concerns(site, day):
            return None
        found = np.full(QUARTERS, np.nan)
        found[list(_quarters(self._blocks(centre, site)))] = self.missing.required
        return found

    def _concerns(self, site: Site, day: date) -> bool:
        return day == floor_today(site, self.now)

    def _is_told(self, centre: Centre, site: Site) -> bool:
        return site.site_id == centre.roles.short_site and self.effect > 0

    def _blocks(self, centre: Centre, site: Site) -> tuple[tuple[int, int], tuple[int, int]]:
        told = site.site_id == centre.roles.short_site
        return short_blocks(self.missing, site, self.now, told)

    def _absent(self, centre: Centre, site: Site) -> tuple[int, ...]:
        """Numbers of those who call in sick: two at the site of the story, one elsewhere."""
        if self._is_told(centre, site):
            count = max(round(self.missing.sick), 1)
        else:
            count = max(round(self.missing.elsewhere_missing), 1)
        return _in_turn(centre, site, floor_today(site, self.now))[:count]

    def _kept(self, centre: Centre, site: Site, absent: tuple[int, ...]) -> frozenset[int]:
        named = {
            centre.number[agent.agent_id]
            for agent in centre.agents
            if agent.site_id == site.site_id
            and (
                agent.agent_id == centre.roles.late_agent
                or agent.team_id == centre.roles.hire_team
                or agent.night
            )
        }
        return frozenset(named | set(absent))

    def _training(
        self,
        centre: Centre,
        site: Site,
        day: date,
        shifts: tuple[PlannedShift, ...],
        blocks: tuple[tuple[int, int], tuple[int, int]],
    ) -> tuple[Change, ...]:
        """Groups of an hour each, one after the other, everybody in one of them.

        Where too few are on queue for a whole hour, as in a small centre, a seat is taken in turns
        by those who are there longest, if need be by somebody who was trained before.
        """
        clock = local_day(site.timezone, day, site.day_from)
        begin = clock.zero_at + clock.second(blocks[0][0])
        recorded = begin - self.missing.published_notice_h * 3600
        kept = self._kept(centre, site, self._absent(centre, site))
        free = {s.agent: on_queue(s) for s in shifts if s.agent not in kept and not s.absence}
        sessions = [at for start, end in blocks for at in range(start, end, _SESSION)]
        if self.missing.sick < 1:
            sessions = sessions[:-1]
        size = max(round(self.missing.training), 1)
        trained: dict[int, list[Block]] = {}
        for at in sessions:
            for _ in range(size):
                for agent, block in _taken_in_turns(free, trained, at, at + _SESSION):
                    free[agent][block.start // 15 : block.end // 15] = False
                    trained.setdefault(agent, []).append(block)
        planned = {shift.agent: shift for shift in shifts}
        return tuple(
            Change(recorded, "training", _with_blocks(planned[agent], added))
            for agent, added in trained.items()
        )


def _taken_in_turns(
    free: Mapping[int, Bools], trained: Container[int], start: int, end: int
) -> tuple[tuple[int, Block], ...]:
    """Who takes a seat of a training between two minutes, one after the other, and for how long."""
    found: list[tuple[int, Block]] = []
    while start < end:
        quarters = range(start // 15, end // 15)
        runs = {a: next((n for n, q in enumerate(quarters) if not there[q]), len(quarters))
                for a, there in free.items()}  # fmt: skip
        agent = min(runs, key=lambda a: (-runs[a], a in trained or a in dict(found)))
        if not runs[agent]:
            raise ValueError(f"nobody is free to be trained at minute {start}")
        found.append((agent, Block(start, start + 15 * runs[agent], "training")))
        start += 15 * runs[agent]
    return tuple(found)


def _with_blocks(shift: PlannedShift, added: Sequence[Block]) -> PlannedShift:
    return replace(shift, blocks=tuple(sorted((*shift.blocks, *added), key=lambda b: b.start)))


def _to_call(centre: Centre, site: Site) -> list[Agent]:
    """A site's people who may be called in on a day off."""
    return [
        agent
        for agent in centre.agents
        if agent.site_id == site.site_id
        and not agent.night
        and agent.agent_id != centre.roles.late_agent
        and agent.team_id != centre.roles.hire_team
    ]


@lru_cache(maxsize=16)
def _in_turn(centre: Centre, site: Site, day: date) -> tuple[int, ...]:
    """Numbers of a site's full-time people who may be called in, in the order they fall sick."""
    return tuple(
        centre.number[agent.agent_id]
        for agent in drawn(centre, f"sick-{site.site_id}", _to_call(centre, site))
        if agent.is_employed(day) and agent.contract_id != PART_TIME.contract_id
    )


def _quarters(blocks: tuple[tuple[int, int], tuple[int, int]]) -> tuple[int, ...]:
    return tuple(q for start, end in blocks for q in range(start // 15, end // 15))


def _to_be_missed(
    number: int, day: date, blocks: tuple[tuple[int, int], tuple[int, int]], away: float
) -> PlannedShift:
    """The shift of somebody who will call in sick: on queue throughout both blocks, or for less
    than a whole person in the last part of the second block alone."""
    (start, first), (_, second) = blocks
    if away >= 1:
        return standing_shift(number, day, start, (first, second))
    minutes = round(away * sum(end - begin for begin, end in blocks) / 15) * 15
    start = second - minutes
    pause = (Block(start + 105, start + 120, "break"),)
    return PlannedShift(number, day, start, start + 240, pause)
