"""S1: an agent who comes back late from lunch, and is on time for all else that matters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from wfm.simulator.centre import EIGHT_HOURS, Agent, Centre, Site
from wfm.simulator.chance import stream
from wfm.simulator.influence import DayPlan, Influence
from wfm.simulator.local_day import local_day
from wfm.simulator.shifts import UNPLANNED, Block, Pause, PlannedShift, Workday
from wfm.simulator.stories.people import with_agents
from wfm.simulator.stories.script import Lunch
from wfm.simulator.stories.split import even_parts

# The agent's every shift, minutes of the local clock; 480 of them, all judged.
_START, _END = 600, 1080
_BLOCKS = (Block(690, 705, "break"), Block(840, 870, "meal"), Block(960, 975, "break"))
# Unplanned pauses begin in these minutes, so far before the next block that none runs into it.
_SCATTER = ((615, 645), (720, 755), (775, 800), (885, 915), (985, 1020))
_PAUSES_A_SHIFT = 4


@dataclass(frozen=True)
class Block22:
    """What happens in each shift of a block, in order."""

    late_s: tuple[int, ...]  # after the meal, 0 on the days on time
    overrun_s: tuple[int, ...]  # of a contact over the beginning of the meal
    other_late_s: tuple[tuple[int, int], ...]  # after the two breaks
    scattered_s: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class LateFromLunch(Influence):
    """The agent of the role, with so many late lunches in each block (20; fewer for a dose)."""

    lunch: Lunch
    now: int
    late_days: int

    def cast(self, centre: Centre) -> Centre:
        found = centre.agents[centre.number[centre.roles.late_agent]]
        changed = replace(
            found,
            contract_id=EIGHT_HOURS.contract_id,
            hire_on=min(found.hire_on, centre.first_on - timedelta(days=200)),
            leave_on=None,
            day_off=6,
        )
        teams = tuple(
            replace(team, bonus_line=self.lunch.target_pct)
            if team.team_id == found.team_id
            else team
            for team in centre.teams
        )
        return replace(with_agents(centre, changed), teams=teams)

    def plan(self, centre: Centre, site: Site, day: date, plan: DayPlan) -> DayPlan:
        if site.site_id != centre.roles.late_site:
            return plan
        number = centre.number[centre.roles.late_agent]
        others = tuple(s for s in plan.shifts if s.agent != number)
        own = (PlannedShift(number, day, _START, _END, _BLOCKS),) if works_on(day) else ()
        return DayPlan(
            tuple(sorted((*others, *own), key=lambda s: s.agent)),
            tuple(c for c in plan.changes if c.shift.agent != number),
            plan.published,
        )

    def is_sick(self, centre: Centre, agent: Agent, day: date) -> bool | None:
        return False if agent.agent_id == centre.roles.late_agent else None

    def attendance(self, centre: Centre, agent: Agent, day: date, workday: Workday) -> Workday:
        if agent.agent_id != centre.roles.late_agent:
            return workday
        site = centre.site[agent.site_id]
        block, place = self._place(centre, site, day)
        told = self._told(centre.seed, block)
        clock = local_day(site.timezone, day, site.day_from)
        rng = stream(centre.seed, "late-lunch", day.toordinal())
        first, meal, last = _BLOCKS
        pauses = [
            _pause(clock.second(b.start), clock.second(b.end), late, b.activity, over)
            for b, late, over in (
                (first, told.other_late_s[place][0], 0),
                (meal, told.late_s[place], told.overrun_s[place]),
                (last, told.other_late_s[place][1], 0),
            )
        ]
        slots = sorted(rng.choice(len(_SCATTER), _PAUSES_A_SHIFT, replace=False).tolist())
        for slot, seconds in zip(slots, told.scattered_s[place], strict=True):
            earliest, latest = _SCATTER[slot]
            at = clock.second(earliest) + int(rng.integers(0, (latest - earliest) * 60))
            pauses.append(Pause(at, at + seconds, seconds, UNPLANNED[int(rng.integers(3))]))
        return Workday(
            workday.agent,
            clock.second(_START) - int(rng.integers(5, 60)),
            clock.second(_END),
            tuple(sorted(pauses, key=lambda p: p.wish_at)),
            exact_end=True,
            shift=workday.shift,
        )

    def _place(self, centre: Centre, site: Site, day: date) -> tuple[int, int]:
        """Which block a shift belongs to, 0 for the last finished one and its number in it."""
        newest = day_of_last_finished(site, self.now)
        if day <= newest:
            back = sum(works_on(day + timedelta(days=n)) for n in range(1, (newest - day).days + 1))
            return -(back // self.lunch.shifts), self.lunch.shifts - 1 - back % self.lunch.shifts
        ahead = sum(works_on(newest + timedelta(days=n)) for n in range(1, (day - newest).days))
        return 1 + ahead // self.lunch.shifts, ahead % self.lunch.shifts

    def _told(self, seed: int, block: int) -> Block22:
        lunch, n = self.lunch, self.lunch.shifts
        rng = stream(seed, "late-lunch-block", block + 1000)
        order = rng.permutation(n)
        overrun, late = order[: lunch.overrun_days], order[lunch.overrun_days :]
        late = late[: self.late_days]
        late_s = np.zeros(n, dtype=np.int64)
        low, high = lunch.late_from_s, lunch.late_to_s
        late_s[late] = even_parts(rng, len(late), len(late) * lunch.late_mean_s, low, high)
        over_s = np.zeros(n, dtype=np.int64)
        over_s[overrun] = rng.integers(lunch.overrun_from_s, lunch.overrun_to_s + 1, len(overrun))
        breaks = even_parts(rng, 2 * n, round(60 * lunch.other_late_min), 5, 58)
        # Whole seconds: what the minutes of lateness rounded off is given to the pauses.
        other_s = round(60 * (lunch.other_late_min + lunch.scattered_min))
        count = _PAUSES_A_SHIFT * n
        scattered = even_parts(rng, count, other_s - int(breaks.sum()), 60, 900)
        return Block22(
            tuple(late_s.tolist()),
            tuple(over_s.tolist()),
            tuple((int(a), int(b)) for a, b in breaks.reshape(n, 2)),
            tuple(tuple(row) for row in scattered.reshape(n, _PAUSES_A_SHIFT).tolist()),
        )


def works_on(day: date) -> bool:
    """Monday to Friday, and every third Saturday: more than 66 shifts in thirteen weeks."""
    return day.weekday() < 5 or (day.weekday() == 5 and day.toordinal() // 7 % 3 == 0)


def day_of_last_finished(site: Site, now: int) -> date:
    """The day of the agent's last shift that was over at an instant."""
    day = datetime.fromtimestamp(now, UTC).date() + timedelta(days=1)
    while not works_on(day) or local_day(site.timezone, day).zero_at + 60 * _END > now:
        day -= timedelta(days=1)
    return day


def _pause(wish: int, end: int, late_s: int, activity: str, overrun_s: int) -> Pause:
    """A block taken to the second; after an overrun its whole length follows."""
    return Pause(wish, end + late_s, end - wish, activity, exact=True, overrun_s=overrun_s)
