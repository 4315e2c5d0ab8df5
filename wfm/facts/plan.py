"""What agents were to do: the schedule in three layers, baseline, current and as known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from wfm.domain.activities import Segment
from wfm.domain.schedules import Shift
from wfm.facts.inputs import DayInputs

# Time that is no work at all: no shift is late for it, and being on queue then is outside.
AWAY = ("leave", "sick", "no_show", "unavailable")
LAYERS = ("baseline", "published", "current", "as_known")
_SCHEMA = {
    "agent": pl.UInt32, "shift_on": pl.Date, "start_at": pl.Int64, "end_at": pl.Int64,
    "activity": pl.String, "queue": pl.String, "paid": pl.Boolean,
}  # fmt: skip


def planned_segments(inputs: DayInputs, layer: str) -> pl.DataFrame:
    """Segments of the shifts around the day, in one layer, in the order in which they are painted.

    `baseline` is the first publication, `published` the same without time given off before it
    began, `current` the newest version.

    `as_known` judges each second by the version recorded at or before it: a break moved at 12:00
    from 10:00 to 11:00 was still due at 10:00. Before its first publication a shift counts as
    published.
    """
    made = inputs.plans.get(layer)
    if made is None:
        made = inputs.plans[layer] = _made(inputs, layer)
    return made


def _made(inputs: DayInputs, layer: str) -> pl.DataFrame:
    leave = frozenset(a.code for a in inputs.activities if a.category == "leave")
    agents = inputs.keys["agent"]
    found = [
        (agents[shift.agent_id], shift.shift_on, segment)
        for versions in _by_shift(inputs.shifts)
        if versions[0].agent_id in agents
        for shift, segment in layer_segments(versions, layer, leave)
    ]
    segments = [segment for _, _, segment in found]
    return pl.DataFrame(
        {
            "agent": [agent for agent, _, _ in found],
            "shift_on": [day for _, day, _ in found],
            "start_at": [s.start_at for s in segments],
            "end_at": [s.end_at for s in segments],
            "activity": [s.activity for s in segments],
            "queue": [s.queue for s in segments],
            "paid": [s.paid for s in segments],
        },
        schema=_SCHEMA,
    )


def _by_shift(shifts: Iterable[Shift]) -> list[list[Shift]]:
    found: dict[tuple[str, date], list[Shift]] = {}
    for shift in shifts:
        found.setdefault((shift.agent_id, shift.shift_on), []).append(shift)
    return [sorted(found[key], key=lambda shift: shift.seq) for key in sorted(found)]


def layer_segments(
    versions: list[Shift], layer: str, leave: frozenset[str]
) -> Iterable[tuple[Shift, Segment]]:
    """Segments of one shift's versions in a layer, each with its version, in painting order."""
    if layer in ("baseline", "published"):
        given = _given_off(versions, leave) if layer == "published" else ()
        return [*((versions[0], segment) for segment in versions[0].segments), *given]
    if layer == "current" or len(versions) == 1:
        return [(versions[-1], segment) for segment in versions[-1].segments]
    return _as_known(versions)


def _given_off(versions: list[Shift], leave: frozenset[str]) -> Iterable[tuple[Shift, Segment]]:
    """Time off that a later version granted before it began, as voluntary time off is."""
    for shift in versions[1:]:
        for segment in shift.segments:
            if segment.activity in leave and segment.start_at >= shift.recorded_at:
                yield shift, segment


def _as_known(versions: list[Shift]) -> Iterable[tuple[Shift, Segment]]:
    for i, shift in enumerate(versions):
        known_from = shift.recorded_at if i else None
        known_to = versions[i + 1].recorded_at if i + 1 < len(versions) else None
        for segment in shift.segments:
            start = segment.start_at if known_from is None else max(segment.start_at, known_from)
            end = segment.end_at if known_to is None else min(segment.end_at, known_to)
            if end > start:
                yield shift, Segment(start, end, segment.activity, segment.queue, segment.paid)
