"""Which seconds count for which measure: yes or no for each kind of judged time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.domain.activities import BUSY_STATES, ON_QUEUE_STATES, STATES, Activity
from wfm.facts.casework import DayCase
from wfm.facts.inputs import DayInputs
from wfm.facts.judged import NO_CAUSE, Judged, of_top
from wfm.facts.matrix import (
    GROUP,
    IGNORED,
    IN,
    LOGGED_OUT,
    NEUTRAL,
    OUT,
    OUTSIDE,
    UNKNOWN,
    UNKNOWN_GROUP,
    VERDICTS,
)
from wfm.facts.pieces import Ints, Mask
from wfm.facts.plan import AWAY

# Feeds a measure of `agent_interval` needs: (states, schedule). Not listed: both.
STATE_MEASURES: dict[str, tuple[bool, bool]] = {
    **dict.fromkeys(
        ("login_s", "avail_s", "busy_s", "contact_active_s", "aux_s", "open_act_s"), (True, False)
    ),
    **dict.fromkeys(
        ("contracted_s", "open_sched_s", "sched_s", "adh_unknown_s", "adh_ignored_s", "unknown_s",
         "lost_leave_s", "lost_sick_s", "lost_plan_s"),
        (False, True),
    ),
}  # fmt: skip
_BREAKS = (GROUP["break"], GROUP["meal"])


@dataclass(frozen=True)
class Shifts:
    """Each shift of a case: agent, span of its work as known, and when the agent was seen in it.

    `first_at` and `last_at` are -1 when nobody was seen; `noshow` when the whole shift is over,
    its feed was healthy throughout and nobody came.
    """

    agent: Ints
    start: Ints
    end: Ints
    first_at: Ints
    last_at: Ints
    known: Mask
    noshow: Mask


def shifts_of(day: DayCase, judged: Judged) -> Shifts:
    """The shifts around the day with what became of them; shifts without work are empty."""
    case = day.case
    n = len(day.shift_days)
    plan = case.plan
    away = _is(case.activities, AWAY)[plan.activity] if len(plan.activity) else np.zeros(0, bool)
    start, end = np.full(n, np.iinfo(np.int64).max), np.zeros(n, np.int64)
    agent = np.zeros(n, np.int64)
    np.minimum.at(start, plan.shift[~away], plan.layer.start[~away])
    np.maximum.at(end, plan.shift[~away], plan.layer.end[~away])
    agent[plan.shift] = plan.layer.agent
    shift, pieces = judged.shift, judged.pieces
    inside = shift >= 0
    present = inside & (judged.group != LOGGED_OUT) & (judged.group != UNKNOWN_GROUP)
    seen = np.flatnonzero(present)
    first, last = np.full(n, -1), np.full(n, -1)
    # Pieces come in order of time: of those written to one place the first, or the last, stays.
    first[shift[seen[::-1]]] = pieces.start[seen[::-1]]
    last[shift[seen]] = pieces.end[seen]
    known = np.ones(n, bool)
    known[shift[inside & (judged.group == UNKNOWN_GROUP) & ~judged.healthy]] = False
    noshow = (end > 0) & (end <= case.as_of_at) & (last < 0) & known
    return Shifts(agent, start, end, first, last, known, noshow)


@dataclass(frozen=True)
class Counts:
    """Which pieces count for which measure: every piece is of a kind, and a kind counts or not.

    Millions of pieces are of some hundred kinds: a state, group and verdict during an activity.
    """

    kind: NDArray[np.int32]  # of each piece
    masks: dict[str, Mask]  # of each kind


@dataclass(frozen=True)
class _Kinds:
    """What the pieces of each kind have in common."""

    activity: Ints  # the number of activities: nothing scheduled
    paid: Mask
    off_first: Mask  # paid and off the queue as first published
    noshow: Mask
    group: Ints
    verdict: Ints
    free_of_cause: Mask
    state: Ints  # place in STATES; their number: none
    late: Mask  # signed out before the agent came or after the agent left
    after_break: Mask


def counted_seconds(inputs: DayInputs, day: DayCase, judged: Judged) -> Counts:
    """For each measure of `agent_interval` the kinds of pieces whose seconds it counts."""
    activities = inputs.activities
    kind, kinds = _kinds(inputs, day, judged)
    group, verdict, state, paid = kinds.group, kinds.verdict, kinds.state, kinds.paid
    scheduled = kinds.activity < len(activities)
    busy = np.isin(state, _BUSY)
    planned_open = _is(activities, ("on_queue",))[kinds.activity]
    away = _is(activities, AWAY)[kinds.activity]
    free = (~scheduled | away) & kinds.free_of_cause
    on_queue = np.isin(state, _ON_QUEUE)
    masks: dict[str, Mask] = {
        "login_s": (state != _NONE) & (state != _OFFLINE),
        "avail_s": on_queue & ~busy,
        "busy_s": busy,
        "aux_s": state == _AUX,
        "aux_unsched_s": (state == _AUX) & planned_open,
        "open_sched_s": planned_open,
        "open_act_s": on_queue,
        "open_dev_s": planned_open & ~on_queue & (group != UNKNOWN_GROUP),
        "sched_s": paid & ~away,
        "adh_sched_s": np.isin(verdict, (IN, OUT, NEUTRAL)),
        "adh_in_s": verdict == IN,
        "adh_out_s": verdict == OUT,
        "adh_neutral_s": verdict == NEUTRAL,
        "adh_excused_s": (verdict == NEUTRAL) & ~kinds.free_of_cause,
        "adh_unknown_s": verdict == UNKNOWN,
        "adh_ignored_s": verdict == IGNORED,
        "outside_s": on_queue & free & np.isin(verdict, (OUTSIDE, IGNORED)),
        "contracted_s": paid,
    }
    masks["open_contracted_s"] = paid & on_queue
    masks["lost_plan_s"] = kinds.off_first
    masks |= _lost(activities, kinds, paid & ~on_queue)
    absent = masks["lost_noshow_s"]
    masks["paid_s"] = paid & ~absent
    gone = absent | masks["lost_leave_s"] | masks["lost_sick_s"] | masks["lost_late_s"]
    masks["worked_s"] = paid & ~gone
    return Counts(kind, masks)


def _kinds(inputs: DayInputs, day: DayCase, judged: Judged) -> tuple[NDArray[np.int32], _Kinds]:
    """The kind of each piece, numbered from 0, and what each kind is."""
    case, laid = day.case, judged.laid
    shifts = shifts_of(day, judged)
    # What the plan alone tells is asked at its points of change, which are few.
    segment = np.append(judged.flat_plan.spell, -1)[laid.tops[0]]
    paid = (segment >= 0) & np.append(case.plan.paid, False)[segment]
    shift = np.append(case.plan.shift, -1)[segment]
    first = case.baseline or case.plan
    off_queue = ~_is(case.activities, ("on_queue",))[first.activity]
    off_first = np.append(judged.flat_baseline.of(first.paid & off_queue), False)[laid.tops[2]]
    noshow = _of_shift(shifts.noshow, shift) > 0
    of_point = ((judged.point_activity * 2 + paid) * 2 + off_first) * 2 + noshow
    state = np.append(day.state, np.uint8(_NONE))
    late = np.zeros(len(judged.group), bool)
    out = np.flatnonzero(judged.group == LOGGED_OUT)
    out = out[paid[laid.point[out]]]
    late[out] = _late(shifts, shift[laid.point[out]], judged, out)
    parts = (
        (judged.group, len(GROUP)), (judged.verdict, len(VERDICTS)),
        (judged.cause == NO_CAUSE, 2), (state[judged.pieces.top[1]], _NONE + 1), (late, 2),
        (_after_break(inputs, judged), 2),
    )  # fmt: skip
    code = of_point.astype(np.int32)[laid.point]
    size = 8 * (len(case.activities) + 1)
    for values, count in parts:
        code *= count
        code += values
        size *= count
    seen = np.zeros(size, bool)
    seen[code] = True
    there = np.flatnonzero(seen)
    number = np.zeros(size, np.int32)
    number[there] = np.arange(len(there))
    fields = list[Ints]()
    rest = there
    for _, count in reversed(parts):
        rest, field = rest // count, rest % count
        fields.append(field)
    after_break, gone, doing, free, verdict, group = fields
    found = _Kinds(
        rest >> 3, (rest & 4) > 0, (rest & 2) > 0, (rest & 1) > 0, group, verdict, free > 0, doing,
        gone > 0, after_break > 0,
    )  # fmt: skip
    return number[code], found


def _late(shifts: Shifts, shift: Ints, judged: Judged, chosen: Ints) -> Mask:
    """Whether each chosen piece ends before its agent came to the shift, or begins after they left.

    Nobody came at all: every piece is late.
    """
    start, end = judged.pieces.start[chosen], judged.pieces.end[chosen]
    first, last = _of_shift(shifts.first_at, shift), _of_shift(shifts.last_at, shift)
    late: Mask = (end <= first) | (start >= last) | (last < 0)
    return late


def _lost(activities: tuple[Activity, ...], kinds: _Kinds, left: Mask) -> dict[str, Mask]:
    """Contracted seconds by the one reason they carry: the first that fits wins.

    On queue and unknown come first, then what was away by plan, then no-show, then late or gone
    early, then what was planned off queue, then a break overrun, and the rest is aux.
    """
    masks: dict[str, Mask] = {}

    def take(name: str, mask: Mask) -> None:
        nonlocal left
        masks[name] = left & mask
        left = left & ~mask

    def planned(*categories: str) -> Mask:
        return _is(activities, categories)[kinds.activity]

    take("lost_leave_s", planned("leave"))
    take("lost_sick_s", planned("sick"))
    take("unknown_s", kinds.group == UNKNOWN_GROUP)
    take("lost_noshow_s", planned("no_show") | kinds.noshow)
    take("lost_system_s", planned("system"))
    take("lost_late_s", kinds.late)
    for name in ("training", "meeting", "coaching"):
        take(f"lost_{name}_s", planned(name))
    take("lost_break_s", planned("break", "meal"))
    take("lost_project_s", planned("project", "unavailable"))
    take("lost_overbreak_s", kinds.after_break)
    take("lost_aux_s", left.copy())
    return masks


def _after_break(inputs: DayInputs, judged: Judged) -> Mask:
    """Pieces of an unbroken absence (break, meal, signed out) that began in a planned break."""
    late = np.zeros(len(judged.group), bool)
    rest = np.flatnonzero(np.isin(judged.group, (*_BREAKS, LOGGED_OUT)))
    if not len(rest):
        return late
    point, start = judged.laid.point[rest], judged.laid.start[rest]
    shift = of_top(judged.case.plan.shift, judged.flat_plan, judged.laid)[point]
    opens = np.ones(len(rest), bool)
    opens[1:] = (start[1:] != judged.laid.end[rest[:-1]]) | (shift[1:] != shift[:-1])
    run = np.cumsum(opens) - 1
    on_break = _is(inputs.activities, ("break", "meal"))[judged.point_activity[point]]
    # Only what follows the planned break is an overrun; going early is plain aux.
    since = np.full(int(run[-1]) + 1, np.iinfo(np.int64).max)
    owed = np.flatnonzero(on_break)[::-1]
    since[run[owed]] = start[owed]
    late[rest] = (start >= since[run]) & ~on_break
    return late


def _is(activities: tuple[Activity, ...], categories: tuple[str, ...]) -> Mask:
    """For each activity (and the last: nothing scheduled) whether its category is one of these."""
    return np.array([a.category in categories for a in activities] + [False])


def _of_shift(values: Ints | Mask, shift: Ints) -> Ints:
    if not len(values):
        return np.zeros(len(shift), np.int64)
    found: Ints = np.where(shift >= 0, values[shift], 0)
    return found


_OFFLINE, _AUX, _NONE = STATES.index("offline"), STATES.index("aux"), len(STATES)
_BUSY = tuple(STATES.index(name) for name in BUSY_STATES)
_ON_QUEUE = tuple(STATES.index(name) for name in ON_QUEUE_STATES)
