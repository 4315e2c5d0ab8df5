"""Published schedules: who works when, with breaks and meetings, so that coverage follows need."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from wfm.simulator.absence import leave_of_week
from wfm.simulator.centre import CONTRACTS, Centre, Group
from wfm.simulator.chance import stream
from wfm.simulator.demand import QUARTERS, week_need, weekly_contacts
from wfm.simulator.shifts import Block, PlannedShift

Floats = NDArray[np.float64]


# What an agent carries from one week to the next: days worked in a row, end of Sunday's shift.
_Carry = dict[int, tuple[int, int | None]]
_PATTERNS = {n: np.array([[d in c for d in range(7)] for c in combinations(range(7), n)])
             for n in (5,)}  # fmt: skip


class Roster:
    """All published weeks of a centre, made in order from the first week on and kept."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._next_monday = centre.first_monday
        self._carry: _Carry = {}
        self._by_day: dict[date, tuple[PlannedShift, ...]] = {}

    def shifts_on(self, day: date) -> tuple[PlannedShift, ...]:
        """The shifts that begin on a local day, by agent; none before the first week."""
        while self._next_monday <= day:
            self._add_week(self._next_monday)
            self._next_monday += timedelta(days=7)
        return self._by_day.get(day, ())

    def _add_week(self, monday: date) -> None:
        found: dict[date, list[PlannedShift]] = {}
        for group in self._centre.groups:
            for shift in _plan_group(self._centre, group, monday, self._carry):
                found.setdefault(shift.on, []).append(shift)
        for day, shifts in found.items():
            self._by_day[day] = tuple(sorted(shifts, key=lambda s: s.agent))


