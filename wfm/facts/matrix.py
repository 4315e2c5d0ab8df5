"""The rule matrix: what each state during each planned activity is worth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wfm.domain.activities import STATE_GROUPS, Activity
from wfm.domain.adherence import ANY, AdherenceRules
from wfm.facts.pieces import Codes, Ints, Mask
from wfm.facts.plan import AWAY

VERDICTS = ("outside", "in", "out", "neutral", "ignored", "unknown")
OUTSIDE, IN, OUT, NEUTRAL, IGNORED, UNKNOWN = range(6)
GROUP = {name: code for code, name in enumerate(STATE_GROUPS)}
LOGGED_OUT, UNKNOWN_GROUP, ON_QUEUE = (
    GROUP["logged_out"], GROUP["unknown"], GROUP["on_queue"],
)  # fmt: skip


def rule_matrix(
    activities: Sequence[Activity], rules: AdherenceRules, logged_out_ok: Mask | None = None
) -> Codes:
    """Verdict of each activity (rows, the last one "nothing scheduled") in each state group.

    From the activities' attributes, then the cells a centre set by hand. An unknown state stays
    unknown whatever was set; leave and sickness stay ignored.
    """
    matrix = np.full((len(activities) + 1, len(STATE_GROUPS)), OUT, np.uint8)
    for row, activity in enumerate(activities):
        for code, group in enumerate(STATE_GROUPS):
            if _same(activity.category, group, rules):
                matrix[row, code] = IN
        free = activity.category in ("meal",) and not activity.paid
        if free if logged_out_ok is None else bool(logged_out_ok[row]):
            matrix[row, LOGGED_OUT] = IN
        if activity.adherence == "neutral" or activity.category == "system":
            matrix[row, :] = NEUTRAL
        for cell in rules.matrix:
            if cell.activity in (ANY, activity.code, activity.category):
                chosen = slice(None) if cell.state_group == ANY else GROUP[cell.state_group]
                matrix[row, chosen] = VERDICTS.index(cell.verdict)
        matrix[row, UNKNOWN_GROUP] = UNKNOWN
        if activity.adherence == "ignore" or activity.category in AWAY:
            matrix[row, :] = IGNORED
    matrix[-1, :] = OUTSIDE
    return matrix


def window_sides(activities: Sequence[Activity], rules: AdherenceRules) -> Ints:
    """Seconds (before start, after start, before end, after end) of each activity, widest wins.

    The last row, nothing scheduled, has none.
    """
    sides = np.zeros((len(activities) + 1, 4), np.int64)
    for window in rules.windows:
        own = (window.start_before_s, window.start_after_s, window.end_before_s,
               window.end_after_s)  # fmt: skip
        for row, activity in enumerate(activities):
            if window.activity in (ANY, activity.code, activity.category):
                sides[row] = np.maximum(sides[row], own)
    return sides


def _same(category: str, group: str, rules: AdherenceRules) -> bool:
    if category == "on_queue" or group in ("on_queue", "logged_out", "unknown"):
        return category == group
    if rules.equivalence == "all_non_productive":
        return True
    if rules.equivalence == "breaks_only" and category in ("break", "meal"):
        return group in ("break", "meal")
    return category == group
