"""Published schedules: who works when, with breaks and meetings, so that coverage follows need.

Each week of a site is planned alone: an agent's one fixed day off keeps every row of working days
at six or fewer, and starts that lie within four and a half hours of each other keep the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from wfm.simulator.absence import Leave, leave_of_week
from wfm.simulator.centre import CONTRACTS, Agent, Centre, Group, Site
from wfm.simulator.chance import stream
from wfm.simulator.demand import Volume
from wfm.simulator.local_day import QUARTERS
from wfm.simulator.shifts import Block, PlannedShift

Floats = NDArray[np.float64]

_SPAN = 136  # quarter-hours from midnight to the end of the longest night shift
_OVER = 1.24  # scheduled for each one needed on the queue: breaks, meetings and absence
_NIGHT_START = 1320
_START_WIDTH = 270
_HUDDLE_MIN, _MEETING_MIN = 45, 60


def plan_week(
    centre: Centre, volume: Volume, group: Group, monday: date
) -> dict[date, list[PlannedShift]]:
    """The shifts of a group's week by the day on which they begin."""
    rng = stream(centre.seed, "roster", group.group_id, monday.toordinal())
    need = np.zeros((7, _SPAN))
    need[:, :QUARTERS] = [volume.need(group, d) for d in range(7)]
    cover = np.zeros((7, _SPAN))
    leave = leave_of_week(centre, monday)
    drafts: list[PlannedShift] = []
    members = [centre.number[a.agent_id] for a in centre.members[group.group_id]]
    for number in rng.permutation(members).tolist():
        drafts += _week_of(centre, group, number, monday, leave, need * _OVER - cover, rng, cover)
    found: dict[date, list[PlannedShift]] = {}
    for shift in _with_blocks(centre, group, monday, drafts, (cover - need).tolist(), rng):
        found.setdefault(shift.on, []).append(shift)
    return found


