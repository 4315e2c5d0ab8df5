"""How agents live their shift: when they come, leave the queue, come back late, and go."""

from __future__ import annotations

from datetime import date

from wfm.simulator.absence import sick_on
from wfm.simulator.centre import Agent, Centre, Group
from wfm.simulator.chance import stream
from wfm.simulator.roster import Roster
from wfm.simulator.shifts import Pause, PlannedShift, Workday

_UNPLANNED = ("personal", "system", "task")
# Median seconds of being late, and how widely it scatters.
_LATE_S, _BACK_LATE_S, _AUX_S = 240.0, 220.0, 200.0


def draw_workdays(centre: Centre, group: Group, roster: Roster, day: date) -> list[Workday]:
    """What the group's agents on shift intend to do on a day; sick agents and leave are absent."""
    sick, _ = sick_on(centre, day)
    found = []
    for shift in roster.shifts_on(day):
        agent = centre.agents[shift.agent]
        if agent.group_id == group.group_id and not shift.leave and shift.agent not in sick:
            found.append(_workday(centre.seed, agent, shift))
    return found


def _workday(seed: int, agent: Agent, shift: PlannedShift) -> Workday:
    rng = stream(seed, "workday", agent.agent_id, shift.on.toordinal())
    start, end = shift.start * 60, shift.end * 60
    hours = (end - start) / 3600
    late = rng.random() < agent.late_rate
    login = start + (int(rng.lognormal(0, 0.7) * _LATE_S) if late else -int(rng.integers(0, 75)))
    pauses = []
    for block in shift.blocks:
        planned = (block.end - block.start) * 60
        early = int(rng.integers(0, 110))
        overstays = rng.random() < agent.back_late_rate
        late_s = int(rng.lognormal(0, 0.6) * _BACK_LATE_S) if overstays else int(rng.integers(8))
        shortest = int(planned * (0.88 if block.activity in ("break", "meal") else 0.5))
        pauses.append(
            Pause(block.start * 60 - early, block.end * 60 + late_s, shortest, block.activity)
        )
    count = int(rng.poisson(agent.aux_per_shift * hours / 8))
    for at in sorted(rng.integers(start + 600, end - 600, count).tolist()):
        length = min(int(rng.lognormal(0, 0.7) * _AUX_S) + 15, 1800)
        reason = _UNPLANNED[int(rng.integers(len(_UNPLANNED)))]
        if all(at + length < b.start * 60 - 60 or at > b.end * 60 + 60 for b in shift.blocks):
            pauses.append(Pause(at, at + length, length, reason))
    return Workday(
        shift.agent,
        max(login, 0),
        end - int(rng.integers(0, 30)),
        tuple(sorted(pauses, key=lambda p: p.wish_at)),
    )
