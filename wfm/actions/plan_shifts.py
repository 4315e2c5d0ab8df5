"""A plan's shifts as what is published: segments in UTC."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from wfm.domain.activities import Segment
from wfm.domain.schedules import NewShift
from wfm.domain.wall_clock import slot_start

ON_QUEUE, BREAK = "on_queue", "break"
GAP = "gap"  # between the two parts of a split shift: nothing is planned
Json = Mapping[str, Any]
InForce = Mapping[tuple[str, date], tuple[Segment, ...]]


def planned_shifts(
    problem: Json,
    solution: Json,
    zone: str,
    activities: Collection[str],
    in_force: InForce | None = None,
) -> tuple[NewShift, ...]:
    """One shift for each agent of the problem and each day of it; empty where nothing is planned.

    07:00 to 15:30 with a break at 09:00 and a meal at 11:00 becomes five segments. A break kind
    that is no known activity is planned as `break`. A shift that the plan leaves as the problem
    says it is published keeps the segments in force, to the second.
    """
    first = date.fromisoformat(problem["first_day"])
    contracts = {contract["name"]: contract for contract in problem["contracts"]}
    planned = {(shift["agent"], shift["day"]): shift for shift in solution["shifts"]}
    published = {(shift["agent"], shift["day"]): shift for shift in problem.get("published", ())}
    shifts = []
    for agent in problem["agents"]:
        for day in range(problem["days"]):
            on = first + timedelta(days=day)
            shift = planned.get((agent["id"], day))
            segments: tuple[Segment, ...] = ()
            if shift is not None:
                known = (in_force or {}).get((agent["id"], on))
                if known and _same(shift, published.get((agent["id"], day))):
                    segments = known
                else:
                    contract = contracts[agent["contract"]]
                    segments = _segments(problem, contract, shift, on, zone, activities)
            shifts.append(NewShift(agent["id"], on, segments))
    return tuple(shifts)


def _same(shift: Json, published: Json | None) -> bool:
    return (
        published is not None
        and (shift["start"], shift["length"]) == (published["start"], published["length"])
        and _places(shift) == _places(published)
    )


def _places(shift: Json) -> set[tuple[str, int, int]]:
    return {(b["kind"], b["start"], b["slots"]) for b in shift["breaks"]}


def _segments(
    problem: Json,
    contract: Json,
    shift: Json,
    on: date,
    zone: str,
    activities: Collection[str],
) -> tuple[Segment, ...]:
    pieces: list[tuple[int, int, str, bool]] = []
    at, end = shift["start"], shift["start"] + shift["length"]
    for item, paid in _items(problem, contract, shift):
        kind = item["kind"] if item["kind"] in activities or item["kind"] == GAP else BREAK
        pieces.append((at, item["start"], ON_QUEUE, True))
        pieces.append((item["start"], item["start"] + item["slots"], kind, paid))
        at = item["start"] + item["slots"]
    pieces.append((at, end, ON_QUEUE, True))
    segments = (
        Segment(slot_start(on, a, zone), slot_start(on, b, zone), activity, None, paid)
        for a, b, activity, paid in pieces
        if a < b and activity != GAP
    )
    # An hour that the clock jumps over has no length and leaves no segment.
    return tuple(s for s in segments if s.start_at < s.end_at)


def _items(problem: Json, contract: Json, shift: Json) -> list[tuple[Json, bool]]:
    """Breaks and activities of a shift in order, each with whether it is paid."""
    taken = sorted(shift["breaks"], key=lambda b: b["start"])
    owed = _owed(problem, contract, shift["length"])
    if [b["kind"] for b in taken] == [rule["kind"] for rule in owed]:
        paid = [bool(rule["paid"]) for rule in owed]
    else:
        plans = [_owed(problem, contract, length) for length in contract["shift_lengths"]]
        unpaid = {GAP, *(rule["kind"] for plan in plans for rule in plan if not rule["paid"])}
        paid = [b["kind"] not in unpaid for b in taken]
    found: list[tuple[Json, bool]] = list(zip(taken, paid, strict=True))
    found += [(item, True) for item in shift.get("activities", ())]
    return sorted(found, key=lambda pair: pair[0]["start"])


def _owed(problem: Json, contract: Json, length: int) -> Sequence[Json]:
    own, shared = contract.get("breaks", {}), problem.get("breaks", {})
    return list(own.get(str(length), shared.get(str(length), ())))
