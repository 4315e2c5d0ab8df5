"""People of a problem as JSON: their days and hours, what is fixed, what they wish for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scheduling.people import Agent, FixedActivity, Neighbours, Pin, PinnedBreak, Wish


def agent_of(item: Mapping[str, Any]) -> Agent:
    """An agent of the file; fields of format /2 are absent in /1."""
    return Agent(
        id=str(item["id"]),
        contract=str(item["contract"]),
        unavailable_days=frozenset(int(d) for d in item.get("unavailable_days", ())),
        window=_pair(item["window"]),
        queues=tuple(sorted({str(q) for q in item["queues"]})),
        neighbours=_neighbours(item.get("before") or {}, item.get("after") or {}),
        activities=tuple(
            FixedActivity(str(a["kind"]), int(a["day"]), int(a["start"]), int(a["slots"]))
            for a in item.get("activities", ())
        ),
        hours=tuple(sorted((int(d), _pair(w)) for d, w in item.get("hours_by_day", {}).items())),
        pins=tuple(sorted((_pin(p) for p in item.get("pins", ())), key=lambda pin: pin.day)),
        wishes=tuple(_wish(w) for w in item.get("preferences", ())),
        ledger={str(k): float(v) for k, v in item.get("ledger", {}).items()},
        share=float(item.get("share", 1.0)),
    )


def _neighbours(before: Mapping[str, Any], after: Mapping[str, Any]) -> Neighbours:
    return Neighbours(
        end=before.get("end"),
        run=int(before.get("run", 0)),
        start=after.get("start"),
        run_after=int(after.get("run", 0)),
        on_queue=tuple(_pair(span) for span in before.get("on_queue", ())),
        weekends=tuple(bool(w) for w in before.get("weekends", ())),
        shift=None if before.get("shift") is None else _pair(before["shift"]),
        shift_after=None if after.get("shift") is None else _pair(after["shift"]),
    )


def _pin(item: Mapping[str, Any]) -> Pin:
    if item.get("off"):
        return Pin(int(item["day"]), off=True)
    breaks = item.get("breaks")
    return Pin(
        int(item["day"]),
        start=int(item["start"]),
        length=int(item["length"]),
        breaks=None
        if breaks is None
        else tuple(
            PinnedBreak(str(b["kind"]), int(b["start"]), int(b["slots"]), b.get("paid"))
            for b in breaks
        ),
    )


def _wish(item: Mapping[str, Any]) -> Wish:
    return Wish(
        cost=float(item["cost"]),
        want=str(item.get("want", "")),
        avoid=str(item.get("avoid", "")),
        days=tuple(int(d) for d in item.get("days", ())),
        weekdays=tuple(int(d) for d in item.get("weekdays", ())),
    )


def _pair(value: Any) -> tuple[int, int]:
    low, high = value
    return int(low), int(high)
