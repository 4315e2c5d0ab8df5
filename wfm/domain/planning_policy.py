"""What a site's plans weigh beside cover: kinds of shifts, fairness, changes, rules of contracts.

The words are those of `docs/schedule-problem.md`; a policy is laid over every problem of its site.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wfm.domain.errors import BadInput

# Convention: a whole shift changed is worth two agent-hours of cover, a quarter-hour moved half a
# quarter-hour, a break moved a quarter of one. Late is from 22:00 on.
DEFAULT_POLICY: Mapping[str, Any] = {
    "shift_classes": {"late": {"end": [88, 192]}, "weekend": {"weekdays": [5, 6]}},
    "fairness": [],
    "change_costs": {"shift": 8.0, "slot": 0.5, "break": 0.25},
    "contracts": {},
    "preferences": {},
}
OF_CONTRACTS = ("rules", "wage_slot", "premiums", "overtime_slots_per_week", "overtime_slot")
LEDGER_WEEKS = 13  # convention: what is fair is looked at over a quarter


def policy_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The default policy with the parts given in place of its own; `BadInput` names what is odd.

    {"fairness": [{"class": "late", "weight": 0.5}]} keeps the default classes and costs.
    """
    unknown = sorted(set(given) - set(DEFAULT_POLICY))
    if unknown:
        raise BadInput(
            f"A planning policy has no {unknown[0]!r}; it knows {', '.join(DEFAULT_POLICY)}."
        )
    merged = {key: given.get(key, value) for key, value in DEFAULT_POLICY.items()}
    for name, terms in merged["contracts"].items():
        odd = sorted(set(terms) - set(OF_CONTRACTS))
        if odd:
            raise BadInput(
                f"Contract {name!r} of a policy has {odd[0]!r}; it may have "
                f"{', '.join(OF_CONTRACTS)}."
            )
    return merged