def _plan_group(centre: Centre, group: Group, monday: date, carry: _Carry) -> list[PlannedShift]:
    rng = stream(centre.seed, "roster", group.group_id, monday.toordinal())
    need = week_need(centre, group, weekly_contacts(centre, group.group_id)) * 1.22
    cover = np.zeros((7, QUARTERS))
    away, single = leave_of_week(centre, monday)
    numbers = [i for i, a in enumerate(centre.agents) if a.group_id == group.group_id]
    drafts: list[PlannedShift] = []
    for number in rng.permutation(numbers).tolist():
        hired = centre.agents[number].hire_on
        if hired > monday + timedelta(days=2):
            carry[number] = (0, None)
            continue
        if away[number]:
            length = CONTRACTS[centre.agents[number].contract_id].shift_minutes[0]
            carry[number] = (0, None)
            drafts += [_leave(number, monday + timedelta(days=d), 540, length) for d in range(5)]
            continue
        days, start, length = _best_week(centre, group, number, need - cover, carry, rng)
        for d in np.flatnonzero(days).tolist():
            day = monday + timedelta(days=d)
            if day < hired:
                continue
            if single[number, d]:
                drafts.append(_leave(number, day, start, length))
            else:
                cover[d, start // 15 : (start + length) // 15] += 1
                drafts.append(PlannedShift(number, day, start, start + length, ()))
        off = np.flatnonzero(~days)
        carry[number] = (6 - int(off[-1]), start + length if days[6] else None)
    return _with_blocks(centre, group, monday, drafts, cover - need / 1.22, rng)


def _leave(number: int, day: date, start: int, length: int) -> PlannedShift:
    return PlannedShift(number, day, start, start + length, (), "leave")


def _best_week(
    centre: Centre,
    group: Group,
    number: int,
    short: Floats,
    carry: _Carry,
    rng: np.random.Generator,
) -> tuple[NDArray[np.bool_], int, int]:
    """Working days, start and length that close most of what is short, within the contract."""
    contract = CONTRACTS[centre.agents[number].contract_id]
    length = contract.shift_minutes[0]
    site = centre.site[group.site_id]
    spans = [site.opening.minutes(d) or (0, 0) for d in range(7)]
    starts = np.arange(min(s for s, _ in spans), max(e for _, e in spans) - length + 1, 30)
    total = np.concatenate([np.zeros((7, 1)), np.cumsum(2 * short - 1, axis=1)], axis=1)
    gain = total[:, (starts + length) // 15] - total[:, starts // 15]
    for d, (opens, closes) in enumerate(spans):
        gain[d, (starts < opens) | (starts + length > closes)] = -1e6
    patterns = _PATTERNS[contract.days[0]]
    score = patterns @ gain + rng.normal(0, 0.5, (len(patterns), len(starts)))
    streak, sunday_end = carry.get(number, (0, None))
    lead = np.argmin(patterns, axis=1)  # days worked before the first day off
    score[streak + lead > contract.max_consecutive_days] = -1e9
    if sunday_end is not None:
        too_soon = starts < sunday_end - 1440 + contract.rest_minutes
        score[np.ix_(patterns[:, 0], too_soon)] = -1e9
    row, column = np.unravel_index(int(np.argmax(score)), score.shape)
    return patterns[row], int(starts[column]), length


def _with_blocks(
    centre: Centre,
    group: Group,
    monday: date,
    drafts: list[PlannedShift],
    spare: Floats,
    rng: np.random.Generator,
) -> list[PlannedShift]:
    meetings = _meetings(centre, group, monday, rng)
    week = monday.toordinal() // 7
    coached: dict[int, date] = {}
    for draft in sorted(drafts, key=lambda s: s.on):
        if not draft.leave and rng.random() < 0.5:
            coached[draft.agent] = draft.on
    done = []
    for draft in drafts:
        if draft.leave:
            done.append(draft)
            continue
        agent = centre.agents[draft.agent]
        day = spare[(draft.on - monday).days]
        blocks: list[Block] = []
        meeting_on, meeting_at = meetings[agent.team_id]
        full = draft.end - draft.start > 300
        if (
            draft.on == meeting_on
            and draft.start + 30 <= meeting_at
            and meeting_at + 45 <= draft.end - 30
        ):
            _take(blocks, day, Block(meeting_at, meeting_at + 45, "meeting"))
        for rule in CONTRACTS[agent.contract_id].breaks:
            window = (draft.start + rule.earliest, draft.start + rule.latest)
            _place(blocks, day, rng, window, rule.minutes, rule.kind)
        if full and coached.get(draft.agent) == draft.on:
            window = (draft.start + 60, draft.end - 90)
            kind, minutes = ("training", 60) if (draft.agent + week) % 2 else ("coaching", 30)
            _place(blocks, day, rng, window, minutes, kind)
        ordered = tuple(sorted(blocks, key=lambda b: b.start))
        done.append(PlannedShift(draft.agent, draft.on, draft.start, draft.end, ordered))
    return done


def _meetings(
    centre: Centre, group: Group, monday: date, rng: np.random.Generator
) -> dict[str, tuple[date, int]]:
    """The team meeting of the week: Tuesday to Thursday, at noon or after."""
    teams = sorted({a.team_id for a in centre.members[group.group_id]})
    return {
        team: (
            monday + timedelta(days=int(rng.integers(1, 4))),
            int(rng.integers(12 * 4, 15 * 4)) * 15,
        )
        for team in teams
    }


def _take(blocks: list[Block], spare: Floats, block: Block) -> None:
    blocks.append(block)
    spare[block.start // 15 : (block.end + 14) // 15] -= 1


def _place(
    blocks: list[Block],
    spare: Floats,
    rng: np.random.Generator,
    window: tuple[int, int],
    minutes: int,
    activity: str,
) -> None:
    """A block put where most agents are spare, inside the window and clear of other blocks."""
    best, best_score = None, -1e9
    quarters = (minutes + 14) // 15
    jitter = rng.random(1 + (window[1] - window[0]) // 15)
    for step, start in enumerate(range(window[0], window[1] + 1, 15)):
        if any(start < b.end and b.start < start + minutes for b in blocks):
            continue
        first = start // 15
        score = float(spare[first : first + quarters].min()) + float(jitter[step])
        if score > best_score:
            best, best_score = start, score
    if best is not None:
        _take(blocks, spare, Block(best, best + minutes, activity))
