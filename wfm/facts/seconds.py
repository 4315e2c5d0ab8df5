"""Which seconds count for which measure: yes or no for each piece of judged time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from wfm.domain.activities import Activity
from wfm.facts.casework import DayCase
from wfm.facts.inputs import DayInputs
from wfm.facts.judged import NO_CAUSE, Judged
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
)
from wfm.facts.pieces import Ints, Mask, joined_runs
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
    first, last = np.full(n, np.iinfo(np.int64).max), np.full(n, -1)
    np.minimum.at(first, shift[present], pieces.start[present])
    np.maximum.at(last, shift[present], pieces.end[present])
    first[last < 0] = -1
    known = np.ones(n, bool)
    known[shift[inside & (judged.group == UNKNOWN_GROUP) & ~judged.healthy]] = False
    noshow = (end > 0) & (end <= case.as_of_at) & (last < 0) & known
    return Shifts(agent, start, end, first, last, known, noshow)


def counted_seconds(inputs: DayInputs, day: DayCase, judged: Judged) -> dict[str, Mask]:
    """For each measure of `agent_interval` the pieces whose seconds it counts."""
    activities = inputs.activities
    group, verdict, seg, state = judged.group, judged.verdict, *judged.pieces.top
    scheduled = judged.activity >= 0
    names = _names(day)
    busy = (state >= 0) & np.isin(_state(names, state), _BUSY)
    aux = (state >= 0) & (_state(names, state) == _AUX)
    planned_open = scheduled & _is(activities, ("on_queue",))[judged.activity]
    away = scheduled & _is(activities, AWAY)[judged.activity]
    paid = scheduled & (day.case.plan.paid[seg] if len(day.case.plan.paid) else False)
    free = (~scheduled | away) & (judged.cause == NO_CAUSE)
    on_queue = (state >= 0) & np.isin(_state(names, state), _ON_QUEUE)
    masks: dict[str, Mask] = {
        "login_s": (state >= 0) & (_state(names, state) != _OFFLINE),
        "avail_s": on_queue & ~busy,
        "busy_s": busy,
        "aux_s": aux,
        "aux_unsched_s": aux & planned_open,
        "open_sched_s": planned_open,
        "open_act_s": on_queue,
        "open_dev_s": planned_open & ~on_queue & (group != UNKNOWN_GROUP),
        "sched_s": paid & ~away,
        "adh_sched_s": np.isin(verdict, (IN, OUT, NEUTRAL)),
        "adh_in_s": verdict == IN,
        "adh_out_s": verdict == OUT,
        "adh_neutral_s": verdict == NEUTRAL,
        "adh_excused_s": (verdict == NEUTRAL) & (judged.cause != NO_CAUSE),
        "adh_unknown_s": verdict == UNKNOWN,
        "adh_ignored_s": verdict == IGNORED,
        "outside_s": on_queue & free & np.isin(verdict, (OUTSIDE, IGNORED)),
        "contracted_s": paid,
    }
    masks["open_contracted_s"] = paid & on_queue
    first = day.case.baseline or day.case.plan
    off_queue = ~_is(activities, ("on_queue",))[first.activity]
    masks["lost_plan_s"] = judged.as_first_published(first.paid & off_queue)
    masks |= _lost(inputs, day, judged, paid, on_queue)
    absent = masks["lost_noshow_s"]
    masks["paid_s"] = paid & ~absent
    gone = absent | masks["lost_leave_s"] | masks["lost_sick_s"] | masks["lost_late_s"]
    masks["worked_s"] = paid & ~gone
    return masks


def _lost(
    inputs: DayInputs, day: DayCase, judged: Judged, paid: Mask, on_queue: Mask
) -> dict[str, Mask]:
    """Contracted seconds by the one reason they carry: the first that fits wins.

    On queue and unknown come first, then what was away by plan, then no-show, then late or gone
    early, then what was planned off queue, then a break overrun, and the rest is aux.
    """
    shifts, shift, pieces = shifts_of(day, judged), judged.shift, judged.pieces
    left = paid & ~on_queue
    masks: dict[str, Mask] = {}

    def take(name: str, mask: Mask) -> None:
        nonlocal left
        masks[name] = left & mask
        left = left & ~mask

    def planned(*categories: str) -> Mask:
        return _is(inputs.activities, categories)[judged.activity]

    take("lost_leave_s", planned("leave"))
    take("lost_sick_s", planned("sick"))
    take("unknown_s", judged.group == UNKNOWN_GROUP)
    take("lost_noshow_s", planned("no_show") | (_of_shift(shifts.noshow, shift) > 0))
    out = judged.group == LOGGED_OUT
    before = pieces.end <= _of_shift(shifts.first_at, shift)
    after = pieces.start >= _of_shift(shifts.last_at, shift)
    nobody = _of_shift(shifts.last_at, shift) < 0
    take("lost_system_s", planned("system"))
    take("lost_late_s", out & (before | after | nobody))
    for name in ("training", "meeting", "coaching"):
        take(f"lost_{name}_s", planned(name))
    take("lost_break_s", planned("break", "meal"))
    take("lost_project_s", planned("project", "unavailable"))
    take("lost_overbreak_s", _after_break(inputs, judged))
    take("lost_aux_s", left.copy())
    return masks


def _after_break(inputs: DayInputs, judged: Judged) -> Mask:
    """Pieces of an unbroken absence (break, meal, signed out) that began in a planned break."""
    resting = np.isin(judged.group, (*_BREAKS, LOGGED_OUT))
    run = joined_runs(judged.pieces, resting, judged.shift)
    on_break = _is(inputs.activities, ("break", "meal"))[judged.activity]
    n = int(run.max(initial=-1)) + 1
    owed = np.zeros(n, bool)
    owed[run[(run >= 0) & on_break]] = True
    late = np.zeros(len(run), bool)
    late[run >= 0] = owed[run[run >= 0]]
    # Only what follows the planned break is an overrun; going early is plain aux.
    starts = np.full(n, np.iinfo(np.int64).max)
    chosen = (run >= 0) & on_break
    np.minimum.at(starts, run[chosen], judged.pieces.start[chosen])
    if n:
        late &= judged.pieces.start >= starts[run]
    return late & ~on_break


def _is(activities: tuple[Activity, ...], categories: tuple[str, ...]) -> Mask:
    """For each activity (and the last: nothing scheduled) whether its category is one of these."""
    return np.array([a.category in categories for a in activities] + [False])


def _of_shift(values: Ints | Mask, shift: Ints) -> Ints:
    if not len(values):
        return np.zeros(len(shift), np.int64)
    found: Ints = np.where(shift >= 0, values[shift], 0)
    return found


_STATES = ("offline", "available", "alerting", "talk", "hold", "acw", "dialing", "aux")
_OFFLINE, _AUX = 0, 7
_BUSY = (3, 4, 5, 6)
_ON_QUEUE = (1, 2, 3, 4, 5, 6)


def _names(day: DayCase) -> Ints:
    return day.spells["state"].cast(pl.Enum(list(_STATES))).to_physical().to_numpy()


def _state(names: Ints, state: Ints) -> Ints:
    found: Ints = names[state] if len(names) else np.full(len(state), -1)
    return found