def _week_of(
    centre: Centre,
    group: Group,
    number: int,
    monday: date,
    leave: Leave,
    short: Floats,
    rng: np.random.Generator,
    cover: Floats,
) -> list[PlannedShift]:
    """An agent's shifts of a week, laid where most is short; `cover` is brought up to date."""
    agent = centre.agents[number]
    length = CONTRACTS[agent.contract_id].shift_minutes[0]
    working, start = _best_week(centre.site[group.site_id], agent, length, short, rng)
    found = []
    for d in working:
        day = monday + timedelta(days=d)
        if not agent.is_employed(day):
            continue
        if leave.weeks[number] or leave.days[number, d]:
            found.append(PlannedShift(number, day, start, start + length, (), "leave"))
        else:
            cover[d, start // 15 : (start + length) // 15] += 1
            found.append(PlannedShift(number, day, start, start + length))
    return found


def _best_week(
    site: Site, agent: Agent, length: int, short: Floats, rng: np.random.Generator
) -> tuple[list[int], int]:
    """Five weekdays and the start of day that close most of what is short."""
    starts = _starts(site, agent, length)
    total = np.concatenate([np.zeros((7, 1)), np.cumsum(2 * short - 1, axis=1)], axis=1)
    gain = total[:, (starts + length) // 15] - total[:, starts // 15]
    days = [d for d in range(7) if d != agent.day_off]
    score = gain[days].sum(axis=0) - gain[days]  # of each second day off and start
    score = score + rng.normal(0, 0.5, score.shape)
    row, column = divmod(int(np.argmax(score)), len(starts))
    return [d for d in days if d != days[row]], int(starts[column])


def _starts(site: Site, agent: Agent, length: int) -> NDArray[np.int64]:
    """Starts that the agent's contract and band allow, minutes after midnight."""
    if agent.night:
        return np.array([_NIGHT_START])
    opens = max((site.opening.minutes(0) or (0, 0))[0], site.day_from)
    closes = min((site.opening.minutes(0) or (0, 1440))[1], _NIGHT_START + 30)
    last = closes - length
    width = last - opens
    first = opens + int(agent.band * max(width - _START_WIDTH, 0)) // 30 * 30
    return np.arange(first, min(last, first + _START_WIDTH) + 1, 30)


def _with_blocks(
    centre: Centre,
    group: Group,
    monday: date,
    drafts: list[PlannedShift],
    spare: list[list[float]],
    rng: np.random.Generator,
) -> list[PlannedShift]:
    meetings = _meetings(centre, group, monday, rng)
    lessons = _lessons(drafts, rng)
    done = []
    for draft in drafts:
        if draft.absence:
            done.append(draft)
            continue
        agent = centre.agents[draft.agent]
        jitter = iter(rng.random(48).tolist())
        day = spare[(draft.on - monday).days]
        blocks: list[Block] = []
        for on, at, minutes in meetings[agent.team_id]:
            inside = draft.start + 30 <= at and at + minutes <= draft.end - 30
            if draft.on == on and inside and not agent.night:
                _take(blocks, day, Block(at, at + minutes, "meeting"))
        for rule in CONTRACTS[agent.contract_id].breaks:
            window = (draft.start + rule.earliest, draft.start + rule.latest)
            _place(blocks, day, jitter, window, rule.minutes, rule.kind)
        if draft.end - draft.start > 300:
            window = (draft.start + 60, draft.end - 120)
            for on, minutes, kind in lessons[draft.agent]:
                if on == draft.on:
                    _place(blocks, day, jitter, window, minutes, kind)
        done.append(
            PlannedShift(draft.agent, draft.on, draft.start, draft.end,
                         tuple(sorted(blocks, key=lambda b: b.start)))
        )  # fmt: skip
    return done


def _meetings(
    centre: Centre, group: Group, monday: date, rng: np.random.Generator
) -> dict[str, list[tuple[date, int, int]]]:
    """Day, minute and length of each team's meeting of the week and of its short huddle."""
    teams = sorted({a.team_id for a in centre.members[group.group_id]})
    noon = 12 if group.site_id != "kolkata" else 15
    found = {}
    for team in teams:
        long_on, short_on = (monday + timedelta(days=int(d)) for d in rng.choice(5, 2, False))
        at = (noon * 4 + rng.integers(0, 10, 2)) * 15
        found[team] = [(long_on, int(at[0]), _MEETING_MIN), (short_on, int(at[1]), _HUDDLE_MIN)]
    return found


def _lessons(
    drafts: list[PlannedShift], rng: np.random.Generator
) -> dict[int, list[tuple[date, int, str]]]:
    """Ninety minutes of training a week and 45 of coaching, on days when the agent works."""
    days: dict[int, list[date]] = {}
    for draft in drafts:
        if not draft.absence:
            days.setdefault(draft.agent, []).append(draft.on)
    found: dict[int, list[tuple[date, int, str]]] = {agent: [] for agent in days}
    for agent, worked in days.items():
        first, second = rng.integers(0, len(worked), 2).tolist()
        found[agent] = [(worked[first], 90, "training"), (worked[second], 45, "coaching")]
    return found


def _take(blocks: list[Block], spare: list[float], block: Block) -> None:
    blocks.append(block)
    for quarter in range(block.start // 15, (block.end + 14) // 15):
        spare[quarter] -= 1


def _place(
    blocks: list[Block],
    spare: list[float],
    jitter: Iterator[float],
    window: tuple[int, int],
    minutes: int,
    activity: str,
) -> None:
    """A block put where most agents are spare, inside the window and clear of other blocks."""
    best, best_score = -1, -1e9
    quarters = (minutes + 14) // 15
    step = 15 if window[1] - window[0] <= 120 else 30
    for start in range(window[0], window[1] + 1, step):
        end = start + minutes
        if any(start < b.end and b.start < end for b in blocks):
            continue
        first = start // 15
        score = min(spare[first : first + quarters]) + next(jitter)
        if score > best_score:
            best, best_score = start, score
    if best >= 0:
        _take(blocks, spare, Block(best, best + minutes, activity))
