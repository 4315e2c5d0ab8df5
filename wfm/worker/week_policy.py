"""What policy and people's wishes add to a problem: classes, fairness with its ledger, terms."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from scheduling.problem_file import problem_of
from scheduling.verify_rules import shift_classes
from wfm.domain.grid import zone_of
from wfm.domain.periods import Period
from wfm.domain.planning_policy import LEDGER_WEEKS
from wfm.domain.rules.duty import Duty
from wfm.domain.schedules import Shift
from wfm.domain.scope import Scope
from wfm.domain.wishes import wish_terms
from wfm.store.readers.schedules import read_shifts
from wfm.store.readers.wishes import read_wishes

MINUTES = 15
Json = Mapping[str, Any]


def lay_policy(
    connection: Connection,
    document: dict[str, Any],
    policy: Json,
    *,
    unit: str,
    period: Period,
    zone: str,
    contract_of: Mapping[str, str],
    hours_of: Mapping[str, float],
) -> None:
    """Nothing; the problem document then has what the policy says.

    `contract_of` names the contract behind each contract of the document, `hours_of` the weekly
    hours of each agent, from which comes their part of what is fair.
    """
    document["shift_classes"] = dict(policy["shift_classes"])
    for contract in document["contracts"]:
        terms = policy["contracts"].get(contract_of.get(contract["name"], ""), {})
        contract.update(terms)
    wishes, own_words = policy["preferences"], read_wishes(connection, Scope(unit))
    for agent in document["agents"]:
        asked = list(wishes.get(agent["id"], ()))
        if agent["id"] in own_words:
            said, classes = wish_terms(own_words[agent["id"]].wish)
            asked += said
            document["shift_classes"] |= classes
        if asked:
            agent["preferences"] = asked
    weekends = any(
        rule["rule"] == "weekends_off" for c in document["contracts"] for rule in c.get("rules", ())
    )
    if not policy["fairness"] and not weekends:
        return
    first = period.first - timedelta(weeks=LEDGER_WEEKS)
    past: dict[str, list[Shift]] = defaultdict(list)
    for shift in read_shifts(connection, Scope(unit), first, period.first):
        past[shift.agent_id].append(shift)
    most = max(hours_of.values(), default=0.0) or 1.0
    for agent in document["agents"]:
        own = past.get(agent["id"], [])
        if policy["fairness"]:
            agent["ledger"] = ledger_of(own, document, zone)
            agent["share"] = round(max(0.05, hours_of.get(agent["id"], most) / most), 4)
        if weekends and own:
            known = worked_weekends({s.shift_on for s in own}, period.first)
            agent.setdefault("before", {})["weekends"] = known
    document["fairness"] = list(policy["fairness"])


def ledger_of(shifts: Iterable[Shift], document: Json, zone: str) -> dict[str, int]:
    """How often each class of the problem was worked in some shifts."""
    classes, counts = shift_classes(document), Counter[str]()
    for shift in shifts:
        duty = wall_duty(shift, zone)
        for name, kind in classes.items():
            counts[name] += kind.has(duty, shift.shift_on.weekday())
    return {name: counts[name] for name in classes}


def wall_duty(shift: Shift, zone: str) -> Duty:
    """A shift by the clock on the wall, as a duty of day 0."""
    midnight = datetime.combine(shift.shift_on, datetime.min.time())

    def minute(at: int) -> int:
        local = datetime.fromtimestamp(at, zone_of(zone)).replace(tzinfo=None)
        return round((local - midnight).total_seconds() / 60)

    return Duty(0, minute(shift.start_at), minute(shift.end_at), 0)


def worked_weekends(days: set[date], monday: date, weeks: int = 8) -> list[bool]:
    """Whether each of the weekends before a Monday was worked, newest last."""
    found = []
    for back in range(weeks, 0, -1):
        saturday = monday - timedelta(days=7 * back - 5)
        found.append(saturday in days or saturday + timedelta(days=1) in days)
    return found


def check_policy(policy: Json) -> None:
    """Nothing; `BadInput` when no problem could hold this policy."""
    names: Sequence[str] = sorted(policy["contracts"]) or ["any"]
    plain = {
        "days_per_week": [0, 5], "shift_lengths": [32], "paid_slots_per_week": [0, 160],
        "breaks": {"32": []},
    }  # fmt: skip
    wishes = policy["preferences"] or {"somebody": []}
    problem_of(
        {
            "format": "wfm-scheduling-problem/2", "first_day": "2026-01-05", "days": 7,
            "opening": [0, 96], "min_rest_slots": 44, "start_every_slots": 2,
            "costs": {"understaffed_slot": 1.0, "overstaffed_slot": 0.4}, "requirement": {},
            "shift_classes": policy["shift_classes"], "fairness": policy["fairness"],
            "change_costs": policy["change_costs"],
            "contracts": [
                {"name": name, **plain, **policy["contracts"].get(name, {})} for name in names
            ],
            "agents": [
                {"id": agent, "contract": names[0], "window": [0, 96], "queues": ["q"],
                 "preferences": items}
                for agent, items in wishes.items()
            ],
        },
        "The policy",
    )  # fmt: skip
