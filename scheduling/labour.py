"""The solver's side of labour rules that are data: which options a week must give up to keep them.

A rule looks at one person's week. When it is broken it answers with branches: sets of cuts, each
of which mends it in another way. `keep_rules` follows them from the cheapest week on, so a rule
costs nothing where it is kept anyway. `wfm.domain.rules` has the checker of each rule.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scheduling.problem import SLOTS, LabourRule, Problem, ShiftClass
from scheduling.shifts import Floats, ShiftMenu

WEEK = 7
MOST_TRIED = 160

Bools = npt.NDArray[np.bool_]
Chosen = tuple[tuple[int, int], ...]  # (day of the week, entry of the menu)
Found = tuple[float, Chosen] | None

# Rules by name, with the values that each must have.
LABOUR_RULES: Mapping[str, tuple[str, ...]] = {
    "weekends_off": ("least", "in_weeks"),
    "days_off_together": ("least",),
    "day_patterns": ("patterns",),
    "shift_count": ("class", "per"),
    "shift_order": ("after", "not"),
    "same_start": ("within",),
    "weekly_rest": ("least",),
}


@dataclass(frozen=True)
class Cut:
    """A day of the week that loses options: entries by mask (None: all of them), or the day off."""

    day: int
    entries: Bools | None = None
    must_work: bool = False


Branch = tuple[Cut, ...]


@dataclass(frozen=True)
class WeekView:
    """What rules look at: the week as chosen, and the person's shifts around it."""

    problem: Problem
    week: int
    menu: ShiftMenu
    around: Mapping[int, tuple[int, int]]  # day of the horizon -> start, length; other weeks
    weekends: tuple[bool, ...]  # before the horizon, newest last
    begins: int  # slot of the week from which the person is free

    def masks(self, kind: ShiftClass, day: int) -> Bools:
        """Which entries are of a class on a day of the week."""
        return class_mask(self.menu, kind, self.weekday(day))

    def weekday(self, day: int) -> int:
        """0 for Monday, of a day of the week."""
        return self.problem.weekday(self.week * WEEK + day)

    def shifts(self, chosen: Chosen) -> dict[int, tuple[int, int]]:
        """Start and length by day of the week."""
        return {
            day: (int(self.menu.start[entry]), int(self.menu.length[entry]))
            for day, entry in chosen
        }


def class_mask(menu: ShiftMenu, kind: ShiftClass, weekday: int) -> Bools:
    """Which entries of a menu are of a class, on a weekday."""
    ends = menu.start + menu.length
    mask: Bools = (
        (kind.start[0] <= menu.start) & (menu.start <= kind.start[1])
        & (kind.end[0] <= ends) & (ends <= kind.end[1])
        & (kind.length[0] <= menu.length) & (menu.length <= kind.length[1])
    )  # fmt: skip
    if kind.weekdays is not None and weekday not in kind.weekdays:
        mask = np.zeros_like(mask)
    return mask


def keep_rules(
    rules: tuple[LabourRule, ...],
    view: WeekView,
    costs: Floats,
    off: Floats,
    best: Callable[[Floats, Floats], Found],
) -> Found:
    """The cheapest week that keeps all rules; None when none was found in 160 tries.

    The cheapest week is mended first; past half of the tries the one that was mended most, since
    any week that keeps the rules is better than none.
    """
    first = best(costs, off)
    if first is None:
        return None
    queue = [_Tried(0, first[0], 0, first[1], costs, off)]
    tried = 0
    while queue and tried < MOST_TRIED:
        if tried <= MOST_TRIED // 2:
            at = min(range(len(queue)), key=lambda i: (queue[i].value, queue[i].number))
        else:
            at = min(range(len(queue)), key=lambda i: (-queue[i].depth, queue[i].value))
        now = queue.pop(at)
        branches = next(filter(None, (_BRANCHES[r.rule](r, view, now.chosen) for r in rules)), None)
        if branches is None:
            return now.value, now.chosen
        for branch in branches:
            costs, off = _cut(branch, now.costs, now.off)
            found = best(costs, off)
            tried += 1
            if found is not None:
                queue.append(_Tried(now.depth + 1, found[0], tried, found[1], costs, off))
    return None


@dataclass(frozen=True)
class _Tried:
    """A week with the options that were given up for it, so many times over."""

    depth: int
    value: float
    number: int
    chosen: Chosen
    costs: Floats
    off: Floats


def _cut(branch: Branch, costs: Floats, off: Floats) -> tuple[Floats, Floats]:
    costs, off = costs.copy(), off.copy()
    for cut in branch:
        if cut.must_work:
            off[cut.day] = np.inf
        elif cut.entries is None:
            costs[cut.day] = np.inf
        if cut.entries is not None:
            costs[cut.day, cut.entries] = np.inf
    return costs, off


def _weekends_off(rule: LabourRule, view: WeekView, chosen: Chosen) -> list[Branch] | None:
    weekend = [d for d in range(WEEK) if view.weekday(d) in (5, 6)]
    if not any(day in weekend for day, _ in chosen):
        return None
    worked = [*view.weekends]
    here = len(worked) + view.week
    for week in range(view.problem.weeks):
        days = [week * WEEK + d for d in weekend]
        worked.append(week == view.week or any(day in view.around for day in days))
    span, least = rule.number("in_weeks"), rule.number("least")
    for first in range(max(0, here - span + 1), min(here, len(worked) - span) + 1):
        if worked[first : first + span].count(False) < least:
            return [tuple(Cut(day) for day in weekend)]
    return None


