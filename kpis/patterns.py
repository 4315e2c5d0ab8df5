"""When in the shift time is lost: the moments around breaks, meals, start and end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from wfm.domain.activities import Segment
from wfm.domain.language import to_say
from wfm.domain.schedules import Shift

START, END, BETWEEN = to_say("at the start"), to_say("at the end"), to_say("in between")
GOING = {"break": to_say("going to break"), "meal": to_say("going to lunch")}
AFTER = {"break": to_say("after break"), "meal": to_say("after lunch")}
MOMENTS = (
    START, GOING["break"], AFTER["break"], GOING["meal"], AFTER["meal"], END, BETWEEN,
)  # fmt: skip


@dataclass(frozen=True)
class Lapse:
    """One spell out of adherence: who, in which shift, from when to when."""

    agent_id: str
    shift_on: date
    start_at: int
    end_at: int

    @property
    def seconds(self) -> int:
        return self.end_at - self.start_at


@dataclass(frozen=True)
class MomentLoss:
    """Time lost at one moment of the shift: seconds in all, and the shifts in which it happened."""

    moment: str
    seconds: int
    shifts_hit: int
    shifts_n: int


def lost_by_moment(
    lapses: Iterable[Lapse], shifts: Sequence[Shift], categories: Mapping[str, str]
) -> tuple[MomentLoss, ...]:
    """Seconds out of adherence at each moment of the shift, most first; they add up to all of them.

    Back from a meal at 13:04 in place of 13:00 on 20 of 22 shifts: 80 minutes "after lunch",
    hit 20 of 22. `categories` gives the category of each activity code.
    """
    by_shift = {(shift.agent_id, shift.shift_on): shift for shift in shifts}
    seconds: dict[str, int] = dict.fromkeys(MOMENTS, 0)
    hit: dict[str, set[tuple[str, date]]] = {moment: set() for moment in MOMENTS}
    for lapse in lapses:
        shift = by_shift.get((lapse.agent_id, lapse.shift_on))
        moment = moment_of(lapse, shift.segments if shift else (), categories)
        seconds[moment] += lapse.seconds
        hit[moment].add((lapse.agent_id, lapse.shift_on))
    losses = [
        MomentLoss(moment, seconds[moment], len(hit[moment]), len(by_shift))
        for moment in MOMENTS
        if seconds[moment]
    ]
    return tuple(sorted(losses, key=lambda loss: -loss.seconds))


def moment_of(lapse: Lapse, segments: Sequence[Segment], categories: Mapping[str, str]) -> str:
    """The moment of the shift to which a lapse belongs, by the boundary that it touches."""
    if not segments:
        return BETWEEN
    if lapse.start_at <= segments[0].start_at:
        return START
    for segment in segments:
        pause = categories.get(segment.activity, segment.activity)
        if pause in AFTER and lapse.start_at == segment.end_at:
            return AFTER[pause]
        if pause in GOING and segment.start_at in (lapse.start_at, lapse.end_at):
            return GOING[pause]
    return END if lapse.end_at >= segments[-1].end_at else BETWEEN
