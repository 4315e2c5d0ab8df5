"""What a schedule costs beside cover, counted from the two JSON documents alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from scheduling.verify_rules import first_weekday, shift_classes
from wfm.domain.rules.duty import Duty
from wfm.domain.rules.shift_class import ShiftClass

SLOT_MINUTES = 15
Json = Mapping[str, Any]
Duties = Mapping[str, Sequence[Duty]]


def soft_of(
    problem: Json, shifts: Mapping[str, Sequence[Json]], duties: Duties
) -> dict[str, float]:
    """Cost of each kind: preferences, fairness, changes, wages, overtime.

    `duties` are the shifts by agent, as the labour rules look at them.
    """
    counting = _Count(problem, shifts, duties)
    found = {
        "preferences": counting.preferences(),
        "fairness": counting.fairness(),
        "changes": counting.changes(),
        **counting.wages(),
    }
    return {name: round(value, 6) for name, value in found.items()}


class _Count:
    def __init__(self, problem: Json, shifts: Mapping[str, Sequence[Json]], duties: Duties) -> None:
        self.problem, self.shifts, self.duties = problem, shifts, duties
        self.classes: dict[str, ShiftClass] = shift_classes(problem)
        self.monday = first_weekday(problem)

    def preferences(self) -> float:
        total = 0.0
        for agent in self.problem["agents"]:
            worked = {duty.day: duty for duty in self.duties.get(agent["id"], ())}
            for wish in agent.get("preferences", ()):
                for day in self._days(wish):
                    total += wish["cost"] * self._denied(wish, worked.get(day))
        return total

    def _days(self, wish: Json) -> list[int]:
        days, weekdays = wish.get("days", ()), wish.get("weekdays", ())
        every = range(self.problem["days"])
        if not days and not weekdays:
            return list(every)
        return [d for d in every if d in days or (self.monday + d) % 7 in weekdays]

    def _denied(self, wish: Json, duty: Duty | None) -> bool:
        want, avoid = wish.get("want"), wish.get("avoid")
        if want == "off":
            return duty is not None
        if want == "work":
            return duty is None
        if duty is None:
            return False
        inside = self.classes[str(avoid or want)].has(duty, self.monday)
        return inside if avoid else not inside

    def fairness(self) -> float:
        total = 0.0
        agents = self.problem["agents"]
        for term in self.problem.get("fairness", ()):
            name = term["class"]
            counts, shares = [], []
            for agent in agents:
                own = self.duties.get(agent["id"], ())
                new = sum(self.classes[name].has(duty, self.monday) for duty in own)
                counts.append(agent.get("ledger", {}).get(name, 0) + new)
                shares.append(agent.get("share", 1.0))
            fair = sum(counts) / sum(shares)
            apart = sum((n - s * fair) ** 2 for n, s in zip(counts, shares, strict=True))
            total += term.get("weight", 1.0) * apart
        return total

    def changes(self) -> float:
        if "published" not in self.problem or not self.problem["published"]:
            return 0.0
        costs = self.problem.get("change_costs", {})
        old = {(s["agent"], s["day"]): s for s in self.problem["published"]}
        new = {(name, s["day"]): s for name, own in self.shifts.items() for s in own}
        total = costs.get("shift", 0.0) * len(old.keys() ^ new.keys())
        for key in old.keys() & new.keys():
            one, two = old[key], new[key]
            start = abs(one["start"] - two["start"])
            end = abs(one["start"] + one["length"] - two["start"] - two["length"])
            total += costs.get("slot", 0.0) * max(start, end)
            kept = {(b["kind"], b["start"], b["slots"]) for b in two.get("breaks", ())}
            gone = {(b["kind"], b["start"], b["slots"]) for b in one.get("breaks", ())} - kept
            total += costs.get("break", 0.0) * len(gone)
        return float(total)

    def wages(self) -> dict[str, float]:
        contracts = {c["name"]: c for c in self.problem["contracts"]}
        wages = overtime = 0.0
        for agent in self.problem["agents"]:
            contract = contracts[agent["contract"]]
            weeks: dict[int, int] = defaultdict(int)
            for duty in self.duties.get(agent["id"], ()):
                paid = duty.paid // SLOT_MINUTES
                weeks[duty.day // 7] += paid
                wages += contract.get("wage_slot", 0.0) * paid
                for premium in contract.get("premiums", ()):
                    if self.classes[premium["class"]].has(duty, self.monday):
                        wages += premium["slot"] * (duty.end - duty.start) / SLOT_MINUTES
            if contract.get("overtime_slots_per_week"):
                most = contract["paid_slots_per_week"][1]
                price = contract.get("overtime_slot", 0.0)
                overtime += price * sum(max(0, paid - most) for paid in weeks.values())
        return {"wages": wages, "overtime": overtime}


def changed_shifts(problem: Json, shifts: Sequence[Json]) -> Counter[str]:
    """Published shifts that are added, removed, moved, or have a break moved."""
    old = {(s["agent"], s["day"]): s for s in problem.get("published", ())}
    new = {(s["agent"], s["day"]): s for s in shifts}
    counts = Counter(
        added=len(new.keys() - old.keys()), removed=len(old.keys() - new.keys()), moved=0, breaks=0
    )
    for key in old.keys() & new.keys():
        one, two = old[key], new[key]
        if (one["start"], one["length"]) != (two["start"], two["length"]):
            counts["moved"] += 1
        elif _breaks(one) != _breaks(two):
            counts["breaks"] += 1
    return counts


def _breaks(shift: Json) -> set[tuple[str, int, int]]:
    return {(b["kind"], b["start"], b["slots"]) for b in shift.get("breaks", ())}
