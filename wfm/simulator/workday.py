"""How agents live their shift: when they come, leave the queue, come back late, and go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from wfm.simulator.centre import VOICE, Agent, Centre, Group
from wfm.simulator.chance import stream
from wfm.simulator.contacts import mean_of
from wfm.simulator.floor import Pace, Worker
from wfm.simulator.founding import tenure_factors
from wfm.simulator.influence import Influence
from wfm.simulator.local_day import LocalDay, local_day
from wfm.simulator.shifts import UNPLANNED, Pause, PlannedShift, Workday

UNMAPPED = "4711"
# Median seconds of being late at the start, after a meal and in an unplanned pause.
_LATE_S, _BACK_LATE_S, _AUX_S = 240.0, 120.0, 200.0
# Of the breaks of those on the telephone, so many begin late because a contact is still under way;
# before the others no contact is taken that would last too long.
_OVERRUN = 0.10
# The outage: minutes of the local clock from which and until which no contact can be taken.
OUTAGE_MIN = (640, 665)
Bent = Sequence[Influence]


def draw_workers(
    centre: Centre, influences: Bent, group: Group, shifts: Sequence[PlannedShift], day: date
) -> list[Worker]:
    """The group's agents who come that day, with what they intend and how they work; by agent."""
    site = centre.site[group.site_id]
    clock = local_day(site.timezone, day, site.day_from)
    found = []
    for shift in shifts:
        agent = centre.agents[shift.agent]
        if agent.group_id != group.group_id or shift.absence:
            continue
        workday = _workday(centre, agent, shift, clock)
        for influence in influences:
            workday = influence.attendance(centre, agent, day, workday)
        queues = _queues(centre, influences, agent, day)
        places = tuple(i for i, q in enumerate(group.queues) if q.queue_id in queues)
        paces = _paces(centre, influences, agent, group, day)
        found.append(Worker(_in_order(workday), places, paces))
    return found


def _workday(centre: Centre, agent: Agent, shift: PlannedShift, clock: LocalDay) -> Workday:
    rng = stream(centre.seed, "workday", agent.agent_id, shift.on.toordinal())
    chance, scatter = rng.random(40).tolist(), rng.lognormal(0, 0.65, 24).tolist()
    start, end = clock.second(shift.start), clock.second(shift.end)
    late = chance[0] < agent.late_rate
    by_phone = centre.group[agent.group_id].kind == VOICE
    login = start + (int(scatter[0] * _LATE_S) if late else -int(chance[1] * 75))
    pauses = []
    for n, block in enumerate(shift.blocks[:8], 2):
        begins, planned = clock.second(block.start), (block.end - block.start) * 60
        rate = agent.back_late_rate * (1.0 if block.activity == "meal" else 0.6)
        late_s = int(scatter[n] * _BACK_LATE_S) if chance[n] < rate else int(chance[n + 8] * 8)
        shortest = int(planned * (0.9 if block.activity in ("break", "meal") else 0.5))
        early = int(chance[n + 8] * 45)
        in_time = by_phone and chance[n + 24] >= _OVERRUN
        pauses.append(
            Pause(begins - early, begins + planned + late_s, shortest, block.activity, in_time)
        )
    count = int(rng.poisson(agent.aux_per_shift * (end - start) / 28_800))
    length = (rng.lognormal(0, 0.7, count) * _AUX_S + 15).tolist()
    kinds = rng.integers(0, len(UNPLANNED), count).tolist()
    for n, at in enumerate(sorted(rng.integers(start + 600, end - 600, count).tolist())):
        lasts = min(int(length[n]), 1800)
        reason = _unplanned(centre, agent, shift.on, kinds[n])
        if all(at + lasts < p.wish_at - 60 or at > p.back_at + 60 for p in pauses):
            pauses.append(Pause(at, at + lasts, lasts, reason))
    if agent.site_id == centre.roles.outage_site and shift.on == centre.outage_on:
        pauses = _with_outage(pauses, clock, start, end)
    return Workday(shift.agent, login, end - int(chance[23] * 30), tuple(pauses), shift=shift)


def _unplanned(centre: Centre, agent: Agent, day: date, kind: int) -> str:
    """The aux code of a pause; one day some agents use one that nobody has mapped."""
    if day == centre.unmapped_on and agent.site_id == centre.roles.campaign_site and kind == 0:
        return UNMAPPED
    return UNPLANNED[kind]


def _with_outage(pauses: list[Pause], clock: LocalDay, start: int, end: int) -> list[Pause]:
    """Everybody thrown off the telephone for 25 minutes: contacts under way still end."""
    first, last = (clock.second(minute) for minute in OUTAGE_MIN)
    if end <= first or start >= last:
        return pauses
    kept = [p for p in pauses if p.back_at <= first or p.wish_at >= last]
    return [*kept, Pause(max(first, start), last, 0, "system")]


def _in_order(workday: Workday) -> Workday:
    return replace(workday, pauses=tuple(sorted(workday.pauses, key=lambda p: p.wish_at)))


def _queues(centre: Centre, influences: Bent, agent: Agent, day: date) -> tuple[str, ...]:
    queues = agent.queues
    for influence in influences:
        stated = influence.assignment(centre, agent, day)
        queues = queues if stated is None else stated
    return queues


def _paces(
    centre: Centre, influences: Bent, agent: Agent, group: Group, day: date
) -> tuple[Pace, ...]:
    found = []
    for queue in group.queues:
        talk_s, hold_s, acw_s = mean_of(queue)
        share = max(acw_s / (talk_s + hold_s + acw_s), 0.1)
        slow_talk, slow_acw = tenure_factors(agent, day, share)
        talk, acw = agent.pace * slow_talk, agent.acw_pace * slow_acw
        hold = talk
        steady, part = "", None
        for influence in influences:
            work = influence.work(centre, agent, queue, queue.kind, day)
            if work.plain:
                talk, hold, acw = 1.0, 1.0, 1.0
            talk, hold, acw = talk * work.talk, hold * work.hold, acw * work.acw
            steady, part = work.steady or steady, part if work.share is None else work.share
        found.append(Pace(talk, hold, acw, steady, part))
    return tuple(found)
