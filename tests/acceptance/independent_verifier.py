"""A second check of a schedule, which shares no line with the product: standard library only.

It reads the documents `wfm-scheduling-problem/1` and `/2` as plain dictionaries.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

SLOTS = 96
Document = dict[str, Any]
Broken = list[Any]


def verify(problem: Document, solution: Document) -> Document:
    """Broken rules, under- and overstaffed slots, cost, and the gap to the claimed bound."""
    agents = {agent["id"]: agent for agent in problem["agents"]}
    by_agent: dict[str, list[Document]] = defaultdict(list)
    for shift in solution["shifts"]:
        by_agent[shift["agent"]].append(shift)
    broken: list[Broken] = [[name, "unknown_agent"] for name in by_agent.keys() - agents.keys()]
    working = [[Counter[tuple[str, ...]]() for _ in range(SLOTS)] for _ in range(problem["days"])]
    for name, agent in agents.items():
        shifts = sorted(by_agent[name], key=lambda s: s["day"])
        broken += [[name, *fault] for fault in _agent_faults(problem, agent, shifts)]
        for shift in shifts:
            for slot in _on_queue(shift):
                working[shift["day"]][slot][tuple(sorted(agent["queues"]))] += 1
    under = over = total = 0
    for day in range(problem["days"]):
        for slot in range(SLOTS):
            need = {queue: rows[day][slot] for queue, rows in problem["requirement"].items()}
            here, wanted = working[day][slot].total(), sum(need.values())
            served = _most_served(working[day][slot], need)
            under, over, total = under + wanted - served, over + here - served, total + wanted
    costs = problem["costs"]
    cost = under * costs["understaffed_slot"] + over * costs["overstaffed_slot"]
    bound = solution.get("bound")
    if not isinstance(bound, (int, float)) or bound != bound or bound > cost + 1e-6:
        broken.append(["bound", "missing_or_above_the_cost", bound])
    return {
        "violations": broken,
        "required_slots": total,
        "understaffed_slots": under,
        "overstaffed_slots": over,
        "cost": round(cost, 3),
        "bound": bound,
    }


def _agent_faults(problem: Document, agent: Document, shifts: list[Document]) -> list[Broken]:
    contract = next(c for c in problem["contracts"] if c["name"] == agent["contract"])
    worked, faults = [s["day"] for s in shifts], list[Broken]()
    if len(set(worked)) != len(worked):
        faults.append(["two_shifts_in_a_day"])
    for week in range(problem["days"] // 7):
        mine = [s for s in shifts if week * 7 <= s["day"] < week * 7 + 7]
        low, high = contract["days_per_week"]
        if not low <= len(mine) <= high:
            faults.append(["days_per_week", week, len(mine)])
        low, high = contract["paid_slots_per_week"]
        unpaid = sum(
            b["slots"] for s in mine for b in _rules(problem, contract, s) if not b["paid"]
        )
        paid = sum(s["length"] for s in mine) - unpaid
        if not low <= paid <= high:
            faults.append(["paid_slots_per_week", week, paid])
    faults += _runs(problem, contract, agent, set(worked))
    faults += _rests(problem, contract, agent, shifts)
    for shift in shifts:
        faults += [[fault, shift["day"]] for fault in _shift(problem, contract, agent, shift)]
    return faults


def _runs(problem: Document, contract: Document, agent: Document, worked: set[int]) -> list[Broken]:
    """Days in a row, with those worked just before the first day and just after the last."""
    before = (agent.get("before") or {}).get("run", 0)
    after = (agent.get("after") or {}).get("run", 0)
    ahead = {problem["days"] + i for i in range(after)}
    days = worked | {-1 - i for i in range(before)} | ahead
    most = contract.get("max_consecutive_days", 99)
    own = [day for day in days if day - 1 not in days]
    faults = list[Broken]()
    for first in own:
        last = first
        while last + 1 in days:
            last += 1
        if last - first + 1 > most and any(first <= day <= last for day in worked):
            faults.append(["max_consecutive_days", first, last])
    return faults


def _rests(
    problem: Document, contract: Document, agent: Document, shifts: list[Document]
) -> list[Broken]:
    wanted = contract.get("min_rest_slots", problem["min_rest_slots"])
    spans = [
        (s["day"] * SLOTS + s["start"], s["day"] * SLOTS + s["start"] + s["length"]) for s in shifts
    ]
    if not spans:
        return []
    ended = (agent.get("before") or {}).get("end")
    begins = (agent.get("after") or {}).get("start")
    if ended is not None:
        spans.insert(0, (ended, ended))
    if begins is not None:
        at = problem["days"] * SLOTS + begins
        spans.append((at, at))
    return [["min_rest", b[0] // SLOTS] for a, b in pairwise(spans) if b[0] - a[1] < wanted]


def _shift(problem: Document, contract: Document, agent: Document, shift: Document) -> list[str]:
    start, end, day = shift["start"], shift["start"] + shift["length"], shift["day"]
    if not 0 <= day < problem["days"] or shift["length"] not in contract["shift_lengths"]:
        return ["shift_length_or_day"]
    faults = list[str]()
    if day in agent["unavailable_days"]:
        faults.append("unavailable_day")
    by_day = problem.get("opening_by_day")
    opening = by_day[day] if by_day else problem["opening"]
    if opening is None:
        faults.append("closed_day")
    elif start < max(agent["window"][0], opening[0]) or end > min(agent["window"][1], opening[1]):
        faults.append("outside_window")
    every = contract.get("start_every_slots", problem["start_every_slots"])
    if (start - problem["opening"][0]) % every:
        faults.append("start_off_grid")
    rules = _rules(problem, contract, shift)
    taken = sorted(shift.get("breaks", []), key=lambda b: b["start"])
    if [(b["kind"], b["slots"]) for b in taken] != [(r["kind"], r["slots"]) for r in rules]:
        return [*faults, "breaks_missing_or_out_of_order"]
    away = set[int]()
    for pause, rule in zip(taken, rules, strict=True):
        if not start + rule["earliest"] <= pause["start"] <= start + rule["latest"]:
            faults.append("break_outside_window")
        span = set(range(pause["start"], pause["start"] + pause["slots"]))
        if span & away or max(span) >= end:
            faults.append("breaks_overlap")
        away |= span
    return faults


def _rules(problem: Document, contract: Document, shift: Document) -> list[Document]:
    length = str(shift["length"])
    own: list[Document] | None = contract.get("breaks", {}).get(length)
    shared: list[Document] = problem.get("breaks", {}).get(length, [])
    return shared if own is None else own


def _on_queue(shift: Document) -> set[int]:
    off = {
        slot for b in shift.get("breaks", []) for slot in range(b["start"], b["start"] + b["slots"])
    }
    span = range(max(shift["start"], 0), min(shift["start"] + shift["length"], SLOTS))
    return set(span) - off


def _most_served(staff: Counter[tuple[str, ...]], need: dict[str, int]) -> int:
    """The most agents that can be put to work in one slot, by augmenting paths."""
    room: dict[Any, dict[Any, int]] = defaultdict(lambda: defaultdict(int))
    for skills, n in staff.items():
        room["source"][skills] = n
        for queue in skills:
            if need.get(queue, 0) > 0:
                room[skills][queue] = n
    for queue, n in need.items():
        room[queue]["sink"] = n
    served = 0
    while path := _path(room):
        push = min(room[a][b] for a, b in path)
        for a, b in path:
            room[a][b] -= push
            room[b][a] += push
        served += push
    return served


def _path(room: dict[Any, dict[Any, int]]) -> list[tuple[Any, Any]]:
    parent: dict[Any, Any] = {"source": None}
    waiting = ["source"]
    while waiting and "sink" not in parent:
        node = waiting.pop(0)
        for other, free in list(room[node].items()):
            if free > 0 and other not in parent:
                parent[other] = node
                waiting.append(other)
    steps, node = list[tuple[Any, Any]](), "sink"
    while node in parent and parent[node] is not None:
        steps.append((parent[node], node))
        node = parent[node]
    return steps
