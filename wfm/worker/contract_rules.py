"""Contracts in minutes as the scheduler's rules in slots, reduced for days that are off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wfm.domain.contracts import BreakRule, Contract
from wfm.domain.errors import BadInput

SLOT = 15
STANDARD_BREAKS = (
    BreakRule("break", 15, True, 90, 180),
    BreakRule("meal", 30, False, 210, 300),
    BreakRule("break", 15, True, 360, 450),
)
MEAL_FROM_MINUTES = 360


def standard_contract(weekly_hours: float | None) -> Contract:
    """The rules used for people without a contract: five days, the same length each day.

    40 h: five shifts of 8 h and an unpaid meal of 30 min.
    """
    hours = weekly_hours or 40.0
    daily = max(SLOT, round(hours * 60 / 5 / SLOT) * SLOT)
    meal = 30 if daily >= MEAL_FROM_MINUTES else 0
    breaks = tuple(b for b in STANDARD_BREAKS if meal or b.kind != "meal")
    return Contract(
        contract_id=f"standard {hours:g} h",
        weekly_minutes=(daily * 5, daily * 5),
        days=(5, 5),
        shift_minutes=(daily + meal,),
        breaks=breaks,
    )


def contract_json(contract: Contract, days_off: int = 0) -> Mapping[str, Any]:
    """The contract as the scheduling format has it; days off count as worked and paid.

    Five days and 40 h with two days of leave leave three days and 24 h to plan.
    """
    for length in contract.shift_minutes:
        if length % SLOT:
            raise BadInput(
                f"Contract {contract.contract_id!r} has shifts of {length} min; lengths are "
                f"multiples of 15. Correct shift_lengths_min in contracts.csv."
            )
    low, high = contract.days
    least, most = contract.weekly_minutes
    off = min(days_off, high)
    days = (max(0, low - off), high - off)
    paid = (
        least * max(0, low - off) // max(1, low) // SLOT,
        -(-most * (high - off) // max(1, high)) // SLOT,
    )
    return {
        "name": contract_name(contract, days_off),
        "days_per_week": list(days),
        "shift_lengths": [n // SLOT for n in contract.shift_minutes],
        "paid_slots_per_week": list(paid),
        "max_consecutive_days": contract.max_consecutive_days,
        "min_rest_slots": min(96, -(-contract.rest_minutes // SLOT)),
        "start_every_slots": max(1, contract.start_every // SLOT),
        "breaks": {str(n // SLOT): _breaks(contract, n) for n in contract.shift_minutes},
    }


def contract_name(contract: Contract, days_off: int = 0) -> str:
    """The name of a contract, with the days off that reduce it."""
    if not days_off:
        return contract.contract_id
    return f"{contract.contract_id}, {days_off} day{'s' if days_off > 1 else ''} off"


def _breaks(contract: Contract, length: int) -> list[Mapping[str, Any]]:
    """The breaks of a shift, their windows within it; a break that begins after it is not owed."""
    owed: list[Mapping[str, Any]] = []
    for rule in contract.breaks:
        slots = -(-rule.minutes // SLOT)
        earliest = -(-rule.earliest // SLOT)
        latest = min(rule.latest // SLOT, length // SLOT - slots)
        if earliest <= latest:
            owed.append(
                {
                    "kind": rule.kind, "slots": slots, "paid": rule.paid, "earliest": earliest,
                    "latest": latest,
                }
            )  # fmt: skip
    return owed
