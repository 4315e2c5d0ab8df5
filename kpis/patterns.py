"""When in the shift time is lost: the moments around breaks, meals, start and end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from wfm.domain.activities import Segment
from wfm.domain.language import to_say
from wfm.domain.schedules import Shift

START, END, BETWEEN = to_say("at the start"), to_say("at the end"), to_say("in between")
GOING = {"break": to_say("going to break"), "meal": to_say("going to lunch")}
AFTER = {"break": to_say("after break"), "meal": to_say("after lunch")}
MOMENTS = (
    START, GOING["break"], AFTER["break"], GOING["meal"], AFTER["meal"], END, BETWEEN,
)  # fmt: skip


class Spell(Protocol):
    """One spell out of adherence: who, in which shift, from when to when."""

    @property
    def agent_id(self) -> str: ...
    @property
    def shift_on(self) -> date: ...
    @property
    def start_at(self) -> int: ...
    @property
    def end_at(self) -> int: ...


@dataclass(frozen=True)
class MomentLoss:
    """Time lost at one moment of the shift: seconds in all, and the shifts in which it happened."""

    moment: str
    seconds: int
    shifts_hit: int
    shifts_n: int


def lost_by_moment(
    spells: Iterable[Spell], shifts: Sequence[Shift], categories: Mapping[str, str]
) -> tuple[MomentLoss, ...]:
    """Seconds out of adherence at each moment of the shift, most first; they add up to all of them.

    Back from a meal at 13:04 in place of 13:00 on 20 of 22 shifts: 80 minutes "after lunch",
    hit 20 of 22. `categories` gives the category of each activity code.
    """
    by_shift = {(shift.agent_id, shift.shift_on): shift.segments for shift in shifts}
    told = [
        (moment_of(spell, by_shift.get((spell.agent_id, spell.shift_on), ()), categories), spell)
        for spell in spells
    ]
    return summed(told, len(by_shift))


def summed(told: Iterable[tuple[str, Spell]], shifts_n: int) -> tuple[MomentLoss, ...]:
    """The same of spells whose moments are known, lost in so many shifts."""
    seconds: dict[str, int] = dict.fromkeys(MOMENTS, 0)
    hit: dict[str, set[tuple[str, date]]] = {moment: set() for moment in MOMENTS}
    for moment, spell in told:
        seconds[moment] += spell.end_at - spell.start_at
        hit[moment].add((spell.agent_id, spell.shift_on))
    losses = [
        MomentLoss(moment, seconds[moment], len(hit[moment]), shifts_n)
        for moment in MOMENTS
        if seconds[moment]
    ]
    return tuple(sorted(losses, key=lambda loss: -loss.seconds))


def moment_of(spell: Spell, segments: Sequence[Segment], categories: Mapping[str, str]) -> str:
    """The moment of the shift to which a spell belongs, by the boundary that it touches."""
    if not segments:
        return BETWEEN
    if spell.start_at <= segments[0].start_at:
        return START
    for segment in segments:
        pause = categories.get(segment.activity, segment.activity)
        if pause in AFTER and spell.start_at == segment.end_at:
            return AFTER[pause]
        if pause in GOING and segment.start_at in (spell.start_at, spell.end_at):
            return GOING[pause]
    return END if spell.end_at >= segments[-1].end_at else BETWEEN
