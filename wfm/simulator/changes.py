"""What becomes of a schedule after publication: training put in, swaps, free time, overtime."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from wfm.simulator.centre import Centre, Site
from wfm.simulator.chance import stream
from wfm.simulator.influence import Change
from wfm.simulator.local_day import local_day
from wfm.simulator.shifts import Block, PlannedShift

_TRAINING, _VTO, _OVERTIME, _SWAP = 0.012, 0.010, 0.006, 0.010  # of working shifts
_DAY_S = 86_400


def draw_changes(
    centre: Centre, site: Site, day: date, shifts: tuple[PlannedShift, ...]
) -> tuple[Change, ...]:
    """Changes of a day's shifts in the order in which they are recorded, at most one a shift."""
    rng = stream(centre.seed, "changes", site.site_id, day.toordinal())
    clock = local_day(site.timezone, day, site.day_from)
    opening = site.opening.minutes(day.weekday()) or (0, 0)
    found: list[Change] = []
    swaps: dict[tuple[str, str], tuple[PlannedShift, int]] = {}
    for shift in shifts:
        chance, hours = rng.random(), int(rng.integers(20, 120))
        at = int(rng.integers(60, 300)) // 15 * 15
        agent = centre.agents[shift.agent]
        if shift.absence or agent.night:
            continue
        begins = clock.zero_at + clock.second(shift.start)
        known = begins - hours * 3600
        if chance < _TRAINING:
            block = Block(shift.start + at, shift.start + at + 60, "training")
            if block.end < shift.end - 15 and _clear(shift, block):
                blocks = tuple(sorted((*shift.blocks, block), key=lambda b: b.start))
                found.append(Change(known, "training", replace(shift, blocks=blocks)))
        elif chance < _TRAINING + _VTO:
            end = shift.end - 60 - at % 60
            if end - shift.start >= 240:
                at_end = clock.zero_at + clock.second(end)
                found.append(Change(at_end - 7200, "vto", _cut(shift, end)))
        elif chance < _TRAINING + _VTO + _OVERTIME:
            if shift.end + 60 <= min(opening[1], 1320):
                found.append(Change(known, "overtime", replace(shift, end=shift.end + 60)))
        elif chance < _TRAINING + _VTO + _OVERTIME + _SWAP:
            kind = (agent.group_id, agent.contract_id)
            other = swaps.pop(kind, None)
            if other is None:
                swaps[kind] = (shift, known)
            elif 30 <= abs(other[0].start - shift.start) <= 270:
                when = min(known, other[1])
                found.append(Change(when, "swap", replace(other[0], agent=shift.agent)))
                found.append(Change(when, "swap", replace(shift, agent=other[0].agent)))
    return tuple(sorted(found, key=lambda c: (c.recorded_at, c.shift.agent)))


def _clear(shift: PlannedShift, block: Block) -> bool:
    return all(block.end <= b.start or b.end <= block.start for b in shift.blocks)


def _cut(shift: PlannedShift, end: int) -> PlannedShift:
    kept = tuple(b for b in shift.blocks if b.end <= end)
    return replace(shift, end=end, blocks=kept)
