"""What a day was to hold: activities at their time, shifts and days off that were promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wfm.domain.language import joined, say
from wfm.domain.rules.duty import Duty, Rest, Violation, span_text

ACTIVITY, PINNED = "fixed_activity", "pinned"


@dataclass(frozen=True)
class Fixed:
    """Something planned at a time of a day, in minutes after that day's midnight."""

    kind: str
    day: int
    start: int
    minutes: int


@dataclass(frozen=True)
class Pinned:
    """A day as promised: a shift from `start` to `end`, or none; rests None: breaks are free."""

    day: int
    off: bool
    start: int = 0
    end: int = 0
    rests: tuple[Rest, ...] | None = None


def check_activities(duties: Sequence[Duty], fixed: Sequence[Fixed]) -> tuple[Violation, ...]:
    """Activities outside the day's duty, or over one of its breaks."""
    by_day = {duty.day: duty for duty in duties}
    found = []
    for item in fixed:
        span = joined(" ", (say(item.kind), span_text(item.start, item.start + item.minutes)))
        duty = by_day.get(item.day)
        if duty is None or not (duty.start <= item.start <= duty.end - item.minutes):
            found.append(
                Violation(ACTIVITY, item.day, say("{span} lies outside the shift", span=span))
            )
            continue
        begin = item.start - duty.start
        for rest in duty.rests:
            if rest.start < begin + item.minutes and begin < rest.start + rest.minutes:
                found.append(
                    Violation(
                        ACTIVITY,
                        item.day,
                        say("{span} meets a {kind}", span=span, kind=say(rest.kind)),
                    )
                )
    return tuple(found)


def check_pinned(duties: Sequence[Duty], pins: Sequence[Pinned]) -> tuple[Violation, ...]:
    """Days that do not hold what was promised: a shift moved, a day off that is worked."""
    by_day = {duty.day: duty for duty in duties}
    found = []
    for pin in pins:
        duty = by_day.get(pin.day)
        given = say("free") if duty is None else span_text(duty.start, duty.end)
        if pin.off:
            if duty is not None:
                found.append(Violation(PINNED, pin.day, say("{given}, promised free", given=given)))
            continue
        wanted = span_text(pin.start, pin.end)
        if duty is None or (duty.start, duty.end) != (pin.start, pin.end):
            found.append(
                Violation(
                    PINNED, pin.day, say("{given}, promised {wanted}", given=given, wanted=wanted)
                )
            )
        elif pin.rests is not None and _places(duty.rests) != _places(pin.rests):
            found.append(
                Violation(PINNED, pin.day, say("{wanted} with its breaks moved", wanted=wanted))
            )
    return tuple(found)


def _places(rests: Sequence[Rest]) -> list[tuple[int, int]]:
    return sorted((rest.start, rest.minutes) for rest in rests)
