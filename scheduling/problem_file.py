"""Problems as JSON: `wfm-scheduling-problem/1` and `/2`, read with everything that is wrong told.

`docs/schedule-problem.md` describes every field.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from scheduling.people_check import check_people
from scheduling.people_file import agent_of
from scheduling.pins import with_own_shifts
from scheduling.problem import (
    SLOTS,
    Break,
    ChangeCosts,
    ContractRules,
    LabourRule,
    Problem,
    PublishedShift,
    ShiftClass,
)  # fmt: skip
from wfm.domain.errors import BadInput

FORMATS = ("wfm-scheduling-problem/1", "wfm-scheduling-problem/2")


def read_problem(text: str, name: str = "problem") -> Problem:
    """The problem of a JSON text; `BadInput` says which field is wrong and how."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(f"{name} is not JSON: {error}.") from None
    return problem_of(data, name)


def problem_of(data: Any, name: str = "problem") -> Problem:
    """The problem of decoded JSON."""
    found = data.get("format") if isinstance(data, dict) else None
    if found not in FORMATS:
        raise BadInput(f"{name}: format is {found!r}; this command reads {' and '.join(FORMATS)}.")
    try:
        problem = _problem(data)
    except KeyError as error:
        raise BadInput(f"{name}: field {error.args[0]!r} is missing.") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise BadInput(f"{name}: a field has the wrong shape: {error}.") from None
    _check(problem, int(data.get("slot_minutes", 15)), name)
    check_people(problem, name)
    return with_own_shifts(problem)


def _problem(data: Mapping[str, Any]) -> Problem:
    days = int(data["days"])
    opening = _pair(data["opening"])
    by_day = data.get("opening_by_day") or [opening] * days
    shared = {int(k): _breaks(v) for k, v in data.get("breaks", {}).items()}
    contracts = {}
    for item in data["contracts"]:
        own = {int(k): _breaks(v) for k, v in item.get("breaks", {}).items()}
        lengths = tuple(int(n) for n in item["shift_lengths"])
        contracts[str(item["name"])] = ContractRules(
            name=str(item["name"]),
            days_per_week=_pair(item["days_per_week"]),
            shift_lengths=lengths,
            paid_slots_per_week=_paid_range(item),
            max_consecutive_days=int(item.get("max_consecutive_days", 99)),
            min_rest_slots=int(item.get("min_rest_slots", data["min_rest_slots"])),
            start_every_slots=int(item.get("start_every_slots", data["start_every_slots"])),
            breaks={n: own.get(n, shared.get(n, ())) for n in lengths},
            **_money(item),
            labour=tuple(
                LabourRule(str(r["rule"]), {k: v for k, v in r.items() if k != "rule"})
                for r in item.get("rules", ())
            ),
        )
    return Problem(
        first_day=date.fromisoformat(data["first_day"]),
        days=days,
        opening=tuple(None if span is None else _pair(span) for span in by_day),
        grid_from=opening[0],
        requirement={
            str(queue): tuple(tuple(int(n) for n in row) for row in rows)
            for queue, rows in data["requirement"].items()
        },
        understaffed_slot=float(data["costs"]["understaffed_slot"]),
        overstaffed_slot=float(data["costs"]["overstaffed_slot"]),
        contracts=contracts,
        agents=tuple(agent_of(item) for item in data["agents"]),
        classes={str(k): _class(str(k), v) for k, v in data.get("shift_classes", {}).items()},
        fairness=tuple(
            (str(f["class"]), float(f.get("weight", 1.0))) for f in data.get("fairness", ())
        ),
        published=tuple(_published(s) for s in data.get("published", ())),
        change=_change(data.get("change_costs", {})),
    )


def _paid_range(item: Mapping[str, Any]) -> tuple[int, int]:
    least, most = _pair(item["paid_slots_per_week"])
    return least, most + int(item.get("overtime_slots_per_week", 0))


