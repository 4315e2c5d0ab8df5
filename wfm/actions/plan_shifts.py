"""A plan's shifts as what is published: segments in UTC."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from wfm.domain.activities import Segment
from wfm.domain.schedules import NewShift
from wfm.domain.wall_clock import slot_start

ON_QUEUE, BREAK = "on_queue", "break"


def planned_shifts(
    problem: Mapping[str, Any],
    solution: Mapping[str, Any],
    zone: str,
    activities: Collection[str],
) -> tuple[NewShift, ...]:
    """One shift for each agent of the problem and each day of it; empty where nothing is planned.

    07:00 to 15:30 with a break at 09:00 and a meal at 11:00 becomes five segments. A break kind
    that is no known activity is planned as `break`.
    """
    first = date.fromisoformat(problem["first_day"])
    agents = {agent["id"]: agent for agent in problem["agents"]}
    contracts = {contract["name"]: contract for contract in problem["contracts"]}
    planned = {(shift["agent"], shift["day"]): shift for shift in solution["shifts"]}
    shifts = []
    for agent_id, agent in agents.items():
        for day in range(problem["days"]):
            on = first + timedelta(days=day)
            shift = planned.get((agent_id, day))
            segments: tuple[Segment, ...] = ()
            if shift is not None:
                owed = _owed(problem, contracts[agent["contract"]], shift["length"])
                segments = _segments(shift, owed, on, zone, activities)
            shifts.append(NewShift(agent_id, on, segments))
    return tuple(shifts)


def _segments(
    shift: Mapping[str, Any],
    owed: list[Mapping[str, Any]],
    on: date,
    zone: str,
    activities: Collection[str],
) -> tuple[Segment, ...]:
    pieces: list[tuple[int, int, str, bool]] = []
    at, end = shift["start"], shift["start"] + shift["length"]
    taken = sorted(shift["breaks"], key=lambda b: b["start"])
    for rest, rule in zip(taken, owed, strict=True):
        kind = rest["kind"] if rest["kind"] in activities else BREAK
        pieces.append((at, rest["start"], ON_QUEUE, True))
        pieces.append((rest["start"], rest["start"] + rest["slots"], kind, bool(rule["paid"])))
        at = rest["start"] + rest["slots"]
    pieces.append((at, end, ON_QUEUE, True))
    segments = (
        Segment(slot_start(on, a, zone), slot_start(on, b, zone), activity, None, paid)
        for a, b, activity, paid in pieces
        if a < b
    )
    # An hour that the clock jumps over has no length and leaves no segment.
    return tuple(s for s in segments if s.start_at < s.end_at)


def _owed(
    problem: Mapping[str, Any], contract: Mapping[str, Any], length: int
) -> list[Mapping[str, Any]]:
    own, shared = contract.get("breaks", {}), problem.get("breaks", {})
    return list(own.get(str(length), shared.get(str(length), ())))
