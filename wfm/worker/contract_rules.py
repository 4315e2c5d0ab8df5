"""Contracts in minutes as the scheduler's rules in slots, reduced for days that are off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wfm.domain.contracts import Contract, standard_contract
from wfm.domain.errors import BadInput
from wfm.domain.language import say

__all__ = ["SLOT", "contract_json", "contract_name", "standard_contract"]

SLOT = 15


def contract_json(contract: Contract, days_off: int = 0) -> Mapping[str, Any]:
    """The contract as the scheduling format has it; days off count as worked and paid.

    Five days and 40 h with two days of leave leave three days and 24 h to plan.
    """
    for length in contract.shift_minutes:
        if length % SLOT:
            raise BadInput(
                say(
                    "Contract {contract_id!r} has shifts of {length} min; lengths are multiples of "
                    "15. Correct shift_lengths_min in contracts.csv.",
                    contract_id=contract.contract_id,
                    length=length,
                )
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
