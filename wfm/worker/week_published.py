"""A site's week as it is published, in the scheduler's words: what stays, what may move at a cost.

Times are those of the wall clock, in whole quarters. A shift whose edges lie between them is told
by the nearest ones; what is not moved keeps its own seconds when the plan is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from wfm.domain.activities import Activity, Segment
from wfm.domain.grid import zone_of
from wfm.domain.periods import Period
from wfm.domain.scope import Scope
from wfm.store.readers.policy import read_pins
from wfm.store.readers.rules import activity_codes
from wfm.store.readers.schedules import read_shifts

SLOT_MINUTES = 15
RESTS = ("break", "meal")
GAP = "gap"


@dataclass(frozen=True)
class PublishedWeek:
    """Published shifts as the format has them, the activities in them, and the days held fast."""

    shifts: tuple[dict[str, Any], ...]
    activities: Mapping[str, tuple[dict[str, Any], ...]]
    pins: Mapping[str, tuple[dict[str, Any], ...]]
    paid: Mapping[tuple[str, int], int] = field(default_factory=dict)  # slots of each shift


def published_week(
    connection: Connection,
    unit: str,
    period: Period,
    zone: str,
    agents: Iterable[str],
    away: Mapping[str, frozenset[int]],
    freeze_until: date | None = None,
) -> PublishedWeek:
    """The week in force of the agents given; days off granted since are left out of it.

    Pinned are the days before `freeze_until`, and each day that somebody pinned.
    """
    known = {activity.code: activity for activity in activity_codes(connection)}
    wanted = set(agents)
    by_day: dict[tuple[str, int], dict[str, Any]] = {}
    activities: dict[str, list[dict[str, Any]]] = {}
    paid: dict[tuple[str, int], int] = {}
    for shift in read_shifts(connection, Scope(unit), period.first, period.end):
        day = (shift.shift_on - period.first).days
        if shift.agent_id not in wanted or day in away.get(shift.agent_id, ()):
            continue
        made, held = shift_slots(shift.segments, shift.shift_on, zone, known)
        by_day[shift.agent_id, day] = {"agent": shift.agent_id, "day": day, **made}
        paid[shift.agent_id, day] = made["length"] - sum(
            b["slots"] for b in made["breaks"] if not b["paid"]
        )
        for item in held:
            activities.setdefault(shift.agent_id, []).append({**item, "day": day})
    held_days = read_pins(connection, Scope(unit), period.first, period.end)
    pins: dict[str, list[dict[str, Any]]] = {}
    for agent in sorted(wanted):
        for day in range(period.days):
            on = period.first + timedelta(days=day)
            frozen = freeze_until is not None and on < freeze_until
            if not frozen and (agent, on) not in held_days:
                continue
            if day in away.get(agent, ()):
                continue
            pins.setdefault(agent, []).append(_pin(day, by_day.get((agent, day))))
    return PublishedWeek(
        tuple(by_day[key] for key in sorted(by_day)),
        {agent: tuple(items) for agent, items in activities.items()},
        {agent: tuple(items) for agent, items in pins.items()},
        paid,
    )


def _pin(day: int, shift: Mapping[str, Any] | None) -> dict[str, Any]:
    if shift is None:
        return {"day": day, "off": True}
    return {key: shift[key] for key in ("day", "start", "length", "breaks")}


def shift_slots(
    segments: Sequence[Segment], on: date, zone: str, known: Mapping[str, Activity]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A shift's start, length and breaks in slots of its day, and the activities in it.

    07:00 to 15:30 with a meal from 11:00: start 28, length 34, a meal of 2 slots at 44. A hole
    between two pieces is a break of kind gap.
    """
    midnight = datetime.combine(on, datetime.min.time())

    def slot(at: int) -> int:
        local = datetime.fromtimestamp(at, zone_of(zone)).replace(tzinfo=None)
        return round((local - midnight).total_seconds() / 60 / SLOT_MINUTES)

    start, end = slot(segments[0].start_at), slot(segments[-1].end_at)
    breaks: list[dict[str, Any]] = []
    held: list[dict[str, Any]] = []
    at = start
    for segment in segments:
        first, last = slot(segment.start_at), slot(segment.end_at)
        if first > at:
            breaks.append({"kind": GAP, "start": at, "slots": first - at, "paid": False})
        at = max(at, last)
        activity = known.get(segment.activity)
        category = activity.category if activity is not None else "project"
        if last <= first or category == "on_queue":
            continue
        if category in RESTS or not segment.paid:
            breaks.append({"kind": segment.activity, "start": first, "slots": last - first,
                           "paid": segment.paid})  # fmt: skip
        else:
            held.append({"kind": segment.activity, "start": first, "slots": last - first})
    return {"start": start, "length": max(1, end - start), "breaks": breaks}, held


def lay_published(
    document: dict[str, Any], week: PublishedWeek, change_costs: Mapping[str, float]
) -> None:
    """Nothing; the problem document then has the published week, its activities and its pins.

    Who is published beyond the contract, with overtime say, may stay so: the contract of that one
    person is as wide as the week in force.
    """
    document["published"] = list(week.shifts)
    document["change_costs"] = dict(change_costs)
    contracts = {contract["name"]: contract for contract in document["contracts"]}
    for agent in document["agents"]:
        name = agent["id"]
        if name in week.activities:
            agent["activities"] = list(week.activities[name])
        if name in week.pins:
            agent["pins"] = list(week.pins[name])
        days = [day for who, day in week.paid if who == name]
        paid = sum(slots for (who, _), slots in week.paid.items() if who == name)
        contract = contracts[agent["contract"]]
        if not days or _within(contract, len(days), paid):
            continue
        own = dict(contract) | {
            "name": f"{contract['name']} as published for {name}",
            "days_per_week": _widened(contract["days_per_week"], len(days)),
            "paid_slots_per_week": _widened(contract["paid_slots_per_week"], paid),
        }
        document["contracts"].append(own)
        agent["contract"] = own["name"]


def _within(contract: Mapping[str, Any], days: int, paid: int) -> bool:
    low, high = contract["days_per_week"]
    least, most = contract["paid_slots_per_week"]
    return bool(low <= days <= high and least <= paid <= most)


def _widened(span: Sequence[int], value: int) -> list[int]:
    return [min(span[0], value), max(span[1], value)]