def _money(item: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "wage_slot": float(item.get("wage_slot", 0.0)),
        "premiums": tuple((str(p["class"]), float(p["slot"])) for p in item.get("premiums", ())),
    }
    if item.get("overtime_slots_per_week"):
        found["overtime_from"] = _pair(item["paid_slots_per_week"])[1]
        found["overtime_slot"] = float(item.get("overtime_slot", 0.0))
    return found


def _class(name: str, item: Mapping[str, Any]) -> ShiftClass:
    spans = {key: _pair(item[key]) for key in ("start", "end", "length") if key in item}
    days = item.get("weekdays")
    return ShiftClass(name, None if days is None else tuple(int(d) for d in days), **spans)


def _published(item: Mapping[str, Any]) -> PublishedShift:
    return PublishedShift(
        str(item["agent"]),
        int(item["day"]),
        int(item["start"]),
        int(item["length"]),
        tuple((str(b["kind"]), int(b["start"]), int(b["slots"])) for b in item.get("breaks", ())),
        tuple(b.get("paid") for b in item.get("breaks", ())),
    )


def _change(item: Mapping[str, Any]) -> ChangeCosts:
    return ChangeCosts(
        float(item.get("shift", 0.0)), float(item.get("slot", 0.0)), float(item.get("break", 0.0))
    )


def _breaks(items: Iterable[Mapping[str, Any]]) -> tuple[Break, ...]:
    return tuple(
        Break(
            str(b["kind"]), int(b["slots"]), bool(b["paid"]), int(b["earliest"]), int(b["latest"])
        )
        for b in items
    )


def _pair(value: Any) -> tuple[int, int]:
    low, high = value
    return int(low), int(high)


def _check(problem: Problem, slot_minutes: int, name: str) -> None:
    def refuse(text: str) -> None:
        raise BadInput(f"{name}: {text}")

    if slot_minutes != 15:
        refuse(f"slot_minutes is {slot_minutes}; only quarter-hours (15) are scheduled.")
    if problem.days not in (7, 14, 21, 28):
        refuse(f"days is {problem.days}; give 7, 14, 21 or 28.")
    if len(problem.opening) != problem.days:
        refuse(f"opening_by_day has {len(problem.opening)} entries for {problem.days} days.")
    for day, span in enumerate(problem.opening):
        if span is not None and not (0 <= span[0] < SLOTS and span[0] < span[1] <= 2 * SLOTS):
            refuse(f"day {day} opens {list(span)}; it begins in 0 to 95 and ends by 192.")
    for queue, rows in problem.requirement.items():
        if len(rows) != problem.days or any(len(row) != SLOTS for row in rows):
            refuse(f"requirement of {queue!r} must have {problem.days} rows of 96 slots.")
        if any(n < 0 for row in rows for n in row):
            refuse(f"requirement of {queue!r} has a negative number.")
    for rules in problem.contracts.values():
        if not 0 <= rules.min_rest_slots <= SLOTS:
            refuse(f"contract {rules.name!r} rests {rules.min_rest_slots} slots; give 0 to 96.")
        if rules.start_every_slots < 1:
            refuse(f"contract {rules.name!r} starts every {rules.start_every_slots} slots.")
        for length in rules.shift_lengths:
            if not 0 < length <= SLOTS:
                refuse(f"contract {rules.name!r} has a shift of {length} slots; give 1 to 96.")
            for b in rules.breaks[length]:
                if not 0 <= b.earliest <= b.latest <= length - b.slots or b.slots < 1:
                    refuse(
                        f"the {b.kind} of {b.slots} slots, {b.earliest} to {b.latest} after the "
                        f"start, does not fit in a shift of {length} slots."
                    )
    seen: set[str] = set()
    for agent in problem.agents:
        if agent.contract not in problem.contracts:
            refuse(f"agent {agent.id!r} has the contract {agent.contract!r}, which is not given.")
        if agent.id in seen:
            refuse(f"agent {agent.id!r} is given twice.")
        if not agent.queues:
            refuse(f"agent {agent.id!r} can serve no queue.")
        seen.add(agent.id)
