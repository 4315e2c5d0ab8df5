"""Changes of one shift: moved, an activity put in or taken out, a shift added or removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wfm.domain.activities import Activity, Segment
from wfm.domain.contracts import Contract
from wfm.domain.errors import BadInput
from wfm.domain.grid import QUARTER_S
from wfm.domain.language import say
from wfm.domain.rules.week import owed_breaks

KINDS = ("move", "put", "take", "add", "remove", "undo")
WORDS = {
    "move": "Move the shift",
    "put": "Put in an activity",
    "take": "Take out an activity",
    "add": "Add a shift",
    "remove": "Remove the shift",
    "undo": "Undo the last change",
}
ON_QUEUE = "on_queue"


@dataclass(frozen=True)
class ShiftEdit:
    """One change of a shift: its kind, and what the kind needs; instants in UTC seconds.

    move: new start. put: activity from start to end. take: the segment that begins at start.
    add: start and length. remove, undo: nothing.
    """

    kind: str
    start_at: int | None = None
    end_at: int | None = None
    activity: str = ""
    length: int | None = None  # minutes


def moved(segments: Sequence[Segment], start_at: int) -> tuple[Segment, ...]:
    """The shift begun at another time: 09:00 in place of 08:00 moves each of its pieces by 1 h."""
    if not segments:
        raise BadInput(say("There is no shift to move on this day; add one."))
    shift = start_at - segments[0].start_at
    if shift == 0:
        raise BadInput(say("The shift begins at that time already; choose another."))
    return tuple(replace(s, start_at=s.start_at + shift, end_at=s.end_at + shift) for s in segments)


def put_in(
    segments: Sequence[Segment], activity: Activity, start_at: int, end_at: int
) -> tuple[Segment, ...]:
    """The shift with an activity over what was planned in that time; it must lie inside."""
    if not segments:
        raise BadInput(say("There is no shift on this day; add one first."))
    begin, end = segments[0].start_at, segments[-1].end_at
    if end_at <= start_at:
        raise BadInput(say("The activity ends before it begins; choose a later end."))
    if start_at < begin or end_at > end:
        raise BadInput(
            say("The activity lies outside the shift; move the shift first, or shorten it.")
        )
    new = Segment(start_at, end_at, activity.code, None, activity.paid)
    kept: list[Segment] = []
    for segment in segments:
        if segment.end_at <= start_at or segment.start_at >= end_at:
            kept.append(segment)
            continue
        if segment.start_at < start_at:
            kept.append(replace(segment, end_at=start_at))
        if segment.end_at > end_at:
            kept.append(replace(segment, start_at=end_at))
    found = joined(sorted([*kept, new], key=lambda s: s.start_at))
    if found == joined(segments):
        raise BadInput(say("That is planned already; nothing would change."))
    return found


def taken_out(segments: Sequence[Segment], start_at: int) -> tuple[Segment, ...]:
    """The shift with the piece that begins then back on the queue."""
    found = next((s for s in segments if s.start_at == start_at), None)
    if found is None or found.activity == ON_QUEUE:
        raise BadInput(
            say("Nothing but time on the queue is planned then; choose another activity.")
        )
    back = replace(found, activity=ON_QUEUE, queue=None, paid=True)
    return joined([back if s is found else s for s in segments])


def new_shift(contract: Contract, start_at: int, minutes: int) -> tuple[Segment, ...]:
    """A shift of a length the contract knows, its breaks in the middle of their windows."""
    if minutes not in contract.shift_minutes:
        allowed = ", ".join(f"{n / 60:g} h" for n in contract.shift_minutes)
        raise BadInput(
            say(
                "A shift of {hours:g} h is not in the contract; allowed: {allowed}.",
                hours=minutes / 60,
                allowed=allowed,
            )
        )
    pieces: list[Segment] = []
    at, end = start_at, start_at + minutes * 60
    for rule in owed_breaks(contract, minutes):
        latest = min(rule.latest, minutes - rule.minutes)
        middle = (rule.earliest + latest) // 2 * 60 // QUARTER_S * QUARTER_S
        begin = max(at, start_at + max(middle, rule.earliest * 60))
        pieces.append(Segment(at, begin, ON_QUEUE))
        pieces.append(Segment(begin, begin + rule.minutes * 60, rule.kind, None, rule.paid))
        at = begin + rule.minutes * 60
    pieces.append(Segment(at, end, ON_QUEUE))
    return tuple(piece for piece in pieces if piece.start_at < piece.end_at)


def joined(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Touching pieces of the same activity as one."""
    found: list[Segment] = []
    for segment in segments:
        last = found[-1] if found else None
        if (
            last is not None
            and last.end_at == segment.start_at
            and (last.activity, last.queue, last.paid)
            == (segment.activity, segment.queue, segment.paid)
        ):
            found[-1] = replace(last, end_at=segment.end_at)
        else:
            found.append(segment)
    return tuple(found)