def _days_off_together(rule: LabourRule, view: WeekView, chosen: Chosen) -> list[Branch] | None:
    least = rule.number("least")
    worked = {day for day, _ in chosen}
    runs = [range(first, first + least) for first in range(WEEK - least + 1)]
    if any(not worked & set(run) for run in runs):
        return None
    return [tuple(Cut(day) for day in run) for run in runs]


def _day_patterns(rule: LabourRule, view: WeekView, chosen: Chosen) -> list[Branch] | None:
    worked = {day for day, _ in chosen}
    patterns = [str(p) for p in rule.values["patterns"]]  # type: ignore[attr-defined]
    if any({d for d, mark in enumerate(p) if mark == "1"} == worked for p in patterns):
        return None
    return [
        tuple(Cut(d, must_work=mark == "1") for d, mark in enumerate(pattern))
        for pattern in patterns
    ]


def _shift_count(rule: LabourRule, view: WeekView, chosen: Chosen) -> list[Branch] | None:
    kind = view.problem.classes[rule.text("class")]
    most = rule.number("most", view.problem.days)
    least = rule.number("least")
    masks = [view.masks(kind, day) for day in range(WEEK)]
    inside = [day for day, entry in chosen if masks[day][entry]]
    others = 0
    if rule.text("per") == "horizon":
        others = sum(
            kind.has(view.problem.weekday(day), *shift)
            for day, shift in view.around.items()
            if 0 <= day < view.problem.days
        )
        # What is owed over the horizon is asked of its last week.
        least = least - others if view.week == view.problem.weeks - 1 else 0
    if len(inside) + others > most:
        if others >= most:
            return [tuple(Cut(day, masks[day]) for day in range(WEEK))]
        return [(Cut(day, masks[day]),) for day in inside]
    if len(inside) < least:
        return [
            (Cut(day, ~masks[day], must_work=True),)
            for day in range(WEEK)
            if day not in inside and masks[day].any()
        ]
    return None


def _shift_order(rule: LabourRule, view: WeekView, chosen: Chosen) -> list[Branch] | None:
    before = view.problem.classes[rule.text("after")]
    then = view.problem.classes[rule.text("not")]
    first = view.week * WEEK
    shifts = dict(view.around) | {first + d: s for d, s in view.shifts(chosen).items()}
    for day in range(first, first + WEEK + 1):
        if day - 1 not in shifts or day not in shifts:
            continue
        early = before.has(view.problem.weekday(day - 1), *shifts[day - 1])
        late = then.has(view.problem.weekday(day), *shifts[day])
        if early and late:
            branches: list[Branch] = []
            if day - 1 >= first:
                d = day - 1 - first
                branches.append((Cut(d, view.masks(before, d)),))
            if day < first + WEEK:
                d = day - first
                branches.append((Cut(d, view.masks(then, d)),))
            return branches
    return None


def _same_start(rule: LabourRule, view: WeekView, chosen: Chosen) -> list[Branch] | None:
    starts = [int(view.menu.start[entry]) for _, entry in chosen]
    within = rule.number("within")
    if not starts or max(starts) - min(starts) <= within:
        return None
    low = min(starts)
    # Either nobody starts so early, or all lie within reach of the earliest.
    early, late = view.menu.start <= low, view.menu.start > low + within
    return [
        tuple(Cut(d, early) for d in range(WEEK)),
        tuple(Cut(d, late) for d in range(WEEK)),
    ]


def _weekly_rest(rule: LabourRule, view: WeekView, chosen: Chosen) -> list[Branch] | None:
    least, end = rule.number("least"), WEEK * SLOTS
    shifts = sorted((day * SLOTS + s, day * SLOTS + s + n) for day, (s, n) in
                    view.shifts(chosen).items())  # fmt: skip
    edges = [(view.begins, view.begins), *shifts, (end, end)]
    gaps = [(b[0] - a[1], a[1], b[0]) for a, b in itertools.pairwise(edges)]
    if any(gap >= least for gap, _, _ in gaps):
        return None
    return list(_longer_rests(view, least, gaps, {day for day, _ in chosen}))


def _longer_rests(
    view: WeekView, least: int, gaps: list[tuple[int, int, int]], worked: set[int]
) -> Iterator[Branch]:
    """A day off more, or the longest rest made longer: at its start, its end, or both."""
    ends = view.menu.start + view.menu.length
    gap, since, until = max(gaps)
    lacking = least - gap
    half = (lacking + 1) // 2
    for before, behind in ((lacking, 0), (0, lacking), (half, lacking - half)):
        cuts = []
        for day in range(WEEK):
            late = ends > since - before - day * SLOTS
            early = view.menu.start < until + behind - day * SLOTS
            middle = late & early  # whatever reaches into the longer rest
            if middle.any():
                cuts.append(Cut(day, middle))
        if cuts:
            yield tuple(cuts)
    for day in sorted(worked):
        yield (Cut(day),)


_BRANCHES: Mapping[str, Callable[[LabourRule, WeekView, Chosen], list[Branch] | None]] = {
    "weekends_off": _weekends_off,
    "days_off_together": _days_off_together,
    "day_patterns": _day_patterns,
    "shift_count": _shift_count,
    "shift_order": _shift_order,
    "same_start": _same_start,
    "weekly_rest": _weekly_rest,
}
