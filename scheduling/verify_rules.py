"""The checker's side of format /2: rules as data, pins and activities, from JSON alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from wfm.domain.errors import BadInput
from wfm.domain.rules.day_patterns import check_day_patterns
from wfm.domain.rules.days_off_together import check_days_off_together
from wfm.domain.rules.duty import Duty, Rest, Violation
from wfm.domain.rules.fixed_work import ACTIVITY, Fixed, Pinned, check_activities, check_pinned
from wfm.domain.rules.same_start import check_same_start
from wfm.domain.rules.shift_class import ShiftClass
from wfm.domain.rules.shift_count import check_shift_count
from wfm.domain.rules.shift_order import check_shift_order
from wfm.domain.rules.weekends_off import check_weekends_off
from wfm.domain.rules.weekly_rest import check_weekly_rest

MINUTES = 15
Json = Mapping[str, Any]


def shift_classes(problem: Json) -> dict[str, ShiftClass]:
    """The classes of shifts that a problem names."""
    found = {}
    for name, item in problem.get("shift_classes", {}).items():
        days = item.get("weekdays")
        spans = {
            key: (item[key][0] * MINUTES, item[key][1] * MINUTES)
            for key in ("start", "end", "length")
            if key in item
        }
        found[name] = ShiftClass(name, None if days is None else tuple(days), **spans)
    return found


def first_weekday(problem: Json) -> int:
    """0 for Monday, of day 0."""
    return date.fromisoformat(problem["first_day"]).weekday() if "first_day" in problem else 0


def check_data_rules(
    problem: Json, contract: Json, agent: Json, duties: Sequence[Duty], shifts: Sequence[Json]
) -> list[Violation]:
    """What of the contract's rules, the agent's pins and activities a schedule breaks."""
    found: list[Violation] = []
    for rule in contract.get("rules", ()):
        found += _check_rule(problem, agent, rule, duties)
    fixed = [
        Fixed(a["kind"], a["day"], a["start"] * MINUTES, a["slots"] * MINUTES)
        for a in agent.get("activities", ())
    ]
    held = {
        (shift["day"], a["kind"], a["start"] * MINUTES, a["slots"] * MINUTES)
        for shift in shifts
        for a in shift.get("activities", ())
    }
    found += check_activities(duties, fixed)
    found += [
        Violation(ACTIVITY, f.day, f"{f.kind} of {f.minutes} min is not held")
        for f in fixed
        if (f.day, f.kind, f.start, f.minutes) not in held
    ]
    found += [
        Violation(ACTIVITY, day, f"{kind} of {minutes} min was asked for by nobody")
        for day, kind, start, minutes in sorted(held)
        if Fixed(kind, day, start, minutes) not in fixed
    ]
    found += check_pinned(duties, [_pinned(pin) for pin in agent.get("pins", ())])
    return found


def _pinned(pin: Json) -> Pinned:
    if pin.get("off"):
        return Pinned(pin["day"], True)
    start, breaks = pin["start"], pin.get("breaks")
    rests = None
    if breaks is not None:
        rests = tuple(
            Rest(b["kind"], (b["start"] - start) * MINUTES, b["slots"] * MINUTES) for b in breaks
        )
    end = (start + pin["length"]) * MINUTES
    return Pinned(pin["day"], False, start * MINUTES, end, rests)


def _check_rule(
    problem: Json, agent: Json, rule: Json, duties: Sequence[Duty]
) -> tuple[Violation, ...]:
    weeks, weekday = problem["days"] // 7, first_weekday(problem)
    classes, before = shift_classes(problem), agent.get("before") or {}
    name = rule["rule"]
    if name == "weekends_off":
        return check_weekends_off(
            duties, weeks, rule["least"], rule["in_weeks"], first_weekday=weekday,
            before=[bool(w) for w in before.get("weekends", ())],
        )  # fmt: skip
    if name == "days_off_together":
        return check_days_off_together(duties, weeks, rule["least"])
    if name == "day_patterns":
        return check_day_patterns(duties, weeks, rule["patterns"])
    if name == "shift_count":
        allowed = (rule.get("least", 0), rule.get("most", problem["days"]))
        kind = classes[rule["class"]]
        return check_shift_count(
            duties, weeks, kind, rule["per"], allowed, first_weekday=weekday
        )  # fmt: skip
    if name == "shift_order":
        around = [*duties, *_around(problem, agent)]
        return check_shift_order(
            around, classes[rule["after"]], classes[rule["not"]], first_weekday=weekday
        )
    if name == "same_start":
        return check_same_start(duties, weeks, rule["within"] * MINUTES)
    if name == "weekly_rest":
        ended = before.get("end")
        free_from = 0 if ended is None else max(0, ended * MINUTES)
        return check_weekly_rest(duties, weeks, rule["least"] * MINUTES, free_from=free_from)
    raise BadInput(f"The checker does not know the rule {name!r}.")


def _around(problem: Json, agent: Json) -> list[Duty]:
    """The duties of the day before the horizon and of the day after it, where they are known."""
    found = []
    for key, day in (("before", -1), ("after", problem["days"])):
        shift = (agent.get(key) or {}).get("shift")
        if shift is not None:
            start, length = shift
            found.append(Duty(day, start * MINUTES, (start + length) * MINUTES, 0))
    return found
